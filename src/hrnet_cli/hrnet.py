"""The facts of HRNet that everything else is computed from.

Sun et al., CVPR 2019; Wang et al., TPAMI 2020; the authors' repositories. A stem halves the input twice; stage 1 is one
chain of blocks; every later stage is a row of modules, each of them parallel branches followed by a fuse layer.
"""

from __future__ import annotations

import re
from typing import Any

EXPANSION = {"BASIC": 1, "BOTTLENECK": 4, "SHUFFLE": 1, "LITE": 1, "NAIVE": 1}
"""How many times `num_channels` a block's output has, by block. The last three are Lite-HRNet's."""
HRNET_BLOCKS = ("BASIC", "BOTTLENECK")
"""The blocks that every implementation of HRNet has; EXPANSION may have more."""
LITE_STEM_BLOCK = "SHUFFLE"
"""Stage 1 of Lite-HRNet: one block of stride 2, behind a stem of one convolution."""
LITE_BLOCKS = ("LITE", "NAIVE")
"""The blocks of its other stages: conditional channel weighting, or ShuffleNetV2's block."""
LITE_STAGES = (LITE_STEM_BLOCK, *LITE_BLOCKS)
"""All of its blocks."""
LITE_TIMES_BRANCH_0 = 2
"""How often its fuse layers add branch 0 to each output; any other branch is added once."""
LITE_FIELDS = {"with_fuse": LITE_BLOCKS, "reduce_ratio": LITE_BLOCKS[:1], "expand_ratio": (LITE_STEM_BLOCK,)}
"""The fields of a stage that HRNet's stages do not have, with the blocks that have them."""
LITE_HALVES, LITE_SPATIAL_RATIO = 2, 4
"""Its blocks work on half of the channels; LITE's spatial weighting is four times narrower inside."""
STAGE_FIELDS = ("num_modules", "num_branches", "block", "num_blocks", "num_channels")
"""What every implementation's config says of a stage."""
NUM_STAGES = 4
"""Stages that every other implementation builds."""
STEM_WIDTHS = (64, 64)
"""Output channels of the stem's two convolutions, both 3×3 with stride 2."""
IN_CHANNELS = 3

# Strides and padding


def branch_stride(branch: int) -> int:
    """How many input pixels one pixel of a branch stands for, along an axis: 4, 8, 16, 32."""
    return 4 << branch


def size_ratio(i: int, j: int) -> int:
    """How many times larger the map of one of two branches is than the other's, along an axis: 2^|i−j|."""
    return int(2 ** abs(i - j))


STANDARD_DIVISOR = branch_stride(NUM_STAGES - 1)
"""An input divisible by it goes through every HRNet of four branches: 32."""


def same_padding(kernel_size: int) -> int:
    """The padding with which an odd kernel keeps the size of a map at stride 1."""
    return kernel_size // 2


def final_padding(kernel_size: int) -> int:
    """The padding of a head's last convolution: the originals pad only a kernel of 3, so that others shrink the map."""
    return 1 if kernel_size == 3 else 0


# Stages


def stage_key(number: int) -> str:
    """The key of a stage, from 1: `stage1`."""
    return f"stage{number}"


def transition_key(number: int) -> str:
    """The key of the layers between a stage and the next, from 1: `transition1`."""
    return f"transition{number}"


LITE_STAGE_OFFSET = 2
"""Lite-HRNet's code counts its stages from 0, without the stem: stage 2 has the keys `transition0` and `stage0`."""


STAGE_KEY = re.compile(r"stage([1-9][0-9]{0,5})")
ANY_CASE_STAGE_KEY = re.compile(STAGE_KEY.pattern, re.IGNORECASE)


def stage_number(key: Any) -> int | None:
    """The number in a stage's key, whatever its letter case; None for any other key."""
    match = ANY_CASE_STAGE_KEY.fullmatch(key) if isinstance(key, str) else None
    return int(match[1]) if match else None


def stage(num_modules: int, block: str, num_blocks: int, num_channels: tuple[int, ...]) -> dict[str, Any]:
    """A stage as a spec writes it: one branch per width, each of them `num_blocks` blocks."""
    branches = len(num_channels)
    values = (num_modules, branches, block, [num_blocks] * branches, list(num_channels))
    return dict(zip(STAGE_FIELDS, values, strict=True))


FIRST_STAGE = stage(1, "BOTTLENECK", 4, (64,))
"""Stage 1 of every published network but the small ones; the pose and landmark networks build no other."""
FIRST_STAGE_TEXT = "4 BOTTLENECK blocks of 64"
"""The same in a message."""


def branch_widths(width: int, branches: int) -> tuple[int, ...]:
    """The widths of parallel branches: each has twice the channels of the one above it."""
    return tuple(width * 2**branch for branch in range(branches))


def standard_stages(width: int) -> dict[str, dict[str, Any]]:
    """Stages 1 to 4 of the published HRNet of a width (W18, W32, W48, …)."""
    modules = {2: 1, 3: 4, 4: 3}
    later = {stage_key(n): stage(count, "BASIC", 4, branch_widths(width, n)) for n, count in modules.items()}
    return {stage_key(1): FIRST_STAGE, **later}


DEFAULT_PRESET = "w32"
"""What every command and function shows unless another spec is named."""

OCR_DROPOUT = 0.05
"""Of the original's OCR head, whatever its config says."""

# Counting

FLOPS_PER_MAC = 2
MEGA = 10**6
GIGA = 10**9
GIBI = 2**30
"""One G of the authors' published figures: their summary code divides by 1024³."""
MEBI = 2**20
"""One M of those of Lite-HRNet: its authors' code divides by 1024²."""

# Limits: a spec beyond them is refused before anything is built

MAX_STAGES = 16
STAGE_KEYS = tuple(map(stage_key, range(1, MAX_STAGES + 1)))
MAX_BRANCHES = 16
MAX_CHANNELS = 65_536
MAX_PARTS = 10_000
"""Blocks and fuse edges of a whole network; a published HRNet has about 200."""
