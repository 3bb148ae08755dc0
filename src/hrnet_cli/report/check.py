"""`check` as a document: every finding with its line, the findings by rule, or a table for a pull request."""

from __future__ import annotations

from hrnet_cli.check.finding import SEVERITIES, Check, Finding
from hrnet_cli.report.content import Block, Cell, Column, Document, Excerpt, Heading, Line, Note, Remark, Span, Table
from hrnet_cli.text import plural, printable

ROLES = {"error": "bad", "warning": "mark", "note": "muted"}
LONGEST = 240
"""Letters of a line that are shown, around what was found: a whole spec can stand on one."""
MOST_ROWS = 200
"""A comment on a pull request, and the summary of a step, hold only so much."""


def present(result: Check) -> Document:
    """Every finding, or with `statistics` how many of each rule; then what it comes to."""
    blocks: list[Block] = [_tallies(result)] if result.statistics and result.findings else []
    if not result.statistics:
        blocks += map(_remark, result.findings)
    return Document((*blocks, Note(verdict(result), _role(result))))


def summary(result: Check) -> Document:
    """What it comes to, and below it a table, the worst first."""
    blocks: list[Block] = [Heading(verdict(result))]
    if result.statistics and result.findings:
        blocks.append(_tallies(result))
    elif result.findings:
        worst = sorted(result.findings, key=lambda finding: SEVERITIES.index(finding.severity))
        titles = ("severity", "code", "place", "message", "remedy")
        blocks.append(Table(tuple(map(Column, titles)), tuple(map(_row, worst[:MOST_ROWS]))))
        if len(worst) > MOST_ROWS:
            blocks.append(Note(f"{len(worst) - MOST_ROWS} more: --format json has them all"))
    return Document(tuple(blocks))


def verdict(result: Check) -> str:
    """How many findings of each severity in how many files, and what was left out."""
    files = plural(result.checked, "file")
    counts = ", ".join(plural(count, severity) for severity, count in result.counts.items())
    parts = [f"{counts} in {files}" if counts else f"{files} checked, nothing found"]
    left_out = {"suppressed": result.suppressed, "unreadable": result.unreadable, "skipped": len(result.skipped)}
    parts += [f"{count} {word}" for word, count in left_out.items() if count]
    return ", ".join(parts)


def place(finding: Finding) -> str:
    """`file:line:column`, as far as it is known."""
    parts = (printable(finding.source), finding.line, finding.column)
    return ":".join(str(part) for part in parts if part is not None)


def _role(result: Check) -> str:
    return ROLES[next(iter(result.counts))] if result.findings else "bad" if result.unreadable else "good"


def _remark(finding: Finding) -> Remark:
    """What was found and by which rule; below it the place in the spec, the line, and the remedy."""
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
    """The line of the file; of a very long one what is around the column. Tabs are left: they are as wide as drawn."""
    text, column = finding.excerpt, finding.column
    start = max(min((column or 1) - 1 - LONGEST // 2, len(text) - LONGEST), 0)
    shown = text[start : start + LONGEST]
    shown = "\t".join(map(printable, shown.split("\t")))
    if start + LONGEST < len(text):
        shown += "…"
    if start:
        shown, start = "…" + shown, start - 1
    return Excerpt(line, shown, None if column is None else column - start, role)


def _row(finding: Finding) -> tuple[Cell, ...]:
    rule = f"{finding.code} {finding.name}"
    severity = Span(finding.severity, ROLES[finding.severity])
    return (severity, rule, place(finding), printable(finding.message), printable(finding.remedy))


def _tallies(result: Check) -> Table:
    """A row per rule that found something."""
    columns = (Column("count", True), Column("code"), Column("name"), Column("severity"))
    rows = (
        (str(each.found), each.code, each.name, Span(each.severity, ROLES[each.severity])) for each in result.by_rule
    )
    return Table(columns, tuple(rows))
