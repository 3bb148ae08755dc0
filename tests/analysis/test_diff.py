"""From one network to another: keys are held against the originals' state dicts and against torch's own loading."""

from __future__ import annotations

import copy
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from originals import spec_of
from strategies import Plain, networks, specs
from support import Golden, caught

import hrnet_cli
from hrnet_cli import build, build_torch, load_spec, trace
from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.diff import Change, Diff
from hrnet_cli.analysis.state_dict import KeyGroup, choose_prefixes, merge_in_order
from hrnet_cli.schema import Spec, StageSpec
from hrnet_cli.schema.records import entries
from hrnet_cli.sources import preset_path
from hrnet_cli.tracing import InputError


def edited(plain: Plain, **changes: Any) -> Plain:
    """A copy with some things replaced, `stage3__num_modules` inside a stage."""
    result = copy.deepcopy(plain)
    for name, value in changes.items():
        part, _, field = name.partition("__")
        if field:
            result[part][field] = value
        else:
            result[part] = value
    return result


PAIRS = [
    ("pose-v1/coco_w32_256x192", "pose-v1/coco_w48_256x192"),
    ("pose-v1/coco_w32_256x192", "pose-v1/mpii_w32_256x256"),
    ("pose-v1/coco_w32_256x192", "higherhrnet/coco_w32_512"),
    ("pose-v1/coco_w32_256x192", "cls/w32"),
    ("cls/w18", "cls/w18_small_v1"),
    ("cls/w32", "det-v2p/faster_rcnn_w32"),
    ("edge/seg_align_corners_false", "edge/seg_align_corners_true"),
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_keys_are_those_of_the_originals(first: str, second: str) -> None:
    before, after = Golden(first), Golden(second)
    prefix = "backbone." if "det" in second else ""
    old, new = {prefix + key: shape for key, shape in before.keys}, dict(after.keys)
    result = hrnet_cli.diff(spec_of(before), spec_of(after), keys=True)
    common = old.keys() & new.keys()
    state = result.state_dict
    assert state.keys is not None
    found = {key.key: (key.change, key.before, key.after) for key in state.keys}
    assert (state.strip, state.add) == ("", prefix)
    assert found == {
        **{key: ("added", None, new[key]) for key in new.keys() - old.keys()},
        **{key.removeprefix(prefix): ("removed", old[key], None) for key in old.keys() - new.keys()},
        **{key: ("reshaped", old[key], new[key]) for key in common if old[key] != new[key]},
    }
    kept = sum(old[key] == new[key] for key in common)
    assert (state.before, state.after, state.kept) == (len(old), len(new), kept)
    assert [key.key for key in state.keys if key.before is None] == [key for key in new if key not in old]
    assert [key.key for key in state.keys if key.after is None] == [
        key.removeprefix(prefix) for key in old if key not in new
    ]
    totals = [golden.facts["params"]["total"] for golden in (before, after)]
    assert result.total.params == (*totals, totals[1] - totals[0])


def belongs(key: str, group: KeyGroup) -> bool:
    """Whether a key is below the modules of a group."""
    options = ([part] if isinstance(part, str) else list(map(str, part)) for part in group.path)
    return all(part in option for part, option in zip_longest(key.split(".")[: len(group.path)], options, fillvalue=""))


def check_groups(result: Diff) -> None:
    """Each changed key is in one group of its kind, and each group says how many it has."""
    state = result.state_dict
    assert state.keys is not None
    counts = dict.fromkeys(state.groups, 0)
    for key in state.keys:
        groups = [group for group in state.groups if group.change == key.change and belongs(key.key, group)]
        assert len(groups) == 1, (key, groups)
        counts[groups[0]] += 1
    assert all(group.keys == count for group, count in counts.items())
    changed = sum(group.keys for group in state.groups)
    assert changed == len(state.keys) == state.added + state.removed + state.reshaped
    assert state.kept + state.removed + state.reshaped == state.before
    assert state.kept + state.added + state.reshaped == state.after


@settings(max_examples=30)
@given(specs(most_stages=4), specs(most_stages=4))
def test_any_two_add_up_both_ways(first: Plain, second: Plain) -> None:
    there = hrnet_cli.diff(first, second, "64x64", keys=True)
    back = hrnet_cli.diff(second, first, "64x64", keys=True)
    check_groups(there)
    check_groups(back)
    for one, other in ((there, back), (back, there)):
        assert (one.state_dict.before, one.state_dict.added) == (other.state_dict.after, other.state_dict.removed)
        assert one.total.params.difference == -other.total.params.difference
    assert there.state_dict.keys is not None and back.state_dict.keys is not None
    swapped = {"added": "removed", "removed": "added", "reshaped": "reshaped"}
    assert {(key.key, key.change, key.before, key.after) for key in there.state_dict.keys} == {
        (key.key, swapped[key.change], key.after, key.before) for key in back.state_dict.keys
    }
    assert {(each.path, str(each.before), str(each.after)) for each in there.changes} == {
        (each.path, str(each.after), str(each.before)) for each in back.changes
    }
    for rows in (there.stages, there.branches):
        for name in ("params", "macs", "activations"):
            sums = [sum(figures) for figures in zip(*(getattr(row, name) for row in rows), strict=True)]
            assert getattr(there.total, name) == tuple(sums)
    assert there.same is back.same is not any(each.path != "name" for each in there.changes)


@settings(max_examples=30)
@given(specs() | networks())
def test_nothing_differs_from_itself(plain: Plain) -> None:
    try:
        result = hrnet_cli.diff(plain, copy.deepcopy(plain), keys=True)
    except InputError:
        return
    assert result.same and result.before == result.after
    assert (result.changes, result.invisible_changes) == ((), ())
    assert (result.state_dict.keys, result.state_dict.groups) == ((), ())
    assert result.state_dict.kept == result.state_dict.before == result.state_dict.after
    rows = (result.total, *result.stages, *result.branches)
    assert not any(pair.difference for row in rows for pair in row[1:])
    assert all(each.before == each.after for each in result.shapes)


def test_costs_are_those_of_the_two() -> None:
    result = hrnet_cli.diff("w32", "w48-384x288")
    for side, name in ((0, "w32"), (1, "w48-384x288")):
        counted = costs(trace(name))
        for figure in ("params", "macs", "activations"):
            assert getattr(result.total, figure)[side] == sum(getattr(cost, figure) for cost in counted)


def changed(before: Plain, after: Plain) -> list[tuple[str, Any, Any]]:
    return [tuple(each) for each in hrnet_cli.diff(before, after).changes]


def test_every_field_in_its_own_words(small: Plain) -> None:
    deeper = edited(small, stage3__num_modules=3, stage2__num_blocks=[2, 2], stage3__num_channels=[6, 8, 20])
    assert changed(small, deeper) == [
        ("stage2.num_blocks", (1, 2), (2, 2)),
        ("stage3.num_modules", 2, 3),
        ("stage3.num_channels", (6, 8, 16), (6, 8, 20)),
    ]
    assert changed(small, edited(small, stage2__block="BOTTLENECK", name="other", stem_widths=[8, 64])) == [
        ("name", "small", "other"),
        ("stem_widths", (64, 64), (8, 64)),
        ("stage2.block", "BASIC", "BOTTLENECK"),
    ]
    assert changed(small, edited(small, in_channels=1, input="32x32")) == [
        ("in_channels", 3, 1),
        ("input", (1, 3, 64, 64), (1, 1, 32, 32)),
    ]
    assert changed(small, edited(small, upsampling={"mode": "bilinear"}, batch_norm={"eps": 0.001})) == [
        ("upsampling.mode", "nearest", "bilinear"),
        ("upsampling.align_corners", None, False),
        ("batch_norm.eps", 1e-05, 0.001),
    ]
    assert changed(small, edited(small, multi_scale_output=False)) == [("multi_scale_output", True, False)]


def test_a_part_that_one_of_the_two_has(small: Plain) -> None:
    shorter = {key: value for key, value in small.items() if key != "stage3"}
    change = hrnet_cli.diff(small, shorter).changes
    fields = {**small["stage3"], "num_blocks": (1, 1, 1), "num_channels": (6, 8, 16)}
    assert change == (Change("stage3", fields, None),)
    assert hrnet_cli.diff(shorter, small).changes == (Change("stage3", None, fields),)
    heatmap = {"type": "heatmap", "num_joints": 3}
    paths = [each.path for each in hrnet_cli.diff(small, edited(small, head=heatmap)).changes]
    assert paths == ["multi_scale_output", "head"]
    more = edited(small, head={**heatmap, "num_joints": 4})
    assert changed(edited(small, head=heatmap), more) == [("head.num_joints", 3, 4)]


def test_what_is_written_otherwise_and_means_the_same(small: Plain) -> None:
    bilinear = {"mode": "bilinear", "to": "size"}
    for before, after in (
        ({"multi_scale_output": True}, {}),
        ({"upsampling": bilinear}, {"upsampling": {**bilinear, "align_corners": False}}),
        ({"published": {"params": "1M", "flops": "1G", "source": "x"}}, {"budget": {"divisor": 32}}),
        ({"name": "one"}, {"name": "other"}),
    ):
        assert hrnet_cli.diff({**small, **before}, {**small, **after}).same


def test_shapes(small: Plain) -> None:
    result = hrnet_cli.diff(small, edited(small, stage3__num_channels=[6, 9, 16]))
    differ = [each for each in result.shapes if each.before != each.after]
    assert [tuple(each) for each in differ] == [(3, 1, (8, 8, 8), (9, 8, 8))]
    assert len(result.shapes) == 1 + 2 + 3
    shorter = {key: value for key, value in small.items() if key != "stage3"}
    gone = [each for each in hrnet_cli.diff(small, shorter).shapes if each.after is None]
    assert [(each.stage, each.branch) for each in gone] == [(3, 0), (3, 1), (3, 2)]


def test_500_keys_are_a_few_groups() -> None:
    plain = load_spec("w32")
    assert [tuple(each) for each in hrnet_cli.diff("w32", "w48").state_dict.groups] == [
        (("transition1",), "reshaped", 10),
        (("stage2",), "reshaped", 90),
        (("transition2",), "reshaped", 5),
        (("stage3",), "reshaped", 620),
        (("transition3",), "reshaped", 5),
        (("stage4",), "reshaped", 655),
        (("final_layer", "weight"), "reshaped", 1),
    ]
    import yaml

    w32 = yaml.safe_load(preset_path("w32").read_text())
    deeper = edited(w32, stage4__num_blocks=[4, 4, 4, 5], stage3__num_modules=5)
    assert [tuple(each) for each in hrnet_cli.diff(plain, deeper).state_dict.groups] == [
        (("stage3", "4"), "added", 186),
        (("stage4", (0, 1, 2), "branches", "3", "4"), "added", 36),
    ]
    wider = edited(w32, stage4__num_channels=[32, 64, 160, 256])
    paths = [each.path for each in hrnet_cli.diff(plain, wider).state_dict.groups]
    assert paths[:3] == [
        ("transition3", "2"),
        ("stage4", (0, 1, 2), "branches", "2"),
        ("stage4", (0, 1, 2), "fuse_layers", "0", "2", "0"),
    ]
    assert len(paths) < 10


@pytest.mark.parametrize(
    ("before", "after", "merged"),
    [
        ("", "", ""),
        ("abc", "abc", "abc"),
        ("abc", "", "abc"),
        ("", "abc", "abc"),
        ("abde", "abcde", "abcde"),
        ("axbe", "aybe", "axybe"),
        ("xab", "ab", "xab"),
        ("ab", "ba", "ba"),
    ],
)
def test_in_order(before: str, after: str, merged: str) -> None:
    assert "".join(merge_in_order(before, after)) == merged


def test_an_input_for_both_or_each_its_own() -> None:
    own = hrnet_cli.diff("w32", "cls-w32")
    assert (own.before.input, own.after.input) == ((1, 3, 256, 192), (1, 3, 224, 224))
    assert "input" in [each.path for each in own.changes]
    at_one = hrnet_cli.diff("w32", "cls-w32", "64x64")
    assert at_one.before.input == at_one.after.input == (1, 3, 64, 64)
    assert "input" not in [each.path for each in at_one.changes]
    assert hrnet_cli.diff("w32", "w32-384x288", "64x64").same


def test_names_say_which_of_the_two_it_is(small: Plain) -> None:
    result = hrnet_cli.diff("w32", load_spec("w48"))
    assert [result.before.source, result.after.source] == ["w32", "hrnet-w48"]
    odd = edited(small, input="1x3x50x64")
    error = caught(InputError, lambda: hrnet_cli.diff(small, odd, names=("a.yaml", "b.yaml")))
    assert "an input of 1×3×50×64 cannot go through b.yaml (small)" in error.message
    error = caught(InputError, hrnet_cli.diff, small, "w32", "50x64")
    assert "cannot go through small: " in error.message


INVISIBLE: list[tuple[Plain, Plain, tuple[str, ...]]] = [
    ({}, {"upsampling": {"mode": "bilinear"}}, ("upsampling mode",)),
    ({}, {"upsampling": {"to": "size"}}, ()),
    ({"upsampling": {"mode": "bilinear"}}, {"upsampling": {"mode": "bilinear", "to": "size"}}, ()),
    (
        {"upsampling": {"mode": "bilinear", "to": "size"}},
        {"upsampling": {"mode": "bilinear", "to": "size", "align_corners": True}},
        ("upsampling align_corners",),
    ),
    ({}, {"batch_norm": {"eps": 0.01}}, ("BatchNorm2d eps",)),
    ({}, {"batch_norm": {"momentum": 0.2}}, ()),
    ({"head": {"type": "hrfpn"}}, {"head": {"type": "hrfpn", "stride": 2}}, ("Conv2d stride",)),
    (
        {"head": {"type": "segmentation"}, "upsampling": {"to": "factor"}},
        {"head": {"type": "segmentation"}, "upsampling": {"to": "size"}},
        ("upsampling mode",),
    ),
]


@pytest.mark.parametrize(("before", "after", "invisible"), INVISIBLE)
def test_what_no_key_shows(small: Plain, before: Plain, after: Plain, invisible: tuple[str, ...]) -> None:
    result = hrnet_cli.diff({**small, **before}, {**small, **after})
    assert tuple(f"{each.layer} {each.argument}" for each in result.invisible_changes) == invisible
    assert result.state_dict.kept == result.state_dict.before == result.state_dict.after and not result.same


def test_a_network_that_resizes_nothing_has_the_same_upsampling(small: Plain) -> None:
    result = hrnet_cli.diff({"stage1": small["stage1"]}, small, "64x64")
    assert result.state_dict.kept > 0 and result.invisible_changes == ()


@pytest.mark.torch
@pytest.mark.parametrize(("before", "after", "invisible"), INVISIBLE)
def test_torch_computes_another_function_just_there(
    small: Plain, before: Plain, after: Plain, invisible: tuple[str, ...]
) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    old, new = (build_torch({**small, **each}).eval() for each in (before, after))
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        for parameter in old.parameters():
            parameter.normal_(std=0.1)  # the initial weights of a head are so small that its bias hides them
        new.load_state_dict(old.state_dict())
        outputs = [made if isinstance(made, list | tuple) else [made] for made in (old(x), new(x))]
    same = all(
        one.shape == other.shape and torch.allclose(one, other, atol=1e-5 * one.abs().max().item())
        for one, other in zip(*outputs, strict=True)
    )
    assert same is not bool(invisible)


@pytest.mark.torch
@settings(max_examples=10)
@given(specs(most_stages=3), specs(most_stages=3), st.booleans())
def test_torch_loads_what_is_said_to_load(first: Plain, second: Plain, alike: bool) -> None:
    pytest.importorskip("torch")
    second = edited(first, stage1__num_blocks=[3], head={"type": "heatmap"}) if alike else second
    state = hrnet_cli.diff(first, second, "64x64", keys=True).state_dict
    assert state.keys is not None
    found: dict[str, set[str]] = {"added": set(), "removed": set(), "reshaped": set()}
    for key in state.keys:
        found[key.change].add(key.key)
    checkpoint, network = build_torch(first).state_dict(), build_torch(second)
    error = caught(RuntimeError, lambda: network.load_state_dict(checkpoint, strict=False))
    assert str(error).count("size mismatch for") == len(found["reshaped"])
    for reshaped in found["reshaped"]:
        checkpoint.pop(reshaped)
    told = network.load_state_dict(checkpoint, strict=False)
    missing = {key for key in found["added"] | found["reshaped"] if not key.endswith("num_batches_tracked")}
    assert set(told.missing_keys) == missing  # torch makes a count of batches up where a checkpoint has none
    assert set(told.unexpected_keys) == {key for key in found["removed"] if not below_nothing(network, key)}


def below_nothing(network: Any, key: str) -> bool:
    """Whether a key leads to an edge or a step that is None, where torch drops it without a word."""
    module = network
    for part in key.split("."):
        if part not in module._modules:
            return False
        module = module._modules[part]
        if module is None:
            return True
    return False


def test_keys_in_torchs_order(small: Plain) -> None:
    from hrnet_cli.analysis.state_dict import state_dict_shapes

    ours = state_dict_shapes(trace(small))
    assert ours == {key: tuple(tensor.shape) for key, tensor in build(small).state_dict().items()}
    assert list(state_dict_shapes(trace("w32"))) == [key for key, _ in Golden("pose-v1/coco_w32_256x192").keys]


def test_where_every_key_changes_its_modules_are_named() -> None:
    def plain(width: int) -> Plain:
        stage = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [width]}
        return {"stage1": stage, "stem_widths": [width, width]}

    state = hrnet_cli.diff(plain(4), plain(8)).state_dict
    assert state.reshaped == sum(group.keys for group in state.groups)
    assert [group.path for group in state.groups] == [("conv1",), ("bn1",), ("conv2",), ("bn2",), ("layer1",)]


