"""The cost of every call, as in the original networks, in fvcore and by hand."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest
from originals import spec_of
from support import POSE_GOLDENS, Golden

from hrnet_cli import build_torch, nn
from hrnet_cli.analysis.costs import (
    CONVENTIONS,
    COSTLY,
    FVCORE_EXTRA,
    MACS,
    PUBLISHED_CONVENTIONS,
    Cost,
    costs,
    last_calls,
    totals,
)
from hrnet_cli.analysis.flops import flops
from hrnet_cli.nn import LEAVES
from hrnet_cli.schema import PUBLISHED_RULES
from hrnet_cli.tracing import Trace, trace

goldens = pytest.mark.parametrize("golden", POSE_GOLDENS, ids=str)


def traced(golden: Golden) -> Trace:
    return trace(golden.spec, tuple(golden.facts["input"]))


def by_child(trace: Trace, figure: str) -> dict[str, int]:
    """A figure of each direct child of the network, if it is not 0."""
    sums: dict[str, int] = defaultdict(int)
    for cost in costs(trace):
        sums[cost.call.node.path.partition(".")[0]] += getattr(cost, figure)
    return {name: number for name, number in sums.items() if number}


@goldens
def test_every_layer_costs_as_much_as_the_original(golden: Golden) -> None:
    ours = [
        (cost.call.node.path, cost.call.node.own_params, cost.macs)
        for cost in costs(traced(golden))
        if cost.call.node.type != "Add"
    ]
    assert ours == [(layer["name"], layer["params"], layer["macs"]) for layer in golden.layers]


@goldens
def test_totals_of_the_network_and_of_each_child(golden: Golden) -> None:
    facts, ours = golden.facts, traced(golden)
    total = flops(ours)
    assert (total.params, total.macs) == (facts["params"]["total"], facts["macs"]["total"])
    assert by_child(ours, "params") == facts["params"]["per_child"]
    assert by_child(ours, "macs") == facts["macs"]["per_child"]
    assert total.flops == facts["counters"]["torch_flop_counter"]


@goldens
def test_fvcore_by_operator(golden: Golden) -> None:
    counters = golden.facts["counters"]
    names = {"Conv2d": "conv", "BatchNorm2d": "batch_norm", "Upsample": "upsample_nearest2d"}
    ours: dict[str, int] = defaultdict(int)
    for cost in costs(traced(golden)):
        ours[names.get(cost.call.node.type, "nothing")] += cost.fvcore
    assert ours.pop("nothing") == 0
    assert dict(ours) == counters["fvcore_by_operator"]
    assert flops(traced(golden)).fvcore == counters["fvcore_total"]


@goldens
def test_the_stages_of_the_report_are_the_children_of_the_original(golden: Golden) -> None:
    rows = {str(row.part): (row.params, row.macs) for row in flops(traced(golden)).rows if row.level == 0}
    names = {"layer1": "stage 1", "final_layer": "head"}
    for what, figures in (("params", 0), ("macs", 1)):
        theirs: dict[str, int] = defaultdict(int)
        for child, number in golden.facts[what]["per_child"].items():
            spaced = child.replace("stage", "stage ").replace("transition", "transition ")
            label = "stem" if child[:-1] in ("conv", "bn") else names.get(child, spaced)
            theirs[label] += number
        assert {label: row[figures] for label, row in rows.items() if row[figures]} == theirs


def test_the_summary_of_the_authors() -> None:
    """It divides MACs by 1024³ and names them GFLOPs."""
    for golden in POSE_GOLDENS[:3]:
        summary = golden.facts["official_get_model_summary"]
        total = flops(traced(golden))
        assert summary[0] == f"Total Parameters: {total.params:,}"
        assert summary[1].endswith(f": {total.macs / CONVENTIONS['published'].giga} GFLOPs")


def test_a_cost_by_hand() -> None:
    """conv1 of W32 at 256×192: 3×3×3 weights for each of 64 channels at 128×96 positions, twice as many FLOPs."""
    first = costs(trace("w32"))[0]
    by_hand = {"macs": 3 * 3 * 3 * 64 * 128 * 96, "params": 3 * 3 * 3 * 64}
    assert (first.macs, first.params) == (by_hand["macs"], by_hand["params"])
    counted = {name: convention.figure(first) for name, convention in CONVENTIONS.items()}
    macs = by_hand["macs"]
    assert counted == {"macs": macs, "flops": 2 * macs, "published": macs, "fvcore": macs}


@pytest.mark.parametrize(
    ("network", "type", "macs", "extra", "activations"),
    [
        # 66 channels on 16×16 to 32 channels on 32×32 by a 4×4 kernel: each weight once per input position
        ("higher-w32", "ConvTranspose2d", 66 * 32 * 4 * 4 * 16 * 16, 0, 32 * 32 * 32),
        ("cls-w18", "Linear", 2048 * 1000, 0, 1000),
        ("ocr-w48", "MatMul", 19 * 256 * 512, 0, 19 * 512),
        ("ocr-w48", "Resize", 0, 4 * 48 * 16 * 16, 0),
        ("cls-w18", "Upsample", 0, 18 * 16 * 16, 0),
        ("timm-w18", "AdaptiveAvgPool2d", 0, 2048 * 2 * 2, 0),
        ("cls-w18", "GlobalAvgPool2d", 0, 0, 0),
        ("det-w18", "AvgPool2d", 0, 0, 0),
    ],
)
def test_a_layer_of_each_type_by_hand(network: str, type: str, macs: int, extra: int, activations: int) -> None:
    """The first layer of a type, at an input of 64×64."""
    cost = next(each for each in costs(trace(network, "64x64")) if each.call.node.type == type)
    assert (cost.macs, cost.fvcore - cost.macs, cost.activations) == (macs, extra, activations)


@pytest.mark.parametrize("name", ["w32", "cls-w18", "ocr-w48", "face-w18", "higher-w32", "det-w18", "timm-w18"])
def test_costs_grow_with_the_batch(name: str) -> None:
    shape = trace(name).input
    one, four = flops(trace(name)), flops(trace(name, (4, *shape[1:])))
    assert (four.macs, four.fvcore, four.params) == (4 * one.macs, 4 * one.fvcore, one.params)


def test_the_params_of_a_module_count_at_its_first_call() -> None:
    found = trace("w32")
    weights = [math.prod(tensor.shape) for _, tensor in found.root.module.named_parameters()]
    assert sum(cost.params for cost in costs(found)) == sum(weights)
    relus = [cost for cost in costs(found) if cost.call.node.path == "relu"]
    assert len(relus) == 2
    twice = [*found.calls, *found.leaf_calls[:1]]
    again = costs(replace(found, calls=tuple(twice)))
    assert (again[-1].params, again[-1].macs) == (0, again[0].macs)


def test_parameters_are_read_once_per_costly_call(monkeypatch: pytest.MonkeyPatch) -> None:
    found = trace("w32")
    read: list[str] = []
    own = nn.Module.named_parameters

    def named_parameters(module: nn.Module, recurse: bool = True) -> Iterator[tuple[str, nn.Tensor]]:
        read.append(type(module).__name__)
        return own(module, recurse)

    monkeypatch.setattr(nn.Module, "named_parameters", named_parameters)
    flops(found)
    assert read == [call.node.type for call in found.leaf_calls if call.node.type in COSTLY]


@pytest.mark.parametrize(("table", "name"), [(MACS, "MACS"), (FVCORE_EXTRA, "FVCORE_EXTRA")])
def test_only_leaves_cost(table: dict[str, object], name: str) -> None:
    unknown = sorted(set(table) - set(LEAVES))
    assert not unknown, f"analysis.costs.{name} counts {unknown}, which nn.LEAVES does not have"


def test_a_convention_counts_whole_numbers() -> None:
    conventions = [*CONVENTIONS.values(), *PUBLISHED_CONVENTIONS.values()]
    cost = Cost(trace("w32").calls[1], 1, 2, 3, 4)
    assert all(isinstance(convention.figure(cost), int) for convention in conventions)


def test_every_rule_of_a_published_figure_has_its_count() -> None:
    assert set(PUBLISHED_CONVENTIONS) == set(PUBLISHED_RULES)


def activations_by_module(trace: Trace) -> dict[str, int]:
    """The activations of each leaf that has any."""
    counted: Counter[str] = Counter()
    for cost in costs(trace):
        counted[cost.call.node.path] += cost.activations
    return dict(+counted)


def test_activations_by_hand() -> None:
    """The stem of W32 at 256×192: 64 channels at 1/2 and 1/4; batch norm and ReLU have no activations."""
    stem = {cost.call.node.path: cost.activations for cost in costs(trace("w32"))[:6]}
    assert stem == {"conv1": 64 * 128 * 96, "bn1": 0, "relu": 0, "conv2": 64 * 64 * 48, "bn2": 0}


def test_activations_grow_with_the_batch() -> None:
    one, three = (sum(cost.activations for cost in costs(trace("w32", (n, 3, 64, 64)))) for n in (1, 3))
    assert three == 3 * one > 0


def test_only_leaves_with_macs_have_activations() -> None:
    for cost in costs(trace("ocr-w48", "64x64")):
        assert (cost.activations > 0) is (cost.call.node.type in MACS) is (cost.macs > 0)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch, on what fvcore uses
@pytest.mark.parametrize("name", ["w32", "higher-w32", "seg-w48", "ocr-w48", "cls-w48"])
def test_activations_of_every_module_are_those_of_fvcore(name: str) -> None:
    """The five networks have convolutions, transposed convolutions, linear layers and matrix products."""
    pytest.importorskip("fvcore")
    import torch
    from fvcore.nn import ActivationCountAnalysis

    ours = trace(name, "64x64")
    with torch.no_grad():
        analysis = ActivationCountAnalysis(build_torch(name).eval(), torch.zeros(ours.input)).tracer_warnings("none")
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        theirs = analysis.by_module()
    leaves = {call.node.path for call in ours.leaf_calls}
    assert activations_by_module(ours) == {
        path: int(count) for path, count in theirs.items() if count and path in leaves
    }
    assert sum(activations_by_module(ours).values()) == int(theirs[""])


@pytest.mark.parametrize("name", ["pose-v1/coco_w32_256x192", "cls/w18"])
def test_totals_are_those_of_the_original(name: str) -> None:
    golden = Golden(name)
    facts, found = golden.facts, totals(costs(trace(spec_of(golden), (1, *golden.facts["input"][1:]))))
    assert (found.params, found.macs) == (facts["params"]["total"], facts["macs"]["total"])
    assert found.activations == facts["counters"]["fvcore_activations"]


# torchstat, the counter of Lite-HRNet's authors

PRINTED_BY_TORCHSTAT = {"litehrnet18": 205.23, "naive-litehrnet18": 194.76}
"""What the layers of mmpose's own networks come to by its rules, each layer once and in units of 2²⁰."""


