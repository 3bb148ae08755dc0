"""`check` as a report: every finding with its line, the number of findings by rule, or a table for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hrnet_cli.checking.finding import SEVERITIES, Check, FileCheck, Finding, Summary
from hrnet_cli.report.content import Block, Cell, Column, Excerpt, Heading, Line, Note, Remark, Report, Span, Table
from hrnet_cli.text import exact, plural, printable

ROLES = {"error": "bad", "warning": "mark", "note": "muted"}
MAX_EXCERPT = 240
"""Characters of a line that are shown, around the column: a whole spec can be on one line."""
MAX_ROWS = 200
"""Rows of the table: a comment on a pull request and the summary of a workflow step are limited in length."""


def present(result: Check) -> Report:
    """Every finding, or with `statistics` how many of each rule; then the verdict."""
    return Report((*remarks(() if result.statistics else result.findings), *ending(result.summary, result.statistics)))


def one_line(result: Check) -> str:
    """`2 errors, 1 note in 3 files`."""
    return verdict(result.summary)


def reports(results: Iterable[FileCheck], statistics: bool = False) -> Iterator[Report]:
    """The same as `present` in parts: the findings of each file as soon as it is checked, and then the verdict."""
    summary = Summary()
    for result in summary.count(results):
        if result.findings and not statistics:
            yield Report(remarks(result.findings))
    yield Report(ending(summary, statistics))


def table(result: Check) -> Report:
    """The verdict, and below it a table of the findings, the worst first."""
    blocks: list[Block] = [Heading(one_line(result))]
    if result.statistics and result.findings:
        blocks.append(_counts(result.summary))
    elif result.findings:
        worst = sorted(result.findings, key=lambda finding: SEVERITIES.index(finding.severity))
        titles = ("severity", "code", "place", "message", "remedy")
        blocks.append(Table(tuple(map(Column, titles)), tuple(map(_row, worst[:MAX_ROWS]))))
        if len(worst) > MAX_ROWS:
            blocks.append(Note(f"{len(worst) - MAX_ROWS} more: --format json lists all"))
    return Report(tuple(blocks))


def remarks(findings: Iterable[Finding]) -> tuple[Remark, ...]:
    """Each finding with its line."""
    return tuple(map(_remark, findings))


def ending(summary: Summary, statistics: bool) -> tuple[Block, ...]:
    """The verdict, with `statistics` below the number of findings of each rule."""
    worst = next(iter(summary.counts), "")
    role = ROLES[worst] if worst else "bad" if summary.unreadable else "good"
    counts = (_counts(summary),) if statistics and summary.found else ()
    return (*counts, Note(verdict(summary), role))


def verdict(summary: Summary) -> str:
    """`2 errors, 1 note in 3 files, 1 suppressed`."""
    files = plural(summary.checked, "file")
    counts = ", ".join(plural(count, severity) for severity, count in summary.counts.items())
    parts = [f"{counts} in {files}" if counts else f"{files} checked, nothing found"]
    others = {"suppressed": summary.suppressed, "unreadable": summary.unreadable, "skipped": summary.skipped}
    return ", ".join([*parts, *(f"{count} {word}" for word, count in others.items() if count)])


def place(finding: Finding) -> str:
    """`file:line:column`, as far as it is known."""
    parts = (printable(finding.source), finding.line, finding.column)
    return ":".join(str(part) for part in parts if part is not None)


def _remark(finding: Finding) -> Remark:
    """The finding and its rule; below them its place in the spec, its line, and the remedy."""
    role = ROLES[finding.severity]
    head = (Span(f"{place(finding)}: ", "strong"), Span(finding.severity, role), Span(f" {finding.code} ", "strong"))
    below: list[Line | Excerpt] = []
    if finding.path:
        below.append((Span(f"in {printable(finding.path)}", "muted"),))
    if finding.line is not None and finding.excerpt:
        below.append(_excerpt(finding, finding.line, role))
    if finding.remedy:
        below.append((Span("help", "strong"), Span(f": {printable(finding.remedy)}")))
    return Remark((*head, Span(printable(finding.message)), Span(f" [{finding.name}]", "muted")), tuple(below))


def _excerpt(finding: Finding, line: int, role: str) -> Excerpt:
    """The line of the file; of a very long one the part around the column. Tabs stay, because formats expand them."""
    text, column = finding.excerpt, finding.column
    start = max(min((column or 1) - 1 - MAX_EXCERPT // 2, len(text) - MAX_EXCERPT), 0)
    part = "\t".join(map(printable, text[start : start + MAX_EXCERPT].split("\t")))
    if start + MAX_EXCERPT < len(text):
        part += "…"
    if start:
        part, start = "…" + part, start - 1
    return Excerpt(line, part, None if column is None else column - start, role)


def _row(finding: Finding) -> tuple[Cell, ...]:
    rule = f"{finding.code} {finding.name}"
    severity = Span(finding.severity, ROLES[finding.severity])
    return (severity, rule, place(finding), printable(finding.message), printable(finding.remedy))


def _counts(summary: Summary) -> Table:
    """A row per rule that found something."""
    columns = (Column("count", True), Column("code"), Column("name"), Column("severity"))
    rows = (
        (exact(each.count), each.code, each.name, Span(each.severity, ROLES[each.severity])) for each in summary.rules
    )
    return Table(columns, tuple(rows))
