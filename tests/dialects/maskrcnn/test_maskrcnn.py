"""Stages below MODEL.HRNET. The numbers are those of the authors' own modules, run outside the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check, codes
from support import with_changes

from hrnet_cli import load_spec, trace
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import HrfpnHead

BASIC, BOTTLENECK = "BasicBlockWithFixedBatchNorm", "BottleneckWithFixedBatchNorm"


def stage(modules: int, *widths: int) -> dict[str, Any]:
    branches = len(widths)
    values: dict[str, Any] = {"NUM_MODULES": modules, "NUM_BRANCHES": branches, "BLOCK": BASIC, "FUSE_METHOD": "SUM"}
    return {**values, "NUM_BLOCKS": [4] * branches, "NUM_CHANNELS": list(widths)}


BENCHMARK: dict[str, Any] = {
    "DATALOADER": {"SIZE_DIVISIBILITY": 32},
    "MODEL": {
        "META_ARCHITECTURE": "GeneralizedRCNN",
        "BACKBONE": {"CONV_BODY": "HRNET-HR", "OUT_CHANNELS": 256},
        "NECK": {"IN_CHANNELS": [32, 64, 128, 256], "OUT_CHANNELS": 256, "POOLING": "AVG"},
        "HRNET": {
            "STAGE1": {"NUM_CHANNELS": [64], "NUM_BLOCKS": [4], "BLOCK": BOTTLENECK},
            "STAGE2": stage(1, 32, 64),
            "STAGE3": stage(4, 32, 64, 128),
            "STAGE4": stage(3, 32, 64, 128, 256),
        },
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    return with_changes(BENCHMARK, (path, value))


def found_in(config: Any, path: Path) -> list[tuple[str, str, str]]:
    return [(each.code, each.path, each.message) for each in check(path / "a.yaml", yaml.safe_dump(config))]


def test_the_authors_backbone_and_neck(tmp_path: Path) -> None:
    """Its modules have 1,537 entries; ours count the batches of each batch norm too."""
    spec = load_spec(BENCHMARK)
    traced = trace(spec, "1x3x256x320")
    keys = traced.root.module.state_dict()
    assert sum(not key.endswith("num_batches_tracked") for key in keys) == 1_537
    assert traced.calls[0].outputs == tuple((1, 256, 64 >> level, 80 >> level) for level in range(5))
    assert spec == load_spec({**_plain(load_spec("det-w32")), "name": "hrnetv2p-w32", "input": "800x1344"})
    assert codes(check(tmp_path / "a.yaml", yaml.safe_dump(BENCHMARK))) == ["HR111"]


def _plain(spec: Any) -> dict[str, Any]:
    from hrnet_cli.dialects.native.write import write_yaml

    data: dict[str, Any] = yaml.safe_load(write_yaml(spec).text)
    data.pop("published", None)
    return data


def test_without_the_neck_the_backbone_is_built() -> None:
    assert load_spec(changed("MODEL.BACKBONE.CONV_BODY", "HRNET")).head.type == "none"
    assert load_spec(changed("MODEL.NECK.NUM_OUTS", 4)).head == HrfpnHead(num_outs=4)


@pytest.mark.parametrize(("divisor", "size"), [(0, (800, 1333)), (32, (800, 1344)), (64, (832, 1344))])
def test_the_input_is_padded_as_the_config_says(divisor: int, size: tuple[int, int]) -> None:
    assert load_spec(changed("DATALOADER.SIZE_DIVISIBILITY", divisor)).input[2:] == size


def test_a_batch_that_is_not_padded_breaks(tmp_path: Path) -> None:
    (error, _) = found_in(changed("DATALOADER.SIZE_DIVISIBILITY", 0), tmp_path)
    assert error[:2] == ("HR301", "DATALOADER.SIZE_DIVISIBILITY") and "800×1333" in error[2]


def test_a_config_that_does_not_say_how_images_are_padded(tmp_path: Path) -> None:
    found = found_in(changed("DATALOADER", ...), tmp_path)
    assert (
        "HR107",
        "",
        "the config does not say how images are padded: 800×1344 is used, with multiples of 32",
    ) in found


def test_channels_of_the_neck_that_do_not_fit(tmp_path: Path) -> None:
    found = found_in(changed("MODEL.NECK.IN_CHANNELS", [18, 36, 72, 144]), tmp_path)
    assert (
        "HR013",
        "MODEL.NECK.IN_CHANNELS",
        "[18, 36, 72, 144] channels, but the branches have [32, 64, 128, 256]",
    ) in (found)


def test_what_a_config_leaves_out_is_the_default_of_the_code(tmp_path: Path) -> None:
    """`config/defaults.py` has 3 blocks in stage 1."""
    spec = load_spec(changed("MODEL.HRNET.STAGE1", ...))
    assert spec.stages[0].num_blocks == (3,)
    found = found_in(changed("MODEL.HRNET.STAGE2.NUM_MODULES", ...), tmp_path)
    path = "MODEL.HRNET.STAGE2.NUM_MODULES"
    assert ("HR107", path, "NUM_MODULES is missing: 1 is used, the code's default") in found


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("MODEL.HRNET.STAGE3.NUM_BLOCKS", [4, 4], "MODEL.HRNET.STAGE3.NUM_BLOCKS"),
        ("MODEL.HRNET.STAGE3.BLOCK", "Basic", "MODEL.HRNET.STAGE3.BLOCK"),
        ("MODEL.HRNET.STAGE4", [3], "MODEL.HRNET.STAGE4"),
        ("INPUT.MIN_SIZE_TEST", "large", "INPUT.MIN_SIZE_TEST"),
        ("MODEL.NECK.OUT_CHANNELS", 0, "MODEL.NECK.OUT_CHANNELS"),
    ],
)
def test_a_mistake_is_an_error_at_its_key(path: str, value: Any, where: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(changed(path, value))
    assert [each.dotted for each in caught.value.diagnostics] == [where]


def test_densepose_has_defaults_and_another_neck() -> None:
    """`densepose/config.py` has the stages of width 32; `densepose/modeling/hrfpn.py` has transposed convolutions."""
    spec = load_spec({"MODEL": {"BACKBONE": {"NAME": "build_hrfpn_backbone"}}})
    assert spec.stages == load_spec("w32").stages and spec.head.type == "none"
    assert any("its HRFPN, of transposed convolutions, and the heads" in note for note in spec.notes)
    wide = {"BACKBONE": {"NAME": "build_pose_hrnet_backbone"}, "HRNET": {"STAGE2": {"NUM_CHANNELS": [40, 80]}}}
    assert load_spec({"MODEL": wide}).stages[1].num_channels == (40, 80)


def test_stages_of_code_that_is_not_known(tmp_path: Path) -> None:
    stages = {key: {**value, "BLOCK": "BASIC"} for key, value in BENCHMARK["MODEL"]["HRNET"].items() if key != "STAGE1"}
    config = {
        "MODEL": {"META_ARCHITECTURE": "X", "HRNET": {**stages, "STAGE3": {**stages["STAGE3"], "FUSE_METHOD": "A"}}}
    }
    assert load_spec(config).stages == load_spec("w32").stages
    assert {each.severity for each in check(tmp_path / "a.yaml", yaml.safe_dump(config))} == {"note"}


def test_a_detector_on_another_backbone_is_no_hrnet() -> None:
    with pytest.raises(SpecError, match="detectron2"):
        load_spec({"MODEL": {"META_ARCHITECTURE": "GeneralizedRCNN", "BACKBONE": {"CONV_BODY": "R-50-FPN"}}})


def test_widths_that_change_fail_in_their_code(tmp_path: Path) -> None:
    """The transition of a branch reads the last map of the stage before, whichever branch it is."""
    found = found_in(changed("MODEL.HRNET.STAGE3.NUM_CHANNELS", [32, 96, 128]), tmp_path)
    assert ("HR201", "MODEL.HRNET.STAGE4.NUM_CHANNELS[1]") in [each[:2] for each in found]


def test_paddlesegs_first_release_has_only_widths(tmp_path: Path) -> None:
    """`pdseg/models/modeling/hrnet.py`; its defaults are of width 40."""
    stages = {f"STAGE{n}": {"NUM_CHANNELS": [18 << branch for branch in range(n)]} for n in (2, 3, 4)}
    config = {"EVAL_CROP_SIZE": "(512, 256)", "MODEL": {"MODEL_NAME": "hrnet", "HRNET": stages}}
    spec = load_spec(config)
    assert (spec.stages, spec.input) == (load_spec("cls-w18").stages, (1, 3, 256, 512))
    assert (spec.upsampling.words, spec.head.type) == ("bilinear to size with align_corners", "none")
    wide = {"MODEL": {"MODEL_NAME": "hrnet", "HRNET": {"STAGE3": {"NUM_MODULES": 4}}}}
    assert load_spec(wide).stages == load_spec("cls-w40").stages
    assert {each.severity for each in check(tmp_path / "a.yaml", yaml.safe_dump(config))} == {"note"}


def test_stages_that_unknown_code_completes() -> None:
    """One message says what is not known, and none lists keys."""
    with pytest.raises(SpecError) as caught:
        load_spec({"MODEL": {"HRNET": {"STAGE2": {"NUM_CHANNELS": [40, 80]}, "STAGE3": {"NUM_CHANNELS": [1]}}}})
    (found,) = caught.value.diagnostics
    assert found.message == "NUM_MODULES of STAGE2 is missing, and the code whose defaults complete it is not known"
    assert found.dotted == "MODEL.HRNET.STAGE2"
