"""The line of versions that a config is written for."""

from __future__ import annotations

import pytest
from mmlab_configs import Plain

from hrnet_cli.dialects.mmlab.versions import (
    NEW,
    NEW_KEYS,
    NEW_MODEL_KEYS,
    OLD,
    OLD_KEYS,
    OLD_MODEL_KEYS,
    OLD_VARIABLES,
    is_before_signatures,
    version_line,
)


@pytest.mark.parametrize("key", sorted(OLD_KEYS | OLD_VARIABLES))
def test_a_key_of_the_old_line(key: str) -> None:
    assert version_line({key: 1}) == OLD


@pytest.mark.parametrize("key", sorted(NEW_KEYS))
def test_a_key_of_the_new_line(key: str) -> None:
    assert version_line({key: 1}) == NEW
    assert version_line({key: 1, "img_norm_cfg": 1}) == NEW
    assert version_line({key: 1, "data_cfg": 1}) == ""


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({}, ""),
        ({"model": 3}, ""),
        ({"model": {}}, ""),
        *(({"model": {key: 1}}, OLD) for key in sorted(OLD_MODEL_KEYS)),
        *(({"model": {key: 1}}, NEW) for key in sorted(NEW_MODEL_KEYS)),
        ({"model": {"keypoint_head": 1}, "default_scope": "mmpose"}, ""),
    ],
)
def test_the_model_shows_the_line_too(config: Plain, line: str) -> None:
    assert version_line(config) == line


@pytest.mark.parametrize(
    ("config", "before"),
    [
        ({"data": {"imgs_per_gpu": 2}}, True),
        ({"data": {"samples_per_gpu": 2}}, False),
        ({"model": {"mask_roi_extractor": {}}}, True),
        ({"model": {"rpn_head": {"target_means": [0]}}}, True),
        ({"model": {"rpn_head": {"anchor_generator": {}}, 3: {}}}, False),
        ({"model": 3, "data": 4}, False),
    ],
)
def test_mmdetection_before_2(config: Plain, before: bool) -> None:
    assert is_before_signatures(config) is before
