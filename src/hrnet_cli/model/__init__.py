"""HRNet, defined once."""

from importlib import import_module

from hrnet_cli import nn
from hrnet_cli.model.blocks import BLOCKS
from hrnet_cli.model.heads import HEADS
from hrnet_cli.model.network import NETWORK, HighResolutionNet, Place
from hrnet_cli.schema import BatchNorm, Spec


def build_network(spec: Spec) -> nn.Module:
    """The network of a valid spec, over shapes."""
    module, _, class_name = HEADS[spec.head.type].partition(":")
    network: nn.Module = getattr(import_module(module), class_name)(spec)
    if spec.batch_norm != BatchNorm():
        _set_batch_norm(network, spec.batch_norm)
    return network


def _set_batch_norm(module: nn.Module, batch_norm: BatchNorm) -> None:
    """Set momentum and eps of every batch norm; a network has one setting for all of them."""
    if isinstance(module, nn.BatchNorm2d):
        module.momentum, module.eps = batch_norm.momentum, batch_norm.eps
    for _, child in module.named_children():
        _set_batch_norm(child, batch_norm)


__all__ = ["BLOCKS", "HEADS", "NETWORK", "HighResolutionNet", "Place", "build_network"]
