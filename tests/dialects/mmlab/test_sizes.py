"""The input size of an mmlab config, as (height, width)."""

from __future__ import annotations

from typing import Any

from hrnet_cli.dialects.mmlab.facts import MMDET, PACKAGES, UNKNOWN
from hrnet_cli.dialects.mmlab.sizes import input_size


def sized(**config: Any) -> Any:
    found = input_size(config, PACKAGES.get(config.pop("package"), UNKNOWN))
    return found and found[0]


def test_sizes() -> None:
    resize = [{"type": "Resize", "scale": [1333, 800]}]
    flip = [{"type": "MultiScaleFlipAug", "img_scale": [1333, 800], "transforms": [{"type": "Resize"}]}]
    scales = [{"transforms": [[{"scales": [[1333, 640], [1333, 800]]}]]}]
    assert sized(package="mmpose", codec={"input_size": [192, 256]}) == (256, 192)
    assert sized(package="mmpose", codec=[{"input_size": [192, 256]}, {"input_size": [288, 384]}]) == (384, 288)
    assert sized(package="mmpose", data_cfg={"image_size": [192, 256]}) == (256, 192)
    assert sized(package="mmpose", data_cfg={"image_size": 512}) == (512, 512)
    assert sized(package="mmpose", model={"head": {"decoder": {"input_size": [192, 256]}}}) == (256, 192)
    assert sized(package="mmpose", train_pipeline=[{"input_size": [640, 512]}]) == (512, 640)
    assert sized(package="mmseg", crop_size=[512, 1024]) == (512, 1024)
    assert sized(package="mmseg", model={"data_preprocessor": {"size": [512, 1024]}}) == (512, 1024)
    assert sized(package="mmseg", train_pipeline=[{"type": "RandomCrop", "crop_size": [480, 500]}]) == (480, 500)
    assert sized(package="mmdet", test_pipeline=resize, train_pipeline=scales) == (800, 1344)
    assert sized(package="mmdet", data={"test": {"pipeline": flip}}) == (800, 1344)
    assert sized(package="mmdet", train_pipeline=scales) == (800, 1344)
    old = {"train": {"img_scale": [[1333, 640], [1333, 800]]}, "test": {"img_scale": [1333, 800], "size_divisor": 32}}
    assert sized(package="mmdet", data=old) == sized(package="mmdet", data={"train": old["train"]}) == (800, 1344)
    assert input_size({"data": old}, MMDET) == ((800, 1344), ("data", "test", "img_scale"))
    assert sized(package="mmdet", data={**old, "test": {"pipeline": [{"scale": [640, 480]}]}}) == (480, 640)
    assert sized(package="mmpose", data=old) is None
    for package in ("mmpose", "mmseg", "mmdet", ""):
        assert (
            sized(package=package, crop_size="x", codec=[], test_pipeline=[{"scale": [0, -1], "crop_size": {}}]) is None
        )
