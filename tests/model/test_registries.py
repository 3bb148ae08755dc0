"""Each table against the classes that it names: a new block, head or leaf is one class and one line."""

from __future__ import annotations

from collections.abc import Iterator

from hrnet_cli import nn
from hrnet_cli.hrnet import EXPANSION, LITE_STEM_BLOCK
from hrnet_cli.hrnet import LITE_BLOCKS as LITE_BLOCK_NAMES
from hrnet_cli.model import BLOCKS, HEADS
from hrnet_cli.model.lite_blocks import LITE_BLOCKS
from hrnet_cli.nn import LEAVES, Leaf
from hrnet_cli.schema import HEAD_SPECS


def missing(table: str, has: set[str], other: str, wants: set[str]) -> str:
    return "; ".join(f"add a line for {key!r} to {table}, as {other} has one" for key in sorted(wants - has))


def test_every_head_has_fields_and_a_network() -> None:
    specs, networks = set(HEAD_SPECS), set(HEADS)
    assert not missing("model.heads.HEADS", networks, "schema.heads.HEAD_SPECS", specs)
    assert not missing("schema.heads.HEAD_SPECS", specs, "model.heads.HEADS", networks)
    assert all(head.type == name for name, head in HEAD_SPECS.items())


def test_every_block_has_an_expansion_and_a_class() -> None:
    blocks = {**BLOCKS, **LITE_BLOCKS}
    assert not missing("model.blocks.BLOCKS", set(blocks), "hrnet.EXPANSION", set(EXPANSION))
    assert not missing("hrnet.EXPANSION", set(EXPANSION), "model.blocks.BLOCKS", set(blocks))
    assert all(block.expansion == EXPANSION[name] for name, block in blocks.items())
    assert set(LITE_BLOCKS) == {LITE_STEM_BLOCK, *LITE_BLOCK_NAMES}


def subclasses(base: type[Leaf]) -> Iterator[type[Leaf]]:
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_leaf_is_in_the_table_of_leaves() -> None:
    ours = {leaf.__name__ for leaf in subclasses(Leaf) if leaf.__module__.startswith("hrnet_cli.")} - {"Function"}
    assert not missing("nn.layers.LEAVES", set(LEAVES), "nn", ours)
    assert {name for name in nn.__all__ if name in ours} == ours, "hrnet_cli.nn exports every leaf"
