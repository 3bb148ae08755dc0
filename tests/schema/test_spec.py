"""What relates the parts of a spec to each other, and what a Spec says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.errors import Diagnostic, SpecError
from hrnet_cli.schema import NoHead, Spec, Upsampling
from hrnet_cli.schema.fields import wrong_type
from hrnet_cli.schema.spec import BatchNorm, Budget, Published

Plain = dict[str, Any]


def stage(branches: int, modules: int = 1, **parts: Any) -> Plain:
    lists = {"num_blocks": [1] * branches, "num_channels": [8] * branches}
    return {"num_modules": modules, "num_branches": branches, "block": "BASIC", **lists, **parts}


def stages(*parts: Plain) -> Plain:
    """A spec of these stages, after a first one."""
    return {"stage1": stage(1), **{f"stage{number}": part for number, part in enumerate(parts, 2)}}


def problems(plain: Plain) -> list[Diagnostic]:
    error = caught(SpecError, load_spec, plain)
    return error.diagnostics if error else []


def test_the_defaults_of_a_spec() -> None:
    """The stem and the input of the pose network; torch's batch norm."""
    spec = load_spec(stages())
    assert (spec.name, spec.in_channels, spec.input, spec.stem_widths) == ("hrnet", 3, (1, 3, 256, 192), (64, 64))
    assert (spec.upsampling, spec.batch_norm) == (Upsampling("nearest", "factor", None), BatchNorm(0.1, 1e-5))
    assert (spec.head, spec.published, spec.budget) == (NoHead(), None, Budget(None, None, None, None))
    assert spec.multi_scale_output is None and spec.stages[0].fuse_method == "SUM"


def test_the_defaults_of_published_figures() -> None:
    published = Published("1M", "1G", "here")
    assert (published.rule, published.differs, published.note) == ("published", (), "")


@pytest.mark.parametrize(
    ("upsampling", "words"),
    [
        (Upsampling(), "nearest by factor"),
        (Upsampling("bilinear", "size"), "bilinear to size"),
        (Upsampling("bilinear", "size", False), "bilinear to size"),
        (Upsampling("bilinear", "factor", True), "bilinear by factor with align_corners"),
    ],
)
def test_the_words_of_an_upsampling(upsampling: Upsampling, words: str) -> None:
    assert upsampling.words == words


def test_a_spec_shows_its_last_stage() -> None:
    spec = load_spec(stages(stage(2), stage(3, num_channels=[4, 8, 16])))
    assert repr(spec) == "Spec(hrnet, 3 stages, widths 4/8/16, head none)"


def test_what_a_spec_was_read_from_makes_no_other_spec() -> None:
    spec = load_spec("w32")
    assert replace(spec, dialect="timm") == spec == replace(spec, notes=("read",))
    assert replace(spec, name="other") != spec


@pytest.mark.parametrize(("head", "keeps"), [("heatmap", False), ("higher", False), ("segmentation", True)])
def test_the_last_stage_keeps_what_the_head_reads(head: str, keeps: bool) -> None:
    spec = load_spec({**stages(stage(2)), "head": {"type": head}})
    assert spec.keeps_all_branches is keeps
    assert replace(spec, multi_scale_output=not keeps).keeps_all_branches is not keeps


def test_an_input_is_filled_with_one_image_of_the_networks_channels() -> None:
    spec: Spec = load_spec({**stages(), "in_channels": 4, "input": "2x4x8x16"})
    assert (spec.input, spec.input_shape) == ((2, 4, 8, 16), (2, 4, 8, 16))
    assert spec.fill_input((0, 0, 5, 6)) == (1, 4, 5, 6) and spec.fill_input((3, 1, 5, 6)) == (3, 1, 5, 6)
    assert load_spec({**stages(), "in_channels": 4, "input": "8x16"}).input == (1, 4, 8, 16)


@pytest.mark.parametrize(("last", "parts"), [(27, 10_000), (28, 10_001)])
def test_a_network_of_the_most_parts(last: int, parts: int) -> None:
    """A part is a block or a fuse edge: 2 of stage 1, 99·(75 + 25) of stage 2, 64 and the blocks of stage 3."""
    big = stages(stage(5, 99, num_blocks=[15] * 5), stage(8, 1, num_blocks=[*[1] * 7, last]))
    found = [(each.code, each.message) for each in problems(big)]
    assert found == ([] if parts == 10_000 else [("too-large", "10,001 blocks and fuse edges")])


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ((stage(2), stage(2)), None),
        ((stage(3), stage(2)), ("stage3.num_branches", "2 branches after the 3 of stage2")),
        ((stage(16), stage(15)), ("stage3.num_branches", "15 branches after the 16 of stage2")),
        ((stage(2), stage(1)), ("stage3.num_branches", "1 branch after the 2 of stage2")),
    ],
)
def test_branches_never_fall(parts: tuple[Plain, ...], found: tuple[str, str] | None) -> None:
    assert [(each.dotted, each.message) for each in problems(stages(*parts))] == ([found] if found else [])


