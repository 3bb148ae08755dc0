"""HR4: heads, their tasks, and widths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check, codes, only, settings, spec
from mmlab_configs import HEATMAP as MMPOSE_HEATMAP
from mmlab_configs import HIGHER as MMPOSE_HIGHER
from mmlab_configs import MULTISCALE, OLD, PROCESSOR, TAGS, Plain, model, python
from support import TESTS

from hrnet_cli import load_spec
from hrnet_cli.hrnet import standard_stages
from hrnet_cli.model import build_network
from hrnet_cli.sources import preset_path

POSE = (TESTS / "configs" / "pose" / "w32_256x192_adam_lr1e-3.yaml").read_text()
IMAGE = "  IMAGE_SIZE:\n  - 192\n  - 256\n"
HEATMAP = "  HEATMAP_SIZE:\n  - 48\n  - 64\n"


def test_every_width_has_its_own_remedy(tmp_path: Path) -> None:
    finding = only(check(tmp_path / "a.yaml", spec(widths="18, 20, 32")))
    assert (finding.line, finding.remedy) == (3, "tensor cores need multiples of 8: 18 → 24, 20 → 24")


@pytest.mark.parametrize("size", ["[48, 64, 17]", "48", "[48]", "[48, -64]"])
def test_a_heatmap_size_that_is_not_a_size_is_found(size: str, tmp_path: Path) -> None:
    (finding,) = check(tmp_path / "a.yaml", POSE.replace(HEATMAP, f"  HEATMAP_SIZE: {size}\n"))
    assert (finding.code, finding.path, finding.remedy) == ("HR403", "MODEL.HEATMAP_SIZE", "write [48, 64]")
    assert f"{size}, not a width and a height" in finding.message


def test_heatmaps_are_not_compared_at_an_assumed_input(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yaml", POSE.replace(IMAGE, IMAGE.replace("SIZE", "SZIE")))
    assert codes(found) == ["HR107", "HR101"]
    found = check(tmp_path / "b.yaml", POSE.replace(IMAGE, IMAGE.replace("192", "160")))
    assert codes(found) == ["HR403"]


def test_heatmaps_are_not_compared_at_another_input(tmp_path: Path) -> None:
    """The targets of the dataset are for the input of the config."""
    wrong = POSE.replace(HEATMAP, "  HEATMAP_SIZE: [64, 64]\n")
    assert codes(check(tmp_path / "a.yaml", wrong)) == ["HR403"]
    assert codes(check(tmp_path / "a.yaml", wrong, settings(input="512x512"))) == []


HIGHER = (TESTS / "configs" / "higherhrnet" / "w32_512_adam_lr1e-3.yaml").read_text()


@pytest.mark.parametrize(
    ("joints", "center", "head", "found"),
    [
        ("17", "", 17, None),
        ("16", "", 17, "NUM_JOINTS is 16, and the head puts out 17 joints"),
        ("18", "", 17, "NUM_JOINTS is 18, and the head puts out 17 joints"),
        ("16", "false", 17, "NUM_JOINTS is 16, and the head puts out 17 joints"),
        ("17", "false", 17, None),
        ("17", "true", 18, None),
        ("17", "'True'", 18, None),
        ("'17'", "", 17, None),
        ("[17]", "", 17, None),
    ],
)
def test_the_joints_of_a_dataset_and_of_the_head(
    joints: str, center: str, head: int, found: str | None, tmp_path: Path
) -> None:
    plain = yaml.safe_load(HIGHER)
    plain["DATASET"] = {"INPUT_SIZE": 512, "NUM_JOINTS": yaml.safe_load(joints)}
    if center:
        plain["DATASET"]["WITH_CENTER"] = yaml.safe_load(center)
    findings = check(tmp_path / "a.yaml", yaml.safe_dump(plain), settings(select=["HR404"]))
    assert [each.message for each in findings] == ([found] if found else [])
    assert vars(load_spec(tmp_path / "a.yaml").head)["num_joints"] == head


def test_a_network_of_another_kind_has_no_joints_to_compare(tmp_path: Path) -> None:
    text = POSE.replace("DATASET:", "DATASET:\n  NUM_JOINTS: 3", 1)
    assert codes(check(tmp_path / "a.yaml", text, settings(select=["HR404"]))) == []


def test_joints_that_only_the_dataset_has(tmp_path: Path) -> None:
    """The pose repository's defaults have 17; a fork may read DATASET.NUM_JOINTS instead."""
    plain = yaml.safe_load(POSE)
    del plain["MODEL"]["NUM_JOINTS"]
    plain["DATASET"]["NUM_JOINTS"] = 21
    (finding,) = check(tmp_path / "a.yaml", yaml.safe_dump(plain), settings(select=["HR404"]))
    assert (finding.severity, finding.path, finding.remedy) == (
        "note",
        "DATASET.NUM_JOINTS",
        "add MODEL.NUM_JOINTS: 21",
    )
    plain["DATASET"]["NUM_JOINTS"] = 17
    assert codes(check(tmp_path / "a.yaml", yaml.safe_dump(plain), settings(select=["HR404"]))) == []


