"""The terms of each peer's count, computed by hand for one type of layer; tests of `verify` run the peers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.peer_rules import PEER_RULES, TORCH_HOOKS, module_facts
from hrnet_cli.tracing import trace

RULES = {rule.peer: rule for rule in (TORCH_HOOKS, *PEER_RULES)}
BATCH = 3


def terms(peer: str, spec: str, input: str, *layers: str) -> dict[tuple[str, str], int]:
    """The terms of all calls of some types of layer that are not 0."""
    sums: Counter[Any] = Counter()
    for cost in costs(trace(spec, input)):
        if cost.call.node.type in layers:
            sums.update(RULES[peer].terms(cost))
    return {name: count for name, count in sums.items() if count}


def test_torchinfo_counts_the_bias_of_a_linear_layer_per_image() -> None:
    """The classifier of HRNet-W18-C: 2048 features to 1000 classes."""
    assert terms("torchinfo", "cls-w18", f"{BATCH}x3x64x64", "Linear") == {
        ("macs", ""): BATCH * 2048 * 1000,
        ("linear_bias", ""): BATCH * 1000,
    }


def test_torchinfo_counts_parameters_of_other_layers_per_image() -> None:
    params = sum(node.own_params for node in trace("w32").root.walk() if node.type == "BatchNorm2d")
    assert terms("torchinfo", "w32", f"{BATCH}x3x64x64", "BatchNorm2d") == {
        ("batch_params", "BatchNorm2d"): BATCH * params
    }


def test_torchinfo_counts_a_transposed_convolution_over_its_output() -> None:
    """HigherHRNet-W32: 32 + 34 channels to 32 by a 4×4 kernel, from 1/4 to 1/2 of the input."""
    weights, inputs, outputs = (32 + 34) * 32 * 4 * 4, BATCH * 16 * 16, BATCH * 32 * 32
    assert terms("torchinfo", "higher-w32", f"{BATCH}x3x64x64", "ConvTranspose2d") == {
        ("macs", ""): inputs * weights,
        ("transposed_output", ""): (outputs - inputs) * weights,
    }


def test_torchinfo_counts_no_product_of_two_maps() -> None:
    macs = terms("torch hooks", "ocr-w48", f"{BATCH}x3x64x64", "MatMul")["macs", ""]
    assert terms("torchinfo", "ocr-w48", f"{BATCH}x3x64x64", "MatMul") == {("macs", ""): macs, ("no_matmul", ""): -macs}


def test_the_flop_counter_counts_two_per_mac() -> None:
    macs = terms("torch hooks", "w32", "64x64", "Conv2d")["macs", ""]
    assert terms("FlopCounterMode", "w32", "64x64", "Conv2d") == {("flops", ""): 2 * macs}


@pytest.mark.parametrize("peer", RULES)
def test_a_module_counts_what_is_below_it(peer: str) -> None:
    facts = module_facts(trace("w32", "64x64"), RULES[peer].terms)
    for each in facts.values():
        if each.node.children:
            children = [facts[child.path] for child in each.node.children]
            assert each.count == sum(child.count for child in children)
            assert each.is_used == (bool(each.outputs) or any(child.is_used for child in children))
            own = each.node.own_params
            assert each.params == own + sum(child.params for child in children)
