"""`hrnet_cli.check`: the command's check as a function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hrnet_cli.checking.files import targets
from hrnet_cli.checking.finding import Check
from hrnet_cli.checking.processes import run
from hrnet_cli.checking.run import checker
from hrnet_cli.checking.settings import read_settings
from hrnet_cli.errors import Diagnostic, UsageError
from hrnet_cli.schema import Shape4
from hrnet_cli.text import quote, type_name


def check(
    *specs: str | Path,
    input: str | Shape4 | None = None,
    dialect: str | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    severity: Mapping[str, str] | None = None,
    per_file_ignores: Mapping[str, Iterable[str]] | None = None,
    include: Iterable[str] | None = None,
    exclude: Iterable[str] | None = None,
    max_params: int | str | None = None,
    max_macs: int | str | None = None,
    max_activations: int | str | None = None,
    divisor: int | None = None,
    lock: str | Path | None = None,
    jobs: int = 1,
) -> Check:
    """Check specs and configs against rules, as `hrnet-cli check` does; settings files are not read.

    `specs` are files, folders and presets; none is the current folder. The other arguments are the keys of a settings
    file (docs/ci.md): rules by code or its beginning, patterns of files, and bounds such as `max_params="30M"`. With
    `lock`, every spec must build what that lock file records. `jobs` is the number of processes, 0 one per core.

    What is wrong with a spec is a finding of the result, whose `exit_code` is that of the command. Raises UsageError
    for wrong arguments and if there is no spec, and UnreadableError for a lock file that cannot be read.
    """
    for spec in specs:
        if not isinstance(spec, str | Path):
            remedy = "pass files, folders and presets, each as an argument of its own"
            raise UsageError(f"expected the name of a spec, found {type_name(spec)}", remedy)
    if type(jobs) is not int or jobs < 0:
        raise UsageError(f"jobs: {quote(jobs)} is not a number of processes", "pass 1 or more, or 0 for one per core")
    budget = {"max_params": max_params, "max_macs": max_macs, "max_activations": max_activations, "divisor": divisor}
    values = {
        "input": input,
        "dialect": dialect,
        "select": select,
        "ignore": ignore,
        "severity": severity,
        "per_file_ignores": per_file_ignores,
        "include": include,
        "exclude": exclude,
        "budget": _passed(budget),
        "lock": None if lock is None else str(lock),
        "locked": lock is not None,
    }
    settings, diagnostics = read_settings(_passed(values))
    if settings is None:
        raise UsageError("\n".join(f"{_argument(each)}: {each.message}\n  {each.remedy}" for each in diagnostics))
    files = targets(map(str, specs or (".",)), settings)
    if not files:
        raise UsageError("no spec to check", "name spec files or the folder that has them")
    made = checker(settings)
    if made.lock_error:
        raise made.lock_error
    return run(made, files, jobs)


def _argument(diagnostic: Diagnostic) -> str:
    """The argument that a diagnostic of the settings is about: bounds are below `budget` there."""
    return diagnostic.dotted.removeprefix("budget.")


def _passed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are not None, with every list as the settings take it."""
    return {
        name: list(value) if isinstance(value, Iterable) and not isinstance(value, str | Mapping) else value
        for name, value in arguments.items()
        if value is not None
    }
