"""The backbone of an mmlab config: `type='HRNet'` and its `extra`.

Three classes have that name. They differ in how a fuse layer upsamples, and in what says whether the last stage keeps
all its branches (each package's models/backbones/hrnet.py):

    mmpose  `extra.upsample`, nearest if it is silent; `extra.stage4.multiscale_output`, by default branch 0 alone
    mmdet   nearest; the backbone's own `multiscale_output`, by default all
    mmseg   bilinear to the other map's size, align_corners False; all, as mmdet
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from hrnet_cli.dialects.mmlab.part import Network, Part, type_name
from hrnet_cli.dialects.reading import MOST_NOTES, meant
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.schema.fields import wrong_type
from hrnet_cli.text import KeyPath, nearest, quote, quote_key

BUILT_STAGES = ("stage1", "stage2", "stage3", "stage4")
STAGE_FIELDS = ("num_modules", "num_branches", "block", "num_blocks", "num_channels")
STAGE_KEYS = (*STAGE_FIELDS, "fuse_method", "multiscale_output")
BATCH_NORMS = ("BN", "BN2d", "SyncBN", "MMSyncBN", "BatchNorm2d", "SyncBatchNorm")
PLAIN_CONVS = ("Conv", "Conv2d")
KEYS = (
    *("type", "extra", "arch", "in_channels", "conv_cfg", "norm_cfg", "multiscale_output"),
    *("norm_eval", "with_cp", "zero_init_residual", "frozen_stages", "init_cfg", "pretrained", "_scope_"),
)
"""What is read, and what changes no shape and no function: training's business."""

ARCH_WIDTHS = {"w18": 18, "w30": 30, "w32": 32, "w40": 40, "w44": 44, "w48": 48, "w64": 64}
"""mmpretrain's `arch`, in place of `extra`."""


def read_backbone(backbone: Part, network: Network) -> None:
    """Stages, stem, norm, upsampling and outputs."""
    extra = _extra(backbone, network)
    _read_stages(extra, network)
    if backbone.get("in_channels") is not None:
        network.set("in_channels", backbone.get("in_channels"), (*backbone.path, "in_channels"))
    _read_norm(backbone, network)
    _read_conv(backbone, network)
    _read_upsampling(extra, network)
    _read_outputs(backbone, extra, network)
    _note_output_key(backbone, network)
    backbone.note_others(KEYS, "the backbone")


def _note_output_key(backbone: Part, network: Network) -> None:
    """Mmpose's HRNet takes no `multiscale_output`, however it is spelt: there it is stage 4's. mmpretrain's does."""
    if network.package != "mmpose" or "arch" in backbone.value:
        return
    strange = (key for key in backbone.value if key == "multiscale_output" or key not in KEYS)
    for key in islice(strange, MOST_NOTES):
        if nearest(key, KEYS) == "multiscale_output":
            path = (*backbone.path, quote_key(key))
            text, remedy = f"not read in the backbone: {path[-1]}", "did you mean extra.stage4.multiscale_output?"
            network.note("misspelt-key", path, text, remedy, at_key=True)


def standard_extra(width: int) -> dict[str, Any]:
    """The stages of every published HRNet of that width."""
    extra: dict[str, Any] = {
        "stage1": {"num_modules": 1, "num_branches": 1, "block": "BOTTLENECK", "num_blocks": [4], "num_channels": [64]}
    }
    for branches, modules in ((2, 1), (3, 4), (4, 3)):
        widths = [width * 2**index for index in range(branches)]
        blocks = {"block": "BASIC", "num_blocks": [4] * branches, "num_channels": widths}
        extra[f"stage{branches}"] = {"num_modules": modules, "num_branches": branches, **blocks}
    return extra


def _extra(backbone: Part, network: Network) -> Part:
    arch = backbone.get("arch")
    if backbone.value.get("extra") is None and isinstance(arch, str) and arch in ARCH_WIDTHS:
        return Part(standard_extra(ARCH_WIDTHS[arch]), (*backbone.path, "arch"), network)
    given = backbone.value.get("extra")
    if given is not None or not network.diagnostics:  # an arch that cannot be read may stand for it
        backbone.need("extra", KEYS)
    if given is not None and not isinstance(given, Mapping | Unread):
        remedy = "write extra=dict(stage1=dict(...), stage2=dict(...), ...)"
        network.diagnostics.append(
            wrong_type(given, "a mapping with stage1, stage2, …", (*backbone.path, "extra"), remedy)
        )
    return backbone.part("extra")


def _read_stages(extra: Part, network: Network) -> None:
    """The fields of the stages that are built; of stage 1, which is one chain, what is read of it."""
    for key in BUILT_STAGES:
        network.origins[(key,)] = (*extra.path, key)
        if key in extra.value:
            _read_stage(key, extra, network)
    missing = [key for key in BUILT_STAGES if key not in extra.value]
    strange = (key for key in extra.value if isinstance(key, str) and not STAGE_KEY.fullmatch(key))
    for key in meant(strange, missing, ("upsample", *missing)) if "stage4" not in missing else ():
        network.set(key, extra.value[key], (*extra.path, quote_key(key)))  # for the spec to refuse
    unbuilt = {key for key in extra.value if isinstance(key, str) and STAGE_KEY.fullmatch(key)}.difference(BUILT_STAGES)
    for key in sorted(unbuilt, key=lambda key: int(key[5:]))[:MOST_NOTES]:
        text = f"{key} is left out: no package builds a stage after the fourth"
        network.note("unbuilt-stage", (*extra.path, key), text, "leave it out", at_key=True)
    rest = Part({key: item for key, item in extra.value.items() if key not in unbuilt}, extra.path, network)
    rest.note_others(("upsample", *BUILT_STAGES), "extra")


