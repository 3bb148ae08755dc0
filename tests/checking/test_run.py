"""One file to its findings, and many files to a check; a mistake in one never hides the others."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import pytest
from checks import check, check_all, codes, settings
from support import EXAMPLES

from hrnet_cli.checking.files import Target
from hrnet_cli.checking.rules import RULE_OF, RULES
from hrnet_cli.checking.run import Checker
from hrnet_cli.checking.settings import Settings
from hrnet_cli.dialects.table import write_spec
from hrnet_cli.errors import Code
from hrnet_cli.sources import load_spec, preset_names, preset_path
from hrnet_cli.sources.loading import load_document

GOOD = preset_path("w32").read_text()
INVALID = sorted(path for path in (EXAMPLES / "invalid").iterdir() if path.suffix != ".expect")


def test_presets_have_no_findings_but_narrow_widths() -> None:
    result = check_all(*preset_names())
    assert {finding.code for finding in result.findings} <= {"HR405"}
    assert len(result.files) == len(preset_names()) and result.exit_code == 0


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_every_invalid_example_is_found_at_its_place(path: Path) -> None:
    result = check_all(path)
    try:
        lines = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        assert (result.exit_code, codes(result.findings)) == (2, ["HR001"])
        return
    assert result.exit_code == 1
    for finding in result.findings:
        assert finding.source == str(path) and finding.code in RULES and finding.message
        assert finding.line is None or finding.excerpt in lines


@pytest.mark.hostile
def test_an_unreadable_file_hides_no_finding(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(GOOD.replace("BASIC", "BASICK", 1))
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9\nstage1: {}\n")
    result = check_all(tmp_path / "no.yaml", tmp_path / "bad.yaml", tmp_path / "latin.yaml")
    assert codes(result.findings) == ["HR001", "HR008", "HR001"]
    assert (result.unreadable, result.exit_code, len(result.files)) == (2, 2, 3)


def test_folders_are_searched(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "w32.yaml").write_text(GOOD)
    (deep / "broken.json").write_text('{"stage1": ')
    (deep / "w32.txt").write_text(GOOD)
    (deep / "compose.yaml").write_text("services: {web: {image: nginx}}\n")
    (deep / "about.yaml").write_text("about: we use hrnet here\n")
    (deep / "tool.py").write_text("import os\nprint('hrnet')\n")
    for name in (".git", "node_modules", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bad.yaml").write_text("stage1: 3\n")
    (deep / "loop").symlink_to(tmp_path)
    result = check_all(tmp_path)
    assert [Path(name).name for name in result.files] == ["broken.json", "w32.yaml"]
    assert [Path(name).name for name in result.skipped] == ["about.yaml", "compose.yaml", "tool.py"]
    assert codes(result.findings) == ["HR002"]
    assert check_all(tmp_path, deep, deep / "w32.yaml").files == result.files


def test_patterns_choose_the_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yml", "c.hrnet"):
        (tmp_path / name).write_text(GOOD)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "d.yaml").write_text(GOOD)
    used = settings(include=["*.yaml", "*.hrnet"], exclude=["old"])
    assert [Path(name).name for name in check_all(tmp_path, used=used).files] == ["a.yaml", "c.hrnet"]


def test_a_misspelt_spec_in_a_folder_is_not_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD.replace("stage1:", "stage_1:"))
    assert "HR004" in codes(check_all(tmp_path).findings)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_a_finding(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    result = check_all(tmp_path)
    closed.chmod(0o700)
    assert codes(result.findings) == ["HR001"] and "closed" in result.findings[0].message


def test_a_file_that_is_deleted_before_it_is_read_is_a_finding(tmp_path: Path) -> None:
    gone = Checker(Settings()).check(Target(str(tmp_path / "gone.yaml"), in_folder=True))
    assert codes(gone.findings) == ["HR001"] and gone.unreadable


def test_a_finding_in_a_base_shows_that_file(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text("norm = 1\nmodel = dict(backbone=dict(type='HRNet', extra=dict(stage1=3)))\n")
    (tmp_path / "mine.py").write_text("_base_ = './base.py'\n")
    found = check(tmp_path / "mine.py")
    assert found and all(finding.source == str(tmp_path / "base.py") for finding in found)
    assert "stage1=3" in found[0].excerpt
    assert all(finding.checked == str(tmp_path / "mine.py") in finding.message for finding in found)
    assert all(finding.checked == "" for finding in check(tmp_path / "base.py"))


def test_a_config_that_is_an_hrnet_by_its_base_is_found_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "_base_").mkdir()
    (tmp_path / "_base_" / "model.py").write_text(write_spec(load_spec("w32"), "mmlab").text)
    (tmp_path / "mine.py").write_text("_base_ = '_base_/model.py'\nmodel = dict(backbone=dict(norm_evla=True))\n")
    (tmp_path / "other.py").write_text("_base_ = '_base_/resnet.py'\nmodel = dict(depth=50)\n")
    result = check_all(tmp_path)
    assert str(tmp_path / "mine.py") in result.files and str(tmp_path / "other.py") in result.skipped
    assert "HR204" in codes(tuple(each for each in result.findings if each.source == str(tmp_path / "mine.py")))


def test_every_code_of_a_diagnostic_has_a_rule() -> None:
    assert set(get_args(Code)) - {"bad-code", "differs"} == set(RULE_OF), "give it a rule, and the rule a page"


@pytest.mark.hostile
@pytest.mark.parametrize(
    "text",
    [
        "_base_ = './nothere.py'",
        "_base_ = './config.py'",
        "_base_ = 'mmpose::_base_/default_runtime.py'",
        "_base_ = 5",
        f"_base_ = {['./a.py'] * 500}",
    ],
)
def test_a_base_that_cannot_be_followed_is_a_finding(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "bad.yaml").write_text(GOOD.replace("BASIC", "BASICK", 1))
    (tmp_path / "config.py").write_text(f"{text}\nmodel = dict(backbone=dict(type='HRNet'))\n")
    result = check_all(tmp_path)
    assert set(codes(result.findings)) >= {"HR008"} and result.exit_code == 1
    assert {each.code for each in result.findings if each.source.endswith("config.py")} <= {"HR018", "HR005"}
    assert [each for each in result.findings if each.source.endswith("config.py")]


def test_a_file_of_a_folder_that_is_not_a_spec_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "build.py").write_text("from x import HRNet\nmodel = build_model(args)\nbackbone = HRNet()\n")
    (tmp_path / "ci.yaml").write_text("stage1: {script: [make]}\nstage2: {script: [make test]}\n")
    (tmp_path / "keypoints.json").write_text(json.dumps({"about": "hrnet", "x": [0] * 600_000}))
    (tmp_path / "old.py").write_bytes("# hrnet, \xe9\n".encode("latin-1"))
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "w32.yaml").write_text(GOOD)
    result = check_all(tmp_path)
    assert [Path(name).name for name in result.files] == ["w32.yaml"] and result.findings == ()
    assert len(result.skipped) == 4


@pytest.mark.hostile
def test_a_fault_in_one_file_costs_no_other_file_its_findings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of any kind: what a rule raises, what a reader raises, no memory."""
    paths = [tmp_path / name for name in ("a.yaml", "b.yaml", "c.yaml", "d.yaml")]
    for path in paths:
        path.write_text(GOOD)
    faults = iter([KeyError(0), MemoryError(), RecursionError("deep"), None])

    def failing(*arguments: Any) -> Any:
        fault = next(faults)
        if fault:
            raise fault
        return load_document(*arguments)

    monkeypatch.setattr("hrnet_cli.checking.run.load_document", failing)
    result = check_all(*paths)
    assert [(each.code, each.source, each.severity) for each in result.findings] == [
        ("HR019", str(path), "error") for path in paths[:3]
    ]
    assert result.findings[0].message == "this is a fault of hrnet-cli: 'KeyError: 0'" and result.exit_code == 2
    faults = iter([KeyError(0)])
    with pytest.raises(KeyError):
        Checker(Settings(), debug=True).check(Target(str(paths[0])))


