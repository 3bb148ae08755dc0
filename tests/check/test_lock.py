"""The lock file: its figures are the originals', its bytes are stable, and what is no lock file has a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from originals import ALL_GOLDENS, spec_of
from strategies import Plain, networks
from support import Golden, caught

from hrnet_cli import load_spec
from hrnet_cli.check.lock import LockEntry, differences, entry, lock_name, lock_path, lock_text, open_lock, read_lock
from hrnet_cli.errors import UnreadableError, UsageError
from hrnet_cli.sources import preset_names
from hrnet_cli.tracing import InputError

RECORDED = [golden for golden in ALL_GOLDENS if golden.path.split("/")[0] in ("pose-v1", "cls", "seg-v2", "timm")]


@pytest.mark.parametrize("golden", RECORDED, ids=repr)
def test_the_figures_are_the_originals(golden: Golden) -> None:
    made = entry(spec_of(golden))
    facts = golden.facts
    assert made.params == facts["params"]["total"]
    assert (made.keys, made.digest) == (facts["state_dict"]["entries"], facts["state_dict"]["sha256"])
    if list(made.input) == facts["input"]:
        assert [list(shape) for shape in made.outputs] == [shape for _, shape in facts["outputs"]]
        assert made.macs == facts["macs"]["deconv_true_total"]
        stage4 = facts["branch_shapes"].get("stage4", [])
        assert [list(shape) for shape in made.branches][: len(stage4)] == [shape[1:] for shape in stage4]


W32 = entry("w32")
TEXT = lock_text({"configs/mine.yaml": W32})


def test_the_file_is_what_a_review_reads() -> None:
    assert TEXT == (
        "# What each spec builds. Written by `hrnet-cli lock`; `hrnet-cli lock --update` renews it.\n"
        "version: 1\n"
        "specs:\n"
        '  "configs/mine.yaml":\n'
        "    input: 1x3x256x192\n"
        "    params: 28536113\n"
        "    macs: 7645003776\n"
        "    activations: 19115520\n"
        "    branches: [32x64x48, 64x32x24, 128x16x12, 256x8x6]\n"
        "    outputs: [1x17x64x48]\n"
        "    upsampling: nearest by factor\n"
        "    batch_norm: momentum 0.1, eps 1e-05\n"
        "    keys: 1754\n"
        "    digest: f21e2c9b0b2db0dccbb9da60f035caab240aed5a329b4f71f862e81da9e4a8d6\n"
    )


def test_it_is_yaml() -> None:
    value = yaml.safe_load(TEXT)
    assert list(value) == ["version", "specs"]
    assert value["specs"]["configs/mine.yaml"]["params"] == 28_536_113


paths = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.sampled_from(
    ['a"b', "a\\b", "a: b", "# a", "-", "a\nb", "\x1b[31m", "網.yaml", "\udcff", "<<<<<<< a", "true"]
)


@settings(max_examples=30)
@given(st.lists(networks(), min_size=1, max_size=2), st.lists(paths, min_size=1, max_size=5, unique=True))
def test_what_is_written_is_read_back(plain: list[Plain], names: list[str]) -> None:
    made = []
    for spec in plain:
        try:
            made.append(entry(spec))
        except InputError:
            made.append(W32)
    entries = {name: made[index % len(made)] for index, name in enumerate(names)}
    text = lock_text(entries)
    assert text.endswith("\n") and text == lock_text(dict(reversed(entries.items())))
    assert read_lock(text, "x") == entries
    assert list(read_lock(text, "x")) == sorted(entries)
    assert text.encode().decode() == text


def test_windows_line_ends_and_comments_are_passed_over() -> None:
    assert read_lock(TEXT.replace("\n", "\r\n"), "x") == {"configs/mine.yaml": W32}
    assert read_lock(TEXT.replace("specs:\n", "# a comment\n\nspecs:\n") + "\n", "x") == {"configs/mine.yaml": W32}
    assert read_lock(lock_text({}), "x") == {}


OURS, THEIRS = "    params: 28536113\n", "    params: 1\n"
CONFLICT = f"<<<<<<< HEAD\n{OURS}=======\n{THEIRS}>>>>>>> topic\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no lock file"),
        ("stage1: {}\n", 1, "no lock file"),
        (TEXT.replace("version: 1", "version: 2"), 2, "version '2', and this hrnet-cli reads version 1"),
        (TEXT.replace("version: 1", "version: "), 2, "version ''"),
        (TEXT.replace("specs:", "spec:"), 3, "expected 'specs:', found 'spec:'"),
        ("version: 1\n", 2, "expected 'specs:', found the end of the file"),
        (TEXT.replace(OURS, CONFLICT), 6, "a conflict that git left here"),
        (TEXT.replace(OURS, f"=======\n{OURS}"), 6, "a conflict that git left here"),
        (TEXT.replace('"configs/mine.yaml"', "configs/mine.yaml"), 4, "the path of a spec in quotes"),
        (TEXT.replace('"configs/mine.yaml"', '"\\q"'), 4, "the path of a spec in quotes"),
        (TEXT.replace(OURS, ""), 6, "expected 'params', found '    macs: 7645003776'"),
        (TEXT.replace(OURS, OURS * 2), 7, "expected 'macs', found '    params: 28536113'"),
        (TEXT.replace("28536113", "2853611.3"), 6, "'2853611.3' is no value of 'params'"),
        (TEXT.replace("28536113", "028536113"), 6, "is no value of 'params'"),
        (TEXT.replace("28536113", "9" * 10_000), 6, "is no value of 'params'"),
        (TEXT.replace("1x3x256x192", "1x3xx192"), 5, "is no value of 'input'"),
        (TEXT.replace("[1x17x64x48]", "1x17x64x48"), 10, "is no value of 'outputs'"),
        (TEXT.replace("f21e", "F21E"), 14, "is no value of 'digest'"),
        (TEXT[:-20], 14, "is no value of 'digest'"),
        (TEXT[: TEXT.index("    keys")], 13, "expected 'keys', found the end of the file"),
        (TEXT + TEXT[TEXT.index('  "') :], 15, "'configs/mine.yaml' stands here again"),
        (TEXT + TEXT, 16, "the path of a spec in quotes"),
        (TEXT.replace("specs:", "specs: &a"), 3, "expected 'specs:'"),
    ],
)
def test_what_is_no_lock_file_has_a_line(text: str, line: int, words: str) -> None:
    error = caught(UnreadableError, read_lock, text, "hrnet.lock")
    assert error.message.startswith(f"hrnet.lock:{line}: ") and words in error.message
    assert error.remedy and len(error.message) < 300


@settings(max_examples=200)
@given(st.integers(0, len(TEXT)), st.integers(0, 40), st.text(max_size=10))
def test_a_damaged_file_is_read_whole_or_refused(start: int, length: int, junk: str) -> None:
    text = TEXT[:start] + junk + TEXT[start + length :]
    error = caught(UnreadableError, read_lock, text, "x")
    if error:
        assert error.message.startswith("x:")
    else:
        assert all(isinstance(each, LockEntry) for each in read_lock(text, "x").values())


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "hrnet.lock"
    assert "No such file" in caught(UnreadableError, open_lock, path).message
    assert "Is a directory" in caught(UnreadableError, open_lock, tmp_path).message
    path.write_bytes(b"version: 1\n\xff")
    assert "is not UTF-8 (byte 11)" in caught(UnreadableError, open_lock, path).message
    path.write_bytes(b"#" * 10_000_001)
    assert "more than 10,000,000 bytes" in caught(UnreadableError, open_lock, path).message
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert open_lock(path) == {"configs/mine.yaml": W32}


def test_what_differs_in_words() -> None:
    assert differences(W32, W32) == ()
    assert differences(W32, entry("w48-384x288")) == (
        "input 1×3×256×192 → 1×3×384×288",
        "params 28,536,113 → 63,595,745 (+35,059,632)",
        "MACs 7,645,003,776 → 35,306,606,592 (+27,661,602,816)",
        "activations 19,115,520 → 57,157,056 (+38,041,536)",
        "branch 0 32×64×48 → 48×96×72",
        "branch 1 64×32×24 → 96×48×36",
        "branch 2 128×16×12 → 192×24×18",
        "branch 3 256×8×6 → 384×12×9",
        "output 0 1×17×64×48 → 1×17×96×72",
        "state-dict keys or shapes changed",
    )
    fewer = W32._replace(branches=W32.branches[:3], outputs=(*W32.outputs, (1, 2)), params=28_536_112, keys=1_000)
    assert differences(W32, fewer) == (
        "params 28,536,113 → 28,536,112 (-1)",
        "branch 3 256×8×6 is gone",
        "output 1 1×2 is new",
        "state-dict keys or shapes changed: 1,754 → 1,000 keys",
    )


def test_what_no_key_and_no_count_shows() -> None:
    plain = yaml.safe_load((Path(__file__).parents[2] / "presets/w32.yaml").read_text())
    bilinear = entry({**plain, "upsampling": {"mode": "bilinear"}})
    assert differences(W32, bilinear) == ("upsampling nearest by factor → bilinear by factor",)
    assert entry({**plain, "upsampling": {"mode": "bilinear", "align_corners": False}}) == bilinear
    to_size = entry({**plain, "upsampling": {"mode": "bilinear", "to": "size", "align_corners": True}})
    assert to_size.upsampling == "bilinear to size with align_corners"
    other = entry({**plain, "batch_norm": {"momentum": 0.01}})
    assert differences(W32, other) == ("batch norm momentum 0.1, eps 1e-05 → momentum 0.01, eps 1e-05",)


def test_every_field_is_in_the_differences() -> None:
    others: dict[str, Any] = {
        "input": (1, 1, 1, 1),
        "branches": (),
        "outputs": (),
        "upsampling": "x",
        "batch_norm": "x",
        "digest": "0" * 64,
    }
    for name in LockEntry._fields:
        changed = W32._replace(**{name: others.get(name, 1)})
        assert len(differences(W32, changed)) == (4 if name == "branches" else 1), name


def test_a_network_of_one_stage() -> None:
    stage = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [4]}
    assert entry({"stage1": stage, "input": "64x32"}).branches == ((4, 16, 8),)


def test_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    for name in ("w32.yaml", "w48", "configs/a b.yaml"):
        (tmp_path / name).touch()
    here, below = Path("hrnet.lock").parent, tmp_path / "configs"
    expected = {
        "w32.yaml": "w32.yaml",
        "./w32.yaml": "w32.yaml",
        "w48": "./w48",
        "configs/a b.yaml": "configs/a b.yaml",
        str(tmp_path / "configs" / "a b.yaml"): "configs/a b.yaml",
        "w18.yaml": "w18.yaml",
        "w32": "w32",
        "cls-w18.yaml": "cls-w18",
        "timm:hrnet_w18": "timm:hrnet_w18",
    }
    for source, name in expected.items():
        if source == "w18.yaml":
            assert caught(UsageError, lock_name, source, here)
            continue
        assert lock_name(source, here) == name
        path = lock_path(name, here)
        assert (path is None) is (name in preset_names() or name.startswith("timm:"))
        assert path is None or path.samefile(source)
    assert lock_name("w32.yaml", below) == "../w32.yaml"
    assert lock_path("w32.yaml", below) == below / "w32.yaml"
    for source in ("-", "git:HEAD:w32.yaml"):
        assert caught(UsageError, lock_name, source, here)


def test_an_entry_takes_what_load_spec_takes() -> None:
    assert entry(load_spec("w32")) == entry("w32.yaml") == W32