@pytest.mark.parametrize(
    ("before", "after", "strip", "add", "kept", "as_named"),
    [
        ("w32", "mmpose", "", "backbone.", 1752, 0),
        ("mmpose", "w32", "backbone.", "", 1752, 0),
        ("mmpose", "det-w32", "", "", 1752, 1752),
        ("cls-w18", "det-w18", "", "backbone.", 1830, 0),
        ("w32", "w48", "", "", 368, 368),
        ("w32", "w32", "", "", 1754, 1754),
    ],
)
def test_keys_below_a_prefix(
    before: str, after: str, strip: str, add: str, kept: int, as_named: int, tmp_path: Path
) -> None:
    """mmpose puts `backbone.` and `head.` before its keys, and mmdet `backbone.` and `neck.`."""
    (tmp_path / "mmpose.py").write_text(hrnet_cli.convert("w32", to="mmlab").text)
    paths = {"mmpose": tmp_path / "mmpose.py"}
    state = hrnet_cli.diff(paths.get(before, before), paths.get(after, after)).state_dict
    assert (state.strip, state.add, state.kept, state.kept_as_named) == (strip, add, kept, as_named)
    text = str(hrnet_cli.diff(paths.get(before, before), paths.get(after, after)))
    assert ("add backbone. before its keys, and a checkpoint of" in text) == bool(add)
    assert ("strip backbone. from its keys, and a checkpoint of" in text) == bool(strip)
    assert (f"of 1,754 are kept ({as_named} as they are named)" in text) == (before != "cls-w18" and kept != as_named)


