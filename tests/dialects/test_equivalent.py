"""A network of other than four stages, and the same network in four."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hrnet_cli
from hrnet_cli import Spec, load_spec
from hrnet_cli.analysis.state_dict import state_dict_shapes
from hrnet_cli.dialects.equivalent import Equivalent, in_four_stages
from hrnet_cli.dialects.table import BUILDERS
from hrnet_cli.errors import InexpressibleError
from hrnet_cli.hrnet import stage, stage_key, standard_stages
from hrnet_cli.model import build_network
from hrnet_cli.sources import parse_spec


def small(*modules: int, widths: tuple[int, ...] = (8, 16, 32, 32, 32, 32), keep: bool = False) -> Spec:
    """A network with stages of so many modules; a branch more in each, up to the third."""
    stages: dict[str, Any] = {"stage1": stage(1, "BOTTLENECK", 1, (4,))}
    for number, count in enumerate(modules, 2):
        stages[stage_key(number)] = stage(count, "BASIC", 1, widths[: min(number, 3)])
    return load_spec({**stages, "input": "32x32", "multi_scale_output": keep})


def later_branches(*modules: int) -> Spec:
    """Five stages, of which the last alone has a fourth branch."""
    branches = (2, 3, 3, 4)
    stages = {stage_key(1): stage(1, "BOTTLENECK", 1, (4,))}
    for number, (count, width) in enumerate(zip(modules, branches, strict=True), 2):
        stages[stage_key(number)] = stage(count, "BASIC", 1, (8, 16, 32, 64)[:width])
    return load_spec({**stages, "input": "32x32"})


def renamed(key: str, same: Equivalent | None) -> str:
    """A key after the renaming that is told."""
    for old, new in same.renamed.items() if same else ():
        if key.startswith(f"{old}."):
            return new + key.removeprefix(old)
    return key


SPLIT_OR_MERGED = [
    (small(2, 4), [1, 2, 3, 1], "write num_modules: 3 in stage3 and add stage4 with num_modules: 1"),
    (small(2, 1), [1, 2, 0, 1], "write num_modules: 0 in stage3 and add stage4 with num_modules: 1"),
    (small(2, 1, keep=True), [1, 2, 1, 0], "add stage4 with num_modules: 0"),
    (small(5), [1, 3, 1, 1], "write num_modules: 3 in stage2, add stage3 with num_modules: 1"),
    (small(2, keep=True), [1, 1, 0, 1], "write num_modules: 1 in stage2, add stage3 with num_modules: 0"),
    (small(1, 2, 3, 4), [1, 1, 2, 7], "write num_modules: 7 in stage4"),
    (small(1, 2, 3, 4, 1), [1, 1, 2, 8], "write num_modules: 8 in stage4 and remove stage5 and stage6"),
    (
        later_branches(1, 2, 2, 3),
        [1, 1, 4, 3],
        "write num_modules: 4 in stage3, give stage4 num_modules: 3 and the other values of stage5 and remove stage5",
    ),
]


@pytest.mark.parametrize(("spec", "modules", "changes"), SPLIT_OR_MERGED)
def test_the_keys_are_the_same_after_renaming(spec: Spec, modules: list[int], changes: str) -> None:
    same = in_four_stages(spec)
    assert same and [each.num_modules for each in same.spec.stages] == modules and same.changes.startswith(changes)
    before = {renamed(key, same): tensor.shape for key, tensor in build_network(spec).state_dict().items()}
    after = {key: tensor.shape for key, tensor in build_network(same.spec).state_dict().items()}
    assert before == after and len(before) > 50


@pytest.mark.torch
@pytest.mark.parametrize("spec", [small(2, 4), small(1, 2, 3, 4), later_branches(1, 2, 2, 3)])
def test_the_outputs_are_the_same(spec: Spec) -> None:
    import torch

    same = in_four_stages(spec)
    assert same
    one, other = hrnet_cli.build_torch(spec).eval(), hrnet_cli.build_torch(same.spec).eval()
    other.load_state_dict({renamed(key, same): value for key, value in one.state_dict().items()})
    image = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        outputs, others = one(image), other(image)
    assert all(torch.equal(*pair) for pair in zip(outputs, others, strict=True)) and outputs[0].abs().sum() > 0


@pytest.mark.parametrize(
    "spec",
    [
        load_spec("w32"),
        load_spec({"stage1": stage(1, "BOTTLENECK", 4, (64,))}),
        load_spec({**standard_stages(32), "stage5": stage(1, "BASIC", 4, (32, 64, 128, 256, 512))}),
    ],
)
def test_no_other_network_is_offered(spec: Spec) -> None:
    assert in_four_stages(spec) is None


def test_a_fifth_stage_with_other_blocks_is_not_merged() -> None:
    fifth = stage(1, "BASIC", 3, (32, 64, 128, 256))
    assert in_four_stages(load_spec({**standard_stages(32), "stage5": fifth})) is None


@pytest.mark.parametrize("target", ["mmlab", "official"])
def test_it_is_what_convert_writes(target: str) -> None:
    three = standard_stages(32)
    del three["stage4"]
    spec = load_spec({**three, "head": {"type": "heatmap"}})
    written = hrnet_cli.convert(spec, to=target)
    assert "written in 4 stages, which are the same network: the keys of stage3.3 become stage4.0" in written.notes
    read = hrnet_cli.trace(parse_spec(written.text))
    same = in_four_stages(spec)
    assert same and state_dict_shapes(read) == state_dict_shapes(hrnet_cli.trace(same.spec))


def test_the_transitions_that_are_renamed_are_told() -> None:
    same = in_four_stages(later_branches(1, 2, 2, 3))
    assert same and same.renamed["transition4"] == "transition3" and len(same.renamed) == 6
    assert same.new_keys == (
        "the keys of transition4 become transition3, stage4.0 become stage3.2 and so on to stage5.2 become stage4.2"
    )


@pytest.mark.parametrize("target", BUILDERS)
def test_our_own_specs_are_not_told_to_write_zeros(target: str) -> None:
    """A spec refuses a stage without modules: convert writes it."""
    plain: dict[str, Any] = {key: value for key, value in standard_stages(32).items() if key in ("stage1", "stage2")}
    spec = load_spec(plain)
    remedies = [limit.remedy for limit in BUILDERS[target].find_limits(spec)]
    assert f"hrnet-cli convert SPEC --to {target} writes the same network in 4 stages" in remedies
    theirs = BUILDERS[target].find_limits(replace(spec, dialect="official"))
    assert any("add stage3 with num_modules: 0" in limit.remedy for limit in theirs)


@st.composite
def of_any_stages(draw: st.DrawFn) -> dict[str, Any]:
    """Two to six stages, of which some are like the one before but for their modules."""
    plain: dict[str, Any] = {"stage1": standard_stages(4)["stage1"]}
    branches, widths = 1, (4, 8, 16, 32)
    for number in range(2, draw(st.integers(2, 6)) + 1):
        branches = min(branches + draw(st.integers(number == 2, 1)), 4)
        plain[f"stage{number}"] = stage(draw(st.integers(1, 3)), "BASIC", 1, widths[:branches])
    head = draw(st.sampled_from(["none", "heatmap", "segmentation", "classification"]))
    upsampling = {"mode": "bilinear", "to": "size"} if head == "segmentation" else {}
    return {**plain, "head": {"type": head}, "upsampling": upsampling, "input": "64x64"}


IN_BACKBONE = re.compile(r"(conv[12]|bn[12]|layer1|transition\d+|stage\d+)\.")


@pytest.mark.parametrize("target", ["mmlab", "official"])
@settings(max_examples=100, deadline=None)
@given(of_any_stages())
def test_any_network_that_is_converted_is_the_same(target: str, plain: dict[str, Any]) -> None:
    """The keys of its backbone after the renaming that is told, their shapes, and its branches."""
    spec = load_spec(plain)
    try:
        read = parse_spec(hrnet_cli.convert(spec, to=target).text, f"a.{'py' if target == 'mmlab' else 'yaml'}")
    except InexpressibleError:
        return
    same = in_four_stages(spec)
    before = {renamed(key, same): shape for key, shape in backbone(spec).items()}
    assert before == backbone(read)
    one, other = hrnet_cli.trace(spec, "64x64"), hrnet_cli.trace(read, "64x64")
    assert outputs_of_stages(one)[-1] == outputs_of_stages(other)[-1]
    if spec.head.type == read.head.type:
        totals = [(result.params, result.macs) for result in (hrnet_cli.flops(each, "64x64") for each in (spec, read))]
        assert totals[0] == totals[1] and one.calls[0].outputs == other.calls[0].outputs


def backbone(spec: Spec) -> dict[str, Any]:
    shapes = state_dict_shapes(hrnet_cli.trace(spec, "64x64"))
    return {key: shape for key, shape in shapes.items() if IN_BACKBONE.match(key)}


def outputs_of_stages(trace: hrnet_cli.Trace) -> list[Any]:
    """The branches of each later stage."""
    return [call.outputs for call in trace.calls if re.fullmatch(r"stage\d+", call.node.path)]
