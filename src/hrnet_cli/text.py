"""How values, shapes and amounts are written in every message and report: the one place that quotes and rounds."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

KeyPath = tuple[str | int, ...]
"""Where a value is in a document: keys of mappings and indices of lists, from the top."""
Shape = tuple[int, ...]

MAX_QUOTED = 60
"""Characters of a value that a message quotes."""


def quote(value: Any) -> str:
    """A value from a user's file as a message quotes it: on one line, escaped, at most MAX_QUOTED characters long."""
    if value is None:
        return "nothing"
    text = _quote(value, depth=2)
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 3] + "..."


YAML_CONSTANTS: Mapping[bool | None, str] = {None: "null", True: "true", False: "false"}


def _quote(value: Any, depth: int) -> str:
    """`repr`, but bounded in width and depth: a value can nest and share its parts without end."""
    if isinstance(value, str):
        return repr(value[:80])
    if value is None or isinstance(value, bool):
        return YAML_CONSTANTS[value]
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, list | tuple | Mapping):
        if depth == 0:
            return "..."
        items = [_quote(item, depth - 1) for item in list(value)[:8]]
        return ("{%s}" if isinstance(value, Mapping) else "[%s]") % ", ".join(items)
    return repr(value)


def quote_key(key: Any) -> str:
    """A mapping's key as a path names it: unchanged if it is a short printable string, else quoted."""
    return key if isinstance(key, str) and len(key) <= MAX_QUOTED and key.isprintable() else quote(key)


def type_name(value: Any) -> str:
    """The type of a value in the words of YAML: `a whole number`, `a mapping`."""
    names: tuple[tuple[Any, str], ...] = (
        (bool, "a boolean"),
        (int, "a whole number"),
        (float, "a number"),
        (str, "a string"),
        (Mapping, "a mapping"),
        (list | tuple, "a list"),
        (type(None), "nothing"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), f"a value of type {type(value).__name__}")


