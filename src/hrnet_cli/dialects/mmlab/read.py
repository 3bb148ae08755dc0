"""Configs of mmpose, mmdetection, mmsegmentation and mmpretrain, as the spec of the network that the package builds.

A config is a mapping whose `model.backbone` is of type HRNet; a backbone alone, or its `extra` alone, is read too.
Four classes have that name. They differ in how a fuse layer upsamples and in which branches they return:

    mmpose  `extra.upsample`, by default nearest; branch 0, unless `extra.stage4.multiscale_output` is set
    mmdet   nearest; all branches, unless the backbone's `multiscale_output` is False
    mmseg   bilinear to the other map's size, align_corners False; all branches, as mmdet
    mmpretrain  as mmdet; `arch` names the standard stages
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.mmlab import backbone_path, facts, is_hrnet
from hrnet_cli.dialects.mmlab.arguments import (
    find_fork,
    imports_own_modules,
    is_released,
    note_refused,
)
from hrnet_cli.dialects.mmlab.batches import batch
from hrnet_cli.dialects.mmlab.checks import note_misspellings
from hrnet_cli.dialects.mmlab.facts import PACKAGES, STAGE_KEYS, Package, class_name
from hrnet_cli.dialects.mmlab.heads import read_heads
from hrnet_cli.dialects.mmlab.lite import is_lite, read_extra, read_lite
from hrnet_cli.dialects.mmlab.part import Network, Part, unreadable
from hrnet_cli.dialects.mmlab.sizes import input_size
from hrnet_cli.dialects.mmlab.stages import read_stages
from hrnet_cli.dialects.mmlab.versions import OLD, version_line
from hrnet_cli.dialects.reading import Reading
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import standard_stages
from hrnet_cli.schema.fields import wrong_type
from hrnet_cli.schema.spec import DEFAULT_INPUT
from hrnet_cli.text import quote, shape_text


def read(config: Mapping[str, Any]) -> Reading:
    """The backbone, the neck and head that a spec has too, and the input size, of a config that is detected."""
    path = backbone_path(config)
    assert path is not None
    value: Any = config
    for key in path:
        value = value[key]
    if isinstance(value, Unread):
        reading = Reading({})
        reading.diagnostics += unreadable(value, path)
        return reading
    network = Network(_package(config))
    if path or is_hrnet(config):
        _read_whole_backbone(Part(value, path, network), config)
    else:
        read = read_extra if "stages_spec" in config else _read_backbone
        read(Part({}, (), network), Part(config, (), network))
    if isinstance(config.get("model"), Mapping):
        model = Part(config["model"], ("model",), network)
        read_heads(model, config)
        note_misspellings(config, model)
        note_refused(config, network)
    fork = find_fork(config, network)
    if fork or not network.code_is_known:
        _withdraw_claims(network, fork)
    elif imports_own_modules(config):
        _doubt_claims(network)
    _read_input(config, network)
    if path[:1] == ("model",) and network.package is not facts.UNKNOWN:
        network.key_prefixes = _key_prefixes(network)
    if network.widths:
        network.data.setdefault("name", f"hrnet-w{network.widths[0]}")
    if network.diagnostics:
        network.data = {}
    return network


def _key_prefixes(network: Network) -> tuple[str, str]:
    """The attributes of the model that hold the backbone and the head; our networks with a neck have them already."""
    head = network.origins.get(("head",), ())
    if network.data.get("head", {}).get("type") == "hrfpn":
        return "", ""
    return "backbone.", f"{head[1]}." if len(head) > 1 else ""


def _withdraw_claims(network: Network, fork: Diagnostic | None) -> None:
    """Say nothing for the code of a fork or of an own model, and leave out a head that it may build in another way."""
    _leave_out_mismatch(network)
    network.withdraw_claims()
    if fork and all(each.code != "fork" for each in network.notes):
        network.notes.append(fork._replace(at_most_note=True))


def _doubt_claims(network: Network) -> None:
    """Say no more than notes where modules that the config imports may have replaced the package's classes."""
    mismatches = network.mismatches
    network.notes += [each._replace(severity="note") for each in mismatches]
    _leave_out_mismatch(network)
    network.mismatches, network.at_most_notes = [], True
    network.notes = [each._replace(at_most_note=True) for each in network.notes]


