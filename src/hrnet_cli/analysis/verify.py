"""The shapes engine against torch's own hooks, torchinfo, FlopCounterMode and fvcore, module by module.

Each counts by a convention of its own, which `peer_rules` has over our costs, term by term: so a figure is compared
exactly, and a total that differs is explained by numbers that add up. What a peer cannot tell is counted as
`not told`; a module that one side has and the other lacks is a disagreement.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.diagnosis import smallest_divisor
from hrnet_cli.analysis.peer_rules import HOOKS_RULE, NOTHING, PEER_RULES, Figures, Known, Rule, knowledge, macs
from hrnet_cli.errors import HrnetError
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Shape4
from hrnet_cli.tracing import DEVICE, Call, InputError, Shapes, SpecLike, Trace, torch_engine, trace

if TYPE_CHECKING:
    from hrnet_cli.lowering.peers import PeerReport

MOST_ACTIVATIONS = 2**30
"""Bytes of all outputs of leaves, in float32, above which fvcore is run at a smaller input."""
MOST_WEIGHTS = 2**31
"""Bytes of all parameters, in float32, above which fvcore is not run. HRNet-W64 has half a GB."""


@dataclass(frozen=True)
class Tally:
    """How many modules agree on one figure."""

    agree: int
    disagree: int
    not_told: int
    """The source says nothing of this figure for this module, and by its nature cannot."""


@dataclass(frozen=True)
class Disagreement:
    """One figure of one module (the network itself: an empty path) that is not what we say it is."""

    path: str
    what: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Term:
    """A part of a source's total, by our count."""

    label: str
    count: int