def test_the_iterative_head_is_in_mmposes_backbone(tmp_path: Path) -> None:
    """`head_layer` is an attribute of mmpose's LiteHRNet: `backbone.head_layer.projects.0.…`."""
    path = tmp_path / "lite.py"
    path.write_text(hrnet_cli.convert("litehrnet18", to="mmlab").text)
    state = hrnet_cli.diff("litehrnet18", path, keys=True).state_dict
    assert (state.add, state.kept, state.before, state.after) == ("backbone.", 1416, 1418, 1418)
    assert state.keys is not None
    removed, added = ["final_layer.weight", "final_layer.bias"], ["head.final_layer.weight", "head.final_layer.bias"]
    assert sorted(key.key for key in state.keys) == sorted([*removed, *added])


def test_a_prefix_on_each_side() -> None:
    old, new = {"model.layer1.a": (1,), "model.x": (2,), "loss": (1,)}, {"backbone.layer1.a": (1,), "backbone.x": (2,)}
    assert choose_prefixes(old, new) == ("model.", "backbone.")
    assert choose_prefixes({"layer1.b": (1,)}, {"a.layer1.b": (2,)}) == ("", "a.")  # a name, if not its shape
    assert choose_prefixes({"a.layer1.b": (1,)}, {"layer1.b": (1,), "a.layer1.b": (2,)}) == ("a.", "")