@pytest.mark.parametrize(
    ("widths", "more", "found"),
    [
        ("8, 16", "multi_scale_output: true\nhead: {type: heatmap}\n", ["HR401"]),
        ("8, 16", "multi_scale_output: true\nhead: {type: segmentation}\n", []),
        ("8, 16", "multi_scale_output: true\n", []),
        ("8, 16", "head: {type: heatmap}\n", []),
        ("8", "multi_scale_output: true\nhead: {type: heatmap}\n", []),
        ("8", "head: {type: segmentation}\n", ["HR402"]),
        ("8, 16", "head: {type: segmentation}\n", []),
        ("8", "head: {type: heatmap}\n", []),
        ("8", "", []),
        ("8, 12, 12", "", ["HR405"]),
        ("8, 16, 24", "", []),
    ],
)
def test_heads_branches_and_widths(widths: str, more: str, found: list[str], tmp_path: Path) -> None:
    assert codes(check(tmp_path / "a.yaml", spec("64x64", widths, more), settings(select=["HR4"]))) == found


def test_the_parameters_that_get_no_gradient(tmp_path: Path) -> None:
    """The rows of the last fuse layer that nothing reads, with the numbers of torch for an HRNet-W32."""
    w32 = {**standard_stages(32), "multi_scale_output": True, "head": {"type": "heatmap"}}
    (finding,) = check(tmp_path / "a.yaml", yaml.safe_dump(w32), settings(select=["HR401"]))
    rows = [f"stage4.2.fuse_layers.{branch}" for branch in (1, 2, 3)]
    shapes = build_network(load_spec(w32)).named_parameters()
    unused = [tensor.numel() for name, tensor in shapes if name.startswith(tuple(f"{row}." for row in rows))]
    assert (len(unused), sum(unused)) == (39, 769_984)
    assert finding.message == (
        "the heatmap head reads branch 0 alone, and the last stage fuses all 4: 39 parameters (769,984 elements) of "
        f"{rows[0]}, {rows[1]} and {rows[2]} get no gradient"
    )
    assert "find_unused_parameters=True" in finding.remedy


LITE_18 = preset_path("litehrnet18").read_text()
UNREAD = "the last stage fuses all 4: 69 parameters (223,600 elements) of"
JOINS = "set iterative_head: true, which joins all branches; as it is, Distributed"


@pytest.mark.parametrize(
    ("change", "found", "message", "remedy"),
    [
        ({}, 0, "", ""),
        ({"multi_scale_output": True}, 0, "", ""),
        ({"iterative_head": False}, 1, f"the heatmap head reads branch 0 alone, and {UNREAD}", JOINS),
        ({"iterative_head": False, "head": {"type": "none"}, "multi_scale_output": True}, 0, "", ""),
        (
            {"iterative_head": False, "head": {"type": "none"}, "multi_scale_output": False},
            1,
            f"the network returns branch 0 alone, and {UNREAD}",
            JOINS,
        ),
        ({"iterative_head": False, "head": {"type": "segmentation"}}, 0, "", ""),
    ],
)
def test_the_branches_of_a_lite_hrnet(change: Plain, found: int, message: str, remedy: str, tmp_path: Path) -> None:
    """It builds every row of its last fuse layers, whatever it returns; its iterative head reads all of them."""
    lite = {**yaml.safe_load(LITE_18), **change}
    findings = check(tmp_path / "a.yaml", yaml.safe_dump(lite), settings(select=["HR401"]))
    assert len(findings) == found
    for each in findings:
        assert each.message.startswith(message) and each.remedy.startswith(remedy) and each.path == "iterative_head"


def test_a_last_stage_without_fuse_layers(tmp_path: Path) -> None:
    """The blocks of the other branches get no gradient, nor what only they read."""
    lite = {**yaml.safe_load(LITE_18), "iterative_head": False}
    lite["stage4"] = {**lite["stage4"], "num_modules": 1, "block": "NAIVE", "with_fuse": False}
    (finding,) = check(tmp_path / "a.yaml", yaml.safe_dump(lite), settings(select=["HR401"]))
    assert "the last stage has 4: 87 parameters (236,440 elements) of stage1.3.fuse_layers.1," in finding.message
    assert ", transition2, stage2.0.layers.1, stage2.0.layers.2 and stage2.0.layers.3 get no" in finding.message


