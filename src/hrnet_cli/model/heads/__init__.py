"""The heads. Each is the network that carries it: the original keys stand beside the backbone's, not below a `head`."""

from collections.abc import Callable

from hrnet_cli import nn
from hrnet_cli.model.heads.classification import ClassificationHighResolutionNet, FeaturesHighResolutionNet
from hrnet_cli.model.heads.heatmap import PoseHighResolutionNet
from hrnet_cli.model.heads.higher import HigherHighResolutionNet
from hrnet_cli.model.heads.hrfpn import DetectionHighResolutionNet
from hrnet_cli.model.heads.landmark import LandmarkHighResolutionNet
from hrnet_cli.model.heads.ocr import OcrHighResolutionNet
from hrnet_cli.model.heads.segmentation import SegmentationHighResolutionNet
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.schema import Spec

HEADS: dict[str, Callable[[Spec], nn.Module]] = {
    "none": HighResolutionNet,
    "heatmap": PoseHighResolutionNet,
    "segmentation": SegmentationHighResolutionNet,
    "ocr": OcrHighResolutionNet,
    "landmark": LandmarkHighResolutionNet,
    "classification": ClassificationHighResolutionNet,
    "features": FeaturesHighResolutionNet,
    "hrfpn": DetectionHighResolutionNet,
    "higher": HigherHighResolutionNet,
}
"""From a head's `type` in the spec to its network; `spec.HEAD_SPECS` has its fields."""
