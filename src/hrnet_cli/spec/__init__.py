"""What a network is, as data."""

from hrnet_cli.spec.heads import HEAD_SPECS, HeadSpec, HeatmapHead, NoHead
from hrnet_cli.spec.loading import DEFAULT, load_spec, parse_input, parse_spec, read_source
from hrnet_cli.spec.presets import preset_names, preset_path
from hrnet_cli.spec.schema import EXPANSION, Published, Shape4, Spec, StageSpec

__all__ = [
    "DEFAULT",
    "EXPANSION",
    "HEAD_SPECS",
    "HeadSpec",
    "HeatmapHead",
    "NoHead",
    "Published",
    "Shape4",
    "Spec",
    "StageSpec",
    "load_spec",
    "parse_input",
    "parse_spec",
    "preset_names",
    "preset_path",
    "read_source",
]
