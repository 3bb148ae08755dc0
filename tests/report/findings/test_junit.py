"""JUnit's XML, as strict parsers read it."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.parsers import expat

from hypothesis import given
from made_findings import A_FINDING, HOSTILE, check, checks, unseen, written

from hrnet_cli.checking.finding import Check
from hrnet_cli.text import printable

ALLOWED = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"name", "classname"},
    "failure": {"type", "message"},
    "system-out": set(),
}
"""The elements and attributes of Jenkins' schema that are used; all others are not."""
CHILDREN = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "system-out"}}


def read(result: Check) -> ElementTree.Element:
    text = written(result, "junit")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    expat.ParserCreate().Parse(text.encode(), True)
    root = ElementTree.fromstring(text.encode())
    for element in root.iter():
        assert set(element.attrib) == ALLOWED[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    return root


def test_a_failure() -> None:
    root = read(check(A_FINDING))
    (failure,) = root.iter("failure")
    assert failure.attrib == {"type": "warning", "message": "'num_block' is no key of a stage"}
    assert failure.text == (
        "configs/mine.yaml:12:3: warning: 'num_block' is no key of a stage\nhelp: did you mean 'num_blocks'?"
    )
    (case,) = root.iter("testcase")
    assert case.attrib == {"name": "HR101 misspelt-key: stage3.num_block", "classname": "configs/mine.yaml"}


def test_a_file_without_findings_is_a_test_that_passed() -> None:
    root = read(check(files=("a.yaml", "b.yaml")))
    assert [suite.get("name") for suite in root] == ["a.yaml", "b.yaml"]
    assert root.attrib == {"name": "hrnet-cli check", "tests": "2", "failures": "0", "errors": "0"}
    assert all(len(suite) == 1 and not list(suite[0]) for suite in root)


def test_a_note_is_a_test_that_passed() -> None:
    root = read(check(A_FINDING._replace(severity="note")))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert [case[0].tag for case in root.iter("testcase")] == ["system-out"]


def test_a_finding_of_a_file_that_was_not_named_has_a_suite_too() -> None:
    """A config that is based on another."""
    root = read(check(A_FINDING._replace(source="base.py"), files=("mine.py",)))
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [("mine.py", "0"), ("base.py", "1")]


def test_the_same_twice_has_two_names() -> None:
    names = [case.get("name") for case in read(check(A_FINDING, A_FINDING._replace(line=20))).iter("testcase")]
    assert names == ["HR101 misspelt-key: stage3.num_block", "HR101 misspelt-key: stage3.num_block (2)"]


def test_hostile_texts_are_there_as_they_are() -> None:
    found = [A_FINDING._replace(message=text, path=text) for text in HOSTILE]
    messages = [failure.get("message") for failure in read(check(*found)).iter("failure")]
    assert messages == [printable(text) for text in HOSTILE]


@given(checks())
def test_of_any_findings(result: Check) -> None:
    text = written(result, "junit")
    assert not unseen(text) and not re.search("[\ufffe\uffff]", text)
    root = read(result)
    for level in (root, *root):
        cases = list(level.iter("testcase"))
        assert level.get("tests") == str(len(cases))
        assert level.get("failures") == str(sum(case.find("failure") is not None for case in cases))
        assert level.get("errors") == "0"
    assert len(list(root.iter("failure"))) == sum(finding.fails for finding in result.findings)
    assert len(list(root.iter("system-out"))) == sum(not finding.fails for finding in result.findings)
    assert {printable(finding.message) for finding in result.findings if finding.fails} == {
        failure.get("message") for failure in root.iter("failure")
    }
    assert len(root) == len({*result.files, *(finding.source for finding in result.findings)})
