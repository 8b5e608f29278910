"""Sweeps: which points of a scenario's parameters are played, and what plays them."""