LITE_CHANGES: dict[str, Any] = {
    "name": "other",
    "in_channels": 1,
    "stem_widths": [16],
    "multi_scale_output": True,
    "iterative_head": False,
    "upsampling": {"to": "size"},
    "batch_norm": {"momentum": 0.2},
    "head": {"type": "none"},
    "stage1__expand_ratio": 2.0,
    "stage1__num_channels": [34],
    "stage2__num_modules": 3,
    "stage2__block": "NAIVE",
    "stage2__num_blocks": [1, 1],
    "stage2__with_fuse": False,
    "stage2__reduce_ratio": 4,
}
"""A change of every field that a spec or a stage has, but for those below."""
NETWORK_IS_THE_SAME = {"input", "published", "budget"}
SEEN_OTHERWISE = {"stages", "fuse_method", "num_branches"}
"""The stages are compared one by one; a fuse method has one value, and branches do not change alone."""


@pytest.mark.parametrize("name", LITE_CHANGES)
def test_every_field_is_compared(name: str) -> None:
    plain = dict(yaml.safe_load(preset_path("litehrnet18").read_text()))
    del plain["published"], plain["input"]
    if name == "multi_scale_output":
        plain["head"] = {"type": "none"}
        plain["multi_scale_output"] = False
    result = hrnet_cli.diff(plain, edited(plain, **{name: LITE_CHANGES[name]}), "64x64")
    path = name.replace("__", ".")
    paths = [change.path for change in result.changes]
    assert any(each.split(".")[: path.count(".") + 1] == path.split(".") for each in paths), paths
    assert result.same is (name == "name")


def test_no_field_is_forgotten() -> None:
    changed = {name.rpartition("__")[2] for name in LITE_CHANGES}
    assert {*entries(Spec), *entries(StageSpec)} == changed | NETWORK_IS_THE_SAME | SEEN_OTHERWISE
