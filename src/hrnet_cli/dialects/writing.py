"""What the writer of a dialect returns, and how writers make YAML and comments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import yaml

from hrnet_cli.hrnet import STAGE_FIELDS
from hrnet_cli.schema.stages import StageSpec
from hrnet_cli.text import plural


class Written(NamedTuple):
    """The text of a spec in a dialect."""

    text: str
    notes: tuple[str, ...] = ()
    """What is left out of it, or written in another way."""
    has_comments: bool = True
    """Whether a line of the text may be a comment, behind #."""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Written({plural(len(self.text.splitlines()), 'line')}, {plural(len(self.notes), 'note')})"


def stage_fields(stage: StageSpec) -> dict[str, Any]:
    """A stage as configs write it: its STAGE_FIELDS, with lists."""
    values = {name: getattr(stage, name) for name in STAGE_FIELDS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def comments(lines: Iterable[str]) -> str:
    """Lines behind `#`, which YAML and Python share."""
    return "".join(f"# {one_line(line)}\n" for line in lines)


def one_line(text: str) -> str:
    """A text on one line, with everything unprintable escaped: it cannot end the comment that it is in."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class _Dumper(yaml.SafeDumper):
    """Writes plain values, without anchors, and quotes every string that a YAML reader might take for a number."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


UNQUOTED = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|[1-9][0-9]*(x[0-9]+)+|[0-9]+(\.[0-9]+)?[MG]")
"""Words, sizes and figures need no quotes. PyYAML quotes the words that are values, `yes` and `null`, but not `1e5`."""


def _text(dumper: _Dumper, text: str) -> Any:
    style = None if UNQUOTED.fullmatch(text) else '"'
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
