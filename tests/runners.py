"""What a CI takes from a log as a command, and what acts on a terminal: written from their sources and manuals."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

COLOR = re.compile(r"\x1b\[[0-9;]*m")
"""As rich writes colours."""
JOINERS = "\u200c\u200d"
LINE_BREAK = re.compile("\r\n|\r|\n")
ESCAPES = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


class Command(NamedTuple):
    """A workflow command of GitHub."""

    name: str
    properties: dict[str, str]
    data: str


def github_commands(text: str) -> list[Command]:
    """The commands that GitHub's runner finds: `TryParseV2` and `TryParse` of its `ActionCommand.cs`, of any name.

    .NET compares by the rules of a language, which skip what has no weight: a command is one with and without that.
    """
    found = []
    no_weight = dict.fromkeys((ord(each) for each in set(text) if has_no_weight(each)), "")
    for line in LINE_BREAK.split(text):
        for seen in dict.fromkeys((line, line.translate(no_weight))):
            if command := _second_form(seen.lstrip()) or _first_form(seen):
                found.append(command)
                break
    return found


def _second_form(line: str) -> Command | None:
    """`::name key=value,key=value::data` at the start of a line."""
    head, colons, data = line[2:].partition("::")
    if not line.startswith("::") or not colons:
        return None
    name, _, properties = head.partition(" ")
    return Command(name, _pairs(properties.split(",")), _unescaped(data))


def _first_form(line: str) -> Command | None:
    """`##[name key=value;key=value]data` anywhere in a line."""
    _, start, rest = line.partition("##[")
    head, bracket, data = rest.partition("]")
    if not start or not bracket:
        return None
    name, _, properties = head.partition(" ")
    return Command(name, _pairs(properties.split(";")), data)


def _pairs(texts: list[str]) -> dict[str, str]:
    return {key: _unescaped(value) for key, equals, value in (each.partition("=") for each in texts) if equals}


def _unescaped(text: str) -> str:
    return re.sub("%(0D|0A|3A|2C|25)", lambda found: ESCAPES[found[0]], text)


def other_commands(text: str) -> list[str]:
    """What Azure Pipelines, TeamCity and GitLab take from a log; Azure in any letter case."""
    return [
        *re.findall(r"##(?:vso)?\[", text, re.IGNORECASE),
        *re.findall(r"##teamcity\[", text),
        *re.findall(r"section_(?:start|end):\d+:[\w.-]+.*?\r\x1b\[0K", text),
    ]


def has_no_weight(character: str) -> bool:
    """Whether a comparison by the rules of a language skips it: controls, formats, selectors, fillers."""
    point = ord(character)
    is_selector = 0xFE00 <= point <= 0xFE0F or 0x180B <= point <= 0x180F or 0xE0000 <= point <= 0xE0FFF
    is_control = unicodedata.category(character) in ("Cc", "Cf") and not character.isspace()
    return is_selector or is_control or character in "\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0"


def acting(text: str) -> set[str]:
    """The characters that act on a terminal or turn a text around, but for the line break and the joiners."""
    kept = {"\n", *JOINERS}
    return {each for each in set(text) if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - kept
