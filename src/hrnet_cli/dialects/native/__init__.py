"""hrnet-cli's own spec."""
