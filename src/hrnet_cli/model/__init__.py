"""HRNet, defined once."""

from hrnet_cli.model.blocks import BLOCKS
from hrnet_cli.model.network import HEADS, HighResolutionNet, build_network
from hrnet_cli.model.place import NETWORK, Place

__all__ = ["BLOCKS", "HEADS", "NETWORK", "HighResolutionNet", "Place", "build_network"]
