"""The heads. Each is the network that carries it: the original keys stand beside the backbone's, not below a `head`."""

from hrnet_cli.model.heads.heatmap import PoseHighResolutionNet
from hrnet_cli.model.network import HighResolutionNet

HEADS: dict[str, type[HighResolutionNet]] = {"none": HighResolutionNet, "heatmap": PoseHighResolutionNet}
"""From a head's `type` in the spec to its network; `spec.HEAD_SPECS` has its fields."""
