"""HRNet, defined once."""

from hrnet_cli.model.blocks import BLOCKS
from hrnet_cli.model.network import HEADS, NETWORK, HighResolutionNet, Place, build_network

__all__ = ["BLOCKS", "HEADS", "NETWORK", "HighResolutionNet", "Place", "build_network"]
