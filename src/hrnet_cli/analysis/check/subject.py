"""A spec under check: what the rules ask of it, each computed once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from hrnet_cli.analysis.check.settings import Settings
from hrnet_cli.analysis.costs import Cost, costs
from hrnet_cli.analysis.lock import LockEntry
from hrnet_cli.errors import HrnetError, Problem, UsageError
from hrnet_cli.spec import Spec
from hrnet_cli.spec.fields import Fault, Path
from hrnet_cli.spec.loading import Loaded
from hrnet_cli.tracing import InputError, Trace, trace


class Subject:
    """A loaded spec, the settings, the lock if it is to be held against one, and one forward pass."""

    def __init__(
        self, loaded: Loaded, settings: Settings, locked: Mapping[str, LockEntry] | None = None, name: str = ""
    ) -> None:
        self.loaded = loaded
        self.settings = settings
        self.locked = locked
        self.name = name
        self.spec: Spec = loaded.spec

    @property
    def config(self) -> Any:
        """The text as plain values, in the words of its own dialect."""
        return self.loaded.document.value

    def at(self, path: Path, message: str, hint: str = "") -> Problem:
        """A problem at a path of the spec, wherever a config has that."""
        return self.loaded.problem(Fault("", path, message, hint))

    def there(self, path: Path, message: str, hint: str = "", key: bool = False) -> Problem:
        """A problem at a path of the text itself."""
        return self.loaded.problem_there(Fault("", path, message, hint, key))

    @property
    def input_path(self) -> Path:
        """Where the input stands in the spec: nowhere if another is asked for."""
        return () if self.settings.input else ("input",)

    @cached_property
    def outcome(self) -> Trace | HrnetError:
        """The forward pass at the input that is asked for, or why there is none: it breaks, or has other channels."""
        size = self.settings.input
        try:
            return trace(self.spec, self.spec.fill_input(size) if size else None)
        except (InputError, UsageError) as error:
            return error

    @property
    def trace(self) -> Trace | None:
        """The forward pass, where the input goes through."""
        return self.outcome if isinstance(self.outcome, Trace) else None

    @property
    def at_own_input(self) -> bool:
        """Whether the forward pass is at the spec's own input, which its own figures are for."""
        return self.trace is not None and self.trace.input == self.spec.input_shape

    @cached_property
    def costs(self) -> list[Cost]:
        """What its calls cost; nothing where the input does not go through."""
        return costs(self.trace) if self.trace else []
