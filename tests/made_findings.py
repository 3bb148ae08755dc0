"""Results of `check` made by hand and by hypothesis, hostile ones too."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

from hrnet_cli.checking.finding import SEVERITIES, Check, FileCheck, Finding
from hrnet_cli.checking.rules import RULES
from hrnet_cli.report.findings import CHECK_FORMATS
from hrnet_cli.report.formats import Canvas

HOSTILE = [
    "[bold red]loud[/]",
    "[link](javascript:alert(1))",
    "%0A::error file=x::y",
    "::error file=x,line=1::y",
    "line\r\nbreak",
    "]]><x/>&amp;<!-- x -->",
    "nul \x00 bell \x07 delete \x7f next \x85",
    "\x1b[31mred\x1b[0m\x1b]8;;http://x\x07",
    "half \ud800 other half \udcff",
    "turned \u202e around \u2066 and \ufeff",
    "שלום עולם",
    "👩\u200d💻 🚀 é̂",
    "tab\tbed",
    "网络-模型 ネット",
    "{0} {{1}} } { %s",
    "|*_`<script>alert(1)</script>",
    "no character \ufffe \uffff \u2028 \u2029",
    "",
]
CODES = list(RULES)
A_FINDING = Finding(
    code="HR101",
    name="misspelt-key",
    severity="warning",
    source="configs/mine.yaml",
    line=12,
    column=3,
    end_line=12,
    end_column=12,
    path="stage3.num_block",
    message="'num_block' is no key of a stage",
    remedy="did you mean 'num_blocks'?",
    excerpt="  num_block: [4, 4, 4]",
)


def check(*findings: Finding, **more: Any) -> Check:
    """A result with these findings; its files are those of the findings, unless `files` is passed."""
    files = tuple(dict.fromkeys(finding.source for finding in findings))
    return Check(findings, **{"files": files, "unreadable": 0, "suppressed": 0, **more})


def written(result: Check, format: str, width: int | None = None, color: bool = False) -> str:
    """What a format makes of a check, whose findings are all in its first file."""
    results = [FileCheck(source, unreadable=number < result.unreadable) for number, source in enumerate(result.files)]
    results[:1] = [each._replace(findings=result.findings, suppressed=result.suppressed) for each in results[:1]]
    results += [FileCheck(source, skipped=True) for source in result.skipped]
    return "".join(CHECK_FORMATS[format](results, Canvas(width, color), result.statistics))


def unseen(text: str) -> list[str]:
    """What a terminal, a log or a page would act on and not draw, but for line breaks and what binds emoji."""
    acting = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return [letter for letter in text if unicodedata.category(letter) in acting and letter not in "\n\u200c\u200d"]


texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=()), max_size=30))
sources = st.one_of(
    st.sampled_from(
        ["a.yaml", "./a.yaml", "b/ü 1#?.yaml", "<stdin>", "w32", "/elsewhere/c.yaml", "a:b.yaml", "%41.yaml"]
    ),
    texts.filter(bool),
)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    line = draw(st.none() | st.integers(1, 10**6))
    excerpt = "" if line is None else draw(texts | texts.map(lambda text: text * 100))
    column = None if line is None else draw(st.none() | st.integers(1, len(excerpt) + 2))
    end_line = end_column = None
    if line is not None and column is not None and draw(st.booleans()):
        end_line = line + draw(st.integers(0, 9))
        end_column = draw(st.integers(column if end_line == line else 1, len(excerpt) + 3))
    rule = RULES[draw(st.sampled_from(CODES))]
    severity = draw(st.sampled_from(SEVERITIES))
    path, message, remedy = draw(texts), draw(texts.filter(bool)), draw(texts)
    place = (line, column, end_line, end_column, path)
    return Finding(rule.code, rule.name, severity, draw(sources), *place, message, remedy, excerpt)


@st.composite
def checks(draw: st.DrawFn) -> Check:
    found = tuple(draw(st.lists(findings(), max_size=6)))
    clean = draw(st.lists(sources, max_size=2))
    files = tuple(dict.fromkeys([*clean, *(finding.source for finding in found)]))
    return Check(found, files, draw(st.integers(0, 2)), draw(st.integers(0, 2)), tuple(clean[:1]), draw(st.booleans()))
