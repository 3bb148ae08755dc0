"""What `check` found, as the files that other tools read."""
