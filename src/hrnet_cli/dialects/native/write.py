"""A spec as YAML and as JSON: every key that is not at its default, in the order of the schema."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import Any

from hrnet_cli.dialects.writing import Written, flow
from hrnet_cli.errors import InexpressibleError
from hrnet_cli.hrnet import stage_key
from hrnet_cli.schema.heads import HeadSpec
from hrnet_cli.schema.records import entries
from hrnet_cli.schema.spec import Spec
from hrnet_cli.text import join_and, shape_argument

LAST_KEYS = ("head", "published", "budget")
"""The keys that come after the stages."""


def write_yaml(spec: Spec) -> Written:
    """YAML with one line for each key, as in the presets. Nothing is lost."""
    lines = [f"{key}: {flow(value)}\n" for key, value in plain(spec).items()]
    return Written("".join(lines))


def write_json(spec: Spec) -> Written:
    """JSON with one line for each key. Nothing is lost."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in plain(spec).items()]
    return Written("{\n" + ",\n".join(lines) + "\n}\n", has_comments=False)


def plain(spec: Spec) -> dict[str, Any]:
    """A spec as the mapping that `read_spec` reads it from, without what is at its default.

    Raises InexpressibleError for a stage without modules, which only configs of the original code have.
    """
    empty = [stage_key(number) for number, stage in enumerate(spec.stages, 1) if not stage.num_modules]
    if empty:
        have = "have" if len(empty) > 1 else "has"
        message = f"this network cannot be written as a spec: {join_and(empty)} {have} no modules"
        raise InexpressibleError(message, "write it as an official config: --to official")
    values = _plain_record(spec)
    stages = values.pop("stages")
    last: dict[str, Any] = {key: values.pop(key) for key in LAST_KEYS if key in values}
    if "input" in values:
        values["input"] = shape_argument(spec.input)
    values |= {stage_key(number): stage for number, stage in enumerate(stages, 1)}
    return values | last


def _plain_record(record: Any) -> dict[str, Any]:
    """The fields of a record that are not at their default, and the type of a head."""
    values: dict[str, Any] = {"type": record.type} if isinstance(record, HeadSpec) else {}
    for name, item in entries(type(record)).items():
        value = getattr(record, name)
        if value != item.default:
            values[name] = _plain_value(value)
    return values


def _plain_value(value: Any) -> Any:
    if is_dataclass(value):
        return _plain_record(value)
    return [_plain_value(item) for item in value] if isinstance(value, tuple) else value
