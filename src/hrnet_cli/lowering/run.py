"""What the torch engine needs to run a lowered network."""

from __future__ import annotations

import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from hrnet_cli import nn
from hrnet_cli.errors import UsageError
from hrnet_cli.lowering.lower import lower
from hrnet_cli.text import quote

HOOKS = (register_module_forward_pre_hook, register_module_forward_hook)
"""torch's own functions that put a hook on every module."""

no_grad = torch.no_grad


def on_device(network: nn.Module, shape: nn.Shape, device: str) -> tuple[torch.nn.Module, torch.Tensor]:
    """The network in evaluation mode and a random input, both made on `device`; `meta` allocates nothing.

    Raises UsageError where torch has no such device, or not the memory.
    """
    try:
        place = torch.device(device)
    except (RuntimeError, TypeError, ValueError):
        raise UsageError(f"torch knows no device {quote(device)}", "try --device meta, cpu or cuda") from None
    try:
        with place:
            return lower(network).eval(), torch.randn(shape)
    except (RuntimeError, AssertionError, ImportError) as error:
        raise UsageError(
            f"torch cannot use {quote(device)}: {str(error).splitlines()[0]}", "try --device meta"
        ) from None
