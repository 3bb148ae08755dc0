"""What check finds in configs of other dialects: each finding once, where the config has it, with a working remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from checks import check, check_all, codes, settings
from support import TESTS

from hrnet_cli.checking.finding import Check
from hrnet_cli.dialects.table import write_spec
from hrnet_cli.report.findings.github import render
from hrnet_cli.sources import load_spec, preset_path

POSE = (TESTS / "configs" / "pose" / "w32_256x192_adam_lr1e-3.yaml").read_text()
FCN = """\
model = dict(
    type='EncoderDecoder',
    backbone=dict(type='HRNet', extra=dict({stages})),
    decode_head=dict(
        type='FCNHead', in_channels=[8, 16, 32, 64], in_index=(0, 1, 2, 3), channels=120, kernel_size=1, num_convs=1,
        concat_input=False, num_classes=19, input_transform='resize_concat', norm_cfg=dict(type='BN')))
crop_size = (64, 64)
"""
WIDTHS = (8, 16, 32, 64)
STAGE = "stage{0}=dict(num_modules=1, num_branches={0}, block='BASIC', num_blocks={1}, num_channels={2})"
STAGES = ", ".join(STAGE.format(number, (1,) * number, WIDTHS[:number]) for number in (1, 2, 3, 4))


@pytest.mark.parametrize("name", ["FINAL_CONV_KERNEL", "FUSE_METHOD", "PRETRAINED_LAYERS"])
def test_a_key_that_the_code_reads_without_a_default_is_a_warning(name: str, tmp_path: Path) -> None:
    plain = yaml.safe_load(POSE)
    extra = plain["MODEL"]["EXTRA"]
    del (extra["STAGE3"] if name == "FUSE_METHOD" else extra)[name]
    (finding,) = check(tmp_path / "a.yaml", yaml.safe_dump(plain))
    assert (finding.code, finding.severity) == ("HR110", "warning") and finding.path.endswith(name)
    assert finding.remedy.startswith(f"add {name}: ")


def test_a_block_in_other_letters_is_a_warning(tmp_path: Path) -> None:
    (finding,) = check(tmp_path / "a.yaml", POSE.replace("BLOCK: BASIC", "BLOCK: Basic", 1))
    assert (finding.code, finding.severity, finding.remedy) == ("HR109", "warning", "write BASIC")


def test_a_misspelt_model_is_found_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(POSE.replace("MODEL:", "MODLE:"))
    result = check_all(tmp_path)
    assert [(each.code, each.line, each.remedy) for each in result.findings] == [("HR004", 25, "did you mean MODEL?")]


def test_a_limit_of_other_code_is_located_in_the_config(tmp_path: Path) -> None:
    """The remedy, followed word by word, removes the finding."""
    path = tmp_path / "fcn.py"
    found = check(path, FCN.format(stages=STAGES), settings(dialect="official"))
    (finding,) = [each for each in found if each.code == "HR202"]
    assert (finding.path, finding.line) == ("model.decode_head", 4)
    assert finding.remedy == f"convert it to a spec: hrnet-cli convert {path}; then, at head.conv_bias: remove it"
    text = write_spec(load_spec(path), "yaml").text
    assert "conv_bias: false" in text
    spec = check(tmp_path / "a.yaml", text.replace(", conv_bias: false", ""), settings(dialect="official"))
    assert "HR202" not in codes(spec)


def test_github_shows_a_path_once(tmp_path: Path) -> None:
    text = POSE.replace("FUSE_METHOD: SUM", "FUSE_METHOD: CAT").replace(
        "  EXTRA:", "  EXTRA:\n    final_conv_kernel: 2"
    )
    findings = check(tmp_path / "a.yaml", text)
    assert {"HR104", "HR102"} == set(codes(findings))
    for finding, command in zip(findings, render(Check(findings, ("a.yaml",), 0, 0)).splitlines(), strict=True):
        assert command.count(finding.path) == 1


def test_a_limit_of_a_spec_is_located_in_it_and_needs_no_conversion(tmp_path: Path) -> None:
    """A key that the spec does not have is at its default: the remedy is the same."""
    text = (
        preset_path("w32")
        .read_text()
        .replace("num_blocks: [4], num_channels: [64]", "num_blocks: [2], num_channels: [64]")
    )
    (finding,) = check(tmp_path / "a.yaml", text.partition("published")[0], settings(dialect="official"))
    assert (finding.code, finding.path) == ("HR203", "stage1")
    assert finding.remedy == "write block: BOTTLENECK, num_blocks: [4], num_channels: [64]"
    found = check(tmp_path / "b.yaml", preset_path("cls-w18").read_text(), settings(dialect="mmlab", select=["HR2"]))
    assert [(each.code, each.path, "convert" in each.remedy) for each in found] == [
        ("HR202", "head.head_conv_bias", False)
    ]


def test_a_limit_of_a_configs_own_code_is_located_in_it(tmp_path: Path) -> None:
    text = POSE.replace("- 32\n      - 64\n      - 128\n      FUSE", "- 48\n      - 64\n      - 128\n      FUSE", 1)
    assert text != POSE
    found = check(tmp_path / "a.yaml", text, settings(select=["HR2"]))
    assert [(each.code, each.path) for each in found] == [("HR201", "MODEL.EXTRA.STAGE3.NUM_CHANNELS[0]")]
    assert found[0].message.startswith("not in the official code: ") and "convert" not in found[0].remedy