@pytest.mark.parametrize(
    ("size", "found"),
    [
        ("[48, 64]", []),
        ("'48,64'", []),
        ("[64, 48]", ["HR403"]),
        ("[48, 65]", ["HR403"]),
        ("[48, a]", []),  # it is not known
        ("[48.0, 64]", []),
        ("true", []),
    ],
)
def test_the_size_of_heatmaps(size: str, found: list[str], tmp_path: Path) -> None:
    text = POSE.replace(HEATMAP, f"  HEATMAP_SIZE: {size}\n")
    assert codes(check(tmp_path / "a.yaml", text, settings(select=["HR403"]))) == found


BOTTOM_UP = model("AssociativeEmbedding", keypoint_head=MMPOSE_HIGHER)
TOP_DOWN = model("TopDown", keypoint_head=OLD)
TAGGED = model("BottomupPoseEstimator", head=TAGS)


def mmpose(config: Plain, select: str, folder: Path, **more: Any) -> list[tuple[str, str, str]]:
    text = "".join(f"{key} = {python(value)}\n" for key, value in {**config, **more}.items())
    found = check(folder / "a.py", text, settings(select=[select]))
    return [(each.path, each.message, each.remedy) for each in found]


@pytest.mark.parametrize(
    ("image", "heatmaps", "message", "remedy"),
    [
        ([64, 96], [16, 32], "16×16, 32×32 (w×h), and the network puts out 16×24, 32×48", "[[16, 24], [32, 48]]"),
        ([64, 96], [[16, 24], [48, 32]], "16×24, 48×32 (w×h), and", "[[16, 24], [32, 48]]"),
        (64, [16, 16], "16×16, 16×16 (w×h), and the network puts out 16×16, 32×32", "[16, 32]"),
        (64, [8], "8×8 (w×h), and", "[16, 32]"),
        ([64, 96], [[16, 24], [32, 48]], "", ""),
        (64, [16, 32], "", ""),
        (64, [16, 32, 64], "", ""),
        (64, [16], "", ""),
        (64, 8, "", ""),
        (64, [8, "x"], "", ""),
        (64, [8**9], "", ""),
        (64, [[8, 8, 8], 8], "", ""),
        (64, [], "", ""),
    ],
)
def test_a_heatmap_size_for_each_output(image: Any, heatmaps: Any, message: str, remedy: str, tmp_path: Path) -> None:
    found = mmpose(BOTTOM_UP, "HR403", tmp_path, data_cfg={"image_size": image, "heatmap_size": heatmaps})
    assert len(found) == bool(message)
    for path, said, right in found:
        assert path == "data_cfg.heatmap_size" and message in said and right == f"write {remedy}"


@pytest.mark.parametrize(("size", "count"), [([16, 24], 0), ([24, 16], 1), ([32, 48], 1)])
def test_the_codec_of_heatmaps_with_tags(size: Any, count: int, tmp_path: Path) -> None:
    codec = {"type": "AssociativeEmbedding", "input_size": [64, 96], "heatmap_size": size}
    found = mmpose(TAGGED, "HR403", tmp_path, codec=codec)
    assert [path for path, *_ in found] == ["codec.heatmap_size"] * count
    tagged = model("BottomupPoseEstimator", head={**TAGS, "decoder": {**codec, "heatmap_size": [64, 96]}})
    assert len(mmpose(tagged, "HR403", tmp_path, codec=codec)) == count  # the decoder resizes first


def test_the_output_sizes_of_higherhrnet(tmp_path: Path) -> None:
    plain = yaml.safe_load(HIGHER)
    for sizes, found in (([128, 256], []), ([128, 128], ["DATASET.OUTPUT_SIZE"])):
        plain["DATASET"]["OUTPUT_SIZE"] = sizes
        findings = check(tmp_path / "a.yaml", yaml.safe_dump(plain), settings(select=["HR403"]))
        assert [each.path for each in findings] == found


