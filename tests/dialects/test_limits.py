"""What a dialect's own code cannot build: where that stands, and that nothing is said of what it can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import networks
from support import TESTS, caught

from hrnet_cli import load_spec
from hrnet_cli.checking.rules.dialect import DIALECT
from hrnet_cli.dialects.equivalent import in_four_stages
from hrnet_cli.dialects.limits import repaired_widths
from hrnet_cli.dialects.table import BUILDERS, WRITERS, write_spec
from hrnet_cli.errors import Diagnostic, InexpressibleError
from hrnet_cli.hrnet import EXPANSION
from hrnet_cli.schema import FeaturesHead, NoHead, Spec, Upsampling
from hrnet_cli.schema.spec import BatchNorm, Budget
from hrnet_cli.sources import parse_spec, preset_names

CONFIGS = sorted(path for path in (TESTS / "configs").rglob("*.yaml") if not path.name.startswith("not_"))
LEFT_OUT = "head is left out"


def test_every_other_dialect_has_limits() -> None:
    assert set(BUILDERS) == set(WRITERS) - {"yaml", "json"}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_a_published_config_is_built_by_its_own_code(path: Any) -> None:
    spec = load_spec(path)
    assert not list(BUILDERS[spec.dialect].find_limits(spec))


def writes(spec: Spec, target: str) -> bool:
    """Whether it is written whole; what is written, whole or not, is within the target's limits."""
    try:
        written = write_spec(spec, target)
    except InexpressibleError:
        return False
    assert not list(BUILDERS[target].find_limits(parse_spec(written.text)))
    return not any(LEFT_OUT in note for note in written.notes)


@pytest.mark.parametrize("target", BUILDERS)
@pytest.mark.parametrize("name", preset_names())
def test_what_is_written_has_no_limits(name: str, target: str) -> None:
    spec = load_spec(name)
    assert writes(spec, target) == (not list(BUILDERS[target].find_limits(spec)))


@pytest.mark.parametrize("target", BUILDERS)
@settings(max_examples=60)
@given(plain=networks())
def test_limits_are_what_is_not_written(target: str, plain: Any) -> None:
    spec = load_spec(plain)
    found, same = list(BUILDERS[target].find_limits(spec)), in_four_stages(spec)
    assert writes(spec, target) == (not list(BUILDERS[target].find_limits(same.spec if same else spec)))
    assert all(limit.code in {rule.name for rule in DIALECT if rule.code > "HR2"} for limit in found)


def changed(name: str, **parts: Any) -> Spec:
    return replace(load_spec(name), **parts)


def staged(name: str, number: int, **parts: Any) -> Spec:
    """A preset with another stage."""
    stages = list(load_spec(name).stages)
    stages[number - 1] = replace(stages[number - 1], **parts)
    return changed(name, stages=tuple(stages))


def all_later(name: str, **parts: Any) -> Spec:
    """A preset with the same stage in the place of each after the first."""
    first, *later = load_spec(name).stages
    return changed(name, stages=(first, *(replace(each, **parts) for each in later)))


W32 = load_spec("w32")
NARROW_LAST = {"num_branches": 3, "num_blocks": (1, 1, 1), "num_channels": (16, 32, 64)}
ONE_BRANCH = {"num_branches": 1, "num_blocks": (1,), "num_channels": (16,)}
ODD = {"num_channels": (32, 60, 128)}


