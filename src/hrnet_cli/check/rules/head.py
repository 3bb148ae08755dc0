"""HR4: heads that do not fit their branches or their task, and widths that hardware does not like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hrnet_cli.check.rule import Rule
from hrnet_cli.check.subject import Subject
from hrnet_cli.dialects.nodes import Node
from hrnet_cli.errors import Diagnostic, HrnetError
from hrnet_cli.schema import HigherHead
from hrnet_cli.text import KeyPath, quote

FRIENDLY = 8
"""What tensor cores want channels to be a multiple of (NVIDIA, "Convolutional Layers User's Guide")."""


def unread_branches(subject: Subject) -> Iterator[Diagnostic]:
    """The last stage fuses branches that the head, which reads branch 0, drops."""
    spec = subject.spec
    branches = spec.stages[-1].num_branches
    if spec.keeps_all_branches and not spec.head.reads_all_branches and branches > 1:
        message = f"the {spec.head.type} head reads branch 0 alone, and the last stage fuses all {branches}"
        yield subject.at(
            "unread-branches", ("multi_scale_output",), message, "set multi_scale_output: false, as the original has it"
        )


def nothing_to_join(subject: Subject) -> Iterator[Diagnostic]:
    """A head that joins branches has one."""
    head = subject.spec.head
    if head.type != "none" and head.reads_all_branches and subject.spec.stages[-1].num_branches == 1:
        message = f"the {head.type} head joins the branches of the last stage, which has one"
        yield subject.at(
            "nothing-to-join", ("head",), message, "give the last stage more branches, or take a head that reads one"
        )


HEATMAP_SIZES = (
    *(("MODEL", "EXTRA", "HEATMAP_SIZE"), ("MODEL", "HEATMAP_SIZE")),
    *(("codec", "heatmap_size"), ("data_cfg", "heatmap_size")),
)
"""Where the configs of pose and landmark networks keep the size (w, h) that the dataset draws its targets in."""


def heatmap_size(subject: Subject) -> Iterator[Diagnostic]:
    """The targets are drawn at another size than the heatmaps that come out, and training fails at the loss."""
    outputs = subject.outcome
    if subject.spec.head.type not in ("heatmap", "landmark") or isinstance(outputs, HrnetError):
        return
    if subject.settings.input or not subject.has_own_input:
        return  # it is not the size that the targets are for, or nobody knows that
    height, width = outputs[0][2:]
    for path in HEATMAP_SIZES:
        node = Node(subject.config, ()).get(*path)
        size: Any = node.literal if node else None
        if node and _is_plain(size) and size != [width, height]:
            is_size = isinstance(size, list) and len(size) == 2
            found = f"{size[0]}×{size[1]} (w×h)" if is_size else f"{quote(size)}, no width and height"
            message = f"{node.path[-1]} is {found}, and the network puts out {width}×{height}"
            yield subject.there("heatmap-size", node.path, message, f"write [{width}, {height}]")
            return


def _is_plain(value: Any) -> bool:
    """Whether it is a number or numbers: what only running the config would give is not looked at."""
    return all(type(item) is int for item in (value if isinstance(value, list) else [value]))


def joints(subject: Subject) -> Iterator[Diagnostic]:
    """HigherHRNet's config has the number twice, for the network and for the dataset, which may add a center."""
    head = subject.spec.head
    root = Node(subject.config, ())
    node, center = root.get("DATASET", "NUM_JOINTS"), root.get("DATASET", "WITH_CENTER")
    count = node.literal if node else None
    if not isinstance(head, HigherHead) or node is None or type(count) is not int:
        return
    centers = int(center is not None and center.literal is True)
    if count + centers != head.num_joints:
        more = " and a center" if centers else ""
        message = f"{node.path[-1]} is {count}{more}, and the head puts out {head.num_joints} joints"
        yield subject.there("joints", node.path, message, "make the two alike")


def unfriendly_channels(subject: Subject) -> Iterator[Diagnostic]:
    """Widths that are no multiple of 8 leave a part of a tensor core idle."""
    odd: dict[int, KeyPath] = {}
    for number, stage in enumerate(subject.spec.stages, 1):
        for width in stage.num_channels:
            if width % FRIENDLY:
                odd.setdefault(width, (f"stage{number}", "num_channels"))
    if odd:
        widths = ", ".join(map(str, odd))
        message = f"widths that are no multiple of {FRIENDLY}: {widths}"
        remedy = f"tensor cores want multiples of {FRIENDLY}: {', '.join(map(_rounded, odd))}"
        yield subject.at("unfriendly-channels", next(iter(odd.values())), message, remedy)


def _rounded(width: int) -> str:
    return f"{width} → {-(-width // FRIENDLY) * FRIENDLY}"


HEAD = (
    Rule("HR401", "unread-branches", "warning", "branches that are fused and then dropped", unread_branches),
    Rule("HR402", "nothing-to-join", "warning", "a head that joins branches, on one branch", nothing_to_join),
    Rule("HR403", "heatmap-size", "error", "targets of another size than the heatmaps", heatmap_size),
    Rule("HR404", "joints", "error", "a dataset of another number of joints than the head's", joints),
    Rule("HR405", "unfriendly-channels", "note", "widths that are no multiple of 8", unfriendly_channels),
)