@pytest.mark.parametrize(
    ("parts", "wrong", "other"),
    [
        ((stage(3, num_branches=2),), 1, 3),  # both lists have three
        ((stage(3, num_branches=2), stage(3)), 1, 3),
        ((stage(3, num_branches=2), stage(4)), 1, 3),
        ((stage(3, num_branches=4), stage(4)), 1, 3),
        ((stage(3, num_branches=2), stage(2)), 1, None),  # the next has fewer
        ((stage(2), stage(2, num_branches=3)), 2, 2),
        ((stage(3), stage(2, num_branches=3)), 2, None),  # the one before has more
        ((stage(2), stage(2, num_branches=3), stage(16)), 2, 2),
        ((stage(2, num_branches=3, num_channels=[8] * 3),), 1, None),  # the other list is right
    ],
)
def test_other_branches_are_a_remedy_where_they_fit(parts: tuple[Plain, ...], wrong: int, other: int | None) -> None:
    found = [each for each in problems(stages(*parts)) if each.code == "wrong-length"]
    assert found and all(each.path[0] == f"stage{wrong + 1}" for each in found)
    for each in found:
        suffix = f", or set num_branches: {other}" if other else ""
        assert each.remedy == f"give {each.path[1]} one number per branch{suffix}"


@pytest.mark.parametrize("count", [0, 17, "2", True, None])
def test_stages_beside_one_whose_branches_are_wrong(count: Any) -> None:
    """What a wrong number of branches would make of its neighbours is not said."""
    found = problems(stages(stage(2, num_branches=count), stage(2, num_branches=3)))
    assert [(each.path[0], each.remedy.partition(",")[2]) for each in found if each.code == "wrong-length"] == [
        ("stage3", " or set num_branches: 2")
    ] * 2
    assert not [each for each in found if each.code == "falling-branches"]


def test_the_first_stage_is_one_chain() -> None:
    found = problems({"stage1": stage(2, 2)})
    assert {(each.dotted, each.message) for each in found} == {
        ("stage1.num_modules", "stage1 is one chain of blocks, found num_modules: 2"),
        ("stage1.num_branches", "stage1 is one chain of blocks, found num_branches: 2"),
    }
    assert [each.remedy for each in problems({"stage1": stage(2, num_branches=1)})] == [
        "give num_blocks one number per branch",
        "give num_channels one number per branch",
    ]


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({}, []),
        ({"unknown": 1}, ["unknown-key"]),
        ({"input": "8x8", "unknown": 1}, ["unknown-key"]),
        ({"stage02": {}}, ["unknown-key"]),
        ({1: 1}, ["unknown-key"]),
        ({"$schema": "./hrnet.schema.json"}, []),
        ({"multi_scale_output": False, "head": {"type": "segmentation"}}, ["head-branches"]),
        ({"multi_scale_output": False, "head": {"type": "heatmap"}}, []),
        ({"multi_scale_output": False, "head": {"type": "none"}}, []),
        ({"multi_scale_output": True, "head": {"type": "segmentation"}}, []),
        ({"input": "1x8x8"}, ["wrong-channels"]),
        ({"input": "3x8x8"}, []),
        ({"input": "1x8x8", "in_channels": 1}, []),
        ({"in_channels": 1}, []),
    ],
)
def test_keys_at_the_top(more: dict[Any, Any], codes: list[str]) -> None:
    assert [each.code for each in problems({**stages(stage(2)), **more})] == codes


@pytest.mark.parametrize(
    ("value", "found"), [(None, "found nothing"), ({"a": 1}, "found a mapping"), (3, "found a whole number, 3")]
)
def test_what_was_found_instead(value: Any, found: str) -> None:
    assert wrong_type(value, "a list", ()).message == f"expected a list, {found}"


@pytest.mark.parametrize(
    ("figure", "codes"),
    [
        ("28.5M", []),
        ("7G", []),
        ("123456.123456M", []),
        ("1234567M", ["bad-figure"]),
        ("1.1234567M", ["bad-figure"]),
        ("28.5", ["bad-figure"]),
        ("28.5k", ["bad-figure"]),
        (28.5, ["wrong-type"]),
    ],
)
def test_a_printed_figure(figure: Any, codes: list[str]) -> None:
    published = {"params": figure, "flops": "7.1G", "source": "here"}
    assert [each.code for each in problems({**stages(), "published": published})] == codes


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"differs": []}, []),
        ({"differs": ["params"], "note": "why"}, []),
        ({"differs": ["params", "flops"], "note": "why"}, []),
        ({"differs": ["params"]}, ["missing-key"]),
        ({"differs": ["params", "flops", "params"], "note": "why"}, ["too-long"]),
    ],
)
def test_a_known_difference_has_a_note(more: Plain, codes: list[str]) -> None:
    published = {"params": "1M", "flops": "7.1G", "source": "here", **more}
    assert [each.code for each in problems({**stages(), "published": published})] == codes
