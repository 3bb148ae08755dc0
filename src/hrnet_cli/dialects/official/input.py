"""The input size, and how the fuse layers upsample."""

from __future__ import annotations

from typing import Any

from hrnet_cli.dialects.official.config import Config
from hrnet_cli.dialects.official.families import Family
from hrnet_cli.text import quote


def read_size(config: Config, family: Family) -> None:
    """The input, which configs give as width and height; INPUT_SIZE alone may be one number, which is both."""
    found = next((node for node in map(config.source.find, family.sizes) if node), None)
    if found is None:
        width, height = family.default_size
        where = config.source.missing(family.sizes[0])
        text = f"{where.dotted} is not given: an input of {height}×{width}"
        config.note("assumed", where.path, text, "give width and height")
        config.data["input"] = [height, width]
        return
    config.size = size = found.literal
    config.origins["input",] = found.path
    single = str(found.path[-1]).upper() == "INPUT_SIZE"
    numbers = size if isinstance(size, list) else [size, size] if single else []
    plain = len(numbers) == 2 and all(type(number) is int for number in numbers)
    config.data["input"] = numbers[::-1] if plain else quote(size)  # which the spec refuses, at its place


def read_upsampling(config: Config, family: Family) -> None:
    """The family's; where it reads ALIGN_CORNERS, with what that says."""
    if not family.upsampling:
        return
    corners = _align_corners(config) if "ALIGN_CORNERS" in family.reads else None
    config.data["upsampling"] = {**family.upsampling, **({} if corners is None else {"align_corners": corners})}


def _align_corners(config: Config) -> Any:
    """True where the config is silent; a null leaves it to torch."""
    model = config.source.model
    node = model.child("ALIGN_CORNERS")
    where = node or model.missing("ALIGN_CORNERS")
    config.origins["upsampling", "align_corners"] = where.path
    if node is None:
        text = f"{where.dotted} is not given: true, the code's default"
        config.note("assumed", where.path, text)
    return node.literal if node else True
