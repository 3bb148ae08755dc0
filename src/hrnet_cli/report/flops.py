"""`flops` as a report, and our figures beside published ones."""

from __future__ import annotations

from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.flops import Flops, Part, PublishedFigure
from hrnet_cli.hrnet import FLOPS_PER_MAC, GIBI, GIGA, MEBI
from hrnet_cli.report.content import Cell, Column, Facts, Heading, Report, Span, Table, line
from hrnet_cli.text import batch_text, digits, exact, join_and, percent, shape_text, short

UNITS = {
    "macs": "MACs",
    "flops": "FLOPs",
    "published": "MACs",
    "fvcore": "flops",
    "output-deconv": "MACs",
    "torchstat": "flops",
}
"""What each convention counts."""
TITLES = {
    "macs": "MACs",
    "flops": f"FLOPs ({FLOPS_PER_MAC} × MACs)",
    "published": "MACs ÷ 2³⁰ (as HRNet's authors print them)",
    "fvcore": "flops by fvcore's rules",
    "output-deconv": "MACs, transposed convolutions over their output",
    "torchstat": "flops by torchstat's rules, each layer once",
}


def present(result: Flops) -> Report:
    """The table by part, and the line that reconciles the conventions."""
    title = f"{result.network} · {shape_text(result.input)} · {TITLES[result.convention]} by {result.by}"
    return Report((Heading(title), _table(result), _reconciliation(result)))


def one_line(result: Flops) -> str:
    """The network, its input and the count."""
    count = f"{digits(result.count / CONVENTIONS[result.convention].giga)} G{UNITS[result.convention]}"
    return f"{result.network}, {shape_text(result.input)}, {count}"


def _table(result: Flops) -> Table:
    giga = CONVENTIONS[result.convention].giga
    figures = (Column("params", True), Column(UNITS[result.convention], True), Column("share", True))
    rows: list[tuple[Cell, ...]] = []
    for row in result.rows:
        role = "muted" if row.level else ""
        texts = (_part_text(row.part, row.level), short(row.params), short(row.count, giga))
        share = percent(row.count, result.count)
        bar = "" if row.level else bar_text(row.count, result.count)
        rows.append((*(Span(text, role) for text in (*texts, share)), Span(bar, "mark")))
    totals = ("total", short(result.params), short(result.count, giga))
    rows.append((*(Span(text, "strong") for text in totals), percent(result.count, result.count), ""))
    levels = (*(row.level for row in result.rows), 0)
    return Table((Column(result.by), *figures, Column("")), tuple(rows), frozenset({len(result.rows)}), levels)


def _part_text(part: Part, level: int) -> str:
    """The name of a part; a share of a type of layer by its kernel and stride."""
    if not level or part.kernel is None:
        return str(part)
    stride = part.kernel.stride[0]
    return shape_text(part.kernel.size) + (f" stride {stride}" if stride > 1 else "")


def bar_text(part: int, whole: int, width: int = 20) -> str:
    """A share as a bar, in eighths of a character."""
    eighths = round(8 * width * part / whole) if whole else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")


def _reconciliation(result: Flops) -> Facts:
    """The count in every convention, so that a figure from elsewhere can be recognised."""
    gmacs = digits(result.macs / GIGA)
    rows: dict[str, Cell] = {
        "MACs": f"{exact(result.macs)} = {gmacs} GMACs{batch_text(result.input)} (bias not counted)",
        "FLOPs": f"{FLOPS_PER_MAC} × MACs = {digits(result.flops / GIGA)} GFLOPs",
        "published": f"{gmacs}e9 ÷ 2³⁰ = {result.macs / GIBI:.2f}",
        "fvcore": f"{exact(result.fvcore)} = MACs{_extra_text(result.fvcore_extra)}",
    }
    if result.published and result.figures:
        rule, (_, figure) = result.published.rule, result.figures
        name = "MACs" if rule == "macs" else rule
        divided = f"; ÷ 2²⁰ = {figure.ours / MEBI:.2f}" if figure.unit == MEBI else ""
        count = rows.get(name, f"{exact(figure.ours)} = {TITLES[rule]}{divided}")
        rows[name] = (*line(count), Span(f", printed as {figure.printed} "), verdict(figure))
    return Facts(tuple(rows.items()))


EXTRAS = {
    "BatchNorm2d": "batch norm",
    "Upsample": "upsampling",
    "Resize": "upsampling",
    "AdaptiveAvgPool2d": "pooling",
    "AdaptiveAvgPoolLike": "pooling",
}
"""What the layers in FVCORE_EXTRA do."""


def _extra_text(counts: dict[str, int]) -> str:
    """` + 40,338,432 of batch norm and upsampling`."""
    words = list(dict.fromkeys(EXTRAS[type] for type in counts))
    return f" + {exact(sum(counts.values()))} of {join_and(words)}" if counts else ""


# Our figures beside published ones


def verdict(figure: PublishedFigure) -> Span:
    """✓ if our figure rounds to the printed one, ≠ if the spec says that it does not, else ✗."""
    if figure.reproduces:
        return (
            Span("✗ (comes out, but the spec lists it under differs)", "bad") if figure.differs else Span("✓", "good")
        )
    sign, role = ("≠", "muted") if figure.differs else ("✗", "bad")
    return Span(f"{sign} (ours {figure.rounded}, {difference(figure)})", role)


def difference(figure: PublishedFigure) -> str:
    """How much larger or smaller our figure is than the printed one, in percent."""
    printed = float(figure.printed[:-1])
    return f"{100 * (figure.ours / figure.unit / printed - 1):+.2f}%" if printed else "more than 0"