def test_a_file_of_a_folder_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, opened = tmp_path / "w32.yaml", []
    path.write_text(GOOD)
    original = os.open

    def counted(path: Any, *arguments: Any) -> Any:
        opened.append(path)
        return original(path, *arguments)

    monkeypatch.setattr("hrnet_cli.files.os.open", counted)
    assert check_all(tmp_path).findings == ()
    assert opened == [path]


@pytest.mark.parametrize(
    ("name", "data", "code", "place"),
    [
        ("latin1.yaml", b"stage1: 3\r\nname: caf\xe9\n", "HR001", (2, 10)),
        ("latin1.py", "# hrnet, \xe4\nx = '".encode() + b"\xe9'\n", "HR001", (2, 6)),
        ("bom.yaml", b"\xef\xbb\xbfn: \xe9", "HR001", (1, 4)),
        ("nul.yaml", b"stage1: 3\nname: a\0b\n", "HR002", (2, 8)),
        ("bell.json", b'{"name":\n\t"\x07"}', "HR002", (2, 3)),
    ],
)
def test_a_byte_that_cannot_be_read_has_its_place(
    name: str, data: bytes, code: str, place: tuple[int, int], tmp_path: Path
) -> None:
    (finding,) = check(tmp_path / name, data)
    assert (finding.code, (finding.line, finding.column)) == (code, place)
    assert finding.remedy and str(tmp_path) not in finding.message


def test_a_config_of_another_network_has_a_remedy(tmp_path: Path) -> None:
    (finding,) = check(tmp_path / "a.yaml", "MODEL: {NAME: pose_resnet}\n")
    assert finding.code == "HR015" and "exclude" in finding.remedy