@pytest.mark.parametrize(
    ("spec", "target", "code", "path", "says"),
    [
        (changed("w32", stages=W32.stages[:3]), "official", "fixed-part", ("stage4",), "3 stages"),
        (changed("w32", stages=(*W32.stages, W32.stages[3])), "official", "fixed-part", ("stage5",), "5 stages"),
        (changed("w32", stages=(*W32.stages, W32.stages[3])), "mmlab", "fixed-part", ("stage5",), "5 stages"),
        (changed("w32", stem_widths=(32, 64)), "mmlab", "fixed-part", ("stem_widths",), "[32, 64]"),
        (changed("timm-w18", stem_widths=(64, 32)), "timm", "fixed-part", ("stem_widths", 1), "ends 32 wide"),
        (changed("w32", in_channels=1), "official", "fixed-part", ("in_channels",), "1 channel"),
        (staged("w32", 1, num_blocks=(2,)), "official", "fixed-part", ("stage1",), "not the fixed one"),
        (staged("face-w18", 1, num_blocks=(2,)), "official", "fixed-part", ("stage1",), "not the fixed one"),
        (staged("higher-w32", 1, block="BASIC"), "official", "fixed-part", ("stage1",), "not the fixed one"),
        (changed("w32", multi_scale_output=True), "official", "fixed-part", ("multi_scale_output",), "keeps all"),
        (
            changed("cls-w32", upsampling=Upsampling("bilinear", "size")),
            "timm",
            "fixed-part",
            ("upsampling",),
            "nearest",
        ),
        (staged("w32", 3, **ODD), "official", "width-change", ("stage4", "num_channels", 1), "from 60 to 64 channels"),
        (staged("w32", 3, **ODD), "mmlab", "width-change", ("stage4", "num_channels", 1), "from 60 to 64 channels"),
        (staged("seg-w18-small-v1", 4, **NARROW_LAST), "official", "head-needs", ("stage4", "num_branches"), "on 3"),
        (staged("ocr-w48", 4, **NARROW_LAST), "official", "head-needs", ("stage4", "num_branches"), "always has 4"),
        (staged("cls-w18", 4, **NARROW_LAST), "official", "head-needs", ("stage4", "num_branches"), "always has 4"),
        (staged("timm-w18", 4, **NARROW_LAST), "timm", "head-needs", ("stage4", "num_branches"), "always has 4"),
        (all_later("cls-w18", **ONE_BRANCH), "official", "head-needs", ("stage4", "num_branches"), "on 1 branch,"),
        (load_spec("det-w18"), "official", "head-needs", ("head",), "no original YAML has it"),
        (load_spec("w32"), "timm", "head-needs", ("head",), "timm has the classification head"),
        (load_spec("cls-w18"), "mmlab", "head-needs", ("head", "head_conv_bias"), "no bias in front of a batch norm"),
        (staged("timm-w18-ssld", 4, **NARROW_LAST), "mmlab", "head-needs", ("stage4", "num_branches"), "4 branches"),
        (changed("timm-w18", head=FeaturesHead()), "mmlab", "head-needs", ("head",), "none of mmpose, mmdet, mmseg"),
        (load_spec("seg-w48"), "mmlab", "head-needs", ("head", "conv_bias"), "no bias in front of a batch norm"),
        (load_spec("timm-w18-ssld"), "official", "head-needs", ("head", "head_conv_bias"), "have a bias"),
    ],
)
def test_a_limit_and_its_place(spec: Spec, target: str, code: str, path: tuple[Any, ...], says: str) -> None:
    found: dict[tuple[str, Any], Diagnostic] = {
        (limit.code, limit.path): limit for limit in BUILDERS[target].find_limits(spec)
    }
    assert (code, path) in found, found
    assert says in found[code, path].message
    assert writes(spec, target) is (in_four_stages(spec) is not None)


def test_the_branch_that_follows_widths() -> None:
    """The HRNet-OCR branch takes the branch itself; pytorch-v1.1 and everyone else the last."""
    wide = {"num_channels": (48, 90, 192)}
    assert not list(BUILDERS["official"].find_limits(staged("seg-w48-ade20k", 3, **wide)))
    assert not list(BUILDERS["official"].find_limits(staged("ocr-w48", 3, **wide)))
    for name in ("w48", "cls-w48", "higher-w48"):
        assert {limit.code for limit in BUILDERS["official"].find_limits(staged(name, 3, **wide))} == {"width-change"}
    face = staged("face-w18", 3, num_channels=(18, 30, 72))
    assert [limit.path for limit in BUILDERS["official"].find_limits(face)] == [("stage4", "num_channels", 1)]


