"""A commented spec to start from: every key with its meaning, commented out where it is at its default."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from hrnet_cli.dialects.native.write import plain
from hrnet_cli.dialects.writing import comments, flow, one_line
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.schema.fields import Amount
from hrnet_cli.schema.heads import HEAD_SPECS, HeadSpec, NoHead
from hrnet_cli.schema.records import Diagnostics, entries
from hrnet_cli.schema.spec import Budget, Spec
from hrnet_cli.schema.stages import StageSpec
from hrnet_cli.text import shape_argument

SMALL = "cls-w18-small-v2"
"""The preset whose stages are the smallest that are still accurate: HRNet-W18-Small-v2."""


class Start(NamedTuple):
    """The presets that a spec for a task is made from."""

    preset: str
    """Has its input, its head, and all other keys but the stages."""
    stages: str
    """Has its stages."""


STARTS = {
    "backbone": Start("w32", SMALL),
    "pose": Start("w32", SMALL),
    "segmentation": Start("seg-w18-small-v2", SMALL),
    "landmarks": Start("face-w18", "face-w18"),
    "classification": Start("cls-w18-small-v2", SMALL),
    "detection": Start("det-w18", "det-w18"),
}
"""By the task of a head. The landmark and the detection networks have no smaller stages than W18."""
NEXT_COMMANDS = ("describe", "check", "flops")
"""The commands to run with a new spec."""
FIRST_KEYS = ("name", "in_channels", "input", "stages", "head")
"""The keys at the top of the file, which are there even at their defaults."""


def small_spec(task: str, load: Callable[[str], Spec]) -> Spec:
    """A small network for a task; `load` returns the Spec of a preset."""
    start = STARTS[task]
    preset, stages = load(start.preset), load(start.stages).stages
    if task == "pose":  # whose own code builds no other stage 1
        stages = (preset.stages[0], *stages[1:])
    spec = replace(preset, stages=stages, name=f"small-{task}", published=None)
    return replace(spec, head=NoHead()) if task == "backbone" else spec


def name_after(spec: Spec, file: str) -> Spec:
    """The spec with the name of its file, without the suffix; unchanged where that cannot be a name."""
    name = Path(file).stem
    diagnostics = Diagnostics()
    entries(Spec)["name"].metadata["kind"].read(name, (), diagnostics)
    return spec if diagnostics else replace(spec, name=name)


def write_starter(spec: Spec, budget: Budget, file: str, schema: str | None = None) -> str:
    """The text of a spec without `published`, to be written to `file`.

    `budget` is one that the network meets, for an example where the spec has none. `schema` is the path of the JSON
    Schema, for editors.
    """
    others = [name for name in entries(Spec) if name not in (*FIRST_KEYS, "published", "budget")]
    sections = [_stages(spec) if name == "stages" else _section(spec, name) for name in (*FIRST_KEYS, *others)]
    return "\n".join([_header(spec, file, schema), *sections, _budget_section(spec, budget)])


def command_line(command: str, file: str) -> str:
    """A command for a file, quoted for a shell."""
    return one_line(f"hrnet-cli {command} {shlex.quote(file)}")


def _header(spec: Spec, file: str, schema: str | None) -> str:
    lines = [f"A spec for hrnet-cli: {spec.name}. A key that is commented out is at its default. What to run next:"]
    lines += [f"  {command_line(command, file)}" for command in NEXT_COMMANDS]
    if schema is None:
        lines += ["For completion in an editor: hrnet-cli schema -o hrnet.schema.json, and this as the first line:"]
        lines += ["  # yaml-language-server: $schema=./hrnet.schema.json"]
    else:
        lines.insert(0, f"yaml-language-server: $schema={schema}")
    return comments([*lines, *(f"Note: {note}" for note in spec.notes)])


def _section(spec: Spec, name: str) -> str:
    """A key with its meaning above it."""
    item, value = entries(Spec)[name], getattr(spec, name)
    texts = {"input": shape_argument(spec.input), "multi_scale_output": spec.keeps_all_branches}
    lines = _lines(name, texts.get(name, value))
    written = name in FIRST_KEYS or value != item.default
    return comments([item.metadata["help"]]) + (_text(lines) if written else comments(lines))


def _stages(spec: Spec) -> str:
    fields = [f"  {name}: {item.metadata['help']}" for name, item in entries(StageSpec).items()]
    stages = [f"{key}: {flow(value)}" for key, value in plain(spec).items() if STAGE_KEY.fullmatch(key)]
    return comments([entries(Spec)["stages"].metadata["help"], *fields]) + _text(stages)


def _budget_section(spec: Spec, budget: Budget) -> str:
    help = entries(Spec)["budget"].metadata["help"]
    if spec.budget != Budget():
        return comments([help]) + _text(_lines("budget", spec.budget))
    return comments([f"{help}; these are this network's own figures, rounded up"]) + comments(_lines("budget", budget))


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _lines(name: str, value: Any) -> list[str]:
    """A key with its value; a record has one line for each field, with its meaning."""
    if not hasattr(value, "__dataclass_fields__"):
        return [f"{name}: {flow(value)}"]
    fields = list(_fields(value))
    width = max((len(text) for text, _ in fields if text), default=0)
    return [f"{name}:", *(f"  {text:{width}}  # {help}" if text else f"  # {help}" for text, help in fields)]


def _fields(record: Any) -> Iterator[tuple[str, str]]:
    """The text of each field and its meaning; a field without a value has no text, and its name in the meaning."""
    if isinstance(record, HeadSpec):
        yield f"type: {record.type}", f"or {', '.join(name for name in HEAD_SPECS if name != record.type)}"
    for name, item in entries(type(record)).items():
        value, help = getattr(record, name), item.metadata["help"]
        if value is None:
            yield "", f"{name}: {help}"
        else:
            text = Amount.write(value) if isinstance(item.metadata["kind"], Amount) else flow(value)
            yield f"{name}: {text}", help
