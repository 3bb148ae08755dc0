"""`verify` as text: every count as numbers and what they are, every gap in a tally, every disagreement."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hrnet_cli.analysis.peer_rules import PEER_RULES, TORCH_HOOKS
from hrnet_cli.analysis.verify import (
    Disagreement,
    ModuleCall,
    ModuleRow,
    Peer,
    PeerFigures,
    Tally,
    Term,
    Verification,
)
from hrnet_cli.report.content import Facts, Heading, Note, Table, plain
from hrnet_cli.report.formats import markdown, text
from hrnet_cli.report.verify import MAX_DISAGREEMENTS, PEERS, present

INPUT = (1, 3, 64, 64)
BATCH_NORM = Term("batch_params", "BatchNorm2d", 20)


def peer(name: str = "torchinfo", **more: Any) -> Peer:
    """A peer that agrees on 1,200 modules, unless `more` says otherwise."""
    every = Tally(1200, 0, 0)
    fields: dict[str, Any] = {
        "version": "1.8.0+cpu",
        "device": "meta",
        "input": INPUT,
        "status": "agree",
        "reason": "",
        "remedy": "",
        "convention": "torchinfo",
        "params": 10,
        "count": 7_000_020,
        "expected_count": 7_000_020,
        "terms": (Term("macs", "", 7_000_000), BATCH_NORM),
        "first_branch_only": 0,
        "unlisted": (),
        "outputs_tally": every,
        "params_tally": every,
        "count_tally": every,
        "uncounted_operators": {},
        "disagreements": (),
    }
    return Peer(name, **{**fields, **more})


def verification(*peers: Peer, rows: tuple[ModuleRow, ...] | None = None) -> Verification:
    status = "disagree" if any(peer.status == "disagree" for peer in peers) else "agree"
    return Verification("net", "shapes", "macs", INPUT, status, 1200, 0, 1300, 10, 7_000_000, peers, rows)  # type: ignore[arg-type]


def notes(result: Verification) -> list[str]:
    """The lines below the conventions: sums and notes."""
    facts = next(block for block in present(result).blocks if isinstance(block, Facts))
    return [plain(value) for name, value in facts.rows if not name]


def test_every_peer_and_every_term_has_its_text() -> None:
    assert list(PEERS) == [rule.peer for rule in (TORCH_HOOKS, *PEER_RULES)]
    assert repr(verification(peer())) == "Verification(net, 1×3×64×64, every peer that ran agrees)"


def test_a_report() -> None:
    assert text.render(present(verification(peer()))) == (
        "net · 1×3×64×64 · 1,200 modules, 1,300 calls\n\n"
        "peer       params                count  outputs   params   counts\n"
        "hrnet-cli      10       7,000,000 MACs    1,200    1,200    1,200\n"
        "torchinfo      10  7,000,020 mult-adds  1,200 ✓  1,200 ✓  1,200 ✓\n\n"
        "torchinfo 1.8.0  convolution weights and biases × output positions; "
        "of any other layer, batch size × parameters\n"
        "                 7,000,000 (MACs) + 20 (N × parameters of BatchNorm2d) = 7,000,020\n"
        "                 reports the count of 1,200 of 1,200 modules, those without children\n"
        "every peer that ran agrees\n"
    )


def test_a_count_that_is_not_expected_is_no_equation() -> None:
    assert notes(verification(peer(count=5)))[0].endswith("(N × parameters of BatchNorm2d) ≠ 5")
    assert notes(verification(peer(count=0, expected_count=0, terms=())))[0] == "0 = 0"


def test_numbers_and_what_they_are_of_are_apart_in_markdown() -> None:
    lines = markdown.render(present(verification(peer(), peer("fvcore")))).splitlines()
    assert not [line for line in lines if "****" in line]
    assert sum(line.startswith("  - ") for line in lines) == len(notes(verification(peer(), peer("fvcore"))))
    named = [line for line in lines if line.startswith("- **")]
    assert [re.findall(r"\*\*(.*?) [0-9]", line)[0] for line in named] == ["torchinfo", "fvcore"]


def test_what_a_peer_does_not_report_is_a_note() -> None:
    gaps = peer(
        first_branch_only=9,
        unlisted=("transition3", "transition4"),
        uncounted_operators={"aten::add": 161, "aten::mean": 1},
        count_tally=Tally(877, 0, 323),
    )
    assert notes(verification(gaps))[1:] == [
        "reports the count of 877 of 1,200 modules, those without children",
        "reports the first tensor of a list: 9 modules compared on branch 0 only",
        "lists no module in which nothing is called: transition3, transition4",
        "has no rule for these operators and counts them as 0: aten::add × 161, aten::mean × 1",
    ]


def test_a_peer_that_ran_at_a_smaller_input_names_it_beside_its_figures() -> None:
    smaller = verification(peer(), peer("fvcore", input=(1, 3, 32, 32)))
    table = next(block for block in present(smaller).blocks if isinstance(block, Table))
    assert [plain(row[0]) for row in table.rows] == ["hrnet-cli", "torchinfo", "fvcore at 1×3×32×32"]
    assert "needs real tensors, and those of 1×3×64×64 take too much memory: compared at 1×3×32×32" in notes(smaller)


def test_a_peer_that_was_skipped_has_a_reason_and_no_figures() -> None:
    fields = {"version": "", "params": None, "count": None, "reason": "fvcore is not installed"}
    skipped = verification(peer("fvcore", status="skipped", remedy="pip install fvcore", **fields))
    table, facts = (block for block in present(skipped).blocks if isinstance(block, Table | Facts))
    assert isinstance(table, Table) and isinstance(facts, Facts)
    assert [plain(cell) for cell in table.rows[1]] == ["fvcore", "skipped", "", "", "", ""]
    assert facts.rows == (("fvcore", "skipped: fvcore is not installed (pip install fvcore)"),)


def test_a_tally_shows_what_disagrees() -> None:
    mixed = peer(outputs_tally=Tally(1000, 200, 0), params_tally=Tally(0, 0, 1200))
    table = next(block for block in present(verification(mixed)).blocks if isinstance(block, Table))
    assert [plain(cell) for cell in table.rows[1][3:]] == ["200 of 1,200 ✗", "–", "1,200 ✓"]


def test_a_mark_per_peer_and_module() -> None:
    figures = [PeerFigures("torchinfo", None, None, None, agrees) for agrees in (True, False, None)]
    rows = tuple(ModuleRow(f"conv{n}", "Conv2d", (((1, 8, 4, 4),),), 9, 144, (each,)) for n, each in enumerate(figures))
    table = [block for block in present(verification(peer(), rows=rows)).blocks if isinstance(block, Table)][-1]
    assert [plain(row[-1]) for row in table.rows] == ["✓", "✗", "–"]
    assert [plain(cell) for cell in table.rows[0][:-1]] == ["conv0", "Conv2d", "8×4×4", "9", "144"]


def disagreements(*found: Disagreement) -> list[Any]:
    """The blocks below the heading of a peer that disagrees."""
    blocks = present(verification(peer(status="disagree", disagreements=found))).blocks
    start = next(index for index, block in enumerate(blocks[1:], 1) if isinstance(block, Heading))
    return list(blocks[start:])


def test_disagreements() -> None:
    call = ModuleCall(15, "relu", "ReLU", ((1, 64, 16, 17), (1, 2)))
    heading, table, verdict = disagreements(
        Disagreement("conv2", "count", 18_874_368, None),
        Disagreement("", "outputs", (((1, 3),), ((1, 3), (1, 5))), ()),
        Disagreement("", "total_params", 1000, 2000),
        Disagreement("", "total_count", None, 7),
        Disagreement("relu", "call", call, None),
        Disagreement("", "forward_pass", None, "KeyError: 'x'"),
    )
    assert heading.text == "torchinfo disagrees on 6 figures"
    assert [[plain(cell) for cell in row] for row in table.rows] == [
        ["conv2", "mult-adds", "18,874,368", "not reported"],
        ["(the network)", "output shape", "1×3; 1×3, 1×5", "never called"],
        ["(the network)", "total params", "1,000", "2,000"],
        ["(the network)", "total mult-adds", "not reported", "7"],
        ["relu", "call", "15: relu ReLU on 1×64×16×17, 1×2", "no call"],
        ["(the network)", "forward pass", "goes through", "KeyError: 'x'"],
    ]
    assert verdict == Note("a peer disagrees", "bad")


def test_many_disagreements_are_counted() -> None:
    one = Disagreement("conv2", "count", 1, 2)
    _, table, more, _ = disagreements(*[one] * (MAX_DISAGREEMENTS + 3))
    assert len(table.rows) == MAX_DISAGREEMENTS
    assert more.text == "3 more: --format json has all of them"
    assert len(disagreements(*[one] * MAX_DISAGREEMENTS)) == 3


def test_all_figures_of_disagreements_are_in_json() -> None:
    found = (Disagreement("", "call", ModuleCall(0, "", "Net", (INPUT,)), None),)
    report = replace(verification(peer(disagreements=found)), rows=()).to_dict()
    (shown,) = report["peers"][0]["disagreements"]
    assert shown["ours"] == {"order": 0, "path": "", "type": "Net", "inputs": [[1, 3, 64, 64]]}