@pytest.mark.parametrize(
    ("config", "joints", "message"),
    [
        (TOP_DOWN, 6, "num_joints is 6, and the head puts out 5 heatmaps"),
        (TOP_DOWN, 5, ""),
        (TOP_DOWN, "5", ""),
        (model("TopDown", keypoint_head={**OLD, "out_channels": 15}), 5, ""),
        (model("TopDown", keypoint_head={**OLD, "out_channels": 10}), 5, "num_joints is 5, and the head puts out 10"),
        (BOTTOM_UP, 4, "num_joints is 4, and the head puts out 5 heatmaps"),
        (BOTTOM_UP, 5, ""),
        (model("TopdownPoseEstimator", head=MMPOSE_HEATMAP), 6, ""),
        (model("TopDown", keypoint_head={**OLD, "num_deconv_layers": 3}), 6, ""),
    ],
)
def test_the_joints_of_the_old_mmposes_data(config: Plain, joints: Any, message: str, tmp_path: Path) -> None:
    """UDP draws three targets for each joint."""
    found = mmpose(config, "HR404", tmp_path, data_cfg={"image_size": [64, 96], "num_joints": joints})
    assert len(found) == bool(message)
    for path, said, remedy in found:
        assert path == "data_cfg.num_joints" and message in said and remedy == "make the two equal"


DEKR: Plain = {"type": "DEKRHead", "in_channels": 60}


@pytest.mark.parametrize(
    ("neck", "size", "count"),
    [
        (PROCESSOR, [16, 24], 0),
        (PROCESSOR, [16, 16], 1),
        ({**PROCESSOR, "scale_factor": 2.0}, [16, 16], 0),
        ({"type": "MyNeck"}, [16, 16], 0),
    ],
)
def test_the_heatmaps_of_a_head_that_is_left_out(neck: Plain, size: Any, count: int, tmp_path: Path) -> None:
    """DEKR's and CID's are as large as the map that they read."""
    config = model("BottomupPoseEstimator", neck=neck, head=DEKR, backbone=MULTISCALE)
    codec = {"type": "SPR", "input_size": [64, 96], "heatmap_size": size}
    found = mmpose(config, "HR403", tmp_path, codec=codec, default_scope="mmpose")
    assert len(found) == count
    for path, message, remedy in found:
        assert (path, remedy) == ("codec.heatmap_size", "write [16, 24]")
        assert message == "heatmap_size is 16×16 (w×h), and the head puts out 16×24"


NEW_POSE = {key: value for key, value in MMPOSE_HEATMAP.items() if key != "deconv_out_channels"}
OLD_POSE = {key: value for key, value in OLD.items() if key != "num_deconv_layers"}


@pytest.mark.parametrize(
    ("parts", "size", "right", "count"),
    [
        ({"head": NEW_POSE}, [16, 24], "[128, 192]", 3),
        ({"head": NEW_POSE}, [128, 192], "", 3),
        ({"head": {**NEW_POSE, "deconv_out_channels": [8], "deconv_kernel_sizes": [4]}}, [16, 24], "[32, 48]", 1),
        ({"head": {**NEW_POSE, "deconv_out_channels": [8]}}, [16, 24], "", 0),
        ({"head": {**NEW_POSE, "final_layer": {"kernel_size": 3}}}, [16, 24], "", 0),
        ({"head": {**NEW_POSE, "in_channels": 32}, "backbone": MULTISCALE}, [2, 3], "[16, 24]", 3),
        ({"keypoint_head": OLD_POSE}, [16, 24], "[128, 192]", 3),
        ({"keypoint_head": {**OLD_POSE, "num_deconv_layers": 1}}, [16, 24], "[32, 48]", 1),
        ({"keypoint_head": {**OLD_POSE, "num_deconv_layers": 99}}, [16, 24], "", 0),
        (
            {"keypoint_head": {**OLD, "in_index": 1, "in_channels": 8}, "backbone": MULTISCALE},
            [16, 24],
            "[8, 12]",
            0,
        ),
    ],
)
def test_the_heatmaps_behind_deconvolutions(parts: Plain, size: Any, right: str, count: int, tmp_path: Path) -> None:
    """Three by default, in both lines of mmpose; the map that is read is doubled by each."""
    is_old = "keypoint_head" in parts
    config = model("TopDown" if is_old else "TopdownPoseEstimator", **parts)
    if is_old:
        found = mmpose(config, "HR403", tmp_path, data_cfg={"image_size": [64, 96], "heatmap_size": size})
    else:
        codec = {"type": "MSRAHeatmap", "input_size": [64, 96], "heatmap_size": size}
        found = mmpose(config, "HR403", tmp_path, codec=codec, default_scope="mmpose")
    assert len(found) == bool(right)
    argument = "num_deconv_layers=0" if is_old else "deconv_out_channels=None"
    first = f"set {argument} in the head, which doubles the size {count} times, or " if count else ""
    for path, _, remedy in found:
        assert path == ("data_cfg.heatmap_size" if is_old else "codec.heatmap_size")
        assert remedy == f"{first}write {right}"