def _leave_out_mismatch(network: Network) -> None:
    """Leave out a head that does not match the branches."""
    if network.mismatches:
        network.data.pop("head", None)


def _package(config: Mapping[str, Any]) -> Package:
    """The package by the backbone's scope, the config's, the model's type, or the parts besides the backbone."""
    model = config["model"] if isinstance(config.get("model"), Mapping) else {}
    backbone = model.get("backbone", config.get("backbone", config))
    backbone_type = backbone.get("type") if isinstance(backbone, Mapping) else None
    scope = backbone_type.partition(".")[0] if isinstance(backbone_type, str) else None
    for name in (scope, config.get("default_scope")):
        if isinstance(name, str) and name in PACKAGES:
            return _of_line(PACKAGES[name], config)
    if isinstance(backbone, Mapping) and "arch" in backbone:  # no other package's HRNet has it
        return _of_line(facts.MMPRETRAIN, config)
    model_type = class_name(model.get("type"))[:200]
    neck = model.get("neck")
    if isinstance(neck, Mapping) and class_name(neck.get("type")) == facts.FEATURE_MAP_PROCESSOR:
        by_key = [facts.MMSEG, facts.MMPOSE]
    else:
        by_key = [facts.MMSEG, facts.MMDET, facts.MMPOSE]
    by_type = [each for each in PACKAGES.values() if re.search(each.model_types, model_type, re.IGNORECASE)]
    by_key = [each for each in by_key if any(key in model for key in each.own_keys)]
    return _of_line(next(iter([*by_type, *by_key]), facts.UNKNOWN), config)


def _of_line(package: Package, config: Mapping[str, Any]) -> Package:
    """The package in the version that the config is written for, where the two differ in what is read."""
    return facts.MMCLS if package is facts.MMPRETRAIN and version_line(config) == OLD else package


def _read_input(config: Mapping[str, Any], network: Network) -> None:
    """The input size; of a detector that of its batches, where the config shows how they are padded."""
    found = batch(config, max(len(network.widths), 1))
    size = (found.size, found.path) if found else input_size(config, network.package)
    if size:
        network.set("input", list(size[0]), size[1])
    elif "model" in config:
        default = shape_text(DEFAULT_INPUT[2:])
        network.add_note("assumed", (), f"the config has no input size: {default} is used")
    if found and found.breaks:
        network.input_reason, network.input_remedy = found.reason, found.remedy
        said = f"{found.reason}: a batch comes at {shape_text(found.size)}, at which the fuse layers break"
        network.add_note("differs", found.path, said, found.remedy)
    elif found and found.note:
        network.add_note("assumed", found.path, found.note, found.remedy)


# The backbone


def _read_whole_backbone(backbone: Part, config: Mapping[str, Any]) -> None:
    """An HRNet or a Lite-HRNet, with its type."""
    backbone.get("type")
    if is_lite(backbone):
        read_lite(backbone, is_released(config))
        _read_layers(backbone)
    else:
        _read_backbone(backbone, _extra(backbone))


def _read_backbone(backbone: Part, extra: Part) -> None:
    """Stages, stem, batch norms, upsampling and outputs."""
    network = backbone.network
    read_stages(extra)
    if backbone.get("in_channels") is not None:
        network.set("in_channels", backbone.get("in_channels"), (*backbone.path, "in_channels"))
    _read_layers(backbone)
    _read_upsampling(extra)
    _read_outputs(backbone, extra)
    known: tuple[str, ...] = facts.BACKBONE_KEYS
    if network.package is facts.MMPOSE and "arch" not in backbone.value:  # mmpretrain's HRNet has both
        known = (*(key for key in known if key != "multiscale_output"), f"extra.{STAGE_KEYS[-1]}.multiscale_output")
    backbone.note_unknown_keys(known, network.hrnet)


