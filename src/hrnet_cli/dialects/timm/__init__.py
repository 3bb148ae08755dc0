"""timm's HRNets."""
