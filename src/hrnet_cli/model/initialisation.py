"""The first weights of a network as the original code of its head draws them: data for `lowering.initialise`.

The rules are for convolutions. Batch norms start at weight 1 and bias 0, and linear layers at torch's default, in every
original.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from hrnet_cli.schema import Spec


class Draw(NamedTuple):
    """How convolutions are initialised."""

    function: str
    """The function of torch.nn.init for the weight."""
    arguments: Mapping[str, Any]
    zero_bias: bool
    """Whether a bias starts at 0; else it keeps torch's default, uniform up to 1 / sqrt(in_channels·kernel)."""


class Initialisation(NamedTuple):
    """The rules of a network's two parts. None is torch's default."""

    backbone: Draw
    head: Draw | None


NARROW = Draw("normal_", {"std": 0.001}, zero_bias=False)
NARROW_ZERO_BIAS = NARROW._replace(zero_bias=True)
HE = Draw("kaiming_normal_", {"mode": "fan_out", "nonlinearity": "relu"}, zero_bias=False)
"""A standard deviation of sqrt(2 / (out_channels·kernel))."""
LECUN_ZERO_BIAS = Draw("kaiming_normal_", {"a": 1}, zero_bias=True)
"""A standard deviation of 1 / sqrt(in_channels·kernel)."""

INITIALISATIONS: dict[str, Initialisation] = {
    # mmdet/models/backbones/hrnet.py of HRNet-Object-Detection, which has no biases
    "none": Initialisation(HE, None),
    # lib/models/pose_hrnet.py of deep-high-resolution-net.pytorch, with INIT_WEIGHTS as in all of its configs
    "heatmap": Initialisation(NARROW_ZERO_BIAS, NARROW_ZERO_BIAS),
    # lib/models/pose_higher_hrnet.py of HigherHRNet-Human-Pose-Estimation
    "higher": Initialisation(NARROW_ZERO_BIAS, NARROW_ZERO_BIAS),
    # lib/models/seg_hrnet.py of HRNet-Semantic-Segmentation
    "segmentation": Initialisation(NARROW, NARROW),
    # lib/models/hrnet.py of HRNet-Facial-Landmark-Detection
    "landmark": Initialisation(NARROW, NARROW),
    # lib/models/seg_hrnet_ocr.py of HRNet-Semantic-Segmentation, which skips modules with cls, aux or ocr in their name
    "ocr": Initialisation(NARROW, None),
    # lib/models/cls_hrnet.py of HRNet-Image-Classification, and timm/models/hrnet.py
    "classification": Initialisation(HE, HE),
    "features": Initialisation(HE, HE),
    # mmdet/models/backbones/hrnet.py and mmdet/models/necks/hrfpn.py of HRNet-Object-Detection
    "hrfpn": Initialisation(HE, LECUN_ZERO_BIAS),
}
"""From a head's `type` to how its original initialises the network. A head without a row keeps torch's default."""
LITE = Initialisation(NARROW_ZERO_BIAS, NARROW_ZERO_BIAS)
"""Lite-HRNet's, under any head: models/backbones/litehrnet.py of HRNet/Lite-HRNet, and mmpose's."""


def rules_of(spec: Spec) -> Initialisation | None:
    """How the original of a network initialises it; None for torch's default."""
    return LITE if spec.is_lite else INITIALISATIONS.get(spec.head.type)
