"""From `hrnet_cli.nn` to `torch.nn`: the only package that imports torch at module level.

Whoever needs it imports it inside a function, through `hrnet_cli.tracing.torch_engine`, which says what is missing.
"""

from hrnet_cli.lowering.lower import lower
from hrnet_cli.lowering.run import HOOKS, no_grad, on_device

__all__ = ["HOOKS", "lower", "no_grad", "on_device"]
