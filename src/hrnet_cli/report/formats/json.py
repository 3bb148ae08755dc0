"""A result as JSON: raw integers, and what they are."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

SCHEMA_VERSION = 1


def render(command: str, result: Any) -> str:
    """The report as JSON text."""
    text = json.dumps(report(command, result), indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "replace").decode()  # a file's name may hold half a character, and JSON may not


def report(command: str, result: Any) -> dict[str, Any]:
    """The result as plain values, under `schema_version` and `command`."""
    return {"schema_version": SCHEMA_VERSION, "command": command, **plain(result)}


def plain(value: Any) -> Any:
    """Records as mappings by their field names, lists as lists, all the way down."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(item) for name, item in zip(value._fields, value, strict=True)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
