"""The parts of an optimisation: decisions, candidates, the search, the selection, the proof of the winner."""
