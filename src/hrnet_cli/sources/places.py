"""Where in a text an HRNet stands: at its top, below other keys, or at the place that the user names.

A config of another program has HRNet's stages below keys of its own, or in a named dict of a Python file. Which code
reads them there is not known, so that nothing is said for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from hrnet_cli.dialects.other_networks import not_hrnet
from hrnet_cli.dialects.reading import Reading, holds_stages
from hrnet_cli.dialects.table import FOREIGN, NATIVE, STAGES_READER, identify, is_whole_spec, recognise
from hrnet_cli.documents import MAX_DEPTH, PLACE_MARK, Document
from hrnet_cli.documents.bases import base_key
from hrnet_cli.errors import Diagnostic, Location, SpecError, UnreadableError
from hrnet_cli.hrnet import NUM_STAGES, STAGE_FIELDS, STAGE_KEYS, stage_number
from hrnet_cli.text import KeyPath, did_you_mean, dotted_path, quote, quote_key

MAX_PLACES = 20
"""Places, or keys, that a message names."""

Place = tuple[KeyPath, Any]
"""The path of a part of a document, and its value."""


def find_place(document: Document, source: str) -> Document:
    """The one part of a document below its top that holds an HRNet; the document itself where no part does.

    Raises SpecError with the places where there are several.
    """
    places = find_places(document)
    if len(places) < 2:
        return places[0] if places else document
    names = ", ".join(dotted_path(place.root) for place in places[:MAX_PLACES])
    more = " and more" if len(places) > MAX_PLACES else ""
    message = f"stages of an HRNet are found in several places: {names}{more}"
    remedy = f"choose one of them: {source or 'FILE'}{PLACE_MARK}{dotted_path(places[0].root)}"
    raise SpecError([Diagnostic("not-hrnet", (), message, remedy, location=Location(source=source))])


def find_places(document: Document) -> list[Document]:
    """Each outermost part below the top that holds an HRNet, at most one more than MAX_PLACES.

    Of equal values, which a Python file repeats, the first.
    """
    found: list[Document] = []
    for path, value in _parts(document.value, (), frozenset()):
        if len(found) <= MAX_PLACES and all(value != each.value for each in found):
            found.append(document._replace(value=value, root=(*document.root, *path)))
    return found


def _parts(value: Any, path: KeyPath, around: frozenset[int]) -> Iterator[Place]:
    """The parts of a value; `around` are the containers that it is in, so that one that holds itself ends."""
    if len(path) > MAX_DEPTH or id(value) in around:
        return
    for place, child in _children(value, path):
        if isinstance(child, Mapping) and holds_stages(child) and recognise(child):
            yield place, child
        else:
            yield from _parts(child, place, around | {id(value)})


def _children(value: Any, path: KeyPath) -> Iterator[Place]:
    """The values of a mapping or a list, each with its path."""
    if isinstance(value, Mapping):
        yield from (((*path, quote_key(key)), child) for key, child in value.items())
    elif isinstance(value, list | tuple):
        yield from (((*path, index), child) for index, child in enumerate(value))


def choose_place(document: Document, name: str, source: str) -> Document:
    """The part of a document at a path as messages show it: `MODEL.EXTRA`, `configs[0]`. Raises UnreadableError."""
    waiting: list[Place] = [((), document.value)]
    nearest: Place = waiting[0]
    while waiting:
        path, value = waiting.pop()
        if len(path) > len(nearest[0]):
            nearest = path, value
        for place, child in _children(value, path):
            dotted = dotted_path(place)
            if dotted == name:
                return document._replace(value=child, root=place)
            if name.startswith((f"{dotted}.", f"{dotted}[")):
                waiting.append((place, child))
    known = tuple(dotted_path(place) for place, _ in islice(_children(nearest[1], nearest[0]), MAX_PLACES))
    remedy = did_you_mean(name, known) if known else ""
    raise UnreadableError(f"there is nothing at {quote(name)}", remedy, Location(source=source))


def explain_part(reading: Reading, config: Any) -> Diagnostic | None:
    """What is said of stages with most keys missing, for code that is not known: `config` is the whole text's value."""
    stages = [reading.data.get(key) for key in STAGE_KEYS[1:NUM_STAGES]]
    few = [stage for stage in stages if isinstance(stage, Mapping) and len(stage) <= len(STAGE_FIELDS) // 2]
    if reading.code_is_known or (isinstance(stages[0], Mapping) and not few):
        return None
    key = base_key(config)
    if key and config[key]:
        message = f"the stages are only a part of a config: {key}: {quote(config[key])} has the rest"
    else:
        message = "the stages are only a part of a config: the code that reads them may have the rest"
    return not_hrnet((), message, "write all stages to a file of their own")


def read_place(document: Document) -> tuple[str, Reading]:
    """The dialect of a part of a document, and what its reader makes of it. Nothing is said for its code."""
    value = document.value
    name = identify(value)
    if not isinstance(value, Mapping) or is_whole_spec(value) or not holds_stages(value):
        return name, FOREIGN[name].read(value) if name in FOREIGN else Reading(value)
    if name in ("", NATIVE, STAGES_READER) and any(stage_number(key) is not None for key in value):
        return STAGES_READER, FOREIGN[STAGES_READER].read_stages(value)
    if not name:
        return name, Reading(value)
    reading = FOREIGN[name].read(value)
    reading.withdraw_claims()
    if all(note.path for note in reading.notes):
        reading.add_note("fork", (), "an HRNet's config below other keys: the code that reads it is not known")
    return name, reading
