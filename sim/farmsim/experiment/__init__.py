"""Which runs, where they run, in what order they come back."""
