"""Screens and forms of sweeps, while they are planned, when they are done, and of those that are kept."""
