"""The keys that the authors' code accepts in a config, besides those of MODEL.EXTRA.

YACS refuses every other key ("Non-existent config key"): a config that has one is written for a fork, which reads it.
From all versions of lib/config/default.py (the landmark repository's defaults.py) on the branches master, pytorch-v1.1
and HRNet-OCR. All of the authors' own experiments are made of these keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hrnet_cli.text import KeyPath, misspelt, quote_key

EXTRA = ("MODEL", "EXTRA")
"""It takes any key, but in the landmark repository."""

_SHARED = {
    "": "AUTO_RESUME CUDNN DATASET GPUS LOG_DIR MODEL OUTPUT_DIR PIN_MEMORY PRINT_FREQ TEST TRAIN WORKERS",
    "CUDNN": "BENCHMARK DETERMINISTIC ENABLED",
    "DATASET": "DATASET ROOT",
    "MODEL": "EXTRA NAME PRETRAINED",
    "TEST": "FLIP_TEST",
    "TRAIN": "BEGIN_EPOCH END_EPOCH LR LR_FACTOR LR_STEP MOMENTUM NESTEROV OPTIMIZER RESUME SHUFFLE WD",
}
"""By section; the top of a config is the empty one."""

_ADDED: dict[str, dict[str, str]] = {
    "pose_hrnet": {
        "": "DATA_DIR DEBUG LOSS RANK",
        "DATASET": (
            "COLOR_RGB DATA_FORMAT FLIP HYBRID_JOINTS_TYPE NUM_JOINTS_HALF_BODY PROB_HALF_BODY ROT_FACTOR SCALE_FACTOR "
            "SELECT_DATA TEST_SET TRAIN_SET"
        ),
        "DEBUG": "DEBUG SAVE_BATCH_IMAGES_GT SAVE_BATCH_IMAGES_PRED SAVE_HEATMAPS_GT SAVE_HEATMAPS_PRED",
        "LOSS": "TOPK USE_DIFFERENT_JOINTS_WEIGHT USE_OHKM USE_TARGET_WEIGHT",
        "MODEL": "HEATMAP_SIZE IMAGE_SIZE INIT_WEIGHTS NUM_JOINTS SIGMA TAG_PER_JOINT TARGET_TYPE",
        "TEST": (
            "BATCH_SIZE_PER_GPU BBOX_THRE COCO_BBOX_FILE IMAGE_THRE IN_VIS_THRE MODEL_FILE NMS_THRE OKS_THRE "
            "POST_PROCESS SHIFT_HEATMAP SOFT_NMS USE_GT_BBOX"
        ),
        "TRAIN": "BATCH_SIZE_PER_GPU CHECKPOINT GAMMA1 GAMMA2",
    },
    "pose_higher_hrnet": {
        "": "DATA_DIR DEBUG DIST_BACKEND FP16 LOSS MULTIPROCESSING_DISTRIBUTED RANK VERBOSE",
        "DATASET": (
            "BASE_SIGMA BASE_SIZE DATASET_TEST DATA_FORMAT FLIP INPUT_SIZE INT_SIGMA MAX_NUM_PEOPLE MAX_ROTATION "
            "MAX_SCALE MAX_TRANSLATE MIN_SCALE NUM_JOINTS OUTPUT_SIZE SCALE_AWARE_SIGMA SCALE_TYPE SIGMA TEST TRAIN "
            "WITH_CENTER"
        ),
        "DEBUG": (
            "DEBUG SAVE_BATCH_IMAGES_GT SAVE_BATCH_IMAGES_PRED SAVE_HEATMAPS_GT SAVE_HEATMAPS_PRED SAVE_TAGMAPS_PRED"
        ),
        "FP16": "DYNAMIC_LOSS_SCALE ENABLED STATIC_LOSS_SCALE",
        "LOSS": (
            "AE_LOSS_TYPE HEATMAPS_LOSS_FACTOR NUM_STAGES PULL_LOSS_FACTOR PUSH_LOSS_FACTOR WITH_AE_LOSS "
            "WITH_HEATMAPS_LOSS"
        ),
        "MODEL": "INIT_WEIGHTS NUM_JOINTS SYNC_BN TAG_PER_JOINT",
        "TEST": (
            "ADJUST DETECTION_THRESHOLD IGNORE_CENTER IGNORE_TOO_MUCH IMAGES_PER_GPU LOG_PROGRESS MODEL_FILE "
            "NMS_KERNEL NMS_PADDING PROJECT2IMAGE REFINE SCALE_FACTOR TAG_THRESHOLD USE_DETECTION_VAL WITH_AE "
            "WITH_HEATMAPS"
        ),
        "TRAIN": "CHECKPOINT GAMMA1 GAMMA2 IMAGES_PER_GPU",
    },
    "cls_hrnet": {
        "": "DATA_DIR DEBUG LOSS RANK",
        "DATASET": (
            "COLOR_RGB DATA_FORMAT FLIP HYBRID_JOINTS_TYPE NUM_JOINTS_HALF_BODY PROB_HALF_BODY ROT_FACTOR SCALE_FACTOR "
            "SELECT_DATA TEST_SET TRAIN_SET"
        ),
        "DEBUG": "DEBUG SAVE_BATCH_IMAGES_GT SAVE_BATCH_IMAGES_PRED SAVE_HEATMAPS_GT SAVE_HEATMAPS_PRED",
        "LOSS": "TOPK USE_DIFFERENT_JOINTS_WEIGHT USE_OHKM USE_TARGET_WEIGHT",
        "MODEL": "HEATMAP_SIZE IMAGE_SIZE INIT_WEIGHTS NUM_CLASSES NUM_JOINTS SIGMA TAG_PER_JOINT TARGET_TYPE",
        "TEST": (
            "BATCH_SIZE_PER_GPU BBOX_THRE COCO_BBOX_FILE IMAGE_THRE IN_VIS_THRE MODEL_FILE NMS_THRE OKS_THRE "
            "POST_PROCESS SHIFT_HEATMAP SOFT_NMS USE_GT_BBOX"
        ),
        "TRAIN": "BATCH_SIZE_PER_GPU CHECKPOINT GAMMA1 GAMMA2",
    },
    "seg_hrnet": {
        "": "DEBUG LOSS RANK",
        "DATASET": "EXTRA_TRAIN_SET NUM_CLASSES TEST_SET TRAIN_SET",
        "DEBUG": "DEBUG SAVE_BATCH_IMAGES_GT SAVE_BATCH_IMAGES_PRED SAVE_HEATMAPS_GT SAVE_HEATMAPS_PRED",
        "LOSS": "BALANCE_WEIGHTS CLASS_BALANCE OHEMKEEP OHEMTHRES USE_OHEM",
        "MODEL": "ALIGN_CORNERS NUM_OUTPUTS OCR",
        "MODEL.OCR": "DROPOUT KEY_CHANNELS MID_CHANNELS SCALE",
        "TEST": (
            "BASE_SIZE BATCH_SIZE_PER_GPU CENTER_CROP_TEST IMAGE_SIZE MODEL_FILE MULTI_SCALE NUM_SAMPLES OUTPUT_INDEX "
            "SCALE_LIST"
        ),
        "TRAIN": (
            "BASE_SIZE BATCH_SIZE_PER_GPU DOWNSAMPLERATE EXTRA_EPOCH EXTRA_LR FLIP FREEZE_EPOCHS FREEZE_LAYERS "
            "IGNORE_LABEL IMAGE_SIZE MULTI_SCALE NBB_KEYWORDS NBB_MULT NONBACKBONE_KEYWORDS NONBACKBONE_MULT "
            "NUM_SAMPLES RANDOM_BRIGHTNESS RANDOM_BRIGHTNESS_SHIFT_VALUE SCALE_FACTOR"
        ),
    },
    "seg_hrnet_ocr": {
        "": "DEBUG LOSS RANK",
        "DATASET": "EXTRA_TRAIN_SET NUM_CLASSES TEST_SET TRAIN_SET",
        "DEBUG": "DEBUG SAVE_BATCH_IMAGES_GT SAVE_BATCH_IMAGES_PRED SAVE_HEATMAPS_GT SAVE_HEATMAPS_PRED",
        "LOSS": "BALANCE_WEIGHTS CLASS_BALANCE OHEMKEEP OHEMTHRES USE_OHEM",
        "MODEL": "ALIGN_CORNERS NUM_OUTPUTS OCR",
        "MODEL.OCR": "DROPOUT KEY_CHANNELS MID_CHANNELS SCALE",
        "TEST": "BASE_SIZE BATCH_SIZE_PER_GPU IMAGE_SIZE MODEL_FILE MULTI_SCALE NUM_SAMPLES OUTPUT_INDEX SCALE_LIST",
        "TRAIN": (
            "BASE_SIZE BATCH_SIZE_PER_GPU DOWNSAMPLERATE EXTRA_EPOCH EXTRA_LR FLIP FREEZE_EPOCHS FREEZE_LAYERS "
            "IGNORE_LABEL IMAGE_SIZE MULTI_SCALE NBB_KEYWORDS NBB_MULT NONBACKBONE_KEYWORDS NONBACKBONE_MULT "
            "NUM_SAMPLES RANDOM_BRIGHTNESS RANDOM_BRIGHTNESS_SHIFT_VALUE SCALE_FACTOR"
        ),
    },
    "hrnet": {
        "DATASET": "FLIP ROT_FACTOR SCALE_FACTOR TESTSET TRAINSET",
        "MODEL": "HEATMAP_SIZE IMAGE_SIZE INIT_WEIGHTS NUM_JOINTS SIGMA TARGET_TYPE",
        "TEST": "BATCH_SIZE_PER_GPU",
        "TRAIN": "BATCH_SIZE_PER_GPU CHECKPOINT",
    },
}
"""By MODEL.NAME: what its repositories add to that."""


def refused_key(config: Mapping[str, Any], network: str, is_model: bool = False) -> KeyPath | None:
    """The path of the first key that the authors' code refuses in the config of a network; None if there is none.

    `is_model` is for the mapping below MODEL alone. A misspelling of a key that the code takes is left out, and letter
    case does not matter.
    """
    return next(_refused(config, network, EXTRA[:1] if is_model else (), ()), None)


def _refused(section: Mapping[Any, Any], network: str, names: tuple[str, ...], path: KeyPath) -> Iterator[KeyPath]:
    """The refused keys of the section with these names, which is at a path of the config."""
    name = ".".join(names)
    known = f"{_SHARED.get(name, '')} {_ADDED[network].get(name, '')}".split()
    for key, value in section.items():
        right = key.upper() if isinstance(key, str) else ""
        if right in known:
            if isinstance(value, Mapping) and (*names, right) != EXTRA:
                yield from _refused(value, network, (*names, right), (*path, key))
        elif not misspelt(key, known):
            yield (*path, quote_key(key))
