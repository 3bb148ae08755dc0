"""A network of other than four stages, and the same network in four."""

from __future__ import annotations

from typing import Any

import pytest

import hrnet_cli
from hrnet_cli import Spec, load_spec
from hrnet_cli.analysis.state_dict import state_dict_shapes
from hrnet_cli.dialects.equivalent import Equivalent, in_four_stages
from hrnet_cli.hrnet import stage, stage_key, standard_stages
from hrnet_cli.model import build_network
from hrnet_cli.sources import parse_spec


def small(*modules: int, widths: tuple[int, ...] = (8, 16, 32, 32, 32, 32), keep: bool = False) -> Spec:
    """A network with stages of so many modules; a branch more in each, up to the third."""
    stages: dict[str, Any] = {"stage1": stage(1, "BOTTLENECK", 1, (4,))}
    for number, count in enumerate(modules, 2):
        stages[stage_key(number)] = stage(count, "BASIC", 1, widths[: min(number, 3)])
    return load_spec({**stages, "input": "32x32", "multi_scale_output": keep})


def renamed(key: str, same: Equivalent) -> str:
    old = ".".join(key.split(".")[:2])
    return same.renamed.get(old, old) + key.removeprefix(old) if key.startswith("stage") else key


SPLIT_OR_MERGED = [
    (small(2, 4), [1, 2, 3, 1], "write num_modules: 3 in stage3 and add stage4 with num_modules: 1"),
    (small(2, 1), [1, 2, 0, 1], "write num_modules: 0 in stage3 and add stage4 with num_modules: 1"),
    (small(2, 1, keep=True), [1, 2, 1, 0], "add stage4 with num_modules: 0"),
    (small(5), [1, 3, 1, 1], "write num_modules: 3 in stage2, add stage3 with num_modules: 1"),
    (small(2, keep=True), [1, 1, 0, 1], "write num_modules: 1 in stage2, add stage3 with num_modules: 0"),
    (small(1, 2, 3, 4), [1, 1, 2, 7], "write num_modules: 7 in stage4"),
    (small(1, 2, 3, 4, 1), [1, 1, 2, 8], "write num_modules: 8 in stage4"),
]


@pytest.mark.parametrize(("spec", "modules", "changes"), SPLIT_OR_MERGED)
def test_the_keys_are_the_same_after_renaming(spec: Spec, modules: list[int], changes: str) -> None:
    same = in_four_stages(spec)
    assert same and [each.num_modules for each in same.spec.stages] == modules and same.changes.startswith(changes)
    before = {renamed(key, same): tensor.shape for key, tensor in build_network(spec).state_dict().items()}
    after = {key: tensor.shape for key, tensor in build_network(same.spec).state_dict().items()}
    assert before == after and len(before) > 50


@pytest.mark.torch
@pytest.mark.parametrize("spec", [small(2, 4), small(1, 2, 3, 4)])
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