@pytest.mark.hostile
@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="needs a timer")
def test_a_check_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if what is slow handles every Exception; the next file has the whole time again."""

    def slow(*arguments: Any) -> Any:
        while True:
            with suppress(Exception):
                time.sleep(1)

    monkeypatch.setattr("hrnet_cli.checking.run.MAX_SECONDS", 0.05)
    monkeypatch.setattr("hrnet_cli.checking.run.load_document", slow)
    result = check_all("w32", "w48")
    assert [(each.code, each.source) for each in result.findings] == [("HR019", "w32"), ("HR019", "w48")]
    assert "takes longer than 0.05 s" in result.findings[0].message and result.exit_code == 2
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0) and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    monkeypatch.undo()
    assert check_all("w32").findings == () and signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    with ThreadPoolExecutor(1) as pool:  # which has no timer
        assert pool.submit(check_all, "w32").result().findings == ()


def test_a_timer_of_the_program_that_checks_is_left_alone() -> None:
    def own(*_: Any) -> None: ...

    before = signal.signal(signal.SIGALRM, own)
    try:
        assert check_all("w32").findings == () and signal.getsignal(signal.SIGALRM) is own
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.hostile
def test_a_folder_leads_to_no_file_outside_of_its_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by a link nor by a base; a file that is named may be anywhere."""
    outside, project = tmp_path / "outside", tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "configs").mkdir()
    outside.mkdir()
    (outside / "secret.yaml").write_text(GOOD.replace("BASIC", "SECRET", 1))
    (outside / "base.py").write_text(write_spec(load_spec("w32"), "mmlab").text)
    (project / "base.py").write_text(write_spec(load_spec("w32"), "mmlab").text)
    (project / "configs" / "link.yaml").symlink_to(outside / "secret.yaml")
    (project / "configs" / "base.yaml").write_text(f"_base_: {outside}/secret.yaml\n")
    (project / "configs" / "out.py").write_text(f"_base_ = '{outside}/base.py'\nmodel = dict(type='HRNet')\n")
    (project / "configs" / "unknown.py").write_text(f"_base_ = '{outside}/base.py'\nmodel = 1 +\n")
    (project / "configs" / "in.py").write_text("_base_ = '../base.py'\n")
    (project / "linked.yaml").write_text(GOOD)
    (project / "configs" / "inside.yaml").symlink_to("../linked.yaml")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    result = check_all(project / "configs")
    assert [Path(name).name for name in result.files] == ["in.py", "inside.yaml", "out.py"]
    assert {each.severity for each in result.findings} == {"note"}, "all may be well"
    (outside_finding,) = (each for each in result.findings if each.source == str(project / "configs" / "out.py"))
    assert outside_finding.code == "HR018" and "lies outside of the folder that is checked" in outside_finding.message
    assert outside_finding.remedy == "check from a folder that has both, or name this config itself"
    assert "SECRET" not in str(result.findings) and str(project / "configs" / "link.yaml") in result.skipped
    assert check(outside / "secret.yaml")[0].code == "HR008"
    monkeypatch.chdir(tmp_path)
    inside = check_all("project/configs")
    assert [Path(name).name for name in inside.files] == [
        *("base.yaml", "in.py", "inside.yaml", "link.yaml", "out.py", "unknown.py")
    ]
    assert "lies outside" not in str(inside.findings)


@pytest.mark.hostile
def test_a_line_is_shown_only_of_a_config_or_of_what_is_based_on_one(tmp_path: Path) -> None:
    """A file that is named may be a link to any other."""
    (secret,) = check(tmp_path / "secret.py", "password = (1 +\n")
    assert (secret.code, secret.line, secret.excerpt) == ("HR002", 1, "")
    (tmp_path / "base.py").write_text("# hrnet\n")
    (config,) = check(tmp_path / "mine.py", "_base_ = './base.py'\nmodel = (1 +\n")
    assert (config.code, config.line, config.excerpt) == ("HR002", 2, "model = (1 +")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mine.py", "_base_ = './base.py'\nmodel = dict(\n"),
        ("mine.py", "_base_ = ['other.py', './base.py']\nmodel = 1 +\n"),
        ("mine.yaml", "_base_: ./base.yml\nmodel: {a: 1\n"),
        ("mine.yml", "_BASE_: ['base.yml']\nmodel: a: b\n"),
    ],
)
def test_an_error_in_a_config_that_is_an_hrnet_by_its_base_is_found(name: str, text: str, tmp_path: Path) -> None:
    """Its own text has no word of HRNet's."""
    (tmp_path / name).write_text(text)
    base = tmp_path / f"base{'.py' if name.endswith('.py') else '.yml'}"
    base.write_text("x = 1\n" if name.endswith(".py") else "x: 1\n")
    assert check_all(tmp_path).findings == ()
    base.write_text(base.read_text() + "# hrnet\n")
    os.utime(base, (1, 1))
    assert [Path(each.source).name for each in check_all(tmp_path).findings if each.code == "HR002"] == [name]


@pytest.mark.parametrize("first", ["x: (y := 4) = 1", "async def f(): ...", "[1]"])
def test_a_file_of_python_is_python_whatever_it_begins_with(first: str, tmp_path: Path) -> None:
    (found,) = check(tmp_path / "a.py", f"{first}\nmodel = dict(backbone=dict(type='HRNet', extra=dict(stage1=3)))\n")
    assert (found.code, found.line, found.path) == ("HR006", 2, "model.backbone.extra.stage1")
