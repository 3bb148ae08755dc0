"""Heads that do not match their branches: they hide no finding, and all remedies of a file work together."""

from __future__ import annotations

from pathlib import Path

import pytest
from checks import check, codes, settings
from mmlab_configs import HEATMAP, HRFPN, extra, model, python, stage

from hrnet_cli.checking.finding import Finding

WIDER = extra() | {"stage4": {**stage(4, 1, 4), "num_channels": [40, 8, 16, 32]}}


def findings(folder: Path, text: str) -> dict[str, Finding]:
    found = check(folder / "mine.py", text, settings(select=["HR0", "HR2"]))
    assert len(found) == len(set(codes(found)))
    return {each.code: each for each in found}


@pytest.mark.parametrize(
    ("channels", "remedy", "right"),
    [
        (4, "keep it, and give branch 0 of the last stage 4 channels, as in the stages before it", 4),
        (9, "write 4", 4),
    ],
)
def test_the_width_of_a_branch_and_its_head(channels: int, remedy: str, right: int, tmp_path: Path) -> None:
    head = {**HEATMAP, "in_channels": channels}
    backbone = {"extra": WIDER, "norm_evla": True}
    text = f"model = {python(model('TopdownPoseEstimator', head=head, backbone=backbone)['model'])}\n"
    found = findings(tmp_path, text)
    assert set(found) == {"HR013", "HR201", "HR204"}
    assert found["HR013"].remedy == remedy
    assert (found["HR201"].path, found["HR201"].remedy) == (
        "model.backbone.extra.stage4.num_channels[0]",
        "write 4: every branch keeps its width",
    )
    mended = text.replace("(40, ", "(4, ").replace("norm_evla", "norm_eval")
    mended = mended.replace(f"in_channels={channels}, out", f"in_channels={right}, out")
    assert findings(tmp_path, mended) == {}


def test_the_remedy_for_a_width_agrees_with_the_remedy_for_its_block(tmp_path: Path) -> None:
    """A last stage of BOTTLENECK is four times as wide: the remedy is the block, and the neck is right."""
    wide = extra() | {"stage4": stage(4, 1, 4, "BOTTLENECK")}
    text = f"model = {python(model('FasterRCNN', neck=HRFPN, backbone={'extra': wide})['model'])}\n"
    found = findings(tmp_path, text)
    assert set(found) == {"HR013", "HR201"}
    assert found["HR201"].remedy == "write BASIC: every branch keeps its width"
    assert found["HR013"].remedy.startswith("keep it, and give the branches of the last stage [4, 8, 16, 32] channels")
    four = text.rindex("BOTTLENECK")
    assert findings(tmp_path, text[:four] + "BASIC" + text[four + len("BOTTLENECK") :]) == {}
