"""`hrnet-cli init`."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from hrnet_cli.cli.commands.presets import Task
from hrnet_cli.cli.options import STDOUT, Color, complete_spec, file_name
from hrnet_cli.cli.output import diagnosed, say, write
from hrnet_cli.errors import UsageError


def init(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="The file to write; - for standard output.")] = (
        "hrnet.yaml"
    ),
    origin: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="SPEC", autocompletion=complete_spec, help="What to start from: a preset or any spec."
        ),
    ] = None,
    task: Annotated[Task | None, typer.Option(help="Start from a small network for a task.")] = None,
    schema: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Name a JSON Schema for editors (`hrnet-cli schema`) on the first line."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented spec to start from.

    It is the network of a preset, w32 unless told otherwise, with every key explained and this network's own costs as
    an example of a budget. A file that is there is not replaced without --force.

    Example: hrnet-cli init mine.yaml --task segmentation
    """
    if origin is not None and task is not None:
        raise UsageError("--from and --task both say what to start from", "give one of the two")
    if Path(file_name(file)).suffix.lower() == ".json":
        remedy = "name a .yaml file; hrnet-cli convert writes JSON: --to json -o FILE"
        raise UsageError(f"init writes YAML with comments, and {file!r} would be JSON, which has none", remedy)
    from dataclasses import replace

    from hrnet_cli.analysis.own_budget import own_budget
    from hrnet_cli.cli.opening import open_spec
    from hrnet_cli.dialects.native.starter import NEXT, STARTS, command_line, write_starter
    from hrnet_cli.schema import NoHead
    from hrnet_cli.tracing import trace

    spec = open_spec(STARTS[task.value] if task else origin or "w32")
    if task is Task.backbone:
        spec = replace(spec, head=NoHead())
    with diagnosed(Color.auto):
        own = own_budget(trace(spec))
    text = write_starter(spec, own, "FILE" if file == STDOUT else file, schema)
    if file == STDOUT:
        say(text)
        return
    if Path(file).is_file() and not force:
        raise UsageError(f"{file!r} is there already", "name another file, or replace this one with --force")
    write(Path(file), text)
    with suppress(OSError, AttributeError):  # stderr is full, or closed
        sys.stderr.write(f"written; next: {command_line(NEXT[0], file)}\n")
