"""Plain values as Python text, in the manner of mmlab configs: `dict(key=value)`, texts quoted by `repr`."""

from __future__ import annotations

from typing import Any

LONGEST = 116


class Name(str):
    """A variable that the config has assigned before; any other text is data and is quoted."""

    __slots__ = ()


def assignment(name: str, value: Any) -> str:
    """`name = value`, on as many lines as it takes."""
    return f"{name} = {_text(value, 0, len(name) + 3)}\n"


def _text(value: Any, depth: int, column: int) -> str:
    """A value that begins at a column; what does not fit there is broken into its items, each on lines of its own."""
    if isinstance(value, Name):
        return str(value)
    flat = _flat(value)
    if column + len(flat) <= LONGEST or not isinstance(value, dict | list):
        return flat
    inner = "    " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{key}={_text(item, depth + 1, len(inner) + len(key) + 2)}" for key, item in value.items()]
    else:
        items = [_text(item, depth + 1, len(inner) + 1) for item in value]
    opening, closing = ("dict(", ")") if isinstance(value, dict) else ("[", "]")
    return f"{opening}\n{''.join(f'{inner}{item},' + chr(10) for item in items)}{'    ' * depth}{closing}"


def _flat(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, dict):
        return f"dict({', '.join(f'{key}={_flat(item)}' for key, item in value.items())})"
    if isinstance(value, list):
        return f"[{', '.join(map(_flat, value))}]"
    return repr(value)
