"""What every writer gives back, and the small things they share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import yaml

from hrnet_cli.text import plural


class Written(NamedTuple):
    """A spec in the words of a dialect, and what it has no words for."""

    text: str
    notes: tuple[str, ...] = ()
    has_comments: bool = True
    """Whether a line of the text may be a comment, behind #."""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Written({plural(len(self.text.splitlines()), 'line')}, {plural(len(self.notes), 'note')})"


def comments(lines: Iterable[str]) -> str:
    """Lines behind `#`, which YAML and Python share."""
    return "".join(f"# {one_line(line)}\n" for line in lines)


def one_line(text: str) -> str:
    """A text from a spec as a comment quotes it: it cannot end the line that it stands on."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class _Dumper(yaml.SafeDumper):
    """Plain values only, without anchors; whatever a YAML reader might take for a number is quoted."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|[1-9][0-9]*(x[0-9]+)+|[0-9]+(\.[0-9]+)?[MG]")
"""Words, sizes and figures. PyYAML itself knows which words are none: it quotes `yes` and `null`, but not `1e5`."""


def _text(dumper: _Dumper, text: str) -> Any:
    style = None if PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(tuple, _Dumper.represent_list)


def flow(value: Any) -> str:
    """A value as YAML on one line: `{num_modules: 1, num_blocks: [4, 4]}`."""
    return _dump([value], True).rstrip("\n")[1:-1]


def block(value: Any) -> str:
    """A mapping as YAML, indented, with lists of plain values on one line."""
    return _dump(value, None)


def _dump(value: Any, flow_style: bool | None) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=flow_style, sort_keys=False, allow_unicode=True, width=10**9
    )
    return text
