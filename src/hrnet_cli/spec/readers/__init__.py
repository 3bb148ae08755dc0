"""Foreign configs, one file or folder per dialect, and the table of them."""
