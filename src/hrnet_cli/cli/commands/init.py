"""`hrnet-cli init`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from hrnet_cli.cli.options import Task, complete_spec, load, output_file
from hrnet_cli.cli.output import write_document, write_stderr
from hrnet_cli.errors import UsageError
from hrnet_cli.hrnet import DEFAULT_PRESET


def init(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="The file to write; - is standard output.")] = (
        "hrnet.yaml"
    ),
    origin: Annotated[
        str | None,
        typer.Option("--from", metavar="SPEC", autocompletion=complete_spec, help="Start from a preset or any spec."),
    ] = None,
    task: Annotated[Task | None, typer.Option(help="Start from a small network for this task.")] = None,
    schema: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Name the JSON Schema (`hrnet-cli schema`) on the first line, for editors."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write a commented spec to start from.

    The spec is that of a preset, by default w32, with the name of the file. Comments explain every key and show a
    budget that the network meets. An existing file is not replaced without --force.

    Example: hrnet-cli init mine.yaml --task segmentation
    """
    if origin is not None and task is not None:
        raise UsageError("--from and --task both name what to start from", "use one of the two")
    path = output_file(file)
    if path and Path(path).suffix.lower() == ".json":
        remedy = "name a .yaml file; hrnet-cli convert writes JSON: --to json -o FILE"
        raise UsageError(f"init writes YAML with comments, and {file!r} would be JSON, which has none", remedy)
    from hrnet_cli.analysis.own_budget import own_budget
    from hrnet_cli.dialects.native.starter import NEXT_COMMANDS, command_line, name_after, small_spec, write_starter
    from hrnet_cli.tracing import trace

    spec = small_spec(task, load) if task else load(origin or DEFAULT_PRESET)
    if path:
        spec = name_after(spec, path)
    text = write_starter(spec, own_budget(trace(spec)), path or "FILE", schema)
    if path is None:
        write_document(text)
        return
    if os.path.isfile(path) and not force:  # noqa: PTH113  # a name that is too long is refused where it is written
        raise UsageError(f"{file!r} exists already", "name another file, or replace this one with --force")
    write_document(text, path)
    write_stderr(f"written; next: {command_line(NEXT_COMMANDS[0], file)}")
