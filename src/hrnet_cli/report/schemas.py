"""The JSON Schema of every report, made from the types of its result: fields, their types and their docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from dataclasses import fields, is_dataclass
from importlib import import_module
from itertools import pairwise
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hrnet_cli.report.formats.json import SCHEMA_VERSION
from hrnet_cli.text import json_text

Schema = dict[str, Any]

RESULTS: dict[str, tuple[str, ...]] = {
    "describe": ("hrnet_cli.analysis.describe.Description",),
    "trace": ("hrnet_cli.analysis.shapes.Shapes",),
    "fuse": ("hrnet_cli.analysis.fuse.Fuse",),
    "flops": ("hrnet_cli.analysis.flops.Flops",),
    "verify": ("hrnet_cli.analysis.verify.Verification",),
    "check": ("hrnet_cli.checking.finding.Check",),
    "rule": ("hrnet_cli.checking.pages.RulePage", "hrnet_cli.checking.pages.RuleList"),
    "diff": ("hrnet_cli.analysis.diff.Diff",),
    "presets": ("hrnet_cli.analysis.presets.Presets",),
}
"""From a command that writes JSON to the types of its results, one of which a report is."""


COMMON_FIELDS = {
    "network": "The spec's name.",
    "engine": "What ran the network: `shapes` or `torch`.",
    "convention": "How operations are counted; docs/counting.md has the conventions.",
    "input": "N×C×H×W.",
    "params": "Elements of all parameters.",
    "macs": "Multiply-accumulates; bias is not counted.",
    "path": "The module's path, as torch's get_submodule takes it; empty for the network.",
    "stage": "From 1.",
    "module": "From 0.",
    "branch": "From 0, the highest resolution first.",
}
"""Descriptions of fields that mean the same in every report."""


def report_schema_text(command: str) -> str:
    """The schema of a command's report as a file."""
    return json_text(report_schema(command)) + "\n"


def report_schema(command: str) -> Schema:
    """The JSON Schema (draft 2020-12) of what `hrnet-cli COMMAND --format json` writes."""
    definitions: dict[str, Schema] = {}
    head: dict[str, Schema] = {
        "schema_version": {"description": "Counts up when a field changes its meaning.", "const": SCHEMA_VERSION},
        "command": {"description": "The command that wrote the report.", "const": command},
    }
    reports = [_record(_result_type(path), definitions, head) for path in RESULTS[command]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"hrnet-cli {command} --format json",
        **(reports[0] if len(reports) == 1 else {"anyOf": reports}),
        **({"$defs": definitions} if definitions else {}),
    }


def _result_type(path: str) -> type[Any]:
    module, _, name = path.rpartition(".")
    result: type[Any] = getattr(import_module(module), name)
    return result


def _record(record: type[Any], definitions: dict[str, Schema], head: dict[str, Schema]) -> Schema:
    """A dataclass or a NamedTuple as an object with the fields of `head`, its own fields and no others."""
    hints, texts = get_type_hints(record, localns=_imported_late()), {**COMMON_FIELDS, **_field_docs(record)}
    properties = dict(head)
    for name in [field.name for field in fields(record)] if is_dataclass(record) else record._fields:
        description = {"description": texts[name]} if name in texts else {}
        properties[name] = {**description, **_schema(hints[name], definitions)}
    return {
        "description": _one_line(record.__doc__ or ""),
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _imported_late() -> dict[str, Any]:
    """Types that a result's module imports for the type checker alone: few traces fail."""
    from hrnet_cli.analysis.diagnosis import Diagnosis

    return {"Diagnosis": Diagnosis}


def _field_docs(record: type[Any]) -> dict[str, str]:
    """The docstrings below the fields of a class; for a part of the spec, the texts that the spec's schema has."""
    if is_dataclass(record) and any("help" in field.metadata for field in fields(record)):
        return {field.name: field.metadata["help"] for field in fields(record)}
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(record))).body
    assert isinstance(definition, ast.ClassDef)
    docs: dict[str, str] = {}
    for field, below in pairwise(definition.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            docs[field.target.id] = _one_line(ast.literal_eval(below.value))
    return docs


SIMPLE = {int: "integer", str: "string", bool: "boolean", float: "number", type(None): "null"}


def _schema(type: Any, definitions: dict[str, Schema]) -> Schema:
    """The schema of the values of a type. Records are defined once in `definitions` and referred to."""
    origin, arguments = get_origin(type), get_args(type)
    if type is Any:
        return {}
    if type in SIMPLE:
        return {"type": SIMPLE[type]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return _union([_schema(argument, definitions) for argument in arguments])
    if origin is tuple:
        items = {"type": "array", "items": _schema(arguments[0], definitions)}
        return items if arguments[-1] is ... else {**items, "minItems": len(arguments), "maxItems": len(arguments)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    if type.__name__ not in definitions:
        definitions[type.__name__] = {}  # it may refer to itself
        definitions[type.__name__] = _record(type, definitions, {})
    return {"$ref": f"#/$defs/{type.__name__}"}


def _union(schemas: list[Schema]) -> Schema:
    """One of several schemas; null is another type of the schema beside it where that has a type."""
    null = {"type": "null"}
    if null in schemas and len(schemas) == 2:
        (schema,) = (schema for schema in schemas if schema != null)
        if "type" in schema:
            return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": schemas}