def _read_stage(key: str, extra: Part, network: Network) -> None:
    whole, stage = extra.value[key], extra.part(key)
    value: Any = {name: stage.get(name) for name in STAGE_FIELDS if name in stage.value}
    if not isinstance(whole, Mapping):
        value = extra.get(key)
    elif key == "stage1":
        value = _first_stage(value, stage.path, network)
    if isinstance(whole, Mapping):
        missing = [name for name in STAGE_FIELDS if name not in value]
        strange = (name for name in whole if isinstance(name, str) and name not in STAGE_KEYS)
        value |= {name: whole[name] for name in meant(strange, missing, STAGE_KEYS)}  # for the spec to refuse
    network.set(key, value, stage.path)
    method = stage.value.get("fuse_method", "SUM")
    if method != "SUM":
        text = f"{key}.fuse_method: {quote(method)} is read by nobody; the sum is built"
        network.note("fuse-method", (*stage.path, "fuse_method"), text, "write SUM")
    stage.note_others(STAGE_KEYS, key)


def _first_stage(stage: dict[str, Any], path: KeyPath, network: Network) -> dict[str, Any]:
    read: dict[str, Any] = dict(stage) | {"num_modules": 1, "num_branches": 1}
    for name in ("num_modules", "num_branches"):
        if stage.get(name, 1) != 1:
            text = f"stage1 is one chain of blocks: {name} is not read as it stands"
            network.note("unread-value", (*path, name), text, "write 1")
    for name in ("num_blocks", "num_channels"):
        items = stage.get(name)
        if isinstance(items, list | tuple) and len(items) > 1:
            text = f"stage1 is one chain of blocks: {name} is not read as it stands"
            network.note("extra-entries", (*path, name), text, f"write {quote(list(items)[:1])}")
            read[name] = items[:1]
    return read


def _read_norm(backbone: Part, network: Network) -> None:
    """Batch norm has torch's defaults in mmcv too; anything but batch norm is another network."""
    norm = backbone.get("norm_cfg")
    if not isinstance(norm, Mapping):
        return
    path = (*backbone.path, "norm_cfg")
    if "type" in norm and type_name(norm["type"]) not in BATCH_NORMS:
        message = f"the backbone's norm is {quote(norm['type'])}, and an HRNet here has batch norms"
        network.diagnostics.append(Diagnostic("not-batch-norm", (*path, "type"), message, "allowed: BN, SyncBN"))
    values = {name: norm[name] for name in ("momentum", "eps") if name in norm}
    if values:
        network.set("batch_norm", values, path)


def _read_conv(backbone: Part, network: Network) -> None:
    conv = backbone.get("conv_cfg")
    kind = conv.get("type") if isinstance(conv, Mapping) else None
    if kind is not None and type_name(kind) not in PLAIN_CONVS:
        message = f"the backbone's convolutions are {quote(kind)}, and an HRNet here has plain ones"
        network.diagnostics.append(
            Diagnostic("not-plain-conv", (*backbone.path, "conv_cfg", "type"), message, "leave it out")
        )


def _read_upsampling(extra: Part, network: Network) -> None:
    upsample = extra.part("upsample")
    if network.package == "mmseg":
        network.set("upsampling", {"mode": "bilinear", "to": "size", "align_corners": False}, extra.path)
        text = "at a size that 32 does not divide, mmseg resizes twice: same shapes, other values"
        network.note("differs", extra.path, text)
    elif network.package != "mmdet" and upsample.value:
        values = {name: upsample.get(name) for name in ("mode", "align_corners") if upsample.get(name) is not None}
        network.set("upsampling", values, upsample.path)
        return
    if upsample.value and network.package:
        text = f"extra.upsample is not read by {network.package}"
        network.note("unread-value", upsample.path, text, "leave it out", at_key=True)


def _read_outputs(backbone: Part, extra: Part, network: Network) -> None:
    """Which branches of the last stage there are."""
    own = backbone.get("multiscale_output")
    last = network.last_stage
    stage = extra.part(last)
    stages = stage.get("multiscale_output")
    if network.package in ("mmdet", "mmseg") or (not network.package and own is not None):
        network.set("multi_scale_output", True if own is None else own, (*backbone.path, "multiscale_output"))
        return
    network.set("multi_scale_output", bool(stages), (*stage.path, "multiscale_output"))
    if stages is None and not network.package:
        text = f"branch 0 alone comes out, as in mmpose: {last}.multiscale_output is not set; mmdet and mmseg keep all"
        network.note("assumed", (*stage.path, "multiscale_output"), text)
