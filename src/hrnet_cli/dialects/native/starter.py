"""A spec to start from: every key with its meaning, those at their defaults commented out."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from hrnet_cli.dialects.native.write import plain
from hrnet_cli.dialects.writing import comments, flow, one_line
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.schema.fields import Amount
from hrnet_cli.schema.heads import HEAD_SPECS, HeadSpec
from hrnet_cli.schema.records import entries
from hrnet_cli.schema.spec import Budget, Spec, StageSpec
from hrnet_cli.text import shape_argument

STARTS = {
    "backbone": "w32",
    "pose": "w32",
    "segmentation": "seg-w18-small-v2",
    "landmarks": "face-w18",
    "classification": "cls-w18-small-v2",
    "detection": "det-w18",
}
"""From a task of HEAD_SPECS to the preset that a spec for it starts from; for the backbone without its head."""

NEXT = ("describe", "check", "flops")
"""The commands that a new spec is tried with."""

SHOWN = ("name", "in_channels", "input", "stages", "head")
"""What stands first, and also where it is at its default."""


def write_starter(spec: Spec, own: Budget, file: str, schema: str | None = None) -> str:
    """The text of `spec` but for `published`; it will be called `file`.

    `own` is a budget that the network meets, shown as an example where the spec has none. `schema` is the path of the
    JSON Schema, for editors.
    """
    names = [*SHOWN, *(name for name in entries(Spec) if name not in (*SHOWN, "published", "budget"))]
    sections = [_stages(spec) if name == "stages" else _key(spec, name) for name in names]
    return "\n".join([_header(spec, file, schema), *sections, _budget(spec, own)])


def command_line(command: str, file: str) -> str:
    """What to type at a shell."""
    return one_line(f"hrnet-cli {command} {shlex.quote(file)}")


def _header(spec: Spec, file: str, schema: str | None) -> str:
    lines = [f"A spec for hrnet-cli: {spec.name}. A key that is commented out is at its default. What to run next:"]
    lines += [f"  {command_line(command, file)}" for command in NEXT]
    if schema is None:
        lines += ["For completion in an editor: hrnet-cli schema -o hrnet.schema.json, and this as the first line:"]
        lines += ["  # yaml-language-server: $schema=./hrnet.schema.json"]
    else:
        lines.insert(0, f"yaml-language-server: $schema={schema}")
    return comments([*lines, *(f"Note: {note}" for note in spec.notes)])


def _key(spec: Spec, name: str) -> str:
    item, value = entries(Spec)[name], getattr(spec, name)
    shown = {"input": shape_argument(spec.input), "multi_scale_output": spec.keeps_all_branches}.get(name, value)
    lines = _lines(name, shown)
    return comments([item.metadata["help"]]) + (_text if name in SHOWN or value != item.default else comments)(lines)


def _stages(spec: Spec) -> str:
    fields = [f"  {name}: {item.metadata['help']}" for name, item in entries(StageSpec).items()]
    stages = [f"{key}: {flow(value)}" for key, value in plain(spec).items() if STAGE_KEY.fullmatch(key)]
    return comments([entries(Spec)["stages"].metadata["help"], *fields]) + _text(stages)


def _budget(spec: Spec, own: Budget) -> str:
    help = entries(Spec)["budget"].metadata["help"]
    if spec.budget != Budget():
        return comments([help]) + _text(_lines("budget", spec.budget))
    return comments([f"{help}; these are this network's own figures, rounded up"]) + comments(_lines("budget", own))


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _lines(name: str, value: Any) -> list[str]:
    """A key with its value; a record has a line a field."""
    if not hasattr(value, "__dataclass_fields__"):
        return [f"{name}: {flow(value)}"]
    fields = list(_fields(value))
    width = max((len(text) for text, _ in fields if text), default=0)
    return [f"{name}:", *(f"  {text:{width}}  # {help}" if text else f"  # {help}" for text, help in fields)]


def _fields(record: Any) -> Iterator[tuple[str, str]]:
    """What is written of each field, and what it means; nothing is written of one that has no value."""
    if isinstance(record, HeadSpec):
        yield f"type: {record.type}", f"or {', '.join(name for name in HEAD_SPECS if name != record.type)}"
    for name, item in entries(type(record)).items():
        value, help = getattr(record, name), item.metadata["help"]
        if value is None:
            yield "", f"{name}: {help}"
        else:
            yield f"{name}: {Amount.write(value) if isinstance(item.metadata['kind'], Amount) else flow(value)}", help
