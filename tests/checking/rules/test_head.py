"""HR4: heads, their tasks, and widths."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from checks import check, codes, only, settings, spec
from support import TESTS

from hrnet_cli import build_torch, load_spec
from hrnet_cli.analysis.skeleton import unused_parameters
from hrnet_cli.hrnet import branch_widths, stage, standard_stages
from hrnet_cli.model import build_network

POSE = (TESTS / "configs" / "pose" / "w32_256x192_adam_lr1e-3.yaml").read_text()
IMAGE = "  IMAGE_SIZE:\n  - 192\n  - 256\n"
HEATMAP = "  HEATMAP_SIZE:\n  - 48\n  - 64\n"


def test_every_width_has_its_own_remedy(tmp_path: Path) -> None:
    finding = only(check(tmp_path / "a.yaml", spec(widths="18, 20, 32")))
    assert (finding.line, finding.remedy) == (3, "tensor cores need multiples of 8: 18 → 24, 20 → 24")


@pytest.mark.parametrize("size", ["[48, 64, 17]", "48", "[48]"])
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


@pytest.mark.torch
def test_torch_gives_them_no_gradient() -> None:
    import torch

    small = {f"stage{n}": stage(1, "BASIC", 1, branch_widths(4, n)) for n in (1, 2, 3)}
    spec = load_spec({**small, "multi_scale_output": True, "head": {"type": "heatmap"}})
    network = build_torch(spec)
    network(torch.zeros(1, 3, 32, 32)).sum().backward()
    without = [name for name, parameter in network.named_parameters() if parameter.grad is None]
    unused = unused_parameters(spec, [1, 2])
    assert all(name.startswith(tuple(f"{row}." for row in unused)) for name in without)
    assert len(without) == sum(map(len, unused.values())) > 0


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
