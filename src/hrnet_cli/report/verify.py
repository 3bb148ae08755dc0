"""`verify` as a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hrnet_cli.analysis.peer_rules import TermName
from hrnet_cli.analysis.verify import Disagreement, Figure, ModuleCall, ModuleRow, Peer, Tally, Term, Verification
from hrnet_cli.nn import Shape
from hrnet_cli.report.content import Block, Cell, Column, Facts, Heading, Note, Report, Span, Table
from hrnet_cli.text import exact, maps_text, plural, shape_text


class PeerText(NamedTuple):
    """What a reader should know of a peer."""

    unit: str
    """The peer's own word for what it counts."""
    convention: str
    limits: str


PEERS = {
    "torch hooks": PeerText("MACs", "multiply-accumulates from torch's own weights and shapes; bias not counted", ""),
    "torchinfo": PeerText(
        "mult-adds",
        "convolution weights and biases × output positions; of any other layer, batch size × parameters",
        "reports the count of {} of {} modules, those without children",
    ),
    "FlopCounterMode": PeerText(
        "FLOPs",
        "2 × MACs of convolutions and matrix products; bias, batch norm and everything else not counted",
        "lists only the modules in which it counts something, {} of {}; reports no shapes and no parameters",
    ),
    "fvcore": PeerText(
        "flops",
        "MACs, 2 per element of a batch norm, 1 per element that nearest upsampling makes (bilinear: 4)",
        "reports no shapes; runs with every branch as an output, because it skips what no output depends on",
    ),
}
TERMS: dict[TermName, str] = {
    "macs": "MACs",
    "flops": "2 × MACs",
    "conv_bias": "bias × output positions",
    "transposed_output": "transposed convolutions over their outputs",
    "linear_bias": "N × bias of Linear",
    "no_matmul": "products of two maps not counted",
    "batch_params": "N × parameters of {}",
    "fvcore_rule": "fvcore's rule for {}",
}
"""By the name of a term; `{}` is its type of layer."""
MAX_DISAGREEMENTS = 20
"""Rows of a table of disagreements."""
VERDICTS = {True: Span("✓", "good"), False: Span("✗", "bad"), None: Span("–", "muted")}
NETWORK = "(the network)"


def present(result: Verification) -> Report:
    """The peers side by side, the terms of each count, and every disagreement."""
    compared = f"{exact(result.modules)} modules, {exact(result.calls)} calls"
    title = Heading(f"{result.network} · {shape_text(result.input)} · {compared}")
    blocks: list[Block] = [title, _peers(result), _conventions(result)]
    for peer in result.peers:
        blocks += _disagreements(peer)
    if result.rows is not None:
        blocks.append(_modules(result.rows))
    return Report((*blocks, Note(_verdict(result), "good" if result.agrees else "bad")))


def one_line(result: Verification) -> str:
    """The network, its input and the verdict."""
    return f"{result.network}, {shape_text(result.input)}, {_verdict(result)}"


def _verdict(result: Verification) -> str:
    return "every peer that ran agrees" if result.agrees else "a peer disagrees"


def _peers(result: Verification) -> Table:
    """A row per peer: its totals, and the number of modules whose figures agree."""
    titles = ("params", "count", "outputs", "params", "counts")
    columns = (Column("peer"), *(Column(title, True) for title in titles))
    modules = [exact(result.modules)] * 3
    ours: tuple[Cell, ...] = (Span("hrnet-cli", "strong"), exact(result.params), f"{exact(result.macs)} MACs", *modules)
    return Table(columns, (ours, *(_peer(peer, result) for peer in result.peers)))


def _peer(peer: Peer, result: Verification) -> tuple[Cell, ...]:
    name = Span(peer.name, "strong")
    if peer.status == "skipped":
        return (name, Span("skipped", "muted"), "", "", "", "")
    params = "" if peer.params is None else exact(peer.params)
    count = "" if peer.count is None else f"{exact(peer.count)} {PEERS[peer.name].unit}"
    at_input = "" if peer.input == result.input else f" at {shape_text(peer.input)}"
    tallies = map(_tally, (peer.outputs_tally, peer.params_tally, peer.count_tally))
    return ((name, Span(at_input)), params, count, *tallies)


def _tally(tally: Tally) -> Cell:
    """The modules that agree, or those that do not of how many; a dash if the peer reports the figure of none."""
    if tally.disagree:
        return Span(f"{exact(tally.disagree)} of {exact(tally.agree + tally.disagree)} ✗", "bad")
    return Span(f"{exact(tally.agree)} ✓", "good") if tally.agree else Span("–", "muted")


