"""Supply networks, event by event: every load and every order is one story (`grain: each`)."""
