"""The linter: rules over specs, and what they find. `hrnet_cli.check` is `check` in `api`."""
