"""The first weights of build_torch: mean and spread of each layer against the rule of the original's init_weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from typing import Any

import pytest

from hrnet_cli import build_torch, load_spec
from hrnet_cli.model import HEADS
from hrnet_cli.model.initialisation import INITIALISATIONS
from hrnet_cli.schema import Spec

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

Spread = Callable[[int, int], float]
"""From the fans of a layer (in and out channels times kernel) to the standard deviation of its weights."""


def narrow(_fan_in: int, _fan_out: int) -> float:
    """nn.init.normal_(m.weight, std=0.001)."""
    return 0.001


def he_fan_out(_fan_in: int, fan_out: int) -> float:
    """nn.init.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')."""
    return sqrt(2 / fan_out)


def lecun(fan_in: int, _fan_out: int) -> float:
    """nn.init.kaiming_normal_(m.weight, a=1)."""
    return sqrt(1 / fan_in)


def torchs_default(fan_in: int, _fan_out: int) -> float:
    """torch's own kaiming_uniform_(a=sqrt(5)): uniform within 1/sqrt(fan_in)."""
    return sqrt(1 / fan_in / 3)


OCR_HEAD = ("conv3x3_ocr", "ocr_gather_head", "ocr_distri_head", "cls_head", "aux_head")
RULES: list[tuple[str, dict[str, Spread], bool]] = [
    ("w32", {"": narrow}, True),
    ("higher-w32", {"": narrow}, True),
    ("seg-w18-small-v1", {"": narrow}, False),
    ("face-w18", {"": narrow}, False),
    ("ocr-w48", {**dict.fromkeys(OCR_HEAD, torchs_default), "": narrow}, False),
    ("cls-w18", {"": he_fan_out}, False),
    ("timm-w18-small", {"": he_fan_out}, False),
    ("det-w18", {"backbone": he_fan_out, "neck": lecun}, True),
]
"""A preset of each family, the rule by the first letters of a module's path, and whether biases start at 0."""


def with_few_blocks(preset: str) -> Spec:
    """A preset with one module in each stage and one block in each branch: every kind of layer in less time."""
    spec = load_spec(preset)
    stages = tuple(replace(stage, num_modules=1, num_blocks=(1,) * stage.num_branches) for stage in spec.stages)
    return replace(spec, stages=stages)


@pytest.mark.parametrize(("preset", "spreads", "zero_bias"), RULES, ids=[name for name, *_ in RULES])
def test_convolutions_are_drawn_as_in_the_original(preset: str, spreads: dict[str, Spread], zero_bias: bool) -> None:
    torch.manual_seed(0)
    biases = []
    for path, module in build_torch(with_few_blocks(preset)).named_modules():
        if not isinstance(module, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
            continue
        weight = module.weight.detach()
        fan_in, fan_out = weight[0].numel(), weight[:, 0].numel()
        spread = next(spread for start, spread in spreads.items() if path.startswith(start))
        standard = weight / spread(fan_in, fan_out)
        count = weight.numel()
        assert abs(standard.mean()) < 5 / sqrt(count), path
        assert standard.std() == pytest.approx(1, abs=5 / sqrt(2 * count)), path
        is_uniform = bool(standard.abs().max() <= sqrt(3) * 1.0001)
        assert count < 1000 or is_uniform == (spread is torchs_default), path
        if module.bias is not None:
            biases.append(module.bias.detach() * sqrt(fan_in))
    bias = torch.cat(biases)
    if zero_bias:
        assert not bias.any()
    else:
        assert bias.abs().max() <= 1.0001 and bias.std() == pytest.approx(sqrt(1 / 3), abs=5 / sqrt(2 * bias.numel()))


def test_batch_norms_and_linear_layers_keep_torchs_default() -> None:
    torch.manual_seed(0)
    network = build_torch(with_few_blocks("cls-w18-small-v1"))
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            assert bool((module.weight == 1).all()) and not module.bias.any()
    weight = network.classifier.weight.detach() * sqrt(network.classifier.in_features)
    assert weight.abs().max() <= 1.0001 and weight.std() == pytest.approx(sqrt(1 / 3), rel=0.01)


def test_the_weights_come_from_torchs_generator(small: dict[str, Any]) -> None:
    torch.manual_seed(7)
    first = build_torch(small).state_dict()
    torch.manual_seed(7)
    assert all(torch.equal(value, first[key]) for key, value in build_torch(small).state_dict().items())


def test_every_head_has_a_rule() -> None:
    assert INITIALISATIONS.keys() == HEADS.keys()


@pytest.mark.parametrize("head", ["none", "features"])
def test_a_backbone_alone_is_drawn_by_he(small: dict[str, Any], head: str) -> None:
    torch.manual_seed(0)
    weight = build_torch({**small, "head": {"type": head}}).layer1[0].conv2.weight.detach()
    assert weight.std() == pytest.approx(he_fan_out(0, weight[:, 0].numel()), rel=0.25)