def test_a_config_of_the_older_branch_breaks_in_the_older_branch() -> None:
    text = (TESTS / "configs" / "seg" / "v11_cityscapes_seg_hrnet_w18_small_v1.yaml").read_text()
    spec = parse_spec(text)
    stage = replace(spec.stages[2], num_channels=(16, 30, 64))
    wide = replace(spec, stages=(*spec.stages[:2], stage, spec.stages[3]))
    assert [limit.code for limit in BUILDERS["official"].find_limits(wide)] == ["width-change"]
    assert not list(BUILDERS["official"].find_limits(replace(wide, dialect="")))  # which the other branch builds


def headless(branches: int) -> Spec:
    """cls-w18-small-v1's backbone alone, on so many branches."""
    ones = (1,) * branches
    spec = staged(
        "cls-w18-small-v1", 4, num_branches=branches, num_blocks=ones, num_channels=(16, 32, 64, 8, 8)[:branches]
    )
    return replace(spec, head=NoHead())


def test_a_backbone_is_built_under_the_classifiers_head() -> None:
    """Its head_channels are four: five branches are an IndexError in its __init__, three an error in forward."""
    (limit,) = BUILDERS["official"].find_limits(headless(5))
    assert (limit.code, limit.path) == ("fixed-part", ("stage4", "num_branches"))
    assert "5 branches, and cls_hrnet builds its own head on 4" in str(
        caught(InexpressibleError, write_spec, headless(5), "official")
    )
    fails = "cls_hrnet's own head needs 4 branches: with 3 its forward fails after the backbone"
    assert fails in write_spec(headless(3), "official").notes
    assert not any("fails" in note for note in write_spec(headless(4), "official").notes)


@pytest.mark.parametrize("target", BUILDERS)
def test_the_block_that_makes_a_width_change(target: str) -> None:
    """Widths that are written alike are not alike after another block's expansion."""
    spec = staged("timm-w32", 2, block="BOTTLENECK")
    (limit,) = width_changes(spec, target)
    assert limit.path == ("stage2", "block")
    assert limit.message == (
        "stage2 has BOTTLENECK blocks (output ×4): its branches are not as wide as in the stages before and after it, "
        "which fails in forward"
    )
    assert limit.remedy == "write BASIC: every branch keeps its width"


def width_changes(spec: Spec, target: str) -> list[Diagnostic]:
    return [limit for limit in BUILDERS[target].find_limits(spec) if limit.code == "width-change"]


@pytest.mark.parametrize(
    ("number", "parts", "remedies"),
    [
        (3, {"num_channels": (40, 64, 128)}, {("stage3", "num_channels", 0): "write 32"}),
        (3, {"block": "BOTTLENECK"}, {("stage3", "block"): "write BASIC"}),
        (4, {"block": "BOTTLENECK"}, {("stage4", "block"): "write BASIC"}),
        (2, {"num_channels": (40, 64)}, {("stage2", "num_channels", 0): "write 32"}),
        (2, {"num_channels": (8, 16)}, {("stage2", "num_channels", 0): "write 32"}),  # stage 1's block is none for it
        (
            3,
            {"num_channels": (40, 60, 128)},
            {("stage3", "num_channels", 0): "write 32", ("stage4", "num_channels", 1): "write 60"},
        ),
        (
            4,
            {"num_channels": (40, 60, 100, 256)},
            {("stage4", "num_channels", branch): f"write {32 * 2**branch}" for branch in range(2)},
        ),
    ],
)
def test_remedies_of_a_width_hold_together(number: int, parts: dict[str, Any], remedies: dict[Any, str]) -> None:
    found = width_changes(staged("w32", number, **parts), "official")
    assert {limit.path: limit.remedy.partition(":")[0] for limit in found} == remedies