def by_torchstats_rules(golden: Golden, head: int) -> float:
    """The count of tools/torchstat of HRNet/Lite-HRNet from a golden's layers: the last call of each.

    `head` is the channels of branch 0, for the last convolution, which the goldens lack.
    """
    area, count = 64 * 48, 0
    for layer in {each["name"]: each for each in golden.layers}.values():
        size, out = math.prod(layer["inp"]), math.prod(layer["out"])
        count += {
            "Conv2d": layer["macs"] + (out if layer.get("bias") else 0),
            "BatchNorm2d": 2 * size,
            "ReLU": size,
            "Upsample": out // layer["out"][1],
            "AdaptiveAvgPool2d": layer["inp"][1] * (layer["inp"][2] + 1) * (layer["inp"][3] + 1),
        }.get(layer["type"], 0)
    return (count + 17 * head * area + 17 * area) / 2**20


@pytest.mark.parametrize(
    ("name", "golden", "head"), [("litehrnet18", "lite18", 40), ("naive-litehrnet18", "naive18", 30)]
)
def test_torchstat_counts_each_layer_of_the_original_once(name: str, golden: str, head: int) -> None:
    expected = by_torchstats_rules(Golden(f"mmpose-litehrnet/{golden}"), head)
    figure = flops(name).figures[1]
    assert figure.ours / figure.unit == pytest.approx(expected, abs=1e-6)
    assert expected == pytest.approx(PRINTED_BY_TORCHSTAT[name], abs=0.005)
    assert figure.reproduces


def test_a_layer_that_is_called_twice_is_counted_by_its_last_call() -> None:
    counted = costs(trace("litehrnet18"))
    last = last_calls(counted)
    assert len(last) == len({cost.call.node for cost in counted}) < len(counted)
    relu = next(cost for cost in last if cost.call.node.path == "stage2.0.relu")
    assert relu.call.outputs == ((1, 320, 8, 6),)
