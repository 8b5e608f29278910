"""farmsim: a farm-produce marketplace simulator."""