def test_a_remedy_is_told_with_the_change_that_it_takes_back() -> None:
    (limit,) = width_changes(staged("w32", 2, num_channels=(40, 64)), "official")
    assert limit.message == "stage3 changes branch 0 from 40 to 32 channels, which fails in forward"
    first, second = width_changes(staged("w32", 4, num_channels=(40, 60, 128, 256)), "official")
    assert (first.message.partition(",")[0], second.message.partition(",")[0]) == (
        "stage4 changes branch 0 from 32 to 40 channels",
        "stage4 changes branch 1 from 64 to 60 channels",
    )


def test_each_change_of_a_width_is_described_at_its_own_stage() -> None:
    spec = staged("w32", 3, num_channels=(40, 64, 128))
    stages = (*spec.stages[:3], replace(spec.stages[3], num_channels=(48, 64, 128, 256)))
    first, second = width_changes(replace(spec, stages=stages), "official")
    assert (first.path, second.path) == (("stage3", "num_channels", 0), ("stage4", "num_channels", 0))
    assert first.message.startswith("stage3 changes branch 0 from 32 to 40 channels")
    assert second.message.startswith("stage4 changes branch 0 from 40 to 48 channels")


def test_a_width_is_kept_that_every_block_can_have() -> None:
    """30 is the width of most stages, and no multiple of a BOTTLENECK's 4."""
    spec = staged("w32", 3, block="BOTTLENECK", num_channels=(8, 16, 32))
    widths = {1: (30, 64), 3: (30, 64, 128, 256)}
    stages = (replace(stage, num_channels=widths.get(n, stage.num_channels)) for n, stage in enumerate(spec.stages))
    found = width_changes(replace(spec, stages=tuple(stages)), "official")
    assert {limit.path: limit.remedy.partition(":")[0] for limit in found} == {
        ("stage2", "num_channels", 0): "write 32",
        ("stage4", "num_channels", 0): "write 32",
    }


def test_the_widths_after_the_changes() -> None:
    assert repaired_widths(staged("w32", 4, block="BOTTLENECK").stages) == (32, 64, 128, 256)
    assert repaired_widths(staged("w32", 4, num_channels=(40, 60, 128, 512)).stages) == (32, 64, 128, 512)


def remedied(spec: Spec, limits: list[Diagnostic]) -> Spec:
    """The network with what every remedy says written where it stands."""
    stages = list(spec.stages)
    for limit in limits:
        index, word = int(str(limit.path[0])[5:]) - 1, limit.remedy.removeprefix("write ").partition(":")[0]
        stage = stages[index]
        if limit.path[1] == "block":
            stages[index] = replace(stage, block=word)
        else:
            channels = list(stage.num_channels)
            channels[int(limit.path[2])] = int(word)
            stages[index] = replace(stage, num_channels=tuple(channels))
    return replace(spec, stages=tuple(stages))


WIDTHS = st.sampled_from([8, 16, 30, 32, 40, 64, 128, 256])


@given(data=st.data())
def test_with_all_remedies_taken_every_branch_keeps_its_width(data: st.DataObject) -> None:
    stages = list(W32.stages)
    for index in data.draw(st.sets(st.integers(0, 3))):
        count = stages[index].num_branches
        widths = data.draw(st.lists(WIDTHS, min_size=count, max_size=count) | st.just(stages[index].num_channels))
        block = data.draw(st.sampled_from(["BASIC", "BOTTLENECK"]))
        stages[index] = replace(stages[index], block=block, num_channels=tuple(widths))
    spec = replace(W32, stages=tuple(stages))
    found = width_changes(spec, "official")
    assert len({limit.path for limit in found}) == len(found)
    assert not width_changes(remedied(spec, found), "official")


