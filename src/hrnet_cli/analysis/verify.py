"""Our figures against those of torch hooks, torchinfo, FlopCounterMode and fvcore, module by module.

Each of these peers counts by its own convention. `peer_rules` has it as a rule over our costs, so every figure is
compared exactly. A figure that a peer does not report by its nature is no disagreement; a module that only one side
lists is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar, Literal, NamedTuple

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.peer_rules import NOT_REPORTED, Figures, ModuleFacts, TermName, macs, module_facts
from hrnet_cli.analysis.peers import Answer, ask_all
from hrnet_cli.analysis.result import Result
from hrnet_cli.errors import check_flags
from hrnet_cli.hrnet import DEFAULT_PRESET
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Shape4
from hrnet_cli.tracing import DEVICE, Call, SpecLike, Trace, trace


class Tally(NamedTuple):
    """The number of modules that agree and disagree on one figure."""

    agree: int
    disagree: int
    not_reported: int
    """Modules of which the peer does not report this figure, by its nature."""


class ModuleCall(NamedTuple):
    """A module call, as one of two traces recorded it."""

    order: int
    """Its index among all calls, from 0."""
    path: str
    type: str
    inputs: tuple[Shape, ...]


FigureName = Literal["outputs", "params", "count", "total_params", "total_count", "call", "forward_pass"]
Figure = int | tuple[tuple[Shape, ...], ...] | ModuleCall | str
"""A count, the outputs of every call (none: never called), a call, or an error message."""


class Disagreement(NamedTuple):
    """A figure of a module, or of the network (an empty path), that is not ours; null is not reported."""

    path: str
    figure: FigureName
    ours: Figure | None
    theirs: Figure | None


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a peer's count, computed from our costs."""

    name: TermName
    layer: str
    """The type of layer that the term is for; empty if its name says it."""
    count: int


