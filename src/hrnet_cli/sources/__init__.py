"""From what a user names (a file, `-`, a preset, `timm:NAME`, `git:REV:PATH`) to a loaded Spec."""

from hrnet_cli.sources.loading import convert, load_spec, parse_input, parse_spec, read_source
from hrnet_cli.sources.presets import preset_example, preset_names, preset_path

__all__ = [
    "convert",
    "load_spec",
    "parse_input",
    "parse_spec",
    "preset_example",
    "preset_names",
    "preset_path",
    "read_source",
]
