"""A plain mapping to a Spec, with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import IN_CHANNELS, MAX_BRANCHES, MAX_PARTS, MAX_STAGES, STAGE_KEY, stage_key
from hrnet_cli.schema.fields import INVALID, RecordOf, misspelt_keys, unknown_keys, wrong_type
from hrnet_cli.schema.heads import HeadSpec
from hrnet_cli.schema.records import Diagnostics, entries
from hrnet_cli.schema.spec import Spec, StageSpec
from hrnet_cli.text import plural, quote

FIELDS = {name: item for name, item in entries(Spec).items() if name != "stages"}
SPEC_KEYS = (*FIELDS, *map(stage_key, range(1, 6)))
"""The keys at the top of a spec, as messages list them."""
EDITOR_KEY = "$schema"
"""Names the JSON Schema in a JSON file, for editors; `hrnet-cli schema` prints ours."""
STAGE = RecordOf(StageSpec)
Spell = Callable[[str], str]


def read_spec(value: Any, spell: Spell = str) -> tuple[Spec | None, Diagnostics]:
    """A plain mapping as a Spec, and everything that is wrong with it; the Spec is None if anything is.

    `spell` says how the config writes a key of the spec (`num_blocks` as `NUM_BLOCKS`); messages name keys so.
    """
    diagnostics = Diagnostics()
    diagnostics.spell = spell
    if not isinstance(value, Mapping):
        remedy = "write stage1: and below it num_modules, num_branches and the rest"
        diagnostics.append(wrong_type(value, "a mapping with stage1, stage2, …", (), remedy))
        return None, diagnostics
    stages = {key: item for key, item in value.items() if isinstance(key, str) and STAGE_KEY.fullmatch(key)}
    values: dict[str, Any] = {}
    for name, item in FIELDS.items():
        if name in value:
            values[name] = item.metadata["kind"].read(value[name], (name,), diagnostics)
    values["stages"] = read_stages(stages, diagnostics)
    if len(stages) + len(values) - 1 < len(value):
        _report_unknown_keys(value, stages, diagnostics)
    if isinstance(values.get("head"), HeadSpec) or "input" in values:
        diagnostics += _check_head_and_input(values, spell)
    if diagnostics:
        return None, diagnostics
    batch, _, height, width = values.get("input", FIELDS["input"].default)
    values["input"] = (batch or 1, values.get("in_channels", IN_CHANNELS), height, width)
    return Spec(**values), diagnostics


def read_stages(stages: Mapping[str, Any], diagnostics: Diagnostics) -> Any:
    """The stages in the order of their numbers, or INVALID; the path of each is its own key."""
    if len(stages) > MAX_STAGES:
        message, remedy = plural(len(stages), "stage"), f"allowed: at most {MAX_STAGES}"
        diagnostics.append(Diagnostic("too-many-stages", (), message, remedy))
        return INVALID
    before = len(diagnostics)
    keys = sorted(stages, key=lambda key: int(key.removeprefix("stage")))
    built = tuple([STAGE.read(stages[key], (key,), diagnostics) for key in keys])
    plain = [stages[key] if isinstance(stages[key], Mapping) else {} for key in keys]
    _check_stages(keys, plain, diagnostics)
    if len(diagnostics) > before:
        return INVALID
    parts = sum(stage.num_modules * (sum(stage.num_blocks) + stage.num_branches**2) for stage in built)
    if parts > MAX_PARTS:
        remedy = f"allowed: at most {MAX_PARTS:,}; a published HRNet has about 200"
        diagnostics.append(Diagnostic("too-large", (), f"{parts:,} blocks and fuse edges", remedy))
    return built


def _check_stages(keys: list[str], stages: list[Mapping[str, Any]], diagnostics: Diagnostics) -> None:
    """What relates the fields of a stage to each other and to those of other stages.

    Stages are numbered from 1 without a gap. Stage 1 is one chain of blocks in every implementation. A transition adds
    branches and never drops one. Each list of a stage has one entry per branch.
    """
    spell = diagnostics.spell
    for number in range(1, max(len(keys), 1) + 1):
        if stage_key(number) not in keys:
            key, last = spell(stage_key(number)), f", but {spell(keys[-1])} is present" if keys else ""
            remedy = "number the stages from 1 without a gap"
            diagnostics.append(Diagnostic("missing-key", (stage_key(number),), f"{key} is missing{last}", remedy))
            break
    for name in ("num_modules", "num_branches") if keys[:1] == [stage_key(1)] else ():
        count = stages[0].get(name, 1)
        if isinstance(count, int) and count > 1:
            message = f"{spell(keys[0])} is one chain of blocks, found {spell(name)}: {quote(count)}"
            remedy = f"set {spell(name)}: 1, or move this to {spell(stage_key(2))}"
            diagnostics.append(Diagnostic("first-stage", (keys[0], name), message, remedy))
    for position, (key, stage) in enumerate(zip(keys, stages, strict=True)):
        count = stage.get("num_branches")
        if type(count) is not int or not 0 < count <= MAX_BRANCHES:
            continue
        for name in ("num_blocks", "num_channels"):
            items = stage.get(name)
            if isinstance(items, list | tuple) and len(items) != count and len(items) <= MAX_BRANCHES:
                diagnostics.append(_wrong_length(key, name, count, position, stages, spell))
        previous = stages[position - 1].get("num_branches") if position else None
        if type(previous) is int and count < previous <= MAX_BRANCHES:
            message = f"{plural(count, 'branch')} after the {previous} of {spell(keys[position - 1])}"
            name = spell("num_branches")
            remedy = f"set {name} to {previous} or more: a transition adds branches and never drops one"
            diagnostics.append(Diagnostic("falling-branches", (key, "num_branches"), message, remedy))


def _wrong_length(
    key: str, name: str, branches: int, position: int, stages: list[Mapping[str, Any]], spell: Spell
) -> Diagnostic:
    """A list of a stage that has not one entry per branch. Another num_branches is a remedy where it fits."""
    length = len(stages[position][name])
    message = f"{plural(length, 'entry')} for {spell('num_branches')}: {branches}"
    remedy = f"give {spell(name)} one number per branch"
    lists = [stages[position].get(each) for each in ("num_blocks", "num_channels")]
    counts = [stage.get("num_branches") for stage in stages]
    known = [count if type(count) is int and 0 < count <= MAX_BRANCHES else None for count in counts]
    lowest = max((count or 1 for count in known[:position]), default=1)
    highest = min((count or MAX_BRANCHES for count in known[position + 1 :]), default=MAX_BRANCHES) if position else 1
    if all(isinstance(each, list | tuple) and len(each) == length for each in lists) and lowest <= length <= highest:
        remedy += f", or set {spell('num_branches')}: {length}"
    return Diagnostic("wrong-length", (key, name), message, remedy)


def _report_unknown_keys(value: Mapping[Any, Any], stages: Mapping[str, Any], diagnostics: Diagnostics) -> None:
    """The keys at the top that no spec has. The key that one is a misspelling of is not reported as missing too."""
    others = {key: item for key, item in value.items() if key not in stages and key != EDITOR_KEY}
    diagnostics += unknown_keys(others, SPEC_KEYS, (), diagnostics.spell)
    misspelt = [(key,) for key in misspelt_keys(others, SPEC_KEYS, diagnostics.spell) - stages.keys()]
    diagnostics[:] = [each for each in diagnostics if each.code != "missing-key" or each.path not in misspelt]


def _check_head_and_input(values: Mapping[str, Any], spell: Spell) -> Iterator[Diagnostic]:
    """A head that reads every branch needs the last stage to keep them; the input has the network's channels."""
    head = values.get("head")
    if isinstance(head, HeadSpec) and head.needs_all_branches and values.get("multi_scale_output") is False:
        message = f"the {head.type} head reads every branch, and the last stage keeps branch 0 alone"
        yield Diagnostic("head-branches", ("multi_scale_output",), message, "remove it, or choose another head")
    shape, channels = values.get("input"), values.get("in_channels", IN_CHANNELS)
    if isinstance(shape, tuple) and isinstance(channels, int) and shape[1] not in (0, channels):
        message = f"the input has {shape[1]} channels, the network takes {spell('in_channels')}: {channels}"
        remedy = f"write {channels} there, or set {spell('in_channels')}"
        yield Diagnostic("wrong-channels", ("input",), message, remedy)
