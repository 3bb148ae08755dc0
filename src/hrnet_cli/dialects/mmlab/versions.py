"""Which line of versions an mmlab config is written for: those before OpenMMLab 2.0, or those from it on.

Between the two lines (mmpose 0.x and 1.x, mmdetection 2.x and 3.x, mmsegmentation 0.x and 1.x, mmcls 0.x and
mmpretrain) mmcv's runner became mmengine's, with other keys at the top of a config.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OLD, NEW = "old", "new"
OLD_KEYS = frozenset(
    (
        *("data", "data_cfg", "optimizer_config", "lr_config", "checkpoint_config", "log_config", "runner"),
        *("total_epochs", "evaluation", "dist_params", "workflow"),
    )
)
"""Keys that mmcv's runner and the tools of the old line read."""
OLD_VARIABLES = frozenset(("img_norm_cfg", "channel_cfg"))
"""Variables of configs for the old line, which one that was moved to the new line may still have."""
NEW_KEYS = frozenset(
    (
        *("default_scope", "train_dataloader", "val_dataloader", "test_dataloader", "optim_wrapper", "param_scheduler"),
        *("default_hooks", "env_cfg", "visualizer", "vis_backends", "codec", "data_preprocessor"),
        *("val_evaluator", "test_evaluator", "val_cfg"),
    )
)
"""Keys that mmengine's runner and the tools of the new line read."""
OLD_MODEL_KEYS = frozenset(("keypoint_head",))
NEW_MODEL_KEYS = frozenset(("data_preprocessor",))


def version_line(config: Mapping[str, Any]) -> str:
    """`old` or `new`; empty where a config does not show it, or shows both."""
    model = config["model"] if isinstance(config.get("model"), Mapping) else {}
    old = not OLD_KEYS.isdisjoint(config) or not OLD_MODEL_KEYS.isdisjoint(model)
    new = not NEW_KEYS.isdisjoint(config) or not NEW_MODEL_KEYS.isdisjoint(model)
    old |= not new and not OLD_VARIABLES.isdisjoint(config)
    return (OLD if old else NEW) if old != new else ""


BEFORE_MODEL_KEYS = ("bbox_roi_extractor", "mask_roi_extractor", "bbox_roi_extractors")
BEFORE_HEAD_KEYS = ("anchor_scales", "anchor_ratios", "anchor_strides", "anchor_base_sizes", "target_means")


def is_before_signatures(config: Mapping[str, Any]) -> bool:
    """Whether a config is for mmdetection before 2.0, whose classes have other arguments than those recorded."""
    model = config["model"] if isinstance(config.get("model"), Mapping) else {}
    data = config["data"] if isinstance(config.get("data"), Mapping) else {}
    heads = (value for key, value in model.items() if isinstance(value, Mapping) and isinstance(key, str))
    return (
        "imgs_per_gpu" in data
        or any(key in model for key in BEFORE_MODEL_KEYS)
        or any(key in head for head in heads for key in BEFORE_HEAD_KEYS)
    )
