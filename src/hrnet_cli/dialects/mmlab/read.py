"""mmlab configs: mmpose 0.x and 1.x, mmdetection 2.x and 3.x, mmsegmentation 0.x and 1.x, and dumps of them.

A config is a mapping whose `model.backbone` is of type HRNet (older ones say HighResolutionNet); a backbone alone, or
its `extra` alone, is read too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.mmlab.arguments import note_misspelt
from hrnet_cli.dialects.mmlab.backbone import read_backbone
from hrnet_cli.dialects.mmlab.heads import read_heads
from hrnet_cli.dialects.mmlab.part import Network, Part, type_name, unreadable
from hrnet_cli.dialects.mmlab.place import backbone_place, is_hrnet
from hrnet_cli.dialects.mmlab.sizes import input_size
from hrnet_cli.dialects.reading import Reading
from hrnet_cli.documents.python.values import Unread

PACKAGES = {"mmpose": "mmpose", "mmdet": "mmdet", "mmseg": "mmseg", "mmdetection": "mmdet", "mmsegmentation": "mmseg"}
DETECTORS = (
    *("ATSS", "AutoAssign", "BoxInst", "CenterNet", "CondInst", "CornerNet", "CrowdDet", "DDOD", "DDQDETR", "DETR"),
    *("ConditionalDETR", "DABDETR", "DeformableDETR", "DINO", "FCOS", "FOVEA", "FSAF", "GFL", "GLIP", "GroundingDINO"),
    *("HybridTaskCascade", "LAD", "Mask2Former", "MaskFormer", "NASFCOS", "PAA", "PanopticFPN", "PointRend"),
    *("QueryInst", "RepPointsDetector", "RetinaNet", "RPN", "RTMDet", "SCNet", "SingleStageDetector", "SOLO", "SOLOv2"),
    *("TOOD", "TwoStageDetector", "TwoStagePanopticSegmentor", "VFNet", "YOLACT", "YOLOF", "YOLOV3", "YOLOX"),
)
"""mmdet's, beside all that have RCNN in their name."""
MODEL_TYPES = re.compile(
    r"(?P<mmpose>Top-?down|Bottom-?up|AssociativeEmbedding|PoseEstimator|CID|DEKR)|(?P<mmseg>EncoderDecoder)"
    rf"|(?P<mmdet>R-?CNN|^(?:{'|'.join(DETECTORS)})$)",
    re.IGNORECASE,
)
KEYS_OF = {
    "mmpose": ("keypoint_head", "head"),
    "mmseg": ("decode_head",),
    "mmdet": ("roi_head", "rpn_head", "bbox_head", "mask_head", "panoptic_fusion_head", "neck"),
}
"""Parts of a model that one package has."""


def read(config: Mapping[str, Any]) -> Reading:
    """The network that mmpose, mmdet or mmseg builds from it, or so much of it as is ours."""
    place = backbone_place(config)
    assert place is not None
    model = config.get("model")
    network = Network(_package(config, model if isinstance(model, Mapping) else {}))
    value: Any = config
    for key in place:
        value = value[key]
    if isinstance(value, Unread):
        return Reading({}, {}, (), tuple(unreadable(value, place)))
    bare = not place and not is_hrnet(config)
    backbone = Part({"extra": value}, (), network) if bare else Part(value, place, network)
    backbone.get("type")
    read_backbone(backbone, network)
    if isinstance(model, Mapping):
        read_heads(Part(model, ("model",), network), network)
        note_misspelt(config, Part(model, ("model",), network), network)
    _read_size(config, network)
    if network.widths:
        network.data["name"] = f"hrnet-w{network.widths[0]}"
    notes, diagnostics, mismatches = tuple(network.notes), tuple(network.diagnostics), tuple(network.misfits)
    reading = Reading({} if diagnostics else network.data, network.origins, notes, diagnostics, mismatches)
    return _without_extra(reading) if bare else reading


def _without_extra(reading: Reading) -> Reading:
    """The same, with the paths of a config that is an `extra` alone."""
    return Reading(
        reading.data,
        {path: origin[1:] for path, origin in reading.origins.items()},
        tuple(note._replace(path=note.path[1:]) for note in reading.notes),
        tuple(diagnostic._replace(path=diagnostic.path[1:]) for diagnostic in reading.diagnostics),
    )


def _read_size(config: Mapping[str, Any], network: Network) -> None:
    found = input_size(config, network.package)
    if found:
        (height, width), path = found
        network.set("input", [height, width], path)
    elif "model" in config:
        network.note("assumed", (), "the config has no input size")


def _package(config: Mapping[str, Any], model: Mapping[str, Any]) -> str:
    """Whose HRNet it is: by the type's own scope, the config's, the model's type, or the parts beside the backbone."""
    backbone = model.get("backbone", config.get("backbone", config))
    kind = backbone.get("type") if isinstance(backbone, Mapping) else None
    for name in (kind.partition(".")[0] if isinstance(kind, str) else None, config.get("default_scope")):
        if isinstance(name, str) and name in PACKAGES:
            return PACKAGES[name]
    named = MODEL_TYPES.search(type_name(model.get("type"))[:200])
    if named:
        return str(named.lastgroup)
    order = ("mmseg", "mmpose") if _is_pose(model) else ("mmseg", "mmdet", "mmpose")
    return next((package for package in order if any(key in model for key in KEYS_OF[package])), "")


def _is_pose(model: Mapping[str, Any]) -> bool:
    """Whether its neck is one of mmpose's."""
    neck = model.get("neck")
    return isinstance(neck, Mapping) and type_name(neck.get("type")) == "FeatureMapProcessor"
