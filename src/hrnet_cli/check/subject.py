"""A spec under check: what the rules ask of it, each computed once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from hrnet_cli.analysis.costs import Cost, Totals, costs, measure, totals
from hrnet_cli.check.lock_file import LockEntry
from hrnet_cli.check.settings import Settings
from hrnet_cli.errors import Code, Diagnostic, HrnetError, UsageError
from hrnet_cli.nn import ShapeError, Tensor
from hrnet_cli.schema import Shape4, Spec
from hrnet_cli.sources.loading import Loaded
from hrnet_cli.text import KeyPath
from hrnet_cli.tracing import InputError, Shapes, Trace, build, input_shape, trace


class Subject:
    """A loaded spec, the settings, the lock if it is to be held against one, and what a forward pass shows."""

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

    def at(self, code: Code, path: KeyPath, message: str, remedy: str = "") -> Diagnostic:
        """A diagnostic at a path of the spec, wherever the config has that."""
        return self.loaded.at_spec_path(Diagnostic(code, path, message, remedy))

    def there(self, code: Code, path: KeyPath, message: str, remedy: str = "", at_key: bool = False) -> Diagnostic:
        """A diagnostic at a path of the config itself."""
        return self.loaded.at_config_path(Diagnostic(code, path, message, remedy, at_key))

    @property
    def input_path(self) -> KeyPath:
        """Where the input stands in the spec: nowhere if another is asked for."""
        return () if self.settings.input else ("input",)

    @property
    def has_own_input(self) -> bool:
        """Whether the spec or config says its input, or leaves it to a default of ours: a reader may have taken one."""
        return not self.spec.dialect or ("input",) in self.loaded.reading.origins

    @property
    def input(self) -> Shape4:
        """The input to check with: the one that is asked for, or the spec's own."""
        return self.spec.fill_input(self.settings.input or self.spec.input)

    @cached_property
    def outcome(self) -> Shapes | HrnetError:
        """The shapes that come out, or why none do: the input breaks, or has other channels."""
        if self._measured:
            return self._measured[0]
        return self._recorded if isinstance(self._recorded, HrnetError) else self._recorded.calls[0].outputs

    @property
    def totals(self) -> Totals | None:
        """What it costs in all; None where the input does not go through."""
        if self._measured:
            return self._measured[1]
        return totals(self.costs) if self.costs else None

    @cached_property
    def _measured(self) -> tuple[Shapes, Totals] | None:
        """Most specs go through and keep their budget, and need no record of how; None for the others."""
        if not self.spec.published and not self.locked:
            with suppress(ShapeError, UsageError):
                return measure(build(self.spec), Tensor(input_shape(self.spec, self.input)))
        return None

    @cached_property
    def _recorded(self) -> Trace | HrnetError:
        try:
            return trace(self.spec, self.input)
        except (InputError, UsageError) as error:
            return error

    @property
    def trace(self) -> Trace | None:
        """The forward pass with every call, where the input goes through."""
        return None if isinstance(self._recorded, HrnetError) else self._recorded

    @property
    def at_own_input(self) -> bool:
        """Whether the input goes through and is the spec's own, which its own figures are for."""
        return self.input == self.spec.input_shape and not isinstance(self.outcome, HrnetError)

    @cached_property
    def costs(self) -> list[Cost]:
        """What its calls cost; nothing where the input does not go through."""
        return costs(self.trace) if self.trace else []
