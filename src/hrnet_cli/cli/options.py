"""The options that are the same everywhere.

Choices are spelt out here so that `--help` imports no table; a test compares them with the tables.
"""

from enum import Enum
from typing import Annotated

import typer

from hrnet_cli.errors import UsageError


class Format(str, Enum):
    """A key of render.FORMATS."""

    text = "text"
    json = "json"
    markdown = "markdown"
    svg = "svg"


class Engine(str, Enum):
    """A key of tracing.ENGINES."""

    shapes = "shapes"
    torch = "torch"


class Color(str, Enum):
    """When to colour text."""

    auto = "auto"
    always = "always"
    never = "never"


class By(str, Enum):
    """A key of analysis.flops.GROUPINGS."""

    stage = "stage"
    branch = "branch"
    module = "module"
    layer = "layer"
    type = "type"


class Convention(str, Enum):
    """A key of analysis.costs.CONVENTIONS."""

    macs = "macs"
    flops = "flops"
    published = "published"
    fvcore = "fvcore"


def complete_spec(incomplete: str) -> list[str]:
    """Preset names for the shell; files are the shell's own business."""
    from hrnet_cli.sources.presets import preset_names

    return [name for name in preset_names() if name.startswith(incomplete)]


STDOUT = "-"


def file_name(name: str) -> str:
    """The name of a file to write. Raises UsageError for an empty one."""
    if not name:
        raise UsageError("cannot write '': a file has a name", f"name one, or {STDOUT} for standard output")
    return name


SpecArgument = Annotated[
    str,
    typer.Argument(
        metavar="[SPEC]",
        help="A spec or config file, - for standard input, a preset, timm:NAME or git:REV:PATH.",
        autocompletion=complete_spec,
        show_default=True,
    ),
]
InputOption = Annotated[
    str | None,
    typer.Option("--input", "-i", metavar="NxCxHxW", help="Input shape (also CxHxW, HxW); by default the spec's own."),
]
EngineOption = Annotated[Engine, typer.Option(help="shapes needs no torch; torch runs real torch.nn modules.")]
DeviceOption = Annotated[
    str | None, typer.Option(help="Where the torch engine runs; by default meta, which allocates nothing.")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How the report is written.")]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file; - is standard output.",
        callback=lambda name: None if name in (None, STDOUT) else file_name(name),
    ),
]
ColorOption = Annotated[Color, typer.Option(help="auto: colours on a terminal, unless NO_COLOR is set.")]
