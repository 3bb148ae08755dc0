"""The shapes engine against torch's own hooks, torchinfo, FlopCounterMode and fvcore, module by module.

Each counts by a convention of its own. Its rule is written here over our costs, term by term, so that a figure is
compared exactly and a total that differs is explained by numbers that add up. What a peer cannot tell is counted as
`not told`; a module that one side has and the other lacks is a disagreement.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from hrnet_cli.analysis.costs import Cost, costs
from hrnet_cli.analysis.diagnosis import smallest_divisor
from hrnet_cli.errors import HrnetError
from hrnet_cli.nn import Shape
from hrnet_cli.spec import Shape4
from hrnet_cli.tracing import Call, InputError, Node, Shapes, SpecLike, Trace, torch_engine, trace

if TYPE_CHECKING:
    from hrnet_cli.lowering.peers import Report

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
    """One peer's verdict. Where it was skipped, `reason` says why and `hint` what helps; its figures are None."""

    name: str
    version: str
    device: str
    input: Shape
    status: str
    """`agree`, `disagree` or `skipped`."""
    reason: str
    hint: str
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
    """What a source says of one module, and whether that is what we say. None is what it does not say."""

    source: str
    outputs: tuple[Shapes, ...] | None
    params: int | None
    count: int | None
    agrees: bool


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
    spec: SpecLike = "w32", input: str | Shape4 | None = None, device: str = "meta", *, modules: bool = False
) -> Verification:
    """Run every source and compare. The torch engine runs on `device`, torchinfo and FlopCounterMode on meta.

    fvcore needs real tensors: a large input is replaced by a smaller one, and compared with our trace of that one.
    With `modules`, every module side by side. Raises SpecError, UsageError, InputError where the input cannot go
    through, MissingExtraError without torch.
    """
    ours = trace(spec, input)
    hooks, model = _ask_hooks(ours, device)
    models = {} if model is None else {device: model}
    answers = [hooks, *(_ask_peer(rule, ours, models) for rule in PEER_RULES)]
    sources = tuple(_source(answer) for answer in answers)
    known = _known(ours, _macs)
    return Verification(
        spec=ours.spec.name,
        engine=ours.engine,
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


class Figures(NamedTuple):
    """What is compared of a module, with all below it: the shapes that each call returns, parameters, and the count."""

    outputs: tuple[Shapes, ...] | None
    params: int | None
    total: int | None


NOTHING = Figures(None, None, None)


class Known(NamedTuple):
    """All that our trace knows of a module."""

    node: Node
    outputs: tuple[Shapes, ...]
    params: int
    total: int
    reached: bool
    """Whether it or a module in it was called: a container of nothing but identities was not."""


Terms = Callable[[Cost], dict[str, int]]
"""What a leaf call counts under a convention, by the name of the term."""


def _known(trace: Trace, terms: Terms) -> dict[str, Known]:
    """Every module by path, in the order of the tree."""
    outputs: dict[str, tuple[Shapes, ...]] = {}
    counted: Counter[str] = Counter()
    for call in trace.calls:
        outputs[call.node.path] = (*outputs.get(call.node.path, ()), call.outputs)
    for cost in costs(trace):
        counted[cost.call.node.path] += sum(terms(cost).values())
    params = _with_all_below(trace.root, {node.path: node.own_params for node in trace.root.walk()})
    counts = _with_all_below(trace.root, counted)
    calls = _with_all_below(trace.root, {path: len(each) for path, each in outputs.items()})
    return {
        node.path: Known(node, outputs.get(node.path, ()), params[node.path], counts[node.path], calls[node.path] > 0)
        for node in trace.root.walk()
    }


def _with_all_below(root: Node, own: Mapping[str, int]) -> dict[str, int]:
    """The sum over each module and those below it."""
    sums = {node.path: own.get(node.path, 0) for node in root.walk()}
    for node in reversed(list(root.walk())):
        sums[node.path] += sum(sums[child.path] for child in node.children)
    return sums


class Rule(NamedTuple):
    """A source's convention: what it counts, term by term, and how much of what we know it can tell."""

    source: str
    device: str
    unit: str
    convention: str
    terms: Terms
    can_tell: Callable[[Known], Figures]
    """What it says of a module if it agrees with us."""
    tells_params: bool
    note: Callable[[dict[str, Known]], str] = lambda _: ""


def _macs(cost: Cost) -> dict[str, int]:
    return {"MACs": cost.macs}


def _torchinfo(cost: Cost) -> dict[str, int]:
    """calculate_macs of torchinfo/layer_info.py: every weight and bias of a `Conv…` × N·H·W of its output, else × N."""
    batch, _, *size = cost.call.outputs[0]
    elements = {name: math.prod(shape) for name, shape in cost.call.node.parameters.items()}
    if "Conv" in cost.call.node.type:
        return {"MACs": cost.macs, "bias × output positions": elements.get("bias", 0) * batch * math.prod(size)}
    rest = batch * sum(elements.values()) - cost.macs
    return {"MACs": cost.macs, f"N × parameters of {cost.call.node.type}": rest}


def _fvcore(cost: Cost) -> dict[str, int]:
    return {"MACs": cost.macs, f"fvcore's rule for {cost.call.node.type}": cost.fvcore - cost.macs}


def _all_told(known: Known) -> Figures:
    return Figures(known.outputs, known.params, known.total)


def _told_by_torchinfo(known: Known) -> Figures:
    """Of a list of branches the first one only, and no count of a composite.

    A container that is never called has a row, with its parameters, only where something in it is called.
    """
    if not known.reached:
        return NOTHING
    first_tensors = tuple(outputs[:1] for outputs in known.outputs)
    return Figures(first_tensors, known.params, None if known.node.children else known.total)


def _torchinfo_limits(known: dict[str, Known]) -> str:
    lists = sum(any(len(call) > 1 for call in each.outputs) for each in known.values())
    only_first = f"; keeps the first tensor of a list: {lists} modules compared on branch 0 only" if lists else ""
    return f"counts leaves only{only_first}"


HOOKS_RULE = Rule(
    source="torch hooks",
    device="",
    unit="MACs",
    convention="multiply-accumulates of convolutions, bias not counted, from torch's own weights and shapes",
    terms=_macs,
    can_tell=_all_told,
    tells_params=True,
)

PEER_RULES = (
    Rule(
        source="torchinfo",
        device="meta",
        unit="mult-adds",
        convention="convolution weights and biases × output positions; of any other layer, batch size × parameters",
        terms=_torchinfo,
        can_tell=_told_by_torchinfo,
        tells_params=True,
        note=_torchinfo_limits,
    ),
    Rule(
        source="FlopCounterMode",
        device="meta",
        unit="FLOPs",
        convention="2 × MACs of convolutions and matrix products; bias, batch norm and all else not counted",
        terms=lambda cost: {"2 × MACs": 2 * cost.macs},
        can_tell=lambda known: Figures(None, None, (known.total or None) if known.outputs else None),
        tells_params=False,
        note=lambda _: "lists a module only where it counts something there; knows no shapes and no parameters",
    ),
    Rule(
        source="fvcore",
        device="cpu",
        unit="flops",
        convention="MACs, 2 per element of a batch norm, 1 per output element of a nearest upsampling",
        terms=_fvcore,
        can_tell=lambda known: Figures(None, known.params, known.total),
        tells_params=True,
        note=lambda _: "knows no shapes",
    ),
)
"""The peers in `lowering.peers.PEERS`, in the order in which they are run and shown."""


class Answer(NamedTuple):
    """What came of asking a source: a report, or why there is none; `ours` is our trace at the same input."""

    rule: Rule
    ours: Trace
    device: str
    report: Report | None = None
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
    known = _known(theirs, _macs)
    modules = {path: peers.Told(each.outputs, each.params, each.total) for path, each in known.items()}
    report = peers.Report(peers.torch.__version__, known[""].params, known[""].total, modules, ())
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
    known = _known(answer.ours, rule.terms)
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
        hint=answer.skipped.hint if answer.skipped else "",
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
    pairs = [dict(_pairs(answer, _known(answer.ours, answer.rule.terms))) for answer in ran]
    for path, each in known.items():
        told = tuple(
            Told(answer.rule.source, *by_path[path][1], agrees=by_path[path][0] == by_path[path][1])
            for answer, by_path in zip(ran, pairs, strict=True)
        )
        yield ModuleRow(path, each.node.type, each.outputs, each.params, each.total, told)


def _show_shape(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _show_call(call: Call | None) -> str:
    return "no call" if call is None else f"{call.node.path} {call.node.type} on {_show((call.inputs,))}"


def _show(value: tuple[Shapes, ...] | int | None) -> str:
    """A figure as text: calls are parted by semicolons, branches by commas."""
    if isinstance(value, tuple):
        return "; ".join(", ".join(map(_show_shape, shapes)) for shapes in value) or "never called"
    return "not told" if value is None else str(value)
