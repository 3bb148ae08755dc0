"""hrnet-cli's own spec: stages at the top of the file, with the other keys of `schema.Spec`."""
