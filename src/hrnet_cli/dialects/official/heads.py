"""What each of the authors' networks reads for its head."""

from __future__ import annotations

from typing import Any

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.dialects.official.config import Config
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import quote

DECONV_LISTS = ("NUM_CHANNELS", "KERNEL_SIZE", "CAT_OUTPUT")
LISTS = (*DECONV_LISTS, "WITH_AE_LOSS")
"""What has an entry for each deconvolution; WITH_AE_LOSS has one more."""
DECONV_KEYS = ("NUM_DECONVS", *DECONV_LISTS, "NUM_BASIC_BLOCKS")
USUAL: dict[str, list[Any]] = {
    "NUM_CHANNELS": [32],
    "KERNEL_SIZE": [4],
    "CAT_OUTPUT": [True],
    "WITH_AE_LOSS": [False],
}
"""An entry of each, as the published config has it."""
CLASSES = 1000
"""Scores of their classifier: the number is in the code."""


def no_head(_: Config) -> dict[str, Any]:
    """The backbone alone."""
    return {"type": "none"}


def heatmap(config: Config) -> dict[str, Any]:
    """pose_hrnet's."""
    return {"type": "heatmap", "num_joints": config.joints(), "final_conv_kernel": config.kernel()}


def landmark(config: Config) -> dict[str, Any]:
    """The landmark network's."""
    return {"type": "landmark", "num_joints": config.joints(), "final_conv_kernel": config.kernel()}


def classification(config: Config) -> dict[str, Any]:
    """1000 classes, whatever the config says."""
    node = config.source.model.child("NUM_CLASSES")
    if node and node.literal != CLASSES:
        text = f"{node.dotted}: {quote(node.value)} is never read: the network has {CLASSES} classes"
        config.note("unread-value", node.path, text, f"leave it out, or write {CLASSES}")
    return {"type": "classification", "num_classes": CLASSES}


def segmentation(config: Config) -> dict[str, Any]:
    """seg_hrnet's, on either branch of its repository."""
    return {"type": "segmentation", "num_classes": _classes(config), "final_conv_kernel": config.kernel()}


def _classes(config: Config) -> Any:
    """Of the data set."""
    classes = config.take(("DATASET", "NUM_CLASSES"), "num_classes", 19)
    node = config.source.model.child("NUM_CLASSES")
    if node:
        text = f"{node.dotted} is not read by {config.name}: DATASET.NUM_CLASSES is"
        config.note("unread-value", node.path, text, "move it to DATASET", at_key=True)
    return classes


def ocr(config: Config) -> dict[str, Any]:
    """The widths are read, 512 and 256 where it is silent; dropout, scale and the last kernel are in the code."""
    head = {"type": "ocr", "num_classes": _classes(config)}
    kernel, node = config.source.extra.child("FINAL_CONV_KERNEL"), config.source.model.child("OCR")
    if kernel:
        _fixed(config, kernel, 1)
    for name in ("MID_CHANNELS", "KEY_CHANNELS"):
        child = node.child(name) if node else None
        if child:
            config.origins["head", name.lower()] = child.path
            head[name.lower()] = child.literal
    for name, fixed in (("DROPOUT", 0.05), ("SCALE", 1)):
        child = node.child(name) if node else None
        if child:
            _fixed(config, child, fixed)
    return head


def _fixed(config: Config, node: Node, fixed: float) -> None:
    """A note on what stands in the code, where the config has something else."""
    if node.literal != fixed:
        text = f"{node.dotted}: {quote(node.value)} is never read: it is {fixed}"
        config.note("unread-value", node.path, text, f"leave it out, or write {fixed}")


