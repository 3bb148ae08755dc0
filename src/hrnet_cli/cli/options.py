"""The arguments and options that several commands share, and the choices of all options.

The choices are the keys of tables, written again so that `--help` imports no table; a test compares them.
"""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hrnet_cli.errors import UsageError

if TYPE_CHECKING:
    from hrnet_cli.schema import Spec

STDIO = "-"
"""The name of standard input where a file is read, and of standard output where one is written."""

Engine = Literal["shapes", "torch"]
Format = Literal["text", "json", "markdown", "svg"]
CheckFormat = Literal["text", "json", "github", "gitlab", "sarif", "junit", "markdown"]
Color = Literal["auto", "always", "never"]
Grouping = Literal["stage", "branch", "module", "layer", "type"]
Convention = Literal["macs", "flops", "published", "fvcore"]
Task = Literal["backbone", "pose", "segmentation", "landmarks", "classification", "detection"]
Dialect = Literal["official", "timm", "mmlab"]
TargetDialect = Literal["yaml", "json", "official", "timm", "mmlab"]
ReportName = Literal["describe", "trace", "fuse", "flops", "verify", "check", "rule", "diff", "presets"]


def load(source: str, label: str = "") -> "Spec":
    """The spec that SPEC names; what its reader assumed, ignored or left out is noted on stderr, after `label`."""
    from hrnet_cli.cli.output import write_stderr
    from hrnet_cli.sources import load_spec

    spec = load_spec(source)
    write_stderr(*(f"note: {label}{note}" for note in spec.notes))
    return spec


def complete_spec(incomplete: str) -> list[str]:
    """Preset names for the shell, which completes files itself."""
    from hrnet_cli.sources.presets import preset_names

    return [name for name in preset_names() if name.startswith(incomplete)]


def output_file(name: str | None) -> str | None:
    """The name of a file to write; None for standard output. Raises UsageError for an empty name."""
    if name == "":
        raise UsageError("cannot write '': a file has a name", f"name one, or {STDIO} for standard output")
    return None if name == STDIO else name


SpecArgument = Annotated[
    str,
    typer.Argument(
        metavar="[SPEC]",
        help="A spec or config file, FILE#KEY, - for standard input, a preset, timm:NAME or git:REV:PATH.",
        autocompletion=complete_spec,
        show_default=True,
    ),
]
InputOption = Annotated[
    str | None,
    typer.Option("--input", "-i", metavar="NxCxHxW", help="Input shape; CxHxW and HxW work too. Default: the spec's."),
]
EngineOption = Annotated[Engine, typer.Option(help="shapes needs no torch; torch runs real torch.nn modules.")]
DeviceOption = Annotated[
    str | None,
    typer.Option(metavar="DEVICE", help="Device of the torch engine. Default: meta, which allocates no memory."),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="Format of the report.")]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to this file; - is standard output.", callback=output_file
    ),
]
ColorOption = Annotated[Color, typer.Option(help="When to use colours. auto: on a terminal, unless NO_COLOR is set.")]
