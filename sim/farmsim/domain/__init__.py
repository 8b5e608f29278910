"""The rules of the trade: values and pure functions on arrays. Nothing here knows files, clocks or screens."""
