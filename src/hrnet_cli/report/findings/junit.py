"""What `check` found as JUnit's XML: a suite per file, a failed test per error or warning."""

from __future__ import annotations

from xml.etree import ElementTree

from hrnet_cli.check.finding import Check, Finding
from hrnet_cli.report.check import place
from hrnet_cli.report.findings.locations import numbered, relative
from hrnet_cli.text import printable

Element = ElementTree.Element


def render(result: Check) -> str:
    """Every file is a suite; one where nothing fails has a test that passed."""
    found: dict[str, list[tuple[Finding, int]]] = {source: [] for source in result.files}
    for finding, number in numbered(result.findings):
        found.setdefault(finding.checked or finding.source, []).append((finding, number))
    root = Element("testsuites", name="hrnet-cli check")
    root.extend(_suite(printable(relative(source)), findings) for source, findings in found.items())
    root.attrib |= {
        name: str(sum(int(suite.attrib[name]) for suite in root)) for name in ("tests", "failures", "errors")
    }
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
    """A test by its rule and its place in the spec, which stay the same where lines move; a note is one that passed."""
    name = f"{finding.code} {finding.name}: {printable(finding.path)}".removesuffix(": ")
    case = Element("testcase", name=name + (f" ({number})" if number > 1 else ""), classname=file)
    lines = [f"{place(finding)}: {finding.severity}: {printable(finding.message)}"]
    lines += [f"help: {printable(finding.remedy)}"] * bool(finding.remedy)
    if finding.fails:
        attributes = {"type": finding.severity, "message": printable(finding.message)}
        ElementTree.SubElement(case, "failure", attributes).text = "\n".join(lines)
    else:
        ElementTree.SubElement(case, "system-out").text = "\n".join(lines)
    return case
