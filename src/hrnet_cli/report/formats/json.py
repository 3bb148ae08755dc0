"""A result as JSON: raw integers by the names of the result's fields."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from hrnet_cli.text import json_text

SCHEMA_VERSION = 2
"""Counts up when a field is renamed, is removed or changes its meaning; docs/schemas has a JSON Schema per report."""


def render(command: str, result: Any) -> str:
    """The report as JSON text."""
    text = json_text(report(command, result)) + "\n"
    return text.encode("utf-8", "replace").decode()  # a file's name may hold half a character, and JSON may not


def report(command: str, result: Any) -> dict[str, Any]:
    """The result as plain values, under `schema_version` and `command`."""
    return {"schema_version": SCHEMA_VERSION, "command": command, **plain(result)}


def plain(value: Any) -> Any:
    """Records as mappings by their field names and tuples as lists, at every depth."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(item) for name, item in zip(value._fields, value, strict=True)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
