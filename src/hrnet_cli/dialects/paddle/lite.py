"""The Lite-HRNets of PaddleSeg and PaddleDetection: four networks, each with a name.

From `paddleseg/models/backbones/lite_hrnet.py` and `ppdet/modeling/backbones/lite_hrnet.py`, which are ports of the
authors' code: stem, transitions, blocks, fuse layers and iterative head are the same layers as mmpose's, under other
keys. Their cross-resolution weighting averages by a kernel of 2 to the branches below, which is the same where the
input is divisible by 32. Every branch is fused in the last stage; `return_idx` says which are returned.
"""

from __future__ import annotations

from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.reading import Reading
from hrnet_cli.dialects.stages import set_stages
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import LITE_STAGES, LITE_STEM_BLOCK, branch_widths, stage, stage_key
from hrnet_cli.text import misspelt, quote

STEM_WIDTH, REDUCE_RATIO, NUM_BLOCKS = 32, 8, 2
NETWORKS: dict[str, tuple[str, tuple[int, int, int], int]] = {
    "lite_18": ("LITE", (2, 4, 2), 40),
    "lite_30": ("LITE", (3, 8, 3), 40),
    "naive": ("NAIVE", (2, 4, 2), 30),
    "wider_naive": ("NAIVE", (2, 4, 2), 40),
}
"""By `network_type`: the block, the modules of stages 2 to 4, and the width of branch 0."""
TITLES = {
    "lite_18": "Lite-HRNet-18",
    "lite_30": "Lite-HRNet-30",
    "naive": "naive Lite-HRNet-18",
    "wider_naive": "wider naive Lite-HRNet-18",
}
ALL_BRANCHES = [0, 1, 2, 3]


def lite_stages(network_type: str) -> dict[str, dict[str, Any]]:
    """The stages of one of the four; stage 1 is the shuffle block of the stem."""
    block, modules, width = NETWORKS[network_type]
    own = {"with_fuse": True, **({"reduce_ratio": REDUCE_RATIO} if block == "LITE" else {})}
    first = {**stage(1, LITE_STEM_BLOCK, 1, (STEM_WIDTH,)), "expand_ratio": 1}
    later = (
        {**stage(count, block, NUM_BLOCKS, branch_widths(width, branches)), **own}
        for branches, count in enumerate(modules, 2)
    )
    return {stage_key(number): fields for number, fields in enumerate((first, *later), 1)}


def read_lite(reading: Reading, network_type: ConfigNode, section: ConfigNode, always_has_head: bool) -> str:
    """Stages, stem, iterative head and outputs; what is built, or an empty text with an error.

    `section` has the other arguments. PaddleSeg's class has a head where `use_head` is set, the other's always.
    """
    name = network_type.value
    if name is None:
        remedy = f"choose from {', '.join(NETWORKS)}"
        reading.diagnostics.append(Diagnostic("missing-key", network_type.path, "network_type is missing", remedy))
        return ""
    if not isinstance(name, str) or name not in NETWORKS:
        right = misspelt(name, NETWORKS)
        remedy = f"did you mean {right}?" if right else f"choose from {', '.join(NETWORKS)}"
        message = f"{quote(name)} is not a network_type of LiteHRNet"
        reading.diagnostics.append(Diagnostic("unknown-choice", network_type.path, message, remedy))
        return ""
    reading.blocks = LITE_STAGES
    set_stages(reading, lite_stages(name), network_type.path)
    reading.data["stem_widths"] = [STEM_WIDTH]
    reading.origins["stem_widths",] = network_type.path
    use_head = section.child("use_head")
    reading.data["iterative_head"] = always_has_head or (use_head is not None and use_head.value is True)
    reading.data["multi_scale_output"] = returns_several(section)
    reading.origins["multi_scale_output",] = (section.child("return_idx") or section).path
    return TITLES[name]


def returns_several(section: ConfigNode) -> bool:
    """Whether a backbone returns several branches, or not branch 0 alone."""
    node = section.child("return_idx")
    return node is None or node.literal not in (0, [0])
