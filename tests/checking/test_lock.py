"""Specs against a lock file: the figures are the originals', and what differs is named."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from originals import ALL_GOLDENS, spec_of
from support import Golden, caught

from hrnet_cli import load_spec
from hrnet_cli.checking.lock import Difference, differences, lock, lock_entry, lock_name, source_of
from hrnet_cli.checking.lock_file import LockEntry
from hrnet_cli.errors import UsageError
from hrnet_cli.sources import preset_names, preset_path
from hrnet_cli.tracing import SpecLike, trace

RECORDED = [golden for golden in ALL_GOLDENS if golden.path.split("/")[0] in ("pose-v1", "cls", "seg-v2", "timm")]


def entry(spec: SpecLike) -> LockEntry:
    return lock_entry(trace(spec))


W32 = entry("w32")


def texts(before: LockEntry, after: LockEntry) -> list[str]:
    return list(map(str, differences(before, after)))


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


def test_differences_are_named() -> None:
    assert texts(W32, W32) == []
    assert texts(W32, entry("w48-384x288")) == [
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
    ]
    fewer = replace(W32, branches=W32.branches[:3], outputs=(*W32.outputs, (1, 2)), params=28_536_112, keys=1_000)
    assert texts(W32, fewer) == [
        "params 28,536,113 → 28,536,112 (-1)",
        "branch 3 256×8×6 is gone",
        "output 1 1×2 is new",
        "state-dict keys or shapes changed: 1,754 → 1,000 keys",
    ]
    assert differences(W32, fewer)[1] == Difference("branch", (256, 8, 6), None, 3)


def test_settings_that_no_key_and_no_count_shows_are_locked() -> None:
    plain = yaml.safe_load(preset_path("w32").read_text())
    bilinear = entry({**plain, "upsampling": {"mode": "bilinear"}})
    assert texts(W32, bilinear) == ["upsampling nearest by factor → bilinear by factor"]
    assert entry({**plain, "upsampling": {"mode": "bilinear", "align_corners": False}}) == bilinear
    to_size = entry({**plain, "upsampling": {"mode": "bilinear", "to": "size", "align_corners": True}})
    assert to_size.upsampling == "bilinear to size with align_corners"
    other = entry({**plain, "batch_norm": {"momentum": 0.01}})
    assert texts(W32, other) == ["batch norm momentum 0.1, eps 1e-05 → momentum 0.01, eps 1e-05"]


def test_every_field_is_compared() -> None:
    others: dict[str, Any] = {
        "input": (1, 1, 1, 1),
        "branches": (),
        "outputs": (),
        "upsampling": "x",
        "batch_norm": "x",
        "digest": "0" * 64,
    }
    for name in (field.name for field in fields(LockEntry)):
        changed = replace(W32, **{name: others.get(name, 1)})
        assert len(differences(W32, changed)) == (4 if name == "branches" else 1), name


def test_a_network_of_one_stage() -> None:
    stage = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [4]}
    assert entry({"stage1": stage, "input": "64x32"}).branches == ((4, 16, 8),)


def test_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    for name in ("w32.yaml", "w48", "configs/a b.yaml", "-"):
        (tmp_path / name).touch()
    here, below = Path("hrnet.lock").parent, tmp_path / "configs"
    expected = {
        "w32.yaml": "w32.yaml",
        "./w32.yaml": "w32.yaml",
        "w48": "./w48",
        "configs/a b.yaml": "configs/a b.yaml",
        str(tmp_path / "configs" / "a b.yaml"): "configs/a b.yaml",
        "w32": "w32",
        "cls-w18.yaml": "cls-w18",
        "timm:hrnet_w18": "timm:hrnet_w18",
    }
    for source, name in expected.items():
        assert lock_name(source, here) == name
        found = source_of(name, here)
        is_file = name not in preset_names() and not name.startswith("timm:")
        assert Path(found).samefile(source) if is_file else found == name
    assert lock_name("w32.yaml", below) == "../w32.yaml"
    assert lock_name("./-", here) == "./-" and source_of("./-", here) != "-"
    assert source_of("w32.yaml", below) == str(below / "w32.yaml")
    for source in ("-", "git:HEAD:w32.yaml", "w18.yaml"):
        assert caught(UsageError, lock_name, source, here)


def test_an_entry_is_the_same_by_every_name_of_a_spec() -> None:
    assert entry(load_spec("w32")) == entry("w32.yaml") == W32


def test_an_entry_that_differs_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    """Every other entry stays."""
    path = tmp_path / "hrnet.lock"
    locked = {"w32": entry("w48"), "w48": entry("w48")}
    kept, updated = lock(locked, ["w32"], path), lock(locked, ["w32"], path, update=True)
    assert kept.refused and not updated.refused
    assert [(each.name, each.outcome) for each in kept.specs] == [("w32", "differs")]
    assert [(each.name, each.outcome) for each in updated.specs] == [("w32", "updated")]
    assert updated.specs[0].differences == differences(entry("w48"), W32) != ()
    assert updated.entries == {"w32": W32, "w48": entry("w48")}
    added = lock({}, ["w32", "./w32.yaml"[2:]], path)
    assert [(each.name, each.outcome) for each in added.specs] == [("w32", "added")] and not added.refused
    assert [each.outcome for each in lock({"w32": W32}, ["w32"], path).specs] == ["unchanged"]
