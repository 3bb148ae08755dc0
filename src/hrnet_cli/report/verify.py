"""`verify` as a document."""

from __future__ import annotations

from hrnet_cli.analysis.verify import ModuleRow, Source, Tally, Verification
from hrnet_cli.nn import Shape
from hrnet_cli.report.content import Block, Cell, Column, Document, Facts, Heading, Note, Span, Table
from hrnet_cli.text import exact, maps_text, shape_text

MOST_DISAGREEMENTS = 20
VERDICTS = {True: Span("✓", "good"), False: Span("✗", "bad"), None: Span("–", "muted")}


def present(result: Verification) -> Document:
    """The sources side by side, why each total is what it is, and every disagreement."""
    title = f"{result.spec} · {shape_text(result.input)} · {result.modules} modules, {result.calls} calls"
    blocks: list[Block] = [Heading(title), _table(result), _reasons(result)]
    blocks += [block for source in result.sources for block in _disagreements(source)]
    if result.rows is not None:
        blocks.append(_modules(result.rows))
    verdict = "every source that ran agrees" if result.agrees else "a source disagrees"
    return Document((*blocks, Note(verdict, "good" if result.agrees else "bad")))


def _table(result: Verification) -> Table:
    """A row per source: its figures, and of how many modules it says what we say."""
    columns = (Column("source"), Column("params", True), Column("count", True))
    tallies = (Column("outputs", True), Column("params", True), Column("counts", True))
    modules = [str(result.modules)] * 3
    ours: tuple[Cell, ...] = (Span("hrnet-cli", "strong"), exact(result.params), f"{exact(result.macs)} MACs", *modules)
    return Table((*columns, *tallies), (ours, *(_row(source, result.input) for source in result.sources)))


def _row(source: Source, input: Shape) -> tuple[Cell, ...]:
    if source.status == "skipped":
        return (Span(source.name, "strong"), Span("skipped", "muted"), "", "", "", "")
    tallies = (_tally(source.output_tally), _tally(source.params_tally), _tally(source.count_tally))
    params = "" if source.params is None else exact(source.params)
    total = "" if source.total is None else f"{exact(source.total)} {source.unit}"
    elsewhere = "" if source.input == input else f" at {shape_text(source.input)}"
    return ((Span(source.name, "strong"), Span(elsewhere)), params, total, *tallies)


def _tally(tally: Tally) -> Cell:
    """Modules that agree; where some do not, of how many; a dash where the source says nothing of it."""
    if tally.disagree:
        return Span(f"{tally.disagree} of {tally.agree + tally.disagree} ✗", "bad")
    return Span(f"{tally.agree} ✓", "good") if tally.agree else Span("–", "muted")


def _reasons(result: Verification) -> Facts:
    rows: list[tuple[str, Cell]] = []
    for source in result.sources:
        name = f"{source.name} {source.version.partition('+')[0]}".strip()  # torch's build is not its version
        rows.append((name, _reason(source)))
        if source.status != "skipped":
            rows.append(("", _sum(source)))
        rows += [("", Span(note, "muted")) for note in source.notes]
    return Facts(tuple(rows))


def _reason(source: Source) -> Cell:
    if source.status == "skipped":
        return f"skipped: {source.reason}" + (f" ({source.remedy})" if source.remedy else "")
    return source.convention


def _sum(source: Source) -> str:
    """Our count by the source's convention, and its own: each number with what it is of in brackets."""
    terms = " + ".join(f"{exact(term.count)} ({term.label})" for term in source.reconciliation)
    equals = "=" if source.total == source.expected else "≠"
    total = "" if source.total is None else f" {equals} {exact(source.total)}"
    return f"{terms or 0}{total}"


def _disagreements(source: Source) -> list[Block]:
    """What the source says otherwise, module by module."""
    if not source.disagreements:
        return []
    rows = tuple(
        (each.path or "(the network)", each.what, _figure(each.ours), Span(_figure(each.theirs), "bad"))
        for each in source.disagreements[:MOST_DISAGREEMENTS]
    )
    columns = (Column("module"), Column("figure"), Column("ours"), Column(source.name))
    blocks: list[Block] = [Heading(f"{source.name} disagrees {len(source.disagreements)} times"), Table(columns, rows)]
    if len(source.disagreements) > MOST_DISAGREEMENTS:
        blocks.append(Note(f"{len(source.disagreements) - MOST_DISAGREEMENTS} more: --format json has them all"))
    return blocks


def _figure(text: str) -> str:
    """A count as in the tables above; shapes and words as they are."""
    return exact(int(text)) if text.isdecimal() else text


def _modules(rows: tuple[ModuleRow, ...]) -> Table:
    """Every module with our figures and whether each source says the same."""
    columns = [Column("module"), Column("type"), Column("output"), Column("params", True), Column("MACs", True)]
    columns += [Column(told.source) for told in rows[0].told]
    return Table(tuple(columns), tuple(map(_module, rows)))


def _module(row: ModuleRow) -> tuple[Cell, ...]:
    output = maps_text(row.outputs[0]) if row.outputs else ""
    told = (VERDICTS[each.agrees] for each in row.told)
    figures = (Span(row.type, "type"), Span(output, "shape"), exact(row.params), exact(row.macs))
    return (row.path or "(the network)", *figures, *told)
