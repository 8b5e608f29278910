"""What is kept of a run and what is worked out from it: tables, metrics, estimates."""
