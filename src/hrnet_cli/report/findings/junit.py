"""What `check` found as JUnit XML: a suite per file, and a failed test per error or warning."""

from __future__ import annotations

from xml.etree import ElementTree

from hrnet_cli.checking.finding import Check, Finding
from hrnet_cli.report.check import place
from hrnet_cli.report.findings.locations import numbered, repository_path
from hrnet_cli.text import printable

Element = ElementTree.Element


def render(result: Check) -> str:
    """A suite for each file; a file without findings has one test, which passes."""
    findings: dict[str, list[tuple[Finding, int]]] = {source: [] for source in result.files}
    for finding, number in numbered(result.findings):
        findings.setdefault(finding.checked or finding.source, []).append((finding, number))
    suites = [_suite(printable(repository_path(source)), numbers) for source, numbers in findings.items()]
    totals = {name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in ("tests", "failures", "errors")}
    root = Element("testsuites", {"name": "hrnet-cli check", **totals})
    root.extend(suites)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(file: str, findings: list[tuple[Finding, int]]) -> Element:
    cases = [_case(file, finding, number) for finding, number in findings]
    if not cases:
        cases = [Element("testcase", name="check", classname=file)]
    failures = sum(finding.fails for finding, _ in findings)
    counts = {"tests": len(cases), "failures": failures, "errors": 0, "skipped": 0}
    suite = Element("testsuite", {"name": file, **{name: str(count) for name, count in counts.items()}})
    suite.extend(cases)
    return suite


def _case(file: str, finding: Finding, number: int) -> Element:
    """A test named by rule and path, which stay the same if lines move; a note is a test that passes."""
    path = f": {printable(finding.path)}" if finding.path else ""
    counter = f" ({number})" if number > 1 else ""
    case = Element("testcase", name=f"{finding.code} {finding.name}{path}{counter}", classname=file)
    message = printable(finding.message)
    text = f"{place(finding)}: {finding.severity}: {message}"
    if finding.remedy:
        text += f"\nhelp: {printable(finding.remedy)}"
    if finding.fails:
        ElementTree.SubElement(case, "failure", {"type": finding.severity, "message": message}).text = text
    else:
        ElementTree.SubElement(case, "system-out").text = text
    return case
