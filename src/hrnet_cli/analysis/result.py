"""What every result of the public API can do: print itself, show itself in a notebook, become JSON."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar


class Result:
    """The result of one command: data alone. Subclasses are `@dataclass(frozen=True, slots=True, repr=False)`.

    `hrnet_cli.report` decides how a result is written. It is a layer above this one, so it is imported only when a
    result is printed, and by name, as `InputError` does for its diagnosis.
    """

    __slots__ = ()
    command: ClassVar[str]
    """The command that prints this result. `present` in `hrnet_cli.report.<command>` makes its report."""

    def __str__(self) -> str:
        """The text that the command prints, without colours and without a bound on its width."""
        return str(_report().text(self))

    def __repr__(self) -> str:
        """One short line: the type, the network and the main figure."""
        return str(_report().one_line(self))

    def _repr_html_(self) -> str:
        """The report as HTML, which notebooks show."""
        return str(_report().html(self))

    def to_dict(self) -> dict[str, Any]:
        """The report as `--format json` writes it, as plain values."""
        return dict(_report().to_dict(self))


def _report() -> Any:
    return import_module("hrnet_cli.report.results")
