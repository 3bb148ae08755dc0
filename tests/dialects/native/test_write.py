"""Our own specs, as YAML and JSON: what is not at its default, in the order of the schema."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.dialects.native.write import plain, write_json, write_yaml
from hrnet_cli.errors import InexpressibleError
from hrnet_cli.schema import Budget, ClassificationHead, Spec


def without_modules(*numbers: int) -> Spec:
    """The network that the authors' code builds for num_modules: 0 in these stages."""
    spec = load_spec("w32")
    stages = (replace(stage, num_modules=0) if n in numbers else stage for n, stage in enumerate(spec.stages, 1))
    return replace(spec, stages=tuple(stages))


@pytest.mark.parametrize(
    ("numbers", "keys"), [((2,), "stage2 has"), ((4,), "stage4 has"), ((2, 3), "stage2 and stage3 have")]
)
def test_a_stage_without_modules_is_named(numbers: tuple[int, ...], keys: str) -> None:
    error = caught(InexpressibleError, write_yaml, without_modules(*numbers))
    assert error.message == f"this network cannot be written as a spec: {keys} no modules"
    assert error.remedy == "write it as an official config: --to official"


def test_the_order_of_the_keys() -> None:
    spec = replace(load_spec("w32"), in_channels=4, input=(1, 4, 64, 96), budget=Budget(max_params=1))
    stages = ["stage1", "stage2", "stage3", "stage4"]
    assert list(plain(spec)) == ["name", "in_channels", "input", *stages, "head", "published", "budget"]
    assert plain(spec)["input"] == "1x4x64x96" and plain(spec)["budget"] == {"max_params": 1}


def test_what_is_at_its_default_is_not_written() -> None:
    spec = replace(load_spec("cls-w18"), published=None, head=ClassificationHead())
    assert plain(spec)["head"] == {"type": "classification"}
    assert {"in_channels", "stem_widths", "upsampling", "batch_norm", "multi_scale_output"}.isdisjoint(plain(spec))
    assert plain(replace(spec, head=ClassificationHead(dropout=True)))["head"] == {
        "type": "classification",
        "dropout": True,
    }


def test_json_has_a_line_for_each_key() -> None:
    text = write_json(load_spec("w32")).text
    assert text.startswith('{\n  "name": "hrnet-w32",\n') and text.endswith("}\n")
    assert len(text.splitlines()) == len(plain(load_spec("w32"))) + 2
    assert not write_json(load_spec("w32")).has_comments and write_yaml(load_spec("w32")).has_comments
