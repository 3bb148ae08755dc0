"""Text to plain values, with the place of each: YAML, JSON, and Python that is read and never executed."""