def _extra(backbone: Part) -> Part:
    """The stages of a backbone: its `extra`, or the standard ones of mmpretrain's `arch`."""
    arch, extra, network = backbone.get("arch"), backbone.value.get("extra"), backbone.network
    if arch is None and "arch" not in backbone.value and network.package in (facts.MMPRETRAIN, facts.MMCLS):
        arch = facts.DEFAULT_ARCH
    if extra is None and isinstance(arch, str) and arch in facts.ARCH_WIDTHS:
        return Part(standard_stages(facts.ARCH_WIDTHS[arch]), (*backbone.path, "arch"), network)
    if extra is None and arch is not None:
        names = ", ".join(facts.ARCH_WIDTHS)
        message, path = f"{quote(arch)} is not an arch of mmpretrain's HRNet", (*backbone.path, "arch")
        network.add_diagnostics(Diagnostic("unknown-choice", path, message, f"write one of {names}, or give extra"))
    elif extra is not None or not network.diagnostics:  # an arch that cannot be read may replace it
        backbone.require("extra")
    if extra is not None and not isinstance(extra, Mapping | Unread):
        remedy = "write extra=dict(stage1=dict(...), stage2=dict(...), ...)"
        path = (*backbone.path, "extra")
        network.add_diagnostics(wrong_type(extra, "a mapping with stage1, stage2, …", path, remedy))
    return backbone.part("extra")


def _read_layers(backbone: Part) -> None:
    """`norm_cfg`, whose defaults are torch's, and `conv_cfg`: only batch norms and plain convolutions can be built."""
    norm, conv = backbone.get("norm_cfg"), backbone.get("conv_cfg")
    if isinstance(norm, Mapping):
        path = (*backbone.path, "norm_cfg")
        if "type" in norm and class_name(norm["type"]) not in facts.BATCH_NORMS:
            message = f"the backbone's norm is {quote(norm['type'])}, and only batch norms can be built"
            remedy = "write BN or SyncBN"
            backbone.network.add_diagnostics(Diagnostic("not-batch-norm", (*path, "type"), message, remedy))
        values = {name: norm[name] for name in facts.BATCH_NORM_KEYS if name in norm}
        if values:
            backbone.network.set("batch_norm", values, path)
    conv_type = conv.get("type") if isinstance(conv, Mapping) else None
    if conv_type is not None and class_name(conv_type) not in facts.PLAIN_CONVS:
        path = (*backbone.path, "conv_cfg", "type")
        message = f"the backbone's convolutions are {quote(conv_type)}, and only plain ones can be built"
        backbone.network.add_diagnostics(Diagnostic("not-plain-conv", path, message, "remove conv_cfg"))


def _read_upsampling(extra: Part) -> None:
    network, upsample = extra.network, extra.part("upsample")
    package = network.package
    if package.upsampling is None:
        if upsample.value:
            keys = ("mode", "align_corners")
            values = {key: upsample.get(key) for key in keys if upsample.get(key) is not None}
            network.set("upsampling", values, upsample.path)
        return
    if package.upsampling:
        network.set("upsampling", dict(package.upsampling), extra.path)
        network.add_note("differs", extra.path, facts.MMSEG_RESIZES_TWICE)
    if upsample.value:
        message = f"upsample is not read by {network.hrnet}"
        network.add_note("unread-value", upsample.path, message, "remove it", at_key=True)


def _read_outputs(backbone: Part, extra: Part) -> None:
    """Whether the backbone returns all branches of its last stage, or branch 0."""
    network = backbone.network
    package = network.package
    own = backbone.get("multiscale_output")
    if not package.multiscale_in_stage or (package is facts.UNKNOWN and own is not None):
        network.set("multi_scale_output", True if own is None else own, (*backbone.path, "multiscale_output"))
        return
    last = extra.part(network.last_stage)
    path = (*last.path, "multiscale_output")
    in_stage = last.get("multiscale_output")
    network.set("multi_scale_output", bool(in_stage), path)
    if in_stage is None and package is facts.UNKNOWN:
        message = "multiscale_output is missing: only branch 0 is kept, as in mmpose; mmdet and mmseg keep all branches"
        network.add_note("assumed", path, message, at_key=True)
