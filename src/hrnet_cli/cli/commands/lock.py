"""`hrnet-cli lock`."""

from pathlib import Path
from typing import Annotated

import typer

from hrnet_cli.cli.options import Color, ColorOption, Format, complete_spec
from hrnet_cli.cli.output import Target, diagnosed, emit, write
from hrnet_cli.report.formats import Report


def lock(
    specs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SPEC]...", help="Spec files and presets.", autocompletion=complete_spec),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Renew what differs: of these specs, or of all that are locked.")
    ] = False,
    lock: Annotated[
        str | None, typer.Option(metavar="FILE", help="The lock file; by default hrnet.lock, or that of the settings.")
    ] = None,
    color: ColorOption = Color.auto,
) -> None:
    """Write down what specs build.

    The lock file is for reviews: it holds params, MACs, activations, shapes and a digest of the state-dict keys of each
    spec, and `hrnet-cli check --locked` says which specs build something else. New specs are added; one that differs
    from what is locked is exit 1, and nothing is written without --update.

    Example: hrnet-cli lock w32 w48
    """
    from hrnet_cli.check.lock import lock as add
    from hrnet_cli.check.lock import lock_text, open_lock, renew
    from hrnet_cli.cli.configuration import configured
    from hrnet_cli.errors import UsageError
    from hrnet_cli.report.lock import present

    lock = lock or configured().lock
    path = Path(lock)
    if not specs and not update:
        raise UsageError("no spec to lock", "name files or presets; --update alone renews all that are locked")
    if not specs and not path.exists():
        raise UsageError(f"there is no {lock!r} to renew", "name the specs to lock")
    old = open_lock(path) if path.exists() else {}
    with diagnosed(color):
        result = add(old, specs, path.parent, update) if specs else renew(old, path.parent)
    if not result.refused:
        write(path, lock_text(result.entries))
    emit(Report("lock", result, lambda: present(result, lock)), Target(Format.text, None, color))
    if result.refused:
        raise typer.Exit(1)