@dataclass(frozen=True)
class Source:
    """One peer's verdict. Where it was skipped, `reason` says why and `remedy` what helps; its figures are None."""

    name: str
    version: str
    device: str
    input: Shape
    status: str
    """`agree`, `disagree` or `skipped`."""
    reason: str
    remedy: str
    convention: str
    unit: str
    """What the source calls what it counts."""
    params: int | None
    """As the source states it; None where it states none."""
    total: int | None
    """As the source states it, in its own unit."""
    reconciliation: tuple[Term, ...]
    """Our count by the source's convention, at the same input: the terms add up to `expected`."""
    expected: int
    output_tally: Tally
    params_tally: Tally
    count_tally: Tally
    disagreements: tuple[Disagreement, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What a source says of one module. None is what it does not say."""

    source: str
    outputs: tuple[Shapes, ...] | None
    params: int | None
    count: int | None
    agrees: bool | None
    """Whether that is what we say; None where it says nothing of this module, and cannot."""


@dataclass(frozen=True)
class ModuleRow:
    """One module, with all below it; `outputs` has one entry per call."""

    path: str
    type: str
    outputs: tuple[Shapes, ...]
    params: int
    macs: int
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Verification:
    """The result of `verify`. The figures are the shapes engine's, which the sources are held against."""

    spec: str
    engine: str
    convention: str
    """Of the figures here; each source has its own."""
    input: Shape
    status: str
    """`disagree` where any source does, else `agree`."""
    modules: int
    never_called: int
    """Of the modules, the containers that have no output: theirs is compared as never called."""
    calls: int
    params: int
    macs: int
    sources: tuple[Source, ...]
    rows: tuple[ModuleRow, ...] | None
    """Every module side by side, if asked for."""

    @property
    def agrees(self) -> bool:
        """Whether no source that ran says otherwise."""
        return self.status == "agree"


def verify(
    spec: SpecLike = "w32", input: str | Shape4 | None = None, device: str | None = None, *, modules: bool = False
) -> Verification:
    """Run every source and compare. The torch engine runs on `device`, torchinfo and FlopCounterMode on meta.

    fvcore needs real tensors: a large input is replaced by a smaller one, and compared with our trace of that one.
    With `modules`, every module side by side. Raises SpecError, UsageError, InputError where the input cannot go
    through, MissingExtraError without torch.
    """
    ours = trace(spec, input)
    device = DEVICE if device is None else device
    hooks, model = _ask_hooks(ours, device)
    models = {} if model is None else {device: model}
    answers = [hooks, *(_ask_peer(rule, ours, models) for rule in PEER_RULES)]
    sources = tuple(_source(answer) for answer in answers)
    known = knowledge(ours, macs)
    return Verification(
        spec=ours.spec.name,
        engine=ours.engine,
        convention="macs",
        input=ours.input,
        status="disagree" if any(source.status == "disagree" for source in sources) else "agree",
        modules=len(known),
        never_called=sum(not each.outputs for each in known.values()),
        calls=len(ours.calls),
        params=known[""].params,
        macs=known[""].total,
        sources=sources,
        rows=tuple(_rows(known, answers)) if modules else None,
    )


class Answer(NamedTuple):
    """What came of asking a source: a report, or why there is none; `ours` is our trace at the same input."""

    rule: Rule
    ours: Trace
    device: str
    report: PeerReport | None = None
    found: tuple[Disagreement, ...] = ()
    skipped: HrnetError | None = None
    notes: tuple[str, ...] = ()


def _ask_hooks(ours: Trace, device: str) -> tuple[Answer, Any]:
    """The torch engine's trace as a report, and its model, where the input could go through."""
    peers = _peers()
    try:
        theirs = trace(ours.spec, ours.input, engine="torch", device=device)
    except InputError as error:
        return _broken(Answer(HOOKS_RULE, ours, device), error.failure.node.path, error.failure.message), None
    known = knowledge(theirs, macs)
    modules = {path: peers.ModuleReport(each.outputs, each.params, each.total) for path, each in known.items()}
    report = peers.PeerReport(peers.torch.__version__, known[""].params, known[""].total, modules, ())
    return Answer(HOOKS_RULE, ours, device, report, _first_other_call(ours, theirs)), theirs.root.module


def _peers() -> Any:
    """The module `lowering.peers`, imported now. Raises MissingExtraError without torch."""
    torch_engine()
    from hrnet_cli.lowering import peers

    return peers


def _broken(answer: Answer, path: str, message: str) -> Answer:
    """A source that breaks where we do not is a disagreement, unless it is for want of memory."""
    if any(words in message for words in ("can't allocate memory", "out of memory")):
        return answer._replace(skipped=HrnetError(f"not enough memory on {answer.device}", "try a smaller --input"))
    return answer._replace(found=(Disagreement(path, "forward pass", "goes through", message),))


def _first_other_call(ours: Trace, theirs: Trace) -> tuple[Disagreement, ...]:
    """Where the two engines' calls part: another module, or other inputs. All calls after that are out of step."""
    for index, (a, b) in enumerate(zip_longest(ours.calls, theirs.calls)):
        if a is None or b is None or (a.node.path, a.node.type, a.inputs) != (b.node.path, b.node.type, b.inputs):
            return (Disagreement((a or b).node.path, f"call {index}", _show_call(a), _show_call(b)),)
    return ()


def _ask_peer(rule: Rule, ours: Trace, models: dict[str, Any]) -> Answer:
    """Run a peer. `models` keeps the lowered network by device, so that each is built once."""
    peers = _peers()
    try:
        at, notes = (ours, ()) if rule.device == "meta" else _within_memory(ours)
    except HrnetError as error:
        return Answer(rule, ours, rule.device, skipped=error)
    asked = Answer(rule, at, rule.device, notes=notes)
    try:
        if rule.device not in models:
            models[rule.device], _ = torch_engine().on_device(ours.root.module, at.input, rule.device)
        report = peers.PEERS[rule.source](models[rule.device], peers.random_input(at.input, rule.device))
    except HrnetError as error:
        return asked._replace(skipped=error)
    except Exception as error:  # whatever another program raises
        return _broken(asked, "", f"{type(error).__name__}: {error}".splitlines()[0])
    return asked._replace(report=report)


def _within_memory(ours: Trace) -> tuple[Trace, tuple[str, ...]]:
    """Our trace at an input that real tensors can take, and a note where it is not the one that was asked for.

    Raises HrnetError where no input would do.
    """
    weights = 4 * sum(node.own_params for node in ours.root.walk())
    if weights > MOST_WEIGHTS:
        raise HrnetError(f"needs real tensors, and the weights alone are {weights:,} bytes")
    at = _smaller(ours)
    if at is ours:
        return ours, ()
    size = f"{_show_shape(ours.input)}, where all activations together are {_activations(ours):,} bytes"
    return at, (f"needs real tensors, so run at {_show_shape(at.input)} and compared there, not at {size}",)


def _smaller(ours: Trace) -> Trace:
    """The trace itself if its activations are few enough, else with a batch of 1, and half the size until they are."""
    at, divisor = ours, 0
    while _activations(at) > MOST_ACTIVATIONS:
        divisor = divisor or smallest_divisor(ours.spec) or 1
        smaller = _half(at.input, divisor)
        if smaller == at.input:
            size = f"{_show_shape(smaller)} all activations are {_activations(at):,} bytes"
            raise HrnetError(f"needs real tensors, and even at {size}")
        at = trace(ours.spec, smaller)
    return at


def _activations(trace: Trace) -> int:
    """Bytes of all outputs of leaves in float32."""
    return 4 * sum(math.prod(shape) for call in trace.leaf_calls for shape in call.outputs)


def _half(shape: Shape4, divisor: int) -> Shape4:
    batch, channels, *size = shape
    height, width = size if batch > 1 else (math.ceil(n / 2 / divisor) * divisor for n in size)
    return (1, channels, height, width)


FIGURES = ("output shape", "params", "count")


def _source(answer: Answer) -> Source:
    """The verdict: every figure of every module, then the totals."""
    rule, report = answer.rule, answer.report
    known = knowledge(answer.ours, rule.terms)
    terms = _reconciliation(answer.ours, rule)
    expected = sum(term.count for term in terms)
    pairs = dict(_pairs(answer, known)) if report else {}
    totals = _totals(answer, known[""].params, expected) if report else []
    found = [*answer.found, *totals, *_differences(pairs, rule.unit)]
    outputs, params, counts = (_tally(pairs, index) for index in range(len(FIGURES)))
    status = "skipped" if answer.skipped else "disagree" if found else "agree"
    notes = (*answer.notes, rule.note(known), *(report.notes if report else ()))
    return Source(
        name=rule.source,
        version=report.version if report else "",
        device=answer.device,
        input=answer.ours.input,
        status=status,
        reason=answer.skipped.message if answer.skipped else "",
        remedy=answer.skipped.remedy if answer.skipped else "",
        convention=rule.convention,
        unit=rule.unit,
        params=report.params if report else None,
        total=report.total if report else None,
        reconciliation=terms,
        expected=expected,
        output_tally=outputs,
        params_tally=params,
        count_tally=counts,
        disagreements=tuple(found),
        notes=tuple(note for note in notes if note),
    )


def _reconciliation(ours: Trace, rule: Rule) -> tuple[Term, ...]:
    """The terms of the total that are not zero, MACs first."""
    sums: Counter[str] = Counter()
    for cost in costs(ours):
        sums.update(rule.terms(cost))
    return tuple(Term(label, count) for label, count in sums.items() if count)


def _pairs(answer: Answer, known: dict[str, Known]) -> Iterator[tuple[str, tuple[Figures, Figures]]]:
    """What we say and what they say of every module that either has."""
    assert answer.report is not None
    theirs = answer.report.modules
    for path in dict.fromkeys((*known, *theirs)):
        ours = answer.rule.can_tell(known[path]) if path in known else NOTHING
        yield path, (ours, Figures(*theirs.get(path, NOTHING)))


def _totals(answer: Answer, params: int, expected: int) -> list[Disagreement]:
    assert answer.report is not None
    report, rule = answer.report, answer.rule
    pairs = {"total params": (params if rule.tells_params else None, report.params)}
    pairs[f"total {rule.unit}"] = (expected, report.total)
    return [Disagreement("", what, _show(a), _show(b)) for what, (a, b) in pairs.items() if a != b]


def _differences(pairs: dict[str, tuple[Figures, Figures]], unit: str) -> Iterator[Disagreement]:
    for path, (ours, theirs) in pairs.items():
        for what, a, b in zip(FIGURES, ours, theirs, strict=True):
            if a != b:
                yield Disagreement(path, unit if what == "count" else what, _show(a), _show(b))


def _tally(pairs: dict[str, tuple[Figures, Figures]], index: int) -> Tally:
    each = [(ours[index], theirs[index]) for ours, theirs in pairs.values()]
    not_told = each.count((None, None))
    agree = sum(a == b for a, b in each) - not_told
    return Tally(agree, len(each) - agree - not_told, not_told)


def _rows(known: dict[str, Known], answers: list[Answer]) -> Iterator[ModuleRow]:
    """Every module of ours with what each source that ran says of it."""
    ran = [answer for answer in answers if answer.report]
    pairs = [dict(_pairs(answer, knowledge(answer.ours, answer.rule.terms))) for answer in ran]
    for path, each in known.items():
        told = tuple(_told(answer.rule.source, *by_path[path]) for answer, by_path in zip(ran, pairs, strict=True))
        yield ModuleRow(path, each.node.type, each.outputs, each.params, each.total, told)


def _told(source: str, ours: Figures, theirs: Figures) -> Told:
    return Told(source, *theirs, agrees=None if ours == theirs == NOTHING else ours == theirs)


def _show_shape(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _show_call(call: Call | None) -> str:
    return "no call" if call is None else f"{call.node.path} {call.node.type} on {_show((call.inputs,))}"


def _show(value: tuple[Shapes, ...] | int | None) -> str:
    """A figure as text: calls are parted by semicolons, branches by commas."""
    if isinstance(value, tuple):
        return "; ".join(", ".join(map(_show_shape, shapes)) for shapes in value) or "never called"
    return "not told" if value is None else str(value)
