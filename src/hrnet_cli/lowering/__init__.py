"""From `hrnet_cli.nn` to `torch.nn`: the only package that imports torch at module level.

Other packages import it inside a function, through `tracing.torch_engine`, which raises
MissingExtraError without torch.
"""

from hrnet_cli.lowering.lower import HOOKS, initialise, lower, no_grad, on_device

__all__ = ["HOOKS", "initialise", "lower", "no_grad", "on_device"]
