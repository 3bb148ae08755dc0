from __future__ import annotations

import re
from dataclasses import replace

import pytest
from commandline import call
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Plain, networks
from support import caught

from hrnet_cli import flops, load_spec
from hrnet_cli.dialects.native.starter import NEXT_COMMANDS, STARTS, name_after, small_spec, write_starter
from hrnet_cli.dialects.table import DIALECTS
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import HEAD_SPECS, Budget, Spec
from hrnet_cli.schema.fields import Amount
from hrnet_cli.schema.records import Diagnostics, entries
from hrnet_cli.sources import parse_spec, preset_names

OWN = Budget(max_params=29_000_000, max_macs=7_700_000_000, divisor=32)


def unpublished(spec: Spec) -> Spec:
    return replace(spec, published=None)


def uncommented(text: str) -> str:
    """The text with every key that is commented out brought back."""
    keys = "|".join(entries(Spec))
    return re.sub(
        rf"^# ({keys}):(.*\n(?:#  .*\n)*)", lambda found: found[0].replace("\n#", "\n")[2:], text, flags=re.MULTILINE
    )


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_comes_back(name: str) -> None:
    spec = load_spec(name)
    text = write_starter(spec, OWN, "x.yaml")
    assert parse_spec(text) == unpublished(spec)
    assert max(map(len, text.splitlines())) <= 125


@pytest.mark.parametrize("name", preset_names())
def test_what_is_commented_out_is_at_its_default(name: str) -> None:
    spec = load_spec(name)
    text = uncommented(write_starter(spec, OWN, "x.yaml"))
    for key in set(entries(Spec)) - {"stages", "published"}:
        assert re.search(rf"^{key}:", text, re.MULTILINE), key
    assert parse_spec(text) == replace(unpublished(spec), budget=OWN, multi_scale_output=spec.keeps_all_branches)


@given(networks())
def test_any_network_comes_back(plain: Plain) -> None:
    if caught(SpecError, load_spec, plain) is None:
        assert parse_spec(write_starter(load_spec(plain), OWN, "x.yaml")) == load_spec(plain)


def test_every_key_is_explained() -> None:
    for head in HEAD_SPECS.values():
        spec = replace(load_spec("w32"), head=head(), multi_scale_output=None)
        text = write_starter(spec, OWN, "x.yaml")
        for record in (Spec, Budget, head):
            for name, item in entries(record).items():
                assert name == "published" or item.metadata["help"] in text


def test_a_budget_of_its_own_stays() -> None:
    spec = replace(load_spec("w32"), budget=Budget(max_macs=8_000_000_000))
    text = write_starter(spec, OWN, "x.yaml")
    assert parse_spec(text).budget == spec.budget
    assert "max_macs: 8G" in text and "29M" not in text


def test_a_schema_is_named_on_the_first_line() -> None:
    spec = load_spec("w32")
    text = write_starter(spec, OWN, "x.yaml", "./a.json")
    assert text.startswith("# yaml-language-server: $schema=./a.json\n# A spec for")
    assert "yaml-language-server" not in write_starter(spec, OWN, "x.yaml").splitlines()[0]


@pytest.mark.parametrize(
    "odd", ["a\nname: b", "yaml-language-server: $schema=x", "my file", "a'b", "[bold]", "\x1b[1m"]
)
def test_names_are_data(odd: str) -> None:
    """Neither a file's name nor a network's gets out of the comment that it stands in."""
    spec = load_spec("w32")
    assert parse_spec(write_starter(spec, OWN, odd, odd)) == unpublished(spec)
    named = replace(spec, name=odd.replace("\n", " ").replace("\x1b", ""), notes=(odd,))
    text = write_starter(named, OWN, "x.yaml")
    assert parse_spec(text) == unpublished(named)
    assert not re.match(r"#\s+yaml-language-server", text) and "\x1b" not in text


def test_there_is_a_start_for_every_task() -> None:
    tasks = {head.task for head in HEAD_SPECS.values()}
    assert set(STARTS) == tasks, "give each task of HEAD_SPECS a row in STARTS, and no other"


@pytest.mark.parametrize("task", STARTS)
def test_a_start_is_a_small_network_for_its_task(task: str) -> None:
    spec = small_spec(task, load_spec)
    assert (spec.head.task, spec.name, spec.published) == (task, f"small-{task}", None)
    assert task != "backbone" or spec.head.type == "none"
    assert flops(spec).params < MAX_PARAMS[task]


def test_the_pose_repository_builds_the_small_pose_network() -> None:
    assert not list(DIALECTS["official"].find_limits(small_spec("pose", load_spec)))


MAX_PARAMS = {
    **dict.fromkeys(("backbone", "pose", "segmentation"), 4_000_000),
    "landmarks": 10_000_000,
    **dict.fromkeys(("classification", "detection"), 16_000_000),
}
"""Of a small network for each task; the heads that join branches have many of their own."""


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("mine.yaml", "mine"),
        ("nets/my net.yml", "my net"),
        ("hrnet", "hrnet"),
        ("a\nb.yaml", "hrnet-w32"),
        ("x" * 201 + ".yaml", "hrnet-w32"),
        ("", "hrnet-w32"),
    ],
)
def test_a_spec_is_named_after_its_file_where_that_can_be_a_name(file: str, name: str) -> None:
    spec = load_spec("w32")
    assert name_after(spec, file) == replace(spec, name=name)


def test_the_next_commands_exist() -> None:
    for command in NEXT_COMMANDS:
        assert call(command, "--help").code == 0


@settings(max_examples=300)
@given(st.integers(1, 10**18 - 1) | st.integers(1, 999).map(lambda n: n * 10**6))
def test_an_amount_reads_back(number: int) -> None:
    assert Amount().read(Amount.write(number), (), Diagnostics()) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1"),
        (999, "999"),
        (1000, "1k"),
        (29_000_000, "29M"),
        (7_650_000_000, "7.65G"),
        (1_050, "1.05k"),
        (10**12, "1T"),
    ],
)
def test_amounts(number: int, text: str) -> None:
    assert Amount.write(number) == text
