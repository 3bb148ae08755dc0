"""`hrnet-cli lock`."""

from pathlib import Path
from typing import Annotated

import typer

from hrnet_cli.cli.options import ColorOption, complete_spec
from hrnet_cli.cli.output import emit, write_document
from hrnet_cli.errors import UsageError
from hrnet_cli.files import only_one


def lock(
    specs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SPEC]...", help="Spec files and presets.", autocompletion=complete_spec),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Accept what differs, in these specs or in all that are locked.")
    ] = False,
    lock: Annotated[
        str | None, typer.Option(metavar="FILE", help="The lock file. Default: that of the settings, or hrnet.lock.")
    ] = None,
    color: ColorOption = "auto",
) -> None:
    """Record in a lock file what specs build.

    The lock file is for reviews: it has the params, MACs, activations, shapes and a digest of the state-dict keys of
    each spec. `hrnet-cli check --locked` reports each spec that builds something else.

    New specs are added. If a spec differs from what is locked, nothing is written and the exit code is 1, unless
    --update is given.

    Example: hrnet-cli lock w32 w48
    """
    from hrnet_cli.checking.lock import lock as add
    from hrnet_cli.checking.lock import update_all
    from hrnet_cli.checking.lock_file import lock_text, open_lock
    from hrnet_cli.checking.settings import load_settings, refuse_lock_outside

    path = Path(load_settings(lock=lock).lock)
    if lock is None:
        refuse_lock_outside(str(path))
    if not specs and not update:
        raise UsageError("no spec to lock", "name files or presets, or update all that are locked with --update")
    if not specs and not path.exists():
        raise UsageError(f"no lock file {str(path)!r} to update", "name the specs to lock")
    with only_one(path.parent):
        old = open_lock(path) if path.exists() else {}
        result = add(old, specs, path, update) if specs else update_all(old, path)
        if not result.refused:
            write_document(lock_text(result.entries), str(path))
    emit(result, "text", None, color)
    if result.refused:
        raise typer.Exit(1)
