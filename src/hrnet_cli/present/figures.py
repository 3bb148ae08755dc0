"""Numbers and shapes as text: the one place that rounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hrnet_cli.nn import Shape

_DECIMAL = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_BINARY = ((2**40, "Ti"), (2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki"))


def short(number: int, giga: int = 10**9) -> str:
    """Four digits and a unit: 28.54M, 7.645G, 561; 7.120Gi where a G is 2³⁰, as the authors counted."""
    for size, unit in _DECIMAL if giga == 10**9 else _BINARY:
        if number >= 0.99995 * size:
            return f"{digits(number / size)}{unit}"
    return str(number)


def digits(number: float) -> str:
    """About four significant digits: 7.645, 15.29, 114.2."""
    decimals = 3 if number < 9.9995 else 2 if number < 99.995 else 1
    return f"{number:.{decimals}f}"


def exact(number: int) -> str:
    """Every digit, in threes: 28,536,113."""
    return f"{number:,}"


def size(shape: Shape) -> str:
    """1×3×256×192."""
    return "×".join(map(str, shape))


def for_a_batch(input: Shape) -> str:
    """What a count is of, where that is not one image: ` for a batch of 8`."""
    return f" for a batch of {input[0]}" if input[0] > 1 else ""


def map_size(shape: Shape) -> str:
    """A map without its batch: 32×64×48."""
    return size(shape[1:]) if len(shape) == 4 else size(shape)


def sizes(shapes: Iterable[Shape]) -> str:
    """Several maps without their batch: 32×64×48, 64×32×24."""
    return ", ".join(map_size(shape) for shape in shapes)


def numbers(values: Sequence[int]) -> str:
    """A list of numbers, said once where they are all the same: 4 4 4 becomes 3 × 4."""
    if len(values) > 1 and len(set(values)) == 1:
        return f"{len(values)} × {values[0]}"
    return ", ".join(map(str, values))


def listed(words: Sequence[str]) -> str:
    """One, one and another, one, another and a third."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def plural(count: int, word: str) -> str:
    """1 module, 8 modules; branch becomes branches."""
    ending = "" if count == 1 else "es" if word.endswith("ch") else "s"
    return f"{count} {word}{ending}"


def percent(part: int, whole: int) -> str:
    """A share of the whole: 37.9%."""
    return f"{100 * part / whole:.1f}%" if whole else "0.0%"


def change(before: int, after: int) -> str:
    """How much more or less, in percent: +22.9%, -0.04%; a figure that was 0 has none."""
    share = 100 * (after - before) / before if before else 0
    return f"{share:+.{1 if abs(share) >= 0.1 else 4}f}%" if before and share else ""


def bar(part: int, whole: int, width: int = 20) -> str:
    """A share as a bar, in eighths of a character."""
    eighths = round(8 * width * part / whole) if whole else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
