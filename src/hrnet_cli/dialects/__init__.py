"""How each framework writes an HRNet: one folder per dialect, one row each in `dialects.table`."""
