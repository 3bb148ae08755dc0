"""How a SPEC begins that is neither a file nor a preset."""

GIT = "git:"
"""A file at a git revision (`spec.git`)."""
TIMM = "timm:"
"""A network of timm's (`spec.readers.timm`)."""
