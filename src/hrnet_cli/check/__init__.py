"""The linter: rules over specs, and what they find."""
