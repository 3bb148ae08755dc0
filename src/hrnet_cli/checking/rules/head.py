"""HR4: heads that do not fit their branches or their task, and widths that hardware handles badly."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeGuard

from hrnet_cli.analysis.unread import unused_parameters
from hrnet_cli.checking.rule import Rule
from hrnet_cli.checking.subject import Subject
from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import stage_key
from hrnet_cli.nn import Shape
from hrnet_cli.schema import HeatmapHead, HigherHead
from hrnet_cli.schema.fields import MAX_SIZE
from hrnet_cli.text import KeyPath, exact, join_and, plural, quote, shape_text

CHANNEL_MULTIPLE = 8
"""Half-precision tensor cores need channels to be a multiple of it (NVIDIA, "Convolutional Layers User's Guide")."""


def unread_branches(subject: Subject) -> Iterator[Diagnostic]:
    """Not all branches of the last stage are read, and parameters are there for the others alone."""
    spec = subject.spec
    stage, returns_all = spec.stages[-1], spec.keeps_all_branches
    if not subject.code_is_known or not (returns_all or spec.is_lite):
        return
    reader, read = _reader(subject)
    unused = {} if len(read) == stage.num_branches else unused_parameters(spec, read)
    if not unused:
        return
    which = f"branch {read[0]} alone" if len(read) == 1 else f"branches {join_and([*map(str, read)])}"
    fuses = "fuses all" if stage.with_fuse else "has"
    message = f"{reader} {which}, and the last stage {fuses} {stage.num_branches}: {_name_parameters(unused)}"
    path, remedy = ("multi_scale_output",), "use a head or a neck that reads all branches"
    if tuple(read) == (0,):
        path, value = (("iterative_head",), "true, which joins all branches") if spec.is_lite else (path, "false")
        key = str(next(iter(subject.loaded.reading.origin(path)[-1:]), path[0]))
        remedy = f"set {key}: {value}"
    remedy += "; as it is, DistributedDataParallel needs find_unused_parameters=True"
    yield subject.at("unread-branches", path, message, remedy)._replace(
        at_most_note=subject.loaded.reading.at_most_notes
    )


def _reader(subject: Subject) -> tuple[str, Sequence[int]]:
    """What reads branches of the last stage, as a subject and its verb, and which of them it reads."""
    spec = subject.spec
    branches = range(spec.stages[-1].num_branches if spec.head.reads_all_branches else 1)
    name, read = subject.loaded.reading.reads or (f"{spec.head.type} head", branches)
    if not spec.keeps_all_branches and (len(read) > 1 or spec.head.type == "none"):
        return "the network returns", (0,)
    return f"the {name} reads", read


MAX_MODULES = 8
"""Modules that a message names."""


def _name_parameters(unused: Mapping[str, tuple[Shape, ...]]) -> str:
    """`39 parameters (769,984 elements) of stage4.2.fuse_layers.1, … get no gradient`."""
    count = sum(map(len, unused.values()))
    total = sum(map(math.prod, chain.from_iterable(unused.values())))
    names = [*unused][:MAX_MODULES]
    if len(unused) > MAX_MODULES:
        names[-1] = plural(len(unused) - MAX_MODULES + 1, "other module")
    return f"{plural(count, 'parameter')} ({exact(total)} elements) of {join_and(names)} get no gradient"


def nothing_to_join(subject: Subject) -> Iterator[Diagnostic]:
    """A head that joins branches has only one."""
    head = subject.spec.head
    if head.type != "none" and head.reads_all_branches and subject.spec.stages[-1].num_branches == 1:
        message = f"the {head.type} head joins the branches of the last stage, which has one"
        remedy = "give the last stage more branches, or use a head that reads one"
        yield subject.at("nothing-to-join", ("head",), message, remedy)


SIZES_OF_CODECS = (("codec", "heatmap_size"),)
"""Where mmpose 1.x's configs have the size (w, h) of the targets, also with tags; a head's decoder may resize."""
SIZES_OF_MMPOSE = (*SIZES_OF_CODECS, ("data_cfg", "heatmap_size"))
HEATMAP_SIZES = (("MODEL", "EXTRA", "HEATMAP_SIZE"), ("MODEL", "HEATMAP_SIZE"), *SIZES_OF_MMPOSE)
"""Where the configs of pose and landmark networks have the size (w, h) of the dataset's targets."""
OUTPUT_SIZES = (("DATASET", "OUTPUT_SIZE"), ("data_cfg", "heatmap_size"))
"""Where those of HigherHRNet have a size for each output: a width and a height, or one number for a square."""


