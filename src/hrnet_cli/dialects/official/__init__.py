"""The authors' own configs: the YACS YAML of their repositories."""