@dataclass(frozen=True, slots=True)
class Peer:
    """The figures of a peer and how they compare with ours; those of a peer that was skipped are null."""

    name: str
    version: str
    device: str
    input: Shape
    """A smaller one than ours if the peer needs real tensors and ours takes too much memory."""
    status: Literal["agree", "disagree", "skipped"]
    reason: str
    """Why the peer was skipped."""
    remedy: str
    """What makes it run."""
    convention: str
    """`macs`, `flops` and `fvcore` are those of `flops --convention`."""
    params: int | None
    """As the peer reports it; null if it reports none."""
    count: int | None
    """As the peer reports it, in its own convention."""
    expected_count: int
    """Our count in the peer's convention, at the same input."""
    terms: tuple[Term, ...]
    """The parts of `expected_count`."""
    outputs_tally: Tally
    params_tally: Tally
    count_tally: Tally
    first_branch_only: int
    """The number of modules whose outputs are several branches, of which the peer reports only the first."""
    unlisted: tuple[str, ...]
    """Modules in which nothing is called, if the peer does not list them."""
    uncounted_operators: dict[str, int]
    """How often the peer met each operator that it has no rule for and counts as 0."""
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """What a peer reports of one module; null is not reported."""

    peer: str
    outputs: tuple[tuple[Shape, ...], ...] | None
    params: int | None
    count: int | None
    agrees: bool | None
    """Whether it is what we expect; null if the peer reports nothing of this module, by its nature."""


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """Our figures of a module with all below it, and those of every peer that ran."""

    path: str
    type: str
    outputs: tuple[tuple[Shape, ...], ...]
    """The branches that each call returns."""
    params: int
    macs: int
    peers: tuple[PeerFigures, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Verification(Result):
    """Our figures, by the shapes engine, and how those of each peer compare with them."""

    command: ClassVar[str] = "verify"

    network: str
    engine: str
    convention: str
    input: Shape
    status: Literal["agree", "disagree"]
    """`disagree` if any peer does."""
    modules: int
    """The number of modules."""
    never_called: int
    """The number of modules that are only containers, so that they have no outputs."""
    calls: int
    """The number of module calls."""
    params: int
    macs: int
    peers: tuple[Peer, ...]
    rows: tuple[ModuleRow, ...] | None
    """Every module; null if they were not asked for."""

    @property
    def agrees(self) -> bool:
        """Whether every peer that ran agrees."""
        return self.status == "agree"


def verify(
    spec: SpecLike = DEFAULT_PRESET,
    input: str | Shape4 | None = None,
    device: str | None = None,
    *,
    modules: bool = False,
) -> Verification:
    """Run every peer and compare; with `modules`, keep the figures of every module.

    torch hooks run on `device`, torchinfo and FlopCounterMode on meta. fvcore needs real tensors, so a large input is
    replaced by a smaller one. Raises SpecError, UsageError, InputError for an input that cannot go through, and
    MissingExtraError without torch.
    """
    check_flags(modules=modules)
    ours = trace(spec, input)
    facts = module_facts(ours, macs)
    answers = ask_all(ours, DEVICE if device is None else device)
    peers = tuple(map(_peer, answers))
    return Verification(
        network=ours.spec.name,
        engine=ours.engine,
        convention="macs",
        input=ours.input,
        status="disagree" if any(peer.status == "disagree" for peer in peers) else "agree",
        modules=len(facts),
        never_called=sum(not each.outputs for each in facts.values()),
        calls=len(ours.calls),
        params=facts[""].params,
        macs=facts[""].count,
        peers=peers,
        rows=tuple(_rows(facts, answers)) if modules else None,
    )


def _peer(answer: Answer) -> Peer:
    """Compare every figure of every module, then the totals."""
    rule, report, skipped = answer.rule, answer.report, answer.skipped
    facts = module_facts(answer.ours, rule.terms)
    terms = _terms(answer)
    expected = sum(term.count for term in terms)
    pairs = _pairs(answer, facts)
    disagreements = tuple(_disagreements(answer, facts[""].params, expected, pairs))
    outputs, params, count = (_tally(pairs, name) for name in COMPARED)
    return Peer(
        name=rule.peer,
        version=report.version if report else "",
        device=answer.device,
        input=answer.ours.input,
        status="skipped" if skipped else "disagree" if disagreements else "agree",
        reason=skipped.message if skipped else "",
        remedy=skipped.remedy if skipped else "",
        convention=rule.convention,
        params=report.params if report else None,
        count=report.count if report else None,
        expected_count=expected,
        terms=terms,
        outputs_tally=outputs,
        params_tally=params,
        count_tally=count,
        first_branch_only=sum(rule.figures(each).outputs not in (None, each.outputs) for each in facts.values()),
        unlisted=tuple(path for path, each in facts.items() if not each.is_used and rule.figures(each) == NOT_REPORTED),
        uncounted_operators=report.uncounted_operators if report else {},
        disagreements=disagreements,
    )


def _terms(answer: Answer) -> tuple[Term, ...]:
    """The terms of the expected count that are not 0, MACs first."""
    sums: Counter[tuple[TermName, str]] = Counter()
    for cost in costs(answer.ours):
        sums.update(answer.rule.terms(cost))
    return tuple(Term(name, layer, count) for (name, layer), count in sums.items() if count)


COMPARED: tuple[Literal["outputs", "params", "count"], ...] = ("outputs", "params", "count")
"""The fields of Figures."""
Pairs = dict[str, tuple[Figures, Figures]]
"""The figures that we expect and those that the peer reports, by the path of the module."""


def _pairs(answer: Answer, facts: dict[str, ModuleFacts]) -> Pairs:
    """Every module that either side lists; none if the peer did not run."""
    if answer.report is None:
        return {}
    modules = answer.report.modules
    theirs = {path: Figures(each.outputs, each.params, each.count) for path, each in modules.items()}
    ours = {path: answer.rule.figures(each) for path, each in facts.items()}
    return {path: (ours.get(path, NOT_REPORTED), theirs.get(path, NOT_REPORTED)) for path in {**ours, **theirs}}


def _tally(pairs: Pairs, name: str) -> Tally:
    values = [(getattr(ours, name), getattr(theirs, name)) for ours, theirs in pairs.values()]
    not_reported = values.count((None, None))
    agree = sum(ours == theirs for ours, theirs in values) - not_reported
    return Tally(agree, len(values) - agree - not_reported, not_reported)


def _disagreements(answer: Answer, params: int, expected: int, pairs: Pairs) -> Iterator[Disagreement]:
    if answer.broken:
        path, message = answer.broken
        yield Disagreement(path, "forward_pass", None, message)
    if answer.theirs:
        yield from _first_other_call(answer.ours, answer.theirs)
    if answer.report:
        expected_params = params if answer.rule.total_params else None
        if answer.report.params != expected_params:
            yield Disagreement("", "total_params", expected_params, answer.report.params)
        if answer.report.count != expected:
            yield Disagreement("", "total_count", expected, answer.report.count)
    for path, figures in pairs.items():
        for name in COMPARED:
            ours, theirs = (getattr(each, name) for each in figures)
            if ours != theirs:
                yield Disagreement(path, name, ours, theirs)


def _first_other_call(ours: Trace, theirs: Trace) -> Iterator[Disagreement]:
    """The first call in which two traces differ, by module or by inputs: later ones are no longer in step."""
    for a, b in zip_longest(map(_module_call, ours.calls), map(_module_call, theirs.calls)):
        if a != b:
            yield Disagreement((a or b).path, "call", a, b)
            return


def _module_call(call: Call) -> ModuleCall:
    return ModuleCall(call.order, call.node.path, call.node.type, call.inputs)


def _rows(facts: dict[str, ModuleFacts], answers: list[Answer]) -> Iterator[ModuleRow]:
    """Every module of ours with the figures of each peer that ran."""
    ran = {
        answer.rule.peer: _pairs(answer, module_facts(answer.ours, answer.rule.terms))
        for answer in answers
        if answer.report
    }
    for path, each in facts.items():
        figures = tuple(_peer_figures(peer, *pairs[path]) for peer, pairs in ran.items())
        yield ModuleRow(path, each.node.type, each.outputs, each.params, each.count, figures)


def _peer_figures(peer: str, expected: Figures, reported: Figures) -> PeerFigures:
    agrees = None if expected == reported == NOT_REPORTED else expected == reported
    return PeerFigures(peer, reported.outputs, reported.params, reported.count, agrees)