def heatmap_size(subject: Subject) -> Iterator[Diagnostic]:
    """The dataset draws its targets at another size than the network's heatmaps, so training fails at the loss."""
    is_higher, stride = isinstance(subject.spec.head, HigherHead), subject.loaded.reading.heatmap_stride
    if not is_higher and not stride and subject.spec.head.type not in ("heatmap", "landmark"):
        return
    if subject.outputs is None or not subject.code_is_known:
        return
    if subject.requirements.input or not subject.declares_input:
        return  # the targets are for another input, or for one that is not known
    if is_higher:
        yield from _sizes_of_outputs(subject, [(shape[3], shape[2]) for shape in subject.outputs])
    height, width = [int(side / stride) for side in subject.input[2:]] if stride else subject.outputs[0][2:]
    for path in SIZES_OF_CODECS if is_higher else SIZES_OF_MMPOSE if stride else HEATMAP_SIZES:
        node = ConfigNode(subject.config, ()).get(*path)
        size: Any = node.literal if node else None
        if node and _is_numbers(size) and size != [width, height]:
            is_size = isinstance(size, list) and len(size) == 2 and all(map(_is_count, size))
            found = f"{shape_text(tuple(size))} (w×h)" if is_size else f"{quote(size)}, not a width and a height"
            owner = "head" if stride else "network"
            message = f"{node.path[-1]} is {found}, and the {owner} puts out {shape_text((width, height))}"
            remedy = subject.loaded.reading.heatmap_remedy + f"write [{width}, {height}]"
            yield subject.at_config("heatmap-size", node.path, message, remedy)
            return


def _sizes_of_outputs(subject: Subject, outputs: list[tuple[int, int]]) -> Iterator[Diagnostic]:
    """The targets of an output of HigherHRNet have another size than it; both as (width, height)."""
    for path in OUTPUT_SIZES:
        node = ConfigNode(subject.config, ()).get(*path)
        found = [_output_size(each) for each in node.literal] if node and isinstance(node.literal, list) else []
        if node and None not in found and any(size != output for size, output in zip(found, outputs, strict=False)):
            shown = ", ".join(shape_text(size) for size in found[: len(outputs)] if size)
            right = ", ".join(map(shape_text, outputs))
            message = f"{node.path[-1]} is {shown} (w×h), and the network puts out {right}"
            sizes = [width if width == height else [width, height] for width, height in outputs]
            yield subject.at_config("heatmap-size", node.path, message, f"write {sizes}")
            return


def _output_size(value: Any) -> tuple[int, int] | None:
    """A width and a height, or one number for both; None for anything else."""
    sides = [value, value] if type(value) is int else list(value) if isinstance(value, list | tuple) else []
    return (sides[0], sides[1]) if len(sides) == 2 and all(map(_is_count, sides)) else None


def _is_count(value: Any) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= MAX_SIZE


def _is_numbers(value: Any) -> bool:
    """Whether a value is a number or a list of numbers; what is known only by running a config is not."""
    return all(type(item) is int for item in (value if isinstance(value, list) else [value]))