def higher(config: Config) -> dict[str, Any]:
    """Lists with an entry per deconvolution; the code reads the first NUM_DECONVS of each."""
    head: dict[str, Any] = {"type": "higher", "num_joints": _joints_and_center(config)}
    head["tag_per_joint"] = config.take(("MODEL", "TAG_PER_JOINT"), "tag_per_joint", True)
    extra = config.source.extra
    for name in (*DECONV_LISTS, "NUM_BASIC_BLOCKS"):
        node = extra.get("DECONV", name)
        config.origins["head", name.lower()] = (node or extra.missing("DECONV", name)).path
        head[name.lower()] = node.literal if node else None  # which the spec refuses, at its place
    head["with_ae_loss"] = config.take(("LOSS", "WITH_AE_LOSS"), "with_ae_loss", [True])
    if isinstance(head["with_ae_loss"], bool):
        head["with_ae_loss"] = [head["with_ae_loss"]]
    _count_deconvs(config, head)
    return {**head, "final_conv_kernel": config.kernel()}


def _joints_and_center(config: Config) -> Any:
    """DATASET.WITH_CENTER adds a joint, to the number that DATASET gives."""
    joints = config.joints()
    center = config.source.root.get("DATASET", "WITH_CENTER")
    if not center or center.literal is not True:
        return joints
    node = config.source.root.get("DATASET", "NUM_JOINTS")
    joints = node.literal if node else 17
    config.note("assumed", center.path, f"{center.dotted} adds a joint to DATASET.NUM_JOINTS: {quote(joints)}")
    return joints + 1 if type(joints) is int else joints


def _count_deconvs(config: Config, head: dict[str, Any]) -> None:
    """Longer lists are cut; shorter ones are a diagnostic, and are filled so that the spec sees no other in them."""
    node = config.source.extra.get("DECONV", "NUM_DECONVS")
    count = node.literal if node else None
    if type(count) is not int or not 0 <= count <= 8:
        _uncounted(config, node, head)
        return
    lengths = {len(head[name.lower()]) - (name == "WITH_AE_LOSS") for name in LISTS if _is_list(head, name)}
    fitting = min(lengths) if len(lengths) == 1 else -1
    for name in LISTS:
        field = name.lower()
        items, wanted = head[field], count + (name == "WITH_AE_LOSS")
        if not isinstance(items, list):
            continue
        if len(items) > wanted:
            text = f"{name} has {len(items)} entries: for {count} deconvolutions the first {wanted} are read"
            path = config.origins["head", field]
            config.note("extra-entries", path, text, f"leave out all but the first {wanted}")
        elif len(items) < wanted:
            _too_short(config, name, len(items), count, fitting)
        head[field] = [*items, *USUAL[name] * (wanted - len(items))][:wanted]


def _uncounted(config: Config, node: Node | None, head: dict[str, Any]) -> None:
    """NUM_DECONVS is not there, or is no number that can be."""
    deconv = config.source.extra.child("DECONV")
    where = node or config.source.extra.missing("DECONV", "NUM_DECONVS")
    text = f"{where.dotted} is no number from 0 to 8: as many deconvolutions as the lists are long"
    stops = node is None and config.stops_without("NUM_DECONVS", deconv, DECONV_KEYS)
    widths = head["num_channels"]
    remedy = f"write {where.path[-1]}: {len(widths)}" if isinstance(widths, list) else "write how many there are"
    config.note("no-default" if stops else "assumed", where.path, text, remedy)


def _too_short(config: Config, name: str, length: int, count: int, fitting: int) -> None:
    """A list that the code runs out of: an IndexError there. `fitting` is the number that all lists are for."""
    first, number = name == "WITH_AE_LOSS", config.spell("NUM_DECONVS")
    message = f"{length} {'entry' if length == 1 else 'entries'} for {number}: {count}"
    remedy = f"give {config.spell(name)} {count + first}, one for " + "branch 0 and " * first + "each deconvolution"
    if fitting >= 0:
        remedy += f", or set {number}: {fitting}"
    config.diagnostics.append(Diagnostic("wrong-length", config.origins["head", name.lower()], message, remedy))


def _is_list(head: dict[str, Any], name: str) -> bool:
    return isinstance(head[name.lower()], list)
