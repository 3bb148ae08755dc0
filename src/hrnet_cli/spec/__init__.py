"""What a network is, as data."""

from hrnet_cli.spec.heads import (
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
from hrnet_cli.spec.loading import DEFAULT, load_spec, parse_input, parse_spec, read_source
from hrnet_cli.spec.presets import preset_names, preset_path
from hrnet_cli.spec.schema import (
    EXPANSION,
    PUBLISHED_RULES,
    BatchNorm,
    Budget,
    Published,
    Shape4,
    Spec,
    StageSpec,
    Upsampling,
)

__all__ = [
    "DEFAULT",
    "EXPANSION",
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
    "load_spec",
    "parse_input",
    "parse_spec",
    "preset_names",
    "preset_path",
    "read_source",
]
