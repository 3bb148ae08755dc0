"""Our own words, as YAML and as JSON: every key that is not at its default, in the order of the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

from hrnet_cli.dialects.writing import Written, flow
from hrnet_cli.errors import InexpressibleError
from hrnet_cli.schema.heads import HeadSpec
from hrnet_cli.schema.records import entries
from hrnet_cli.schema.spec import Spec
from hrnet_cli.text import shape_argument


def write_yaml(spec: Spec) -> Written:
    """One line a key, as in the presets. Nothing is lost."""
    lines = [f"{key}: {flow(value)}\n" for key, value in plain(spec).items()]
    return Written("".join(lines))


def write_json(spec: Spec) -> Written:
    """One line a key. Nothing is lost."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in plain(spec).items()]
    return Written("{\n" + ",\n".join(lines) + "\n}\n", has_comments=False)


def plain(spec: Spec) -> dict[str, Any]:
    """A spec as the mapping that reads back as it, without what is at its default; the stages stand before the head.

    Raises InexpressibleError for a stage without modules, which only configs of the original code have.
    """
    empty = [f"stage{number}" for number, stage in enumerate(spec.stages, 1) if not stage.num_modules]
    if empty:
        message = f"this network cannot be written as a spec: {', '.join(empty)} has no modules"
        raise InexpressibleError(message, "--to official holds it")
    values = dict(_set_keys(spec))
    stages = values.pop("stages")
    last: dict[str, Any] = {key: values.pop(key) for key in ("head", "published", "budget") if key in values}
    if "input" in values:
        values["input"] = shape_argument(spec.input)
    values |= {f"stage{number}": stage for number, stage in enumerate(stages, 1)}
    return values | last


def _set_keys(record: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(record, HeadSpec):
        yield "type", record.type
    for name, item in entries(type(record)).items():
        value = getattr(record, name)
        if value != item.default:
            yield name, _plain(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return dict(_set_keys(value))
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