def _joints_of_data(subject: Subject) -> Iterator[Diagnostic]:
    """The targets of mmpose 0.x's datasets, one or three for each joint, are compared with the maps of its heads."""
    root, count = ConfigNode(subject.config, ()), getattr(subject.spec.head, "num_joints", 0)
    node = root.get("data_cfg", "num_joints")
    found = node.literal if node else None
    is_old = subject.spec.dialect == "mmlab" and root.get("model", "keypoint_head")
    if node and is_old and count and _is_count(found) and subject.code_is_known:
        per_joint = (1,) if isinstance(subject.spec.head, HigherHead) else (1, 3)
        if count not in [found * maps for maps in per_joint]:
            message = f"{node.path[-1]} is {found}, and the head puts out {count} heatmaps"
            yield subject.at_config("joints", node.path, message, "make the two equal")


def joints(subject: Subject) -> Iterator[Diagnostic]:
    """A config has the number of joints for the network and for the dataset, which may add a center (HigherHRNet)."""
    yield from _joints_of_data(subject)
    head = subject.spec.head
    if isinstance(head, HeatmapHead):
        yield from _joints_of_a_fork(subject, head)
    root = ConfigNode(subject.config, ())
    node, center = root.get("DATASET", "NUM_JOINTS"), root.get("DATASET", "WITH_CENTER")
    count = node.literal if node else None
    if not isinstance(head, HigherHead) or node is None or type(count) is not int or not subject.code_is_known:
        return
    with_center = center is not None and center.literal is True
    if count + with_center != head.num_joints:
        more = " and a center" if with_center else ""
        message = f"{node.path[-1]} is {count}{more}, and the head puts out {head.num_joints} joints"
        yield subject.at_config("joints", node.path, message, "make the two equal")


def _joints_of_a_fork(subject: Subject, head: HeatmapHead) -> Iterator[Diagnostic]:
    """The pose repository has the number for the network alone; a fork may have it for the dataset instead."""
    root = ConfigNode(subject.config, ())
    node = root.get("DATASET", "NUM_JOINTS")
    count = node.literal if node else None
    if node and type(count) is int and count != head.num_joints and not root.get("MODEL", "NUM_JOINTS"):
        own = (root.child("MODEL") or root).missing("NUM_JOINTS").dotted
        message = f"{node.dotted} is {count}, and the head is built with {head.num_joints} joints: {own} is missing"
        found = subject.at_config("joints", node.path, message, f"add {own}: {count}")
        yield found._replace(at_most_note=not subject.code_is_known)


def unfriendly_channels(subject: Subject) -> Iterator[Diagnostic]:
    """Widths that are not a multiple of 8 leave a part of each tensor core idle."""
    found: dict[int, KeyPath] = {}
    for number, stage in enumerate(subject.spec.stages, 1):
        for width in stage.num_channels:
            if width % CHANNEL_MULTIPLE:
                found.setdefault(width, (stage_key(number), "num_channels"))
    if found:
        message = f"widths that are not a multiple of {CHANNEL_MULTIPLE}: {', '.join(map(str, found))}"
        rounded = (f"{width} → {-(-width // CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE}" for width in found)
        remedy = f"tensor cores need multiples of {CHANNEL_MULTIPLE}: {', '.join(rounded)}"
        yield subject.at("unfriendly-channels", next(iter(found.values())), message, remedy)


HEAD = (
    Rule(
        "HR401",
        "unread-branches",
        "warning",
        "branches that are fused and not read",
        ("unread-branches",),
        unread_branches,
    ),
    Rule(
        "HR402",
        "nothing-to-join",
        "warning",
        "a head that joins branches, on one branch",
        ("nothing-to-join",),
        nothing_to_join,
    ),
    Rule(
        "HR403", "heatmap-size", "error", "targets of another size than the heatmaps", ("heatmap-size",), heatmap_size
    ),
    Rule("HR404", "joints", "error", "a dataset with another number of joints than the head", ("joints",), joints),
    Rule(
        "HR405",
        "unfriendly-channels",
        "note",
        "widths that are not a multiple of 8",
        ("unfriendly-channels",),
        unfriendly_channels,
    ),
)
