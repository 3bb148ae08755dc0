"""The input size of an mmlab config, as (height, width)."""

from __future__ import annotations

from typing import Any

import pytest

from hrnet_cli.dialects.mmlab.facts import MMDET, MMPOSE, MMSEG, PACKAGES, UNKNOWN, Package
from hrnet_cli.dialects.mmlab.sizes import PIPELINES, input_size


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


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: ".".join(map(str, path)))
def test_every_pipeline_is_read(path: tuple[Any, ...]) -> None:
    pipeline: Any = [{"type": "LoadImage"}, {"type": "Affine", "input_size": [192, 256]}]
    config: Any = pipeline
    for key in reversed(path):
        config = {key: config}
    assert input_size(config, MMPOSE) == ((256, 192), (*path, 1, "input_size"))


@pytest.mark.parametrize(
    ("package", "path", "size"),
    [(package, path, size) for package in (MMPOSE, MMSEG) for path in package.size_paths for size in (64, [32, 64])],
)
def test_every_path_is_read(package: Package, path: tuple[Any, ...], size: Any) -> None:
    config: Any = size
    for key in reversed(path):
        config = {key: config} if isinstance(key, str) else [{}, config]
    width_first = (64, 32) if package is MMPOSE else (32, 64)
    assert input_size(config, package) == ((64, 64) if size == 64 else width_first, path)


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (1, (1, 1)),
        (1_000_000, (1_000_000, 1_000_000)),
        ([1, 1_000_000], (1, 1_000_000)),
        (0, None),
        (-1, None),
        (1_000_001, None),
        ([1, 1_000_001], None),
        ([0, 1], None),
        ([1], None),
        ([1, 2, 3], None),
        (True, None),
        ([1, True], None),
        (64.0, None),
        ("64", None),
    ],
)
def test_what_is_a_size(size: Any, found: Any) -> None:
    assert sized(package="mmseg", crop_size=size) == found


@pytest.mark.parametrize(
    ("scale", "found"),
    [
        ([1333, 800], (800, 1344)),
        ([800, 1333], (800, 1344)),
        (32, (32, 32)),
        (33, (64, 64)),
        ([[640, 480], [64, 64]], (480, 640)),
        ([[64, 64], [640, 480]], (480, 640)),
        ([[100, 100], [1, 1000]], (128, 128)),
        ([], None),
        ([[1]], None),
    ],
)
def test_mmdet_takes_the_largest_scale_landscape_and_pads_it(scale: Any, found: Any) -> None:
    assert sized(package="mmdet", test_pipeline=[{"scale": scale}]) == found


@pytest.mark.parametrize(("depth", "read"), [(9, True), (12, False)])
def test_transforms_inside_transforms(depth: int, read: bool) -> None:
    value: Any = {"crop_size": 64}
    for _ in range(depth):
        value = [value]
    assert sized(package="mmseg", test_pipeline=value) == ((64, 64) if read else None)


def test_a_pipeline_that_holds_itself() -> None:
    pipeline: list[Any] = [{"crop_size": [1, 2, 3]}]
    pipeline.append(pipeline)
    assert sized(package="mmseg", test_pipeline=pipeline, train_pipeline=[{"crop_size": 64}]) == (64, 64)
