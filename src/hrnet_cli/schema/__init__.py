"""What a network is, as data."""

from hrnet_cli.schema.heads import (
    HEAD_SPECS,
    ClassificationHead,
    FeaturesHead,
    HeadSpec,
    HeatmapHead,
    HigherHead,
    HrfpnHead,
    LandmarkHead,
    NoHead,
    OcrHead,
    SegmentationHead,
)
from hrnet_cli.schema.spec import PUBLISHED_RULES, BatchNorm, Budget, Published, Shape4, Spec, Upsampling
from hrnet_cli.schema.stages import StageSpec

__all__ = [
    "HEAD_SPECS",
    "PUBLISHED_RULES",
    "BatchNorm",
    "Budget",
    "ClassificationHead",
    "FeaturesHead",
    "HeadSpec",
    "HeatmapHead",
    "HigherHead",
    "HrfpnHead",
    "LandmarkHead",
    "NoHead",
    "OcrHead",
    "Published",
    "SegmentationHead",
    "Shape4",
    "Spec",
    "StageSpec",
    "Upsampling",
]
