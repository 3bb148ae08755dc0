"""How the config of each of the authors' networks writes its head: what is read from it, and what is written.

A reader returns the head as a spec writes it. A writer returns the config without its stages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.official.config import Config
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import OCR_DROPOUT, branch_stride
from hrnet_cli.schema.heads import HeatmapHead, HigherHead, LandmarkHead, OcrHead, SegmentationHead
from hrnet_cli.schema.spec import Spec
from hrnet_cli.text import plural, quote

if TYPE_CHECKING:
    from hrnet_cli.dialects.official.families import Family

Plain = dict[str, Any]

NUM_CLASSES = 1000
"""Scores of the authors' classifier, whatever its config says."""
OCR_FIXED = {"DROPOUT": OCR_DROPOUT, "SCALE": 1}
"""What the code of the OCR network has, whatever its config says."""
OCR_WIDTHS = ("MID_CHANNELS", "KEY_CHANNELS")
MAX_DECONVS = 8


def output_size(spec: Spec, stride: int = 1) -> list[int]:
    """Width and height of the input at a stride, as the authors' configs write them."""
    _, _, height, width = spec.input_shape
    return [max(width // stride, 1), max(height // stride, 1)]


# Pose, landmarks and classification


def read_none(_: Config) -> Plain:
    """The backbone alone."""
    return {"type": "none"}


def read_heatmap(config: Config) -> Plain:
    """The head of pose_hrnet."""
    joints, node = config.num_joints(), config.source.model.child("TARGET_TYPE")
    if node and isinstance(node.value, str) and node.value != TARGET_TYPE:
        message = f"{quote(node.value)} is not {TARGET_TYPE}, the only target of the authors' data code"
        if node.value == UDP_TARGET and type(joints) is int:
            maps = UDP_MAPS * joints
            message += f": UDP's network for it puts out {UDP_MAPS} maps a joint ({maps}), and {joints} are built"
        config.add_note("fork", node.path, message)
    return {"type": "heatmap", "num_joints": joints, "final_conv_kernel": config.final_conv_kernel()}


TARGET_TYPE, UDP_TARGET, UDP_MAPS = "gaussian", "offset", 3
"""MODEL.TARGET_TYPE of the pose repository, and that of UDP (Huang et al., CVPR 2020): a map and two offsets."""


def read_landmark(config: Config) -> Plain:
    """The head of the landmark network."""
    return {"type": "landmark", "num_joints": config.num_joints(), "final_conv_kernel": config.final_conv_kernel()}


def write_pose(spec: Spec, family: Family) -> Plain:
    """The config of pose_hrnet and of the landmark network."""
    head = spec.head
    assert isinstance(head, HeatmapHead | LandmarkHead)
    pretrained = {"PRETRAINED_LAYERS": ["*"]} if "PRETRAINED_LAYERS" in family.needs else {}
    sizes = {"IMAGE_SIZE": output_size(spec), "HEATMAP_SIZE": output_size(spec, branch_stride(0))}
    extra = {**pretrained, "FINAL_CONV_KERNEL": head.final_conv_kernel}
    return {"MODEL": {"NAME": family.name, "NUM_JOINTS": head.num_joints, **sizes, "EXTRA": extra}}


def read_classification(config: Config) -> Plain:
    """The head of cls_hrnet: it has NUM_CLASSES classes, and ignores the number in the config."""
    node = config.source.model.child("NUM_CLASSES")
    if node:
        _note_fixed(config, node, NUM_CLASSES, f"the network has {NUM_CLASSES} classes")
    return {"type": "classification", "num_classes": NUM_CLASSES}


def write_model(spec: Spec, family: Family) -> Plain:
    """The config of cls_hrnet, and of a backbone that has no name."""
    name = {"NAME": family.name} if family.name else {}
    return {"MODEL": {**name, "IMAGE_SIZE": output_size(spec), "EXTRA": {}}}


def _note_fixed(config: Config, node: ConfigNode, fixed: float, fact: str) -> None:
    """Note a value that the code has fixed, where the config has another."""
    if node.literal != fixed:
        message = f"{quote(node.value)} is never read: {fact}"
        config.add_note("unread-value", node.path, message, f"remove it, or write {fixed}")


# Segmentation


def read_segmentation(config: Config) -> Plain:
    """The head of seg_hrnet, on either branch of its repository."""
    classes = _num_classes(config)
    return {"type": "segmentation", "num_classes": classes, "final_conv_kernel": config.final_conv_kernel()}


def _num_classes(config: Config) -> Any:
    """DATASET.NUM_CLASSES."""
    return config.take(("DATASET", "NUM_CLASSES"), "num_classes", 19)


def read_ocr(config: Config) -> Plain:
    """The head of seg_hrnet_ocr: its widths, 512 and 256 where they are missing; all else is fixed in the code."""
    head = {"type": "ocr", "num_classes": _num_classes(config)}
    kernel, node = config.source.extra.child("FINAL_CONV_KERNEL"), config.source.model.child("OCR")
    if kernel:
        _note_fixed(config, kernel, 1, "it is 1")
    for name in OCR_WIDTHS:
        child = node.child(name) if node else None
        if child:
            config.origins["head", name.lower()] = child.path
            head[name.lower()] = child.literal
    for name, fixed in OCR_FIXED.items():
        child = node.child(name) if node else None
        if child:
            _note_fixed(config, child, fixed, f"it is {fixed}")
    return head


def write_segmentation(spec: Spec, family: Family) -> Plain:
    """The config of seg_hrnet and of seg_hrnet_ocr."""
    head = spec.head
    assert isinstance(head, SegmentationHead | OcrHead)
    model: Plain = {"NAME": family.name}
    if family.has_align_corners:
        model["ALIGN_CORNERS"] = bool(spec.upsampling.align_corners)
    if isinstance(head, OcrHead):
        model |= {"NUM_OUTPUTS": 2, "OCR": {name: getattr(head, name.lower()) for name in OCR_WIDTHS}}
    return {
        "DATASET": {"NUM_CLASSES": head.num_classes},
        "TRAIN": {"IMAGE_SIZE": output_size(spec)},
        "TEST": {"IMAGE_SIZE": output_size(spec)},
        "MODEL": {**model, "EXTRA": {"FINAL_CONV_KERNEL": head.final_conv_kernel}},
    }


# HigherHRNet

DECONV_LISTS = ("NUM_CHANNELS", "KERNEL_SIZE", "CAT_OUTPUT")
"""Lists with an entry for each deconvolution."""
LISTS = (*DECONV_LISTS, "WITH_AE_LOSS")
"""WITH_AE_LOSS also has an entry for branch 0."""
DECONV_KEYS = ("NUM_DECONVS", *DECONV_LISTS, "NUM_BASIC_BLOCKS")
USUAL_ENTRY: dict[str, Any] = {"NUM_CHANNELS": 32, "KERNEL_SIZE": 4, "CAT_OUTPUT": True, "WITH_AE_LOSS": False}
"""An entry of each list in the published config."""


def read_higher(config: Config) -> Plain:
    """The head of pose_higher_hrnet; its code reads the first NUM_DECONVS entries of each list."""
    head: Plain = {"type": "higher", "num_joints": _num_joints_and_center(config)}
    head["tag_per_joint"] = config.take(("MODEL", "TAG_PER_JOINT"), "tag_per_joint", True)
    extra = config.source.extra
    for name in (*DECONV_LISTS, "NUM_BASIC_BLOCKS"):
        node = extra.get("DECONV", name)
        config.origins["head", name.lower()] = (node or extra.missing("DECONV", name)).path
        head[name.lower()] = node.literal if node else None  # an error of the spec, at this path
    head["with_ae_loss"] = config.take(("LOSS", "WITH_AE_LOSS"), "with_ae_loss", [True])
    if isinstance(head["with_ae_loss"], bool):
        head["with_ae_loss"] = [head["with_ae_loss"]]
    _read_deconvs(config, head)
    return {**head, "final_conv_kernel": config.final_conv_kernel()}


def _num_joints_and_center(config: Config) -> Any:
    """MODEL.NUM_JOINTS; with DATASET.WITH_CENTER, one joint more than DATASET.NUM_JOINTS."""
    joints = config.num_joints()
    center = config.source.root.get("DATASET", "WITH_CENTER")
    if not center or center.literal is not True:
        return joints
    node = config.source.root.get("DATASET", "NUM_JOINTS")
    joints = node.literal if node else 17
    config.add_note("assumed", center.path, f"true adds a joint to DATASET.NUM_JOINTS: {quote(joints)}")
    return joints + 1 if type(joints) is int else joints


def _read_deconvs(config: Config, head: Plain) -> None:
    """Give each list NUM_DECONVS entries: a longer one is cut, with a note; a shorter one is filled, with an error."""
    node = config.source.extra.get("DECONV", "NUM_DECONVS")
    count = node.literal if node else None
    if type(count) is not int or not 0 <= count <= MAX_DECONVS:
        _note_missing_count(config, node, head)
        return
    needed = {name: count + (name == "WITH_AE_LOSS") for name in LISTS if isinstance(head[name.lower()], list)}
    lengths = {len(head[name.lower()]) + count - number for name, number in needed.items()}
    other_count = lengths.pop() if len(lengths) == 1 else None
    for name, number in needed.items():
        entries, path = head[name.lower()], config.origins["head", name.lower()]
        if len(entries) > number:
            message = f"{len(entries)} entries: for {plural(count, 'deconvolution')} the first {number} are read"
            config.add_note("extra-entries", path, message, f"remove all but the first {number}")
        elif len(entries) < number:
            message = f"{plural(len(entries), 'entry')} for {config.spell('NUM_DECONVS')}: {count}"
            remedy = _list_remedy(config, name, number, other_count)
            config.diagnostics.append(Diagnostic("wrong-length", path, message, remedy))
        head[name.lower()] = [*entries, *[USUAL_ENTRY[name]] * number][:number]


def _note_missing_count(config: Config, node: ConfigNode | None, head: Plain) -> None:
    """Note that NUM_DECONVS is missing, or is not a number of deconvolutions."""
    deconv = config.source.extra.child("DECONV")
    path = (node or config.source.extra.missing("DECONV", "NUM_DECONVS")).path
    key, widths = path[-1], head["num_channels"]
    as_many = "there are as many deconvolutions as entries in the lists"
    remedy = f"write {key}: {len(widths)}" if isinstance(widths, list) else "write the number of deconvolutions"
    if node:
        message = f"{quote(node.value)} is not a number from 0 to {MAX_DECONVS}: {as_many}"
        config.add_note("assumed", path, message, remedy)
    else:
        fails = config.fails_without("NUM_DECONVS", deconv, DECONV_KEYS)
        message = f"{key} is missing: {as_many}"
        config.add_note("no-default" if fails else "assumed", path, message, remedy, at_key=True)


def _list_remedy(config: Config, name: str, number: int, other_count: int | None) -> str:
    """The remedy for a list that is too short; `other_count` is the NUM_DECONVS that would be right for all lists."""
    branch = "branch 0 and " if name == "WITH_AE_LOSS" else ""
    remedy = f"give {config.spell(name)} {number}, one for {branch}each deconvolution"
    if other_count is not None and other_count >= 0:
        remedy += f", or set {config.spell('NUM_DECONVS')}: {other_count}"
    return remedy


HIGHER_LOSSES = {
    "WITH_HEATMAPS_LOSS": True,
    "HEATMAPS_LOSS_FACTOR": 1.0,
    "PUSH_LOSS_FACTOR": 0.001,
    "PULL_LOSS_FACTOR": 0.001,
}
"""Its code needs one of each for every output. These are its defaults; none of them changes the network."""


def write_higher(spec: Spec, family: Family) -> Plain:
    """The config of pose_higher_hrnet."""
    head = spec.head
    assert isinstance(head, HigherHead)
    side, outputs = min(output_size(spec)), len(head.with_ae_loss)
    deconv = {
        "NUM_DECONVS": len(head.num_channels),
        "NUM_CHANNELS": list(head.num_channels),
        "KERNEL_SIZE": list(head.kernel_size),
        "NUM_BASIC_BLOCKS": head.num_basic_blocks,
        "CAT_OUTPUT": list(head.cat_output),
    }
    sizes = [max(side // branch_stride(0), 1) * 2**output for output in range(outputs)]
    extra = {"PRETRAINED_LAYERS": ["*"], "FINAL_CONV_KERNEL": head.final_conv_kernel, "DECONV": deconv}
    model = {"NAME": family.name, "NUM_JOINTS": head.num_joints, "TAG_PER_JOINT": head.tag_per_joint}
    return {
        "DATASET": {"NUM_JOINTS": head.num_joints, "INPUT_SIZE": side, "OUTPUT_SIZE": sizes},
        "LOSS": {
            "NUM_STAGES": outputs,
            "WITH_AE_LOSS": list(head.with_ae_loss),
            **{key: [factor] * outputs for key, factor in HIGHER_LOSSES.items()},
        },
        "TEST": {"WITH_HEATMAPS": [True] * outputs, "WITH_AE": list(head.with_ae_loss)},
        "MODEL": {**model, "EXTRA": extra},
    }