def _conventions(result: Verification) -> Facts:
    """How each peer counts, the terms that add up to its count, and what it does not report."""
    rows: list[tuple[str, Cell]] = []
    for peer in result.peers:
        name = f"{peer.name} {peer.version.partition('+')[0]}".strip()  # without the build of torch
        if peer.status == "skipped":
            remedy = f" ({peer.remedy})" if peer.remedy else ""
            rows.append((name, f"skipped: {peer.reason}{remedy}"))
        else:
            rows += [(name, PEERS[peer.name].convention), ("", _sum(peer))]
            rows += [("", Span(note, "muted")) for note in _notes(peer, result)]
    return Facts(tuple(rows))


def _sum(peer: Peer) -> str:
    """Our count in the peer's convention, and the peer's: each number with what it is in brackets."""
    terms = " + ".join(f"{exact(term.count)} ({_term(term)})" for term in peer.terms)
    equals = "=" if peer.count == peer.expected_count else "≠"
    count = "" if peer.count is None else f" {equals} {exact(peer.count)}"
    return f"{terms or 0}{count}"


def _term(term: Term) -> str:
    return TERMS[term.name].format(term.layer)


def _notes(peer: Peer, result: Verification) -> Iterator[str]:
    if peer.input != result.input:
        large, small = shape_text(result.input), shape_text(peer.input)
        yield f"needs real tensors, and those of {large} take too much memory: compared at {small}"
    counted = peer.count_tally.agree + peer.count_tally.disagree
    if limits := PEERS[peer.name].limits:
        yield limits.format(exact(counted), exact(counted + peer.count_tally.not_reported))
    if peer.first_branch_only:
        modules = plural(peer.first_branch_only, "module")
        yield f"reports the first tensor of a list: {modules} compared on branch 0 only"
    if peer.unlisted:
        yield f"lists no module in which nothing is called: {', '.join(peer.unlisted)}"
    if peer.uncounted_operators:
        operators = ", ".join(f"{operator} × {times}" for operator, times in peer.uncounted_operators.items())
        yield f"has no rule for these operators and counts them as 0: {operators}"


def _disagreements(peer: Peer) -> list[Block]:
    """A table of what the peer reports otherwise; none if it agrees."""
    if not peer.disagreements:
        return []
    columns = (Column("module"), Column("figure"), Column("ours"), Column(peer.name))
    rows = tuple(_disagreement(each, peer) for each in peer.disagreements[:MAX_DISAGREEMENTS])
    title = f"{peer.name} disagrees on {plural(len(peer.disagreements), 'figure')}"
    blocks: list[Block] = [Heading(title), Table(columns, rows)]
    if len(peer.disagreements) > MAX_DISAGREEMENTS:
        blocks.append(Note(f"{len(peer.disagreements) - MAX_DISAGREEMENTS} more: --format json has all of them"))
    return blocks


def _disagreement(each: Disagreement, peer: Peer) -> tuple[Cell, ...]:
    unit = PEERS[peer.name].unit
    names = {"outputs": "output shape", "params": "params", "total_params": "total params", "call": "call"}
    names |= {"count": unit, "total_count": f"total {unit}", "forward_pass": "forward pass"}
    missing = {"call": "no call", "forward_pass": "goes through"}.get(each.figure, "not reported")
    ours, theirs = (missing if figure is None else _figure(figure) for figure in (each.ours, each.theirs))
    return (each.path or NETWORK, names[each.figure], ours, Span(theirs, "bad"))


def _figure(figure: Figure) -> str:
    """A figure as text: semicolons separate calls, commas separate branches."""
    if isinstance(figure, int):
        return exact(figure)
    if isinstance(figure, ModuleCall):
        return f"{figure.order}: {figure.path or NETWORK} {figure.type} on {_shapes(figure.inputs)}"
    if isinstance(figure, str):
        return figure
    return "; ".join(map(_shapes, figure)) or "never called"


def _shapes(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(map(shape_text, shapes))


def _modules(rows: tuple[ModuleRow, ...]) -> Table:
    """Every module with our figures and whether each peer agrees."""
    columns = [Column("module"), Column("type"), Column("output"), Column("params", True), Column("MACs", True)]
    columns += [Column(figures.peer) for figures in rows[0].peers]
    return Table(tuple(columns), tuple(map(_module, rows)))


def _module(row: ModuleRow) -> tuple[Cell, ...]:
    output = maps_text(row.outputs[0]) if row.outputs else ""
    figures = (Span(row.type, "type"), Span(output, "shape"), exact(row.params), exact(row.macs))
    return (row.path or NETWORK, *figures, *(VERDICTS[each.agrees] for each in row.peers))
