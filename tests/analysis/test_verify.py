"""The four peers against the shapes engine, and faults planted on either side, which are caught."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from support import LAYER1, Golden

from hrnet_cli import nn
from hrnet_cli.analysis import costs
from hrnet_cli.analysis import peers as asking
from hrnet_cli.analysis.verify import Disagreement, ModuleCall, Peer, Tally, Verification, verify
from hrnet_cli.errors import MissingExtraError
from hrnet_cli.tracing import InputError

pytestmark = [pytest.mark.torch, pytest.mark.slow]

PEERS = ("torch hooks", "torchinfo", "FlopCounterMode", "fvcore")


@pytest.fixture(scope="module")
def w32() -> Verification:
    return verify("w32", modules=True)


def by_name(verification: Verification) -> dict[str, Peer]:
    return {peer.name: peer for peer in verification.peers}


def statuses(verification: Verification) -> dict[str, str]:
    return {peer.name: peer.status for peer in verification.peers}


def tallies(peer: Peer) -> tuple[Tally, Tally, Tally]:
    return peer.outputs_tally, peer.params_tally, peer.count_tally


def test_totals_are_the_golden_ones(w32: Verification) -> None:
    facts = Golden("pose-v1/coco_w32_256x192").facts
    counters = facts["counters"]
    totals = {name: (peer.params, peer.count) for name, peer in by_name(w32).items()}
    assert totals == {
        "torch hooks": (facts["params"]["total"], facts["macs"]["total"]),
        "torchinfo": (28_536_113, 7_645_110_336),
        "FlopCounterMode": (None, counters["torch_flop_counter"]),
        "fvcore": (28_536_113, counters["fvcore_total"]),
    }
    assert (w32.engine, w32.convention) == ("shapes", "macs")
    assert (w32.params, w32.macs) == (facts["params"]["total"], facts["macs"]["total"])


def test_every_total_is_reconciled_in_numbers(w32: Verification) -> None:
    peers = by_name(w32)
    terms = {name: [(term.name, term.layer, term.count) for term in peer.terms] for name, peer in peers.items()}
    macs, batch_norm_params = 7_645_003_776, 54_336
    bias = 17 * 64 * 48
    assert terms == {
        "torch hooks": [("macs", "", macs)],
        "torchinfo": [
            ("macs", "", macs),
            ("conv_bias", "", bias),
            ("batch_params", "BatchNorm2d", batch_norm_params),
        ],
        "FlopCounterMode": [("flops", "", 2 * macs)],
        "fvcore": [
            ("macs", "", macs),
            ("fvcore_rule", "BatchNorm2d", 38_126_592),
            ("fvcore_rule", "Upsample", 2_211_840),
        ],
    }
    for peer in w32.peers:
        assert sum(term.count for term in peer.terms) == peer.expected_count == peer.count


def test_every_module_of_w32_agrees(w32: Verification) -> None:
    assert w32.agrees
    assert statuses(w32) == dict.fromkeys(PEERS, "agree")
    every, none = Tally(w32.modules, 0, 0), Tally(0, 0, w32.modules)
    peers = by_name(w32)
    assert tallies(peers["torch hooks"]) == (every, every, every)
    assert tallies(peers["torchinfo"])[:2] == (every, every)
    assert tallies(peers["FlopCounterMode"])[:2] == (none, none)
    assert tallies(peers["fvcore"]) == (none, every, every)
    leaves = sum(row.type in nn.LEAVES for row in w32.rows or ())
    assert peers["torchinfo"].count_tally == Tally(leaves, 0, w32.modules - leaves)


def test_rows_show_the_modules_side_by_side(w32: Verification) -> None:
    rows = {row.path: row for row in w32.rows or ()}
    assert len(rows) == w32.modules
    for row in rows.values():
        for figures in row.peers:
            unreported = (figures.outputs, figures.params, figures.count) == (None, None, None)
            assert figures.agrees is (None if unreported else True), (row.path, figures)
            assert not unreported or figures.peer == "FlopCounterMode"
    conv = rows["conv1"]
    assert (conv.type, conv.outputs, conv.params, conv.macs) == ("Conv2d", (((1, 64, 128, 96),),), 1728, 21_233_664)
    assert [(figures.peer, figures.params, figures.count) for figures in conv.peers] == [
        ("torch hooks", 1728, 21_233_664),
        ("torchinfo", 1728, 21_233_664),
        ("FlopCounterMode", None, 42_467_328),
        ("fvcore", 1728, 21_233_664),
    ]
    twice = rows["relu"]
    assert twice.peers[1].outputs == twice.outputs == (((1, 64, 128, 96),), ((1, 64, 64, 48),))
    branches = rows["stage3.0"]
    assert branches.peers[0].outputs == branches.outputs
    assert branches.peers[1].outputs == ((branches.outputs[0][0],),)
    assert rows["stage3"].peers[1].count is None
    assert sum(not row.outputs for row in rows.values()) == w32.never_called > 0


def test_what_a_peer_does_not_report(w32: Verification) -> None:
    peers = by_name(w32)
    assert {name: peer.first_branch_only for name, peer in peers.items()} == {**dict.fromkeys(PEERS, 0), "torchinfo": 9}
    assert peers["fvcore"].uncounted_operators == {"aten::add": 161}
    assert not any(peer.unlisted for peer in w32.peers)


def test_the_result_is_json(w32: Verification) -> None:
    plain = asdict(w32)
    assert json.loads(json.dumps(plain))["peers"][3]["count"] == 7_685_342_208
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
    assert statuses(found) == dict.fromkeys(PEERS, "agree")
    assert by_name(found)["torchinfo"].first_branch_only > 0


def test_a_module_in_which_nothing_is_called_is_named(small: dict[str, Any]) -> None:
    """Stages of the same widths: the transition between them is an empty list, which torchinfo does not list."""
    spec = {**small, "stage4": {**small["stage3"], "num_modules": 1}}
    found = verify(spec, modules=True)
    peer = by_name(found)["torchinfo"]
    assert peer.status == "agree" and peer.outputs_tally == Tally(found.modules - 1, 0, 1)
    assert peer.unlisted == ("transition3",)
    empty = next(row for row in found.rows or () if row.path == "transition3")
    assert {figures.peer: figures.agrees for figures in empty.peers} == {
        "torch hooks": True,
        "torchinfo": None,
        "FlopCounterMode": None,
        "fvcore": True,
    }


def test_a_single_stage_on_real_tensors_agrees(small: dict[str, Any]) -> None:
    found = verify({"stage1": small["stage1"], "multi_scale_output": False}, "1x3x33x47", device="cpu")
    assert statuses(found) == dict.fromkeys(PEERS, "agree")
    assert by_name(found)["torch hooks"].device == "cpu"


def test_one_output_kept_agrees(small: dict[str, Any]) -> None:
    found = verify({**small, "multi_scale_output": False, "head": {"type": "heatmap", "final_conv_kernel": 3}})
    assert statuses(found) == dict.fromkeys(PEERS, "agree")


def test_branches_that_nothing_reads_agree(small: dict[str, Any]) -> None:
    found = verify({**small, "multi_scale_output": True, "head": {"type": "heatmap"}})
    assert statuses(found) == dict.fromkeys(PEERS, "agree")


def test_a_wrong_rule_of_ours_is_caught_by_every_peer(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    right = costs.MACS["Conv2d"]
    monkeypatch.setitem(costs.MACS, "Conv2d", lambda *shapes_and_weights: right(*shapes_and_weights) + 1)
    found = verify(small)
    assert not found.agrees
    assert statuses(found) == {**dict.fromkeys(PEERS, "disagree"), "torch hooks": "agree"}
    for peer in found.peers[1:]:
        assert peer.count_tally.disagree > 0 == peer.params_tally.disagree
        assert peer.disagreements[0].figure == "total_count"
        assert "conv1" in {each.path for each in peer.disagreements}


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
        assert (found[name].disagreements[0].figure, found[name].disagreements[0].theirs) == ("total_params", total)
    assert found["FlopCounterMode"].status == "agree"


def test_a_wrong_shape_of_ours_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {"stage1": {**LAYER1, "block": "BASIC", "num_blocks": [1]}}
    monkeypatch.setattr(nn.Add, "forward", lambda _, x, y: nn.Tensor((*x.shape[:3], x.shape[3] + 1)))
    found = by_name(verify(spec, "1x3x64x64"))
    add = Disagreement("layer1.0.add", "outputs", (((1, 64, 16, 17),),), (((1, 64, 16, 16),),))
    assert add in found["torch hooks"].disagreements
    assert add in found["torchinfo"].disagreements
    first = found["torch hooks"].disagreements[0]
    ours, theirs = (ModuleCall(15, "layer1.0.relu", "ReLU", ((1, 64, 16, width),)) for width in (17, 16))
    assert first == Disagreement("layer1.0.relu", "call", ours, theirs)


Modules = dict[str, Any]


def plant(monkeypatch: pytest.MonkeyPatch, peer: str, change: Callable[[Modules], object]) -> None:
    """Make a peer report its modules changed."""
    from hrnet_cli.lowering import peers

    ask = peers.PEERS[peer]

    def asked(model: Any, x: Any) -> Any:
        report = ask(model, x)
        modules = dict(report.modules)
        change(modules)
        return replace(report, modules=modules)

    monkeypatch.setitem(peers.PEERS, peer, asked)


def found_in(small: dict[str, Any], peer: str) -> list[Disagreement]:
    found = verify(small)
    assert statuses(found) == {**dict.fromkeys(PEERS, "agree"), peer: "disagree"}
    return list(by_name(found)[peer].disagreements)


def test_a_peer_with_another_shape_is_caught(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    def change(modules: Modules) -> None:
        modules["stage3.1"] = replace(modules["stage3.1"], outputs=(((1, 6, 8, 8),),))

    plant(monkeypatch, "torchinfo", change)
    assert found_in(small, "torchinfo") == [
        Disagreement("stage3.1", "outputs", (((1, 6, 16, 16),),), (((1, 6, 8, 8),),))
    ]


def test_a_peer_that_drops_a_module_is_caught(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    plant(monkeypatch, "FlopCounterMode", lambda modules: modules.pop("conv2"))
    assert found_in(small, "FlopCounterMode") == [Disagreement("conv2", "count", 2 * 36864 * 256, None)]


def test_a_peer_that_invents_a_module_is_caught(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    plant(monkeypatch, "fvcore", lambda modules: modules.update(ghost=modules["conv1"]))
    assert [(each.path, each.figure, each.ours) for each in found_in(small, "fvcore")] == [
        ("ghost", "params", None),
        ("ghost", "count", None),
    ]


def test_a_peer_that_breaks_is_caught(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    from hrnet_cli.lowering import peers

    def broken(model: Any, x: Any) -> Any:
        raise KeyError("no such layer")

    monkeypatch.setitem(peers.PEERS, "torchinfo", broken)
    assert found_in(small, "torchinfo") == [
        Disagreement("", "forward_pass", None, "KeyError: 'no such layer'"),
    ]


@pytest.mark.parametrize("peer", ["torchinfo", "fvcore"])
def test_a_peer_that_is_not_installed_is_skipped(
    monkeypatch: pytest.MonkeyPatch, small: dict[str, Any], peer: str
) -> None:
    for name in [peer, *(name for name in sys.modules if name.startswith(f"{peer}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    found = verify(small, modules=True)
    assert found.agrees
    assert statuses(found) == {**dict.fromkeys(PEERS, "agree"), peer: "skipped"}
    skipped = by_name(found)[peer]
    assert (skipped.reason, skipped.remedy) == (f"{peer} is not installed", f"pip install {peer}")
    assert (skipped.count, skipped.count_tally) == (None, Tally(0, 0, 0))
    assert [figures.peer for figures in (found.rows or ())[0].peers] == [name for name in PEERS if name != peer]


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
    monkeypatch.setattr(asking, "MAX_ACTIVATION_BYTES", 2_000_000)
    found = verify(small, "2x3x192x336")
    assert found.agrees
    peer = by_name(found)["fvcore"]
    assert peer.input == (1, 3, 48, 96)
    assert {other.input for other in found.peers[:3]} == {(2, 3, 192, 336)}


def test_large_networks_are_not_run_for_real(monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    monkeypatch.setattr(asking, "MAX_ACTIVATION_BYTES", 100)
    peer = by_name(verify(small))["fvcore"]
    assert peer.status == "skipped"
    assert peer.reason.startswith("needs real tensors, and even at 1×3×16×16 all activations are")
    monkeypatch.setattr(asking, "MAX_WEIGHT_BYTES", 100)
    assert "weights alone" in by_name(verify(small))["fvcore"].reason


def test_nothing_is_printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, small: dict[str, Any]
) -> None:
    with caplog.at_level(logging.WARNING):
        verify(small)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_torchinfo_multiplies_the_bias_of_a_linear_layer_by_the_batch() -> None:
    found = verify("cls-w18-small-v1", "3x3x64x64")
    assert statuses(found) == dict.fromkeys(PEERS, "agree")
    terms = {term.name: term.count for term in by_name(found)["torchinfo"].terms}
    assert terms["linear_bias"] == 3 * 1000


def test_the_networks_that_peers_run_are_of_float32() -> None:
    torch = pytest.importorskip("torch")
    assert torch.empty(1).element_size() == asking.BYTES_PER_ELEMENT
