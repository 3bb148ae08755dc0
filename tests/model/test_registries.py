"""Each table against what it names: a new block or head is one class and one line, and this says which is missing."""

from __future__ import annotations

from hrnet_cli.hrnet import EXPANSION
from hrnet_cli.model import BLOCKS, HEADS
from hrnet_cli.nn import LEAVES, Leaf
from hrnet_cli.schema import HEAD_SPECS


def missing(table: str, has: set[str], other: str, wants: set[str]) -> str:
    return "; ".join(f"add a line for {key!r} to {table}, as {other} has one" for key in sorted(wants - has))


def test_every_head_has_fields_and_a_network() -> None:
    specs, networks = set(HEAD_SPECS), set(HEADS)
    assert not missing("model.heads.HEADS", networks, "spec.HEAD_SPECS", specs)
    assert not missing("spec.heads.HEAD_SPECS", specs, "model.HEADS", networks)
    assert all(head.type == name for name, head in HEAD_SPECS.items())


def test_every_block_has_an_expansion_and_a_class() -> None:
    assert not missing("model.blocks.BLOCKS", set(BLOCKS), "spec.EXPANSION", set(EXPANSION))
    assert not missing("spec.schema.EXPANSION", set(EXPANSION), "model.BLOCKS", set(BLOCKS))
    assert all(block.expansion == EXPANSION[name] for name, block in BLOCKS.items())


def test_every_leaf_is_in_the_table_of_leaves() -> None:
    classes = {leaf.__name__ for leaf in Leaf.__subclasses__() if leaf.__module__.startswith("hrnet_cli.")}
    assert not missing("nn.layers.LEAVES", set(LEAVES), "nn.layers", classes)
