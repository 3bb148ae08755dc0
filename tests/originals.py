"""The spec of every golden: from the facts that were recorded with it, by renaming and nothing that guesses."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from support import GOLDENS, LAYER1, Golden

from hrnet_cli import load_spec
from hrnet_cli.schema import ClassificationHead, FeaturesHead, Spec

NAMES = sorted(
    path.relative_to(GOLDENS).with_suffix("").as_posix() for path in GOLDENS.rglob("*.json") if path.stem != "INDEX"
)
ALL_GOLDENS = [Golden(name) for name in NAMES]

TO_SIZE = {"mode": "bilinear", "to": "size"}
EDGE_NETWORKS = {"pose": "pose_hrnet", "cls": "cls_hrnet", "seg": "seg_hrnet", "segocrbranch": "seg_hrnet"}
TIMM_STAGES = {"hrnet_w18": "cls-w18", "hrnet_w18_small": "cls-w18-small-v1", "hrnet_w18_ssld": "cls-w18"}
STAGE_WORDS = ("num_modules", "num_branches", "block", "num_blocks", "num_channels")


@cache
def spec_of(golden: Golden) -> Spec:
    """The network that a golden was recorded from."""
    family, _, name = golden.path.partition("/")
    facts = golden.facts["facts"]
    if family == "timm":
        return _timm(facts)
    if family == "edge":
        return _edge(name, facts)
    if family == "mmpose-litehrnet":
        return load_spec(_lite(facts["backbone"]))
    spec = {"multi_scale_output": None, **_stages(facts), **SPECS[family](facts)}
    return load_spec({key: value for key, value in spec.items() if value is not None})


def _edge(name: str, config: dict[str, Any]) -> Spec:
    """Configs made for the purpose have no name; the file's says which code built it."""
    model = {**config["MODEL"], "NAME": EDGE_NETWORKS[name.partition("_")[0]]}
    return load_spec({**config, "MODEL": model})


def _timm(facts: dict[str, Any]) -> Spec:
    """timm has the widths of the classification networks, and heads of its own."""
    spec = load_spec(TIMM_STAGES[facts["variant"]])
    bias = "ssld" not in facts["variant"]
    if not facts.get("features_only"):
        return replace(spec, head=ClassificationHead(head_conv_bias=bias, global_pool="adaptive", dropout=True))
    return replace(spec, head=FeaturesHead(location=facts["feature_location"] or "branches"))


def _stages(facts: dict[str, Any]) -> dict[str, Any]:
    stages = facts["backbone"]["extra"] if "backbone" in facts else facts["stages"]
    plain = {
        key.lower(): {word: value for word, value in _lower(stage).items() if word in STAGE_WORDS}
        for key, stage in stages.items()
        if key.lower().startswith("stage")
    }
    return {**plain, "stage1": {"num_modules": 1, "num_branches": 1, **plain.get("stage1", LAYER1)}}


def _lower(stage: dict[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in stage.items()}


def _pose(facts: dict[str, Any]) -> dict[str, Any]:
    kernel = facts["final_conv_kernel"]
    return {"head": {"type": "heatmap", "num_joints": facts["num_joints"], "final_conv_kernel": kernel}}


def _face(facts: dict[str, Any]) -> dict[str, Any]:
    return {**_to_size(facts), "head": {**_pose(facts)["head"], "type": "landmark"}}


def _segmentation(facts: dict[str, Any]) -> dict[str, Any]:
    kernel = facts["final_conv_kernel"]
    head = {"type": "segmentation", "num_classes": facts["num_classes"], "final_conv_kernel": kernel}
    return {**_to_size(facts), "head": head}


def _ocr(facts: dict[str, Any]) -> dict[str, Any]:
    widths = {key.lower(): facts["ocr"][key] for key in ("MID_CHANNELS", "KEY_CHANNELS")}
    return {**_to_size(facts), "head": {**_segmentation(facts)["head"], "type": "ocr", **widths}}


def _to_size(facts: dict[str, Any]) -> dict[str, Any]:
    aligned = {} if facts["align_corners"] is None else {"align_corners": facts["align_corners"]}
    return {"upsampling": {**TO_SIZE, **aligned}, "batch_norm": {"momentum": facts.get("bn_momentum", 0.1)}}


def _higher(facts: dict[str, Any]) -> dict[str, Any]:
    deconv = {key.lower(): value for key, value in facts["deconv"].items() if key != "NUM_DECONVS"}
    named = {key: facts[key] for key in ("num_joints", "tag_per_joint", "with_ae_loss", "final_conv_kernel")}
    return {"head": {"type": "higher", **named, **deconv}}


def _mmpose(facts: dict[str, Any]) -> dict[str, Any]:
    extra = facts["backbone"]["extra"]
    keeps = bool(extra["stage4"].get("multiscale_output"))
    return {"multi_scale_output": keeps, "upsampling": extra.get("upsample")}


def _lite(backbone: dict[str, Any]) -> dict[str, Any]:
    """Lite-HRNet: the stem's shuffle block is stage 1, and each stage has one number of blocks."""
    extra = backbone["extra"]
    stem, each = extra["stem"], extra["stages_spec"]
    counts = each["num_branches"]
    fields = {
        "num_modules": each["num_modules"],
        "num_branches": counts,
        "block": each["module_type"],
        "num_blocks": [[blocks] * count for blocks, count in zip(each["num_blocks"], counts, strict=True)],
        "num_channels": each["num_channels"],
        "with_fuse": each["with_fuse"],
        "reduce_ratio": each["reduce_ratios"],
    }
    later = [dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=True)]
    for stage in later:
        if stage["block"] == "NAIVE":
            del stage["reduce_ratio"]
    first = {"block": "SHUFFLE", "num_modules": 1, "num_branches": 1, "num_blocks": [1]}
    first |= {"num_channels": [stem["out_channels"]], "expand_ratio": stem["expand_ratio"]}
    return {
        "in_channels": backbone["in_channels"],
        "stem_widths": [stem["stem_channels"]],
        "multi_scale_output": False,
        "iterative_head": extra["with_head"],
        **{f"stage{number}": stage for number, stage in enumerate([first, *later], 1)},
    }


SPECS = {
    "cls": lambda _: {"head": {"type": "classification"}},
    "det-v2p": lambda _: {"head": {"type": "hrfpn"}},
    "face": _face,
    "higherhrnet": _higher,
    "mmdet-backbone": lambda _: {},
    "mmpose-backbone": _mmpose,
    "pose-v1": _pose,
    "seg-ocr": _ocr,
    "seg-v2": _segmentation,
}