def dotted_path(path: KeyPath) -> str:
    """`("stage3", "num_blocks", 1)` as `stage3.num_blocks[1]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


# Misspelt words


def nearest(word: Any, options: Iterable[str], cutoff: float = 0.6) -> str:
    """The option most similar to a word, the first of equals; empty if none is. Case, `-` and `_` do not matter."""
    from difflib import SequenceMatcher  # only a mistake pays for it

    plain: Callable[[str], str] = lambda text: text.lower().replace("-", "_")  # noqa: E731
    matcher = SequenceMatcher(None, "", plain(word[:MAX_MISSPELT]) if isinstance(word, str) else "")
    best, found = cutoff, ""
    for option in options:
        matcher.set_seq1(plain(option))
        if matcher.real_quick_ratio() >= best and matcher.quick_ratio() >= best:
            ratio = matcher.ratio()
            if ratio > best or (ratio == best and not found):
                best, found = ratio, option
    return found


def misspelt(word: Any, options: Iterable[str], same_digits: bool = True) -> str:
    """The option that a word is a misspelling of, the nearest first; empty if it may be a word of its own.

    A misspelling has the digits of the right word, unless `same_digits` is false, and one edit in six letters at most:
    a letter added, left out or replaced, or two swapped. Letter case, `-` and `_` do not matter.
    """
    if not isinstance(word, str) or len(word) > MAX_MISSPELT:
        return ""
    best, found = 0.0, ""
    plain = _letters(word)
    for option in options:
        right = _letters(option.rpartition(".")[2])  # a path ends with the key
        allowed = max(len(right) // 6, len(right) >= 4)
        if abs(len(right) - len(plain)) > allowed or (same_digits and _digits(plain) != _digits(right)):
            continue
        edits = _edits(plain, right)
        if edits <= allowed and (not found or edits < best):
            best, found = edits, option
    return found


MAX_MISSPELT = 80


def _letters(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())


def _edits(first: str, second: str) -> int:
    """The fewest letters added, left out, replaced or swapped with the next one (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        row = [i]
        for j, other in enumerate(second, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def did_you_mean(word: Any, options: tuple[str, ...]) -> str:
    """The nearest option as a question, or a list of all options where none is similar."""
    near = nearest(word, options)
    return f"did you mean {near}?" if near else f"known: {', '.join(options)}"


# Shapes


def shape_text(shape: Shape) -> str:
    """A shape as reports show it: 1×3×256×192."""
    return "×".join(map(str, shape))


def shape_argument(shape: Shape) -> str:
    """A shape as `--input` and a spec take it: 1x3x256x192, without the leading numbers that were left out (0)."""
    return "x".join(str(number) for number in shape if number)


def map_text(shape: Shape) -> str:
    """A feature map without its batch: 32×64×48."""
    return shape_text(shape[1:]) if len(shape) == 4 else shape_text(shape)


def maps_text(shapes: Iterable[Shape]) -> str:
    """Several feature maps without their batch: 32×64×48, 64×32×24."""
    return ", ".join(map_text(shape) for shape in shapes)


def batch_text(input: Shape) -> str:
    """What a count is for, where that is more than one image: ` for a batch of 8`."""
    return f" for a batch of {input[0]}" if input[0] > 1 else ""


# Amounts

_DECIMAL = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_BINARY = ((2**40, "Ti"), (2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki"))


def short(number: int, giga: int = 10**9) -> str:
    """Four digits and a unit: 28.54M, 7.645G, 561; 7.120Gi where one G is 2³⁰, as the authors counted."""
    for size, unit in _DECIMAL if giga == 10**9 else _BINARY:
        if number >= 0.99995 * size:
            return f"{digits(number / size)}{unit}"
    return str(number)


def digits(number: float) -> str:
    """About four significant digits: 7.645, 15.29, 114.2."""
    decimals = 3 if number < 9.9995 else 2 if number < 99.995 else 1
    return f"{number:.{decimals}f}"


def exact(number: int) -> str:
    """Every digit, in groups of three: 28,536,113."""
    return f"{number:,}"


def percent(part: int, whole: int) -> str:
    """A share of the whole: 37.9%."""
    return f"{100 * part / whole:.1f}%" if whole else "0.0%"


def change(before: int, after: int) -> str:
    """A relative difference: +22.9%, -0.0400%, +0.000004%; empty where the first figure is 0, and where both are equal.

    One below 0.1 % has four decimals, or as many as show a digit that is not 0.
    """
    if not before or before == after:
        return ""
    share, difference = 100 * (after - before) / before, abs(after - before)
    decimals = 1 if abs(share) >= 0.1 else max(4, len(str(before)) - len(str(difference)) - 1)
    return f"{share:+.{decimals}f}%"


# Lists and plurals


def compact_list(values: Sequence[int]) -> str:
    """Numbers with commas, or `3 × 4` where all three are 4."""
    if len(values) > 1 and len(set(values)) == 1:
        return f"{len(values)} × {values[0]}"
    return ", ".join(map(str, values))


def join_and(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def plural(count: int, word: str, plural_word: str = "") -> str:
    """`1 module`, `8 modules`, `4 branches`, `2 entries`; another plural is named."""
    if count == 1:
        return f"1 {word}"
    if not plural_word:
        plural_word = word[:-1] + "ies" if word.endswith("y") else word + ("es" if word.endswith("ch") else "s")
    return f"{count} {plural_word}"


# Text of a user's file on a terminal, in a log or on a page

_NOT_DRAWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that act on a terminal instead of being drawn: escapes, direction marks, surrogates, breaks."""
_JOINERS = "\u200c\u200d"
"""They only join what is beside them: emoji, letters."""
_NONCHARACTERS = "\ufffe\uffff"
"""XML refuses them."""


def printable(text: str) -> str:
    """The text with a stand-in for each character that would act on a terminal or a log; its length is unchanged."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character in _JOINERS or (unicodedata.category(character) not in _NOT_DRAWN and character not in _NONCHARACTERS):
        return character
    if character == "\x7f":
        return "\u2421"
    return chr(0x2400 + ord(character)) if character < " " else "\ufffd"  # ␛ for an escape


# JSON

MAX_JSON_LINE = 100


def json_text(value: Any, margin: str = "") -> str:
    """JSON in which a value that fits on a line is written on one, and a list of numbers on one line at any length."""
    import json  # most commands write none

    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(margin) + len(line) <= MAX_JSON_LINE:
        return line
    if isinstance(value, list) and all(isinstance(item, int | float) for item in value):
        return line
    inner = margin + "  "
    if isinstance(value, dict):
        items = [f"{json.dumps(key, ensure_ascii=False)}: {json_text(item, inner)}" for key, item in value.items()]
    else:
        items = [json_text(item, inner) for item in value]
    return f"{line[0]}\n{inner}" + f",\n{inner}".join(items) + f"\n{margin}{line[-1]}"
