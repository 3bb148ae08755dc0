"""The four oracles against the shapes engine, and that a planted diagnostic of either side is caught."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from support import LAYER1, Golden

from hrnet_cli import nn
from hrnet_cli.analysis import costs
from hrnet_cli.analysis import verify as verifying
from hrnet_cli.analysis.verify import Disagreement, Source, Tally, Verification, verify
from hrnet_cli.errors import MissingExtraError
from hrnet_cli.tracing import InputError

pytestmark = [pytest.mark.torch, pytest.mark.slow]

SOURCES = ("torch hooks", "torchinfo", "FlopCounterMode", "fvcore")


@pytest.fixture(scope="module")
def w32() -> Verification:
    return verify("w32", modules=True)


def by_name(verification: Verification) -> dict[str, Source]:
    return {source.name: source for source in verification.sources}


def statuses(verification: Verification) -> dict[str, str]:
    return {source.name: source.status for source in verification.sources}


def tallies(source: Source) -> tuple[Tally, Tally, Tally]:
    return source.output_tally, source.params_tally, source.count_tally


def test_totals_are_the_golden_ones(w32: Verification) -> None:
    facts = Golden("pose-v1/coco_w32_256x192").facts
    counters = facts["counters"]
    totals = {name: (source.params, source.total) for name, source in by_name(w32).items()}
    assert totals == {
        "torch hooks": (facts["params"]["total"], facts["macs"]["total"]),
        "torchinfo": (28_536_113, 7_645_110_336),
        "FlopCounterMode": (None, counters["torch_flop_counter"]),
        "fvcore": (28_536_113, counters["fvcore_total"]),
    }
    assert (w32.engine, w32.convention) == ("shapes", "macs")
    assert (w32.params, w32.macs) == (facts["params"]["total"], facts["macs"]["total"])


def test_every_total_is_reconciled_in_numbers(w32: Verification) -> None:
    sources = by_name(w32)
    terms = {name: [(term.label, term.count) for term in source.reconciliation] for name, source in sources.items()}
    macs, batch_norm_params = 7_645_003_776, 54_336
    bias = 17 * 64 * 48
    assert terms == {
        "torch hooks": [("MACs", macs)],
        "torchinfo": [
            ("MACs", macs),
            ("bias × output positions", bias),
            ("N × parameters of BatchNorm2d", batch_norm_params),
        ],
        "FlopCounterMode": [("2 × MACs", 2 * macs)],
        "fvcore": [
            ("MACs", macs),
            ("fvcore's rule for BatchNorm2d", 38_126_592),
            ("fvcore's rule for Upsample", 2_211_840),
        ],
    }
    for source in w32.sources:
        assert sum(term.count for term in source.reconciliation) == source.expected == source.total


def test_every_module_of_w32_agrees(w32: Verification) -> None:
    assert w32.agrees
    assert statuses(w32) == dict.fromkeys(SOURCES, "agree")
    every, none = Tally(w32.modules, 0, 0), Tally(0, 0, w32.modules)
    sources = by_name(w32)
    assert tallies(sources["torch hooks"]) == (every, every, every)
    assert tallies(sources["torchinfo"])[:2] == (every, every)
    assert tallies(sources["FlopCounterMode"])[:2] == (none, none)
    assert tallies(sources["fvcore"]) == (none, every, every)
    leaves = sum(row.type in nn.LEAVES for row in w32.rows or ())
    assert sources["torchinfo"].count_tally == Tally(leaves, 0, w32.modules - leaves)


def test_rows_show_the_modules_side_by_side(w32: Verification) -> None:
    rows = {row.path: row for row in w32.rows or ()}
    assert len(rows) == w32.modules
    for row in rows.values():
        for told in row.told:
            silent = (told.outputs, told.params, told.count) == (None, None, None)
            assert told.agrees is (None if silent else True), (row.path, told)
            assert not silent or told.source == "FlopCounterMode"
    conv = rows["conv1"]
    assert (conv.type, conv.outputs, conv.params, conv.macs) == ("Conv2d", (((1, 64, 128, 96),),), 1728, 21_233_664)
    assert [(told.source, told.params, told.count) for told in conv.told] == [
        ("torch hooks", 1728, 21_233_664),
        ("torchinfo", 1728, 21_233_664),
        ("FlopCounterMode", None, 42_467_328),
        ("fvcore", 1728, 21_233_664),
    ]
    twice = rows["relu"]
    assert twice.told[1].outputs == twice.outputs == (((1, 64, 128, 96),), ((1, 64, 64, 48),))
    branches = rows["stage3.0"]
    assert branches.told[0].outputs == branches.outputs
    assert branches.told[1].outputs == ((branches.outputs[0][0],),)
    assert rows["stage3"].told[1].count is None
    assert sum(not row.outputs for row in rows.values()) == w32.never_called > 0


def test_says_what_a_source_cannot_tell(w32: Verification) -> None:
    notes = {name: " ".join(source.notes) for name, source in by_name(w32).items()}
    assert "9 modules compared on branch 0 only" in notes["torchinfo"]
    for name in ("torchinfo", "FlopCounterMode"):
        counted = by_name(w32)[name].count_tally.agree
        assert f"{counted} of {w32.modules} modules" in notes[name]
    assert "aten::add × 161" in notes["fvcore"]


def test_the_result_is_json(w32: Verification) -> None:
    plain = asdict(w32)
    assert json.loads(json.dumps(plain))["sources"][3]["total"] == 7_685_342_208
    assert not _floats(plain)


def _floats(value: Any) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [number for item in value for number in _floats(item)]
    return [value] if isinstance(value, float) else []


def stage(block: str, num_modules: int, num_blocks: list[int], num_channels: list[int]) -> dict[str, Any]:
    sizes = {"num_modules": num_modules, "num_branches": len(num_blocks)}
    return {**sizes, "block": block, "num_blocks": num_blocks, "num_channels": num_channels}


ODD = {
    "name": "odd",
    "in_channels": 1,
    "input": [2, 1, 64, 128],
    "stage1": stage("BASIC", 1, [1], [6]),
    "stage2": stage("BOTTLENECK", 2, [1], [2]),
    "stage3": stage("BASIC", 1, [1, 2, 1], [4, 6, 5]),
    "stage4": stage("BOTTLENECK", 2, [1, 1, 1, 2], [1, 2, 3, 4]),
    "stage5": stage("BASIC", 1, [1, 1, 1, 1, 1], [4, 8, 12, 16, 3]),
}
"""No head, five stages, a stage of one branch, branches added two at a time, bottlenecks in branches, a batch of 2."""


def test_an_odd_network_agrees() -> None:
    found = verify(ODD)
    assert statuses(found) == dict.fromkeys(SOURCES, "agree")
    assert "first tensor of a list" in " ".join(by_name(found)["torchinfo"].notes)


def test_a_module_in_which_nothing_is_called_is_told(small: dict[str, Any]) -> None:
    """Stages of the same widths: the transition between them is an empty list, which torchinfo does not list."""
    spec = {**small, "stage4": {**small["stage3"], "num_modules": 1}}
    found = verify(spec, modules=True)
    source = by_name(found)["torchinfo"]
    assert source.status == "agree" and source.output_tally == Tally(found.modules - 1, 0, 1)
    assert "lists no module in which nothing is called: transition3" in source.notes[0]
    empty = next(row for row in found.rows or () if row.path == "transition3")
    assert {told.source: told.agrees for told in empty.told} == {
        "torch hooks": True,
        "torchinfo": None,
        "FlopCounterMode": None,
        "fvcore": True,
    }


def test_a_single_stage_on_real_tensors_agrees(small: dict[str, Any]) -> None:
    found = verify({"stage1": small["stage1"], "multi_scale_output": False}, "1x3x33x47", device="cpu")
    assert statuses(found) == dict.fromkeys(SOURCES, "agree")
    assert by_name(found)["torch hooks"].device == "cpu"


def test_one_output_kept_agrees(small: dict[str, Any]) -> None:
    found = verify({**small, "multi_scale_output": False, "head": {"type": "heatmap", "final_conv_kernel": 3}})
    assert statuses(found) == dict.fromkeys(SOURCES, "agree")


def test_branches_that_nothing_reads_agree(small: dict[str, Any]) -> None:
    found = verify({**small, "multi_scale_output": True, "head": {"type": "heatmap"}})
    assert statuses(found) == dict.fromkeys(SOURCES, "agree")


def test_a_wrong_rule_of_ours_is_caught_by_every_peer(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    right = costs.MACS["Conv2d"]
    monkeypatch.setitem(costs.MACS, "Conv2d", lambda *shapes_and_weights: right(*shapes_and_weights) + 1)
    found = verify(small)
    assert not found.agrees
    assert statuses(found) == {**dict.fromkeys(SOURCES, "disagree"), "torch hooks": "agree"}
    for source in found.sources[1:]:
        assert source.count_tally.disagree > 0 == source.params_tally.disagree
        assert source.disagreements[0].what == f"total {source.unit}"
        assert "conv1" in {each.path for each in source.disagreements}


def test_a_parameter_too_many_is_caught_by_who_counts_them(
    monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]
) -> None:
    def own_tensors(_: nn.ReLU, kind: str) -> dict[str, nn.Tensor]:
        return {"slope": nn.Tensor((1,))} if kind == "parameters" else {}

    monkeypatch.setattr(nn.ReLU, "own_tensors", own_tensors)
    found = by_name(verify(small))
    for name in ("torch hooks", "torchinfo", "fvcore"):
        assert found[name].params_tally.disagree > 0
        total = found[name].params
        assert total is not None
        assert found[name].disagreements[0].theirs == str(total)
    assert found["FlopCounterMode"].status == "agree"


def test_a_wrong_shape_of_ours_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {"stage1": {**LAYER1, "block": "BASIC", "num_blocks": [1]}}
    monkeypatch.setattr(nn.Add, "forward", lambda _, x, y: nn.Tensor((*x.shape[:3], x.shape[3] + 1)))
    found = by_name(verify(spec, "1x3x64x64"))
    add = Disagreement("layer1.0.add", "output shape", "1×64×16×17", "1×64×16×16")
    assert add in found["torch hooks"].disagreements
    assert add in found["torchinfo"].disagreements
    parted = found["torch hooks"].disagreements[0]
    assert (parted.path, parted.what, parted.ours) == ("layer1.0.relu", "call 15", "layer1.0.relu ReLU on 1×64×16×17")


Modules = dict[str, Any]


def plant(monkeypatch: pytest.MonkeyPatch, peer: str, change: Callable[[Modules], object]) -> None:
    """Make a peer report its modules changed."""
    from hrnet_cli.lowering import peers

    ask = peers.PEERS[peer]

    def asked(model: Any, x: Any) -> Any:
        report = ask(model, x)
        modules = dict(report.modules)
        change(modules)
        return report._replace(modules=modules)

    monkeypatch.setitem(peers.PEERS, peer, asked)


def found_in(small: dict[str, Any], peer: str) -> list[Disagreement]:
    found = verify(small)
    assert statuses(found) == {**dict.fromkeys(SOURCES, "agree"), peer: "disagree"}
    return list(by_name(found)[peer].disagreements)


def test_a_peer_with_another_shape_is_caught(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    def change(modules: Modules) -> None:
        modules["stage3.1"] = modules["stage3.1"]._replace(outputs=(((1, 6, 8, 8),),))

    plant(monkeypatch, "torchinfo", change)
    assert found_in(small, "torchinfo") == [Disagreement("stage3.1", "output shape", "1×6×16×16", "1×6×8×8")]


def test_a_peer_that_drops_a_module_is_caught(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    plant(monkeypatch, "FlopCounterMode", lambda modules: modules.pop("conv2"))
    assert found_in(small, "FlopCounterMode") == [Disagreement("conv2", "FLOPs", str(2 * 36864 * 256), "not told")]


def test_a_peer_that_invents_a_module_is_caught(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    plant(monkeypatch, "fvcore", lambda modules: modules.update(ghost=modules["conv1"]))
    assert [(each.path, each.what, each.ours) for each in found_in(small, "fvcore")] == [
        ("ghost", "params", "not told"),
        ("ghost", "flops", "not told"),
    ]


def test_a_peer_that_breaks_is_caught(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    from hrnet_cli.lowering import peers

    def broken(model: Any, x: Any) -> Any:
        raise KeyError("no such layer")

    monkeypatch.setitem(peers.PEERS, "torchinfo", broken)
    assert found_in(small, "torchinfo") == [
        Disagreement("", "forward pass", "goes through", "KeyError: 'no such layer'"),
    ]


@pytest.mark.parametrize("peer", ["torchinfo", "fvcore"])
def test_a_peer_that_is_not_installed_is_skipped(
    monkeypatch: pytest.MonkeyPatch, small: dict[str, Any], peer: str
) -> None:
    for name in [peer, *(name for name in sys.modules if name.startswith(f"{peer}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    found = verify(small, modules=True)
    assert found.agrees
    assert statuses(found) == {**dict.fromkeys(SOURCES, "agree"), peer: "skipped"}
    source = by_name(found)[peer]
    assert (source.reason, source.remedy) == (f"{peer} is not installed", f"pip install {peer}")
    assert (source.total, source.count_tally) == (None, Tally(0, 0, 0))
    assert [told.source for told in (found.rows or ())[0].told] == [name for name in SOURCES if name != peer]


def test_without_torch_it_says_so(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    for name in [name for name in sys.modules if name.startswith("hrnet_cli.lowering")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("hrnet_cli.lowering", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match="torch, which is not installed"):
        verify(small)


def test_an_input_that_cannot_go_through_is_the_users(small: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        verify(small, "50x50")


def test_fvcore_takes_a_smaller_input_where_memory_is_short(
    monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]
) -> None:
    monkeypatch.setattr(verifying, "MOST_ACTIVATIONS", 2_000_000)
    found = verify(small, "2x3x192x336")
    assert found.agrees
    source = by_name(found)["fvcore"]
    assert source.input == (1, 3, 48, 96)
    assert source.notes[0].startswith("needs real tensors, so run at 1×3×48×96 and compared there, not at 2×3×192×336")
    assert {other.input for other in found.sources[:3]} == {(2, 3, 192, 336)}


def test_large_networks_are_not_run_for_real(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    monkeypatch.setattr(verifying, "MOST_ACTIVATIONS", 100)
    source = by_name(verify(small))["fvcore"]
    assert source.status == "skipped"
    assert source.reason.startswith("needs real tensors, and even at 1×3×16×16 all activations are")
    monkeypatch.setattr(verifying, "MOST_WEIGHTS", 100)
    assert "weights alone" in by_name(verify(small))["fvcore"].reason


def test_nothing_is_printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, small: dict[str, Any]
) -> None:
    with caplog.at_level(logging.WARNING):
        verify(small)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