@pytest.mark.parametrize("target", BUILDERS)
def test_a_block_that_only_a_fork_has(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXPANSION, "SEPARABLE", 1)
    spec = staged("timm-w32", 3, block="SEPARABLE")
    (limit,) = (limit for limit in BUILDERS[target].find_limits(spec) if "SEPARABLE" in limit.message)
    assert (limit.code, limit.path) == ("fixed-part", ("stage3", "block"))
    error = caught(InexpressibleError, write_spec, spec, target)
    assert "stage3 has SEPARABLE blocks" in str(error)


@pytest.mark.parametrize("target", BUILDERS)
def test_a_budget_is_nothing_of_the_network(target: str) -> None:
    notes = write_spec(changed("timm-w18", budget=Budget(max_params=10**8)), target).notes
    assert "the budget is left out: no other dialect has one" in notes
    assert not any("budget" in note for note in write_spec(load_spec("timm-w18"), target).notes)


@pytest.mark.parametrize(("target", "name"), [("official", "w32"), ("timm", "timm-w18")])
def test_batch_norms_that_a_config_cannot_say(target: str, name: str) -> None:
    def notes(**values: float) -> list[str]:
        written = write_spec(changed(name, batch_norm=BatchNorm(**values)), target)
        return [note for note in written.notes if note.startswith("batch_norm")]

    assert notes() == []
    assert notes(momentum=0.2) == ["batch_norm.momentum 0.2 is left out: it is always 0.1"]
    assert notes(eps=0.001) == ["batch_norm.eps 0.001 is left out: it is always 1e-05, and the outputs differ a little"]


@pytest.mark.parametrize("branches", [1, 2, 4])
def test_what_only_matters_with_several_branches(branches: int) -> None:
    """How a fuse layer upsamples, and whether the last stage keeps all branches or one."""
    ones = (1,) * branches
    widths: dict[str, Any] = {
        "num_branches": branches,
        "num_blocks": ones,
        "num_channels": tuple(8 * 2**n for n in range(branches)),
    }
    stages = (W32.stages[0], *(replace(W32.stages[1], **widths) for _ in range(3)))
    pose = changed("w32", stages=stages)
    alone = replace(pose, head=NoHead())

    def limited(spec: Spec, target: str, path: str) -> bool:
        return (path,) in [limit.path for limit in BUILDERS[target].find_limits(spec)]

    several = branches > 1
    assert limited(replace(pose, multi_scale_output=True), "official", "multi_scale_output") is several
    assert limited(replace(alone, multi_scale_output=False), "official", "multi_scale_output") is several
    assert limited(replace(alone, multi_scale_output=False), "timm", "multi_scale_output") is several
    assert not limited(replace(pose, multi_scale_output=True), "mmlab", "multi_scale_output")  # mmpose 0.x has it
    assert limited(replace(pose, upsampling=Upsampling("bilinear")), "official", "upsampling") is several
    assert not limited(pose, "official", "multi_scale_output") and not limited(pose, "official", "upsampling")


def test_width_changes_are_in_the_order_of_the_stages() -> None:
    spec = staged("w32", 2, num_channels=(40, 64))
    wide = replace(spec, stages=(*spec.stages[:3], replace(spec.stages[3], block="BOTTLENECK")))
    paths = [limit.path for limit in width_changes(wide, "official")]
    assert paths == [("stage2", "num_channels", 0), ("stage3", "block")]


def test_a_limit_of_its_own_code_is_a_note_of_every_command() -> None:
    """But not where the code is a fork's, which may build more."""
    config = yaml.safe_load((TESTS / "configs" / "pose" / "w32_256x192_adam_lr1e-3.yaml").read_text())
    config["MODEL"]["EXTRA"]["STAGE3"]["BLOCK"] = "BOTTLENECK"
    (note,) = load_spec(config).notes
    assert note.startswith("MODEL.EXTRA.STAGE3.BLOCK: not in the official code: stage3 has BOTTLENECK blocks")
    config["MODEL"]["OWN_KEY"] = 1
    assert not any("official code" in note for note in load_spec(config).notes)
