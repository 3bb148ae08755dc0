"""The size at which a detector's batches come, and what is said where the network breaks at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from checks import check, settings
from mmlab_configs import HRFPN, Plain, model, python

from hrnet_cli import load_spec
from hrnet_cli.dialects.mmlab.batches import Batch, batch

RESIZE: Plain = {"type": "Resize", "scale": [1333, 800], "keep_ratio": True}
OLD_RESIZE: Plain = {"type": "Resize", "keep_ratio": True}
PAD: Plain = {"type": "Pad", "size_divisor": 32}
DIVISOR = ("model", "data_preprocessor", "pad_size_divisor")
LOAD, PACK = {"type": "LoadImageFromFile"}, {"type": "PackDetInputs"}


def new(*transforms: Plain, divisor: Any = None, **config: Any) -> Plain:
    """A config for mmdetection 3.x."""
    preprocessor = {"type": "DetDataPreprocessor"} | ({} if divisor is None else {"pad_size_divisor": divisor})
    parts = {"neck": HRFPN, "data_preprocessor": preprocessor, **config.pop("parts", {})}
    return {**model("FasterRCNN", **parts), "test_pipeline": [LOAD, *transforms, PACK], **config}


def old(*transforms: Plain, scale: Any = (1333, 800), **config: Any) -> Plain:
    """A config for mmdetection 2.x."""
    flips = {"type": "MultiScaleFlipAug", "img_scale": list(scale), "flip": False, "transforms": list(transforms)}
    return {**model("FasterRCNN", neck=HRFPN), "data": {"test": {"pipeline": [LOAD, flips]}}, **config}


INNER = ("data", "test", "pipeline", 1, "transforms")


@pytest.mark.parametrize(
    ("config", "size", "path", "breaks"),
    [
        (new(RESIZE), (800, 1333), DIVISOR, True),
        (new(RESIZE, divisor=1), (800, 1333), DIVISOR, True),
        (new(RESIZE, divisor=32), (800, 1344), ("test_pipeline", 1, "scale"), False),
        (new(RESIZE, divisor=64), (832, 1344), ("test_pipeline", 1, "scale"), False),
        (new(RESIZE, divisor=8), (800, 1336), DIVISOR, True),
        (new(RESIZE, divisor=16), (800, 1072), DIVISOR, True),
        (old(OLD_RESIZE, {**PAD, "size_divisor": 16}), (800, 1072), (*INNER, 1, "size_divisor"), True),
        (new({**RESIZE, "keep_ratio": False, "scale": [1344, 800]}, divisor=16), (800, 1344), None, False),
        (new(RESIZE, PAD), (800, 1344), ("test_pipeline", 1, "scale"), False),
        (new(RESIZE, {"type": "Pad", "size": [1408, 864]}), (864, 1408), ("test_pipeline", 2, "size"), False),
        (new(RESIZE, {"type": "Pad", "size": [1400, 864]}), (864, 1400), DIVISOR, True),
        (new({**RESIZE, "scale": 640}, {"type": "Pad", "pad_to_square": True}), (640, 640), None, False),
        (new({**RESIZE, "keep_ratio": False}), (800, 1333), DIVISOR, True),
        (new({"type": "Resize", "scale": [640, 960]}), (960, 640), ("test_pipeline", 1, "scale"), False),
        (new({"type": "RandomChoiceResize", "scales": [[1333, 640], [1333, 800]]}), (800, 1333), DIVISOR, True),
        (old(OLD_RESIZE), (800, 1333), (*INNER, 0), True),
        (old({"type": "Resize"}), (800, 1333), (*INNER, 0), True),
        (old(OLD_RESIZE, PAD), (800, 1344), (*INNER[:4], "img_scale"), False),
        (old(OLD_RESIZE, {**PAD, "size_divisor": 8}), (800, 1336), (*INNER, 1, "size_divisor"), True),
        (old(OLD_RESIZE, {"type": "Pad", "size": [864, 1408]}), (864, 1408), (*INNER, 1, "size"), False),
        (old({"type": "Resize", "keep_ratio": False}, scale=(640, 960)), (960, 640), None, False),
        (new(RESIZE, PAD, train_pipeline=[LOAD, RESIZE, PACK]), (800, 1333), DIVISOR, True),
    ],
)
def test_a_batch(config: Plain, size: tuple[int, int], path: tuple[Any, ...] | None, breaks: bool) -> None:
    found = batch(config, 4)
    assert isinstance(found, Batch)
    assert (found.size, found.breaks) == (size, breaks)
    assert path is None or found.path == path
    assert load_spec(config).input_shape[2:] == size


@pytest.mark.parametrize(
    ("config", "reason", "remedy"),
    [
        (new(RESIZE), "pad_size_divisor is 1 by default", "add pad_size_divisor=32"),
        (new(RESIZE, divisor=8), "pad_size_divisor is 8", "set it to 32"),
        (old(OLD_RESIZE), "no Pad with size_divisor follows", "add dict(type='Pad', size_divisor=32) after it"),
        (old(OLD_RESIZE, {**PAD, "size_divisor": 8}), "size_divisor is 8", "set it to 32"),
    ],
)
def test_it_is_reported_once_at_the_divisor(config: Plain, reason: str, remedy: str, tmp_path: Path) -> None:
    text = "".join(f"{key} = {python(value)}\n" for key, value in config.items())
    (found,) = check(tmp_path / "a.py", text, settings(select=["HR3"]))
    assert (found.code, found.remedy) == ("HR301", remedy)
    assert found.message.startswith(f"{reason}: an input of 1×3×800×133")
    (other,) = check(tmp_path / "a.py", text, settings(select=["HR3"], input="250x256"))
    assert other.message.startswith("an input of 1×3×250×256")
    assert any(f"{reason}: a batch comes at 800×133" in note for note in load_spec(config).notes)
    mended = load_spec(old(OLD_RESIZE, PAD) if "data" in config else new(RESIZE, divisor=32))
    assert mended.input_shape[2:] == (800, 1344)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (new({**RESIZE, "scale": [1024, 1024]}), "images of another shape than 1024×1024 come at sizes that break"),
        (new({**RESIZE, "scale": [1344, 768]}, divisor=16), "is 16: images of another shape than 768×1344"),
        (new({**RESIZE, "scale": [1024, 1024]}, divisor=32), ""),
        (new({**RESIZE, "scale": [1024, 1024], "keep_ratio": False}), ""),
        (new({**RESIZE, "scale": 640}, {"type": "Pad", "size": [640, 640]}), ""),
        (new({**RESIZE, "scale": 640}, {"type": "Pad", "pad_to_square": True}), ""),
    ],
)
def test_a_note_where_only_images_of_other_shapes_break(config: Plain, words: str) -> None:
    found = batch(config, 4)
    assert found is not None and not found.breaks
    assert (words in found.note) if words else not found.note
    assert any("come at sizes that break" in note for note in load_spec(config).notes) == bool(words)


@pytest.mark.parametrize(
    "config",
    [
        {**new(RESIZE), "model": {**new(RESIZE)["model"], "type": "MyDetector"}},
        new(RESIZE, parts={"data_preprocessor": {"type": "MyPreprocessor"}}),
        new(RESIZE, parts={"data_preprocessor": {"mean": [1]}}),
        new(RESIZE, parts={"data_preprocessor": {"type": "DetDataPreprocessor", "batch_augments": [{"type": "X"}]}}),
        new(RESIZE, divisor="32"),
        new(RESIZE, divisor=0),
        new(RESIZE, {"type": "MyTransform"}),
        new(RESIZE, {"type": "RandomCrop", "crop_size": [512, 512]}),
        new(RESIZE, RESIZE),
        new(PAD, RESIZE),
        new({**RESIZE, "scale": None, "scale_factor": 2.0}),
        new({**RESIZE, "keep_ratio": "x"}),
        new({"type": "RandomResize", "scale": [1333, 800], "ratio_range": [0.5, 2.0]}),
        new(RESIZE, {"type": "Pad", "size_divisor": "x"}),
        new(),
        {**new(), "test_pipeline": "x"},
        {**new(), "test_pipeline": [3, None, [RESIZE]]},
        model("FasterRCNN", neck=HRFPN),
        {**model("EncoderDecoder"), "test_pipeline": [RESIZE]},
        {**model("FasterRCNN", neck=HRFPN), "test_pipeline": [RESIZE]},
        old(OLD_RESIZE, data={"imgs_per_gpu": 2, "test": {"pipeline": [RESIZE]}}),
    ],
)
def test_what_is_not_known(config: Plain) -> None:
    """Own models, preprocessors and transforms, sizes that differ, mmdetection 1.x: 32 is assumed, as before."""
    assert batch(config, 4) is None
    assert load_spec(config).input_shape[2] % 32 == 0


@pytest.mark.parametrize(("branches", "breaks"), [(1, False), (2, False), (3, True), (4, True)])
def test_fewer_branches_need_a_smaller_divisor(branches: int, breaks: bool) -> None:
    found = batch(new({"type": "Resize", "scale": [1336, 808]}), branches)
    assert found is not None and found.breaks is breaks


def test_a_pipeline_that_holds_itself() -> None:
    pipeline: list[Any] = [RESIZE]
    flips: Plain = {"type": "MultiScaleFlipAug", "img_scale": [1333, 800], "transforms": pipeline}
    pipeline.append(flips)
    found = batch({**old(), "data": {"test": {"pipeline": [flips]}}}, 4)
    assert found is not None and found.size == (800, 1333)
