"""A spec under check, and what it is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from hrnet_cli.analysis.costs import FIGURES, Cost, Totals, costs
from hrnet_cli.analysis.skeleton import measure, output_shapes
from hrnet_cli.checking.lock_file import LOCK_NAME, LockEntry
from hrnet_cli.dialects.table import BUILDERS
from hrnet_cli.errors import Code, Diagnostic, HrnetError, UsageError
from hrnet_cli.nn import Shape, ShapeError
from hrnet_cli.schema import Budget, Shape4, Spec
from hrnet_cli.schema.fields import Choice, Flag, RecordOf, Size, Text
from hrnet_cli.schema.records import Record, entry, record
from hrnet_cli.sources.loading import Loaded
from hrnet_cli.text import KeyPath
from hrnet_cli.tracing import InputError, Trace, input_shape, trace


@record(frozen=True)
class Requirements(Record):
    """What every spec is checked against: the part of the settings that rules read."""

    dialect: str = entry(
        Choice(tuple(BUILDERS)),
        "the dialect whose own code must be able to build the network; by default the one that a config is written in",
        default="",
    )
    input: Shape4 | None = entry(Size(), "the input shape to check with; by default each spec's own", default=None)
    budget: Budget = entry(
        RecordOf(Budget), "what any network may cost; a spec's own budget applies too", default=Budget()
    )
    lock: str = entry(Text(), "the lock file", default=LOCK_NAME)
    locked: bool = entry(Flag(), "whether every spec must build what the lock file records", default=False)


class Subject:
    """A loaded spec, and what rules need to know of it, each fact computed when it is first asked for."""

    def __init__(
        self, loaded: Loaded, requirements: Requirements, locked: Mapping[str, LockEntry] | None = None, name: str = ""
    ) -> None:
        self.loaded = loaded
        self.requirements = requirements
        self.locked = locked
        """The entries of the lock file; None if the spec need not be in it."""
        self.name = name
        """The spec as the user named it."""
        self.spec: Spec = loaded.spec

    # Findings

    def at(self, code: Code, path: KeyPath, message: str, remedy: str = "") -> Diagnostic:
        """A diagnostic at a path of the spec, located where the config has that key."""
        return self.loaded.at_spec_path(Diagnostic(code, path, message, remedy))

    def at_config(self, code: Code, path: KeyPath, message: str, remedy: str = "", at_key: bool = False) -> Diagnostic:
        """A diagnostic at a path of the config itself."""
        return self.loaded.at_config_path(Diagnostic(code, path, message, remedy, at_key))

    @property
    def config(self) -> Any:
        """The text as plain values, in the vocabulary of its own dialect."""
        return self.loaded.document.value

    @property
    def code_is_known(self) -> bool:
        """Whether the code that reads the config is known; if not, nothing is said for it."""
        return self.loaded.reading.code_is_known

    # The input

    @property
    def input(self) -> Shape4:
        """The input to check with: the required one, or the spec's own."""
        return self.spec.fill_input(self.requirements.input or self.spec.input)

    @property
    def input_path(self) -> KeyPath:
        """The path of that input in the spec; empty if it is the required one."""
        return () if self.requirements.input else ("input",)

    @property
    def declares_input(self) -> bool:
        """Whether the input is the config's own or the default of a spec; a reader of other configs may assume one."""
        return not self.spec.dialect or ("input",) in self.loaded.reading.origins

    @property
    def at_own_input(self) -> bool:
        """Whether the input goes through and is the spec's own, which its budget and published figures are for."""
        return self.input == self.spec.input_shape and self.outputs is not None

    # The forward pass

    @property
    def outputs(self) -> tuple[Shape, ...] | None:
        """The output shapes; None if the input cannot go through."""
        return None if isinstance(self._outcome, HrnetError) else self._outcome[0]

    @property
    def input_error(self) -> HrnetError | None:
        """Why the input cannot go through: an InputError, or a UsageError for the wrong number of channels."""
        return self._outcome if isinstance(self._outcome, HrnetError) else None

    @property
    def totals(self) -> Totals | None:
        """What the network costs; None if the input cannot go through, or if there is no bound on costs."""
        return None if isinstance(self._outcome, HrnetError) else self._outcome[1]

    @cached_property
    def _outcome(self) -> tuple[tuple[Shape, ...], Totals | None] | HrnetError:
        try:
            shape = input_shape(self.spec, self.input)
            return measure(self.spec, shape) if self._has_bounds else (output_shapes(self.spec, shape), None)
        except ShapeError:
            assert isinstance(self._trace, InputError)
            return self._trace
        except UsageError as error:
            return error

    @property
    def _has_bounds(self) -> bool:
        """Whether a budget bounds a cost."""
        budgets = (self.spec.budget, self.requirements.budget)
        return any(getattr(budget, f"max_{figure}") is not None for budget in budgets for figure in FIGURES)

    @property
    def own_budget(self) -> Budget:
        """The spec's own budget, which applies at its own input only."""
        return self.spec.budget if self.at_own_input else Budget()

    # Every call, for rules that need more than outputs and totals

    @property
    def trace(self) -> Trace | None:
        """The forward pass with every call; None if the input cannot go through."""
        return None if self.outputs is None or isinstance(self._trace, InputError) else self._trace

    @cached_property
    def _trace(self) -> Trace | InputError:
        try:
            return trace(self.spec, self.input)
        except InputError as error:
            return error

    @cached_property
    def costs(self) -> list[Cost]:
        """What each call costs; none if the input cannot go through."""
        return costs(self.trace) if self.trace else []
