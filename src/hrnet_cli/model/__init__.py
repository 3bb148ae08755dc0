"""HRNet, defined once."""

from hrnet_cli.model.blocks import BLOCKS
from hrnet_cli.model.heads import HEADS
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place
from hrnet_cli.spec import Spec


def build_network(spec: Spec) -> HighResolutionNet:
    """The network of a checked spec, over shapes."""
    return HEADS[spec.head.type](spec)


__all__ = ["BLOCKS", "HEADS", "HighResolutionNet", "Place", "build_network"]
