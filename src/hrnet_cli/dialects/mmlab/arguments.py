"""Which arguments the classes of mmlab's packages take, and those of a config that they refuse.

A class of these packages is called with the keys of its mapping, so that Python raises a TypeError for an argument that
it does not have. The signatures are recorded by tools/signatures.py, in a file per package and line of versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from hrnet_cli.dialects.mmlab.facts import BACKBONE_KEYS, CLASSES, LITE_HRNETS, PACKAGES, Package, class_name
from hrnet_cli.dialects.mmlab.part import MAX_PARTS, Network
from hrnet_cli.dialects.mmlab.versions import NEW, OLD, is_before_signatures, version_line
from hrnet_cli.dialects.reading import MAX_NOTES, note
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import KeyPath, misspelt, quote, quote_key

FOLDER = Path(__file__).parent / "signatures"
ANY = "*"
"""Stands for the arguments of a class that takes any."""
NOT_ARGUMENTS = ("type", "_scope_", "_delete_")
"""Keys of a mapping that its class is not called with."""
PART_ENDINGS = ("backbone", "neck", "head", "extractor", "preprocessor")
"""The endings of the keys whose mappings are built as parts of a model; so are those of a `loss`."""
REPLACED = ("misspelt-key", "unread-key", "left-out")
"""Notes that say less of a key than that it is refused."""
MAX_DEPTH = 6
"""Parts inside parts that are looked at."""


@cache
def _text(package: str, line: str) -> str:
    """The classes of a package in a line of versions, a line for each."""
    return (FOLDER / f"{package}-{line}.txt").read_text(encoding="utf-8")


def _recorded(package: Package, name: str, line: str) -> tuple[str, ...] | None:
    """The arguments of a class in a line of versions; None where the package has no such class."""
    if not package.name or not name.isidentifier():
        return None
    row = re.search(rf"^{name}(?: .*)?$", _text(package.name, line), re.MULTILINE)
    return tuple(row[0].split()[1:]) if row else None


def has_class(package: Package, name: str) -> bool:
    """Whether a package registers a class of that name as a part of a model, in either line of versions."""
    return any(_recorded(package, name, line) is not None for line in (OLD, NEW))


def taken_arguments(package: Package, name: str, line: str) -> tuple[str, ...] | None:
    """The arguments that a class takes; without a line, in either. None where it is not known, or takes any."""
    lines = (line,) if line else (NEW, OLD)
    found = [arguments for each in lines if (arguments := _recorded(package, name, each)) is not None]
    arguments = tuple(dict.fromkeys(argument for each in found for argument in each))
    return arguments if found and ANY not in arguments else None


@cache
def _taken_anywhere(package: str) -> frozenset[str]:
    """The arguments of all classes of a package, in both lines of versions."""
    rows = (row.split() for line in (OLD, NEW) for row in _text(package, line).splitlines() if row[:1] != "#")
    return frozenset(argument for row in rows for argument in row[1:])


def certain_package(config: Mapping[str, Any]) -> Package | None:
    """The package whose code builds the model, and None where the config does not show it or the model is its own."""
    model = config.get("model")
    if not isinstance(model, Mapping):
        return None
    model_type = model.get("type")
    own_scope, _, name = model_type.rpartition(".") if isinstance(model_type, str) else ("", "", "")
    scope = own_scope or config.get("default_scope")
    if isinstance(scope, str) and scope:
        package = PACKAGES.get(scope)
        return package if package and has_class(package, name) else None
    found = {each.name: each for each in PACKAGES.values() if has_class(each, name)}
    return next(iter(found.values())) if len(found) == 1 else None


def note_refused(config: Mapping[str, Any], network: Network) -> None:
    """Report each argument that the class it is given to refuses, instead of other notes on its key.

    It is a misspelt one, or one of another class of the package. Any other is of a fork, whose class reads it.
    """
    package = certain_package(config)
    if package is None or is_before_signatures(config):
        return
    line, at_most_note = version_line(config), imports_own_modules(config)
    for part, path in islice(_parts(config["model"], ("model",), package, 0), MAX_PARTS * 4):
        owner = _package_of(part, package)
        name = class_name(part["type"])
        known = taken_arguments(owner, name, line)
        earlier = CLASSES[name].arguments if name in CLASSES else ()
        if known is None:
            continue
        unknown = (key for key in part if key not in (*known, *NOT_ARGUMENTS))
        if name in LITE_HRNETS and not is_released(config):  # the authors' own class has another argument, forks more
            unknown = (key for key in unknown if misspelt(key, known))
        for key in islice(unknown, MAX_NOTES):
            place = (*path, quote_key(key))
            if not _is_mistake(key, place, owner, (*known, *earlier), network):
                network.fork = network.fork or _of_fork(place, f"an argument of {owner.name}'s {name}")
                continue
            refused = _refused(network, place, f"{owner.name}'s {name}", known)
            if key in earlier:
                message = f"{refused.path[-1]} is an argument of {owner.name}'s {name} in early versions alone"
                refused = refused._replace(message=f"{message}: others raise a TypeError")
            network.notes.append(refused._replace(at_most_note=at_most_note or key in earlier))


def is_released(config: Mapping[str, Any]) -> bool:
    """Whether the classes of a config are certainly those of a package of the new line of versions."""
    is_new = version_line(config) == NEW and not imports_own_modules(config)
    return is_new and certain_package(config) is not None


def _is_mistake(key: Any, path: KeyPath, owner: Package, known: tuple[str, ...], network: Network) -> bool:
    """Whether an argument is misspelt, or given to a class of the package, or of another HRNet, that does not take it.

    Any other is one that a fork added.
    """
    if key in known or key in BACKBONE_KEYS or key in _taken_anywhere(owner.name) or misspelt(key, known):
        return True
    return any(each.path == path and each.code == "misspelt-key" for each in network.notes)


def imports_own_modules(config: Mapping[str, Any]) -> bool:
    """Whether the config imports modules outside the packages, which may register a class in place of another."""
    own = config.get("custom_imports")
    names = own.get("imports", ()) if isinstance(own, Mapping) else ()
    listed = names if isinstance(names, list | tuple) else [names]
    return any(not isinstance(name, str) or name.partition(".")[0] not in PACKAGES for name in listed[:MAX_PARTS])


def _refused(network: Network, path: KeyPath, owner: str, known: tuple[str, ...]) -> Diagnostic:
    """The note on a refused argument, which takes the place of one that says that its key is not read."""
    unread = [each for each in network.notes if each.path == path and each.code in REPLACED]
    network.notes = [each for each in network.notes if each not in unread]
    guesses = [each.remedy for each in unread if each.code == "misspelt-key"]
    right = misspelt(path[-1], known)
    guesses += [f"did you mean {right}?"] if right else []
    message = f"{path[-1]} is not an argument of {owner}: building it raises a TypeError"
    return note("refused-argument", path, message, next(iter(guesses), "remove it"), at_key=True)


def _of_fork(path: KeyPath, what: str) -> Diagnostic:
    """The note on a key that no version of the package has; `what` says what it is not there."""
    message = f"{path[-1]} is not {what}: the config is for a fork of it, which may read and build more"
    return note("fork", path, message, at_key=True)


def find_fork(config: Mapping[str, Any], network: Network) -> Diagnostic | None:
    """Why the code that reads a config is not known: an own model, or a key that is no misspelling of the package's.

    An own model may join the branches in front of its head. A key that another package's HRNet has proves nothing.
    """
    model = config.get("model")
    own = model.get("type") if isinstance(model, Mapping) else None
    if isinstance(own, str) and certain_package(config) is None:
        name = network.package.name or "mmlab"
        message = f"{quote(own)} is not one of {name}'s models: how its parts fit together is not known"
        return note("fork", ("model", "type"), message)
    unread = (each for each in network.notes if each.code == "unread-key" and each.path[-1] not in BACKBONE_KEYS)
    found = next(unread, None)
    return network.fork or (_of_fork(found.path, f"read by {network.hrnet}") if found else None)


def _package_of(part: Mapping[Any, Any], package: Package) -> Package:
    """The package of a part: that of its scope, or the model's."""
    scope = part["type"].rpartition(".")[0]
    return PACKAGES.get(scope, package) if scope else package


def _parts(value: Any, path: KeyPath, package: Package, depth: int) -> Iterator[tuple[Mapping[Any, Any], KeyPath]]:
    """The parts of a model that their package's own class is built from, outer ones first.

    What is below an own class, or in another scope, is not known: that class may read it before it builds anything.
    """
    if isinstance(value, list | tuple):
        for index, item in enumerate(islice(value, MAX_PARTS)):
            if isinstance(item, Mapping):
                yield from _parts(item, (*path, index), package, depth + 1)
    if not isinstance(value, Mapping) or depth > MAX_DEPTH or not isinstance(value.get("type"), str):
        return
    scope, _, name = value["type"].rpartition(".")
    if "_scope_" in value or (scope and scope not in PACKAGES) or not has_class(PACKAGES.get(scope, package), name):
        return
    yield value, path
    for key in value:
        if isinstance(key, str) and (key.endswith(PART_ENDINGS) or "loss" in key):
            yield from _parts(value[key], (*path, quote_key(key)), package, depth + 1)
