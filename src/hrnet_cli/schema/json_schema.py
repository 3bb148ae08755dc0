"""The spec as a JSON Schema (draft-07), by which an editor completes it and marks what is wrong.

It is made from the fields that the spec is read with, and refuses nothing that is read: what draft-07 cannot say (that
branches never fall, that the whole is not too large) is left to the tool.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field
from itertools import pairwise
from typing import Any

from hrnet_cli.hrnet import (
    LITE_FIELDS,
    LITE_STEM_BLOCK,
    MAX_BRANCHES,
    MAX_STAGES,
    STAGE_KEY,
    STAGE_KEYS,
    STEM_WIDTHS,
    stage_key,
)
from hrnet_cli.schema.fields import (
    MAX_SIZE,
    Amount,
    BlockName,
    Choice,
    Count,
    Each,
    Flag,
    Number,
    OneOf,
    RecordOf,
    Size,
    Text,
)
from hrnet_cli.schema.heads import HEAD_SPECS
from hrnet_cli.schema.records import Diagnostics, Kind, entries
from hrnet_cli.schema.spec import EDITOR_KEY, PrintedFigure, Published, Spec, Upsampling
from hrnet_cli.schema.stages import StageSpec
from hrnet_cli.text import json_text, shape_argument

Schema = dict[str, Any]


def json_schema(example: Schema) -> Schema:
    """The schema of a whole spec, with a spec as its example. The stages are among the other keys, as in the file."""
    stages = _stages(example)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "HRNet spec",
        "description": "A network as hrnet-cli reads it: stage1, stage2, … and the other keys.",
        "type": "object",
        **stages,
        "properties": {
            **_properties({name: item for name, item in entries(Spec).items() if name != "stages"}),
            **stages["properties"],
            EDITOR_KEY: {"type": "string"},
        },
        "additionalProperties": False,
        **BETWEEN[Spec],
        "examples": [example],
        "definitions": {"stage": {"description": _first_line(StageSpec), **_record(RecordOf(StageSpec))}},
    }


def schema_text(example: Schema) -> str:
    """The schema as a file."""
    return json_text(json_schema(example)) + "\n"


def schema_of(kind: Kind) -> Schema:
    """The schema of one kind of value."""
    return KINDS[type(kind)](kind)


def _properties(fields: Mapping[str, Field[Any]]) -> Schema:
    return {
        name: {
            **({"title": name} if isinstance(item.metadata["kind"], RecordOf | OneOf) else {}),
            "description": item.metadata["help"],
            **_default(item),
            **schema_of(item.metadata["kind"]),
        }
        for name, item in fields.items()
    }


def _default(item: Field[Any]) -> Schema:
    """A default, if it is a value that may also be written: nothing and an empty text may not."""
    kind = item.metadata["kind"]
    if item.default is MISSING:
        return {}
    plain = list(item.default) if isinstance(item.default, tuple) else item.default
    value = shape_argument(item.default[2:]) if isinstance(kind, Size) else plain
    diagnostics = Diagnostics()
    kind.read(value, (), diagnostics)
    return {} if diagnostics else {"default": value}


def _record(kind: RecordOf) -> Schema:
    fields = entries(kind.into)
    required = [name for name, item in fields.items() if item.default is MISSING]
    return {
        "type": "object",
        **({"required": required} if required else {}),
        "properties": _properties(fields),
        "additionalProperties": False,
        **BETWEEN.get(kind.into, {}),
    }


def _one_of(kind: OneOf) -> Schema:
    """The fields that `type` asks for, by if and then: a mistake is then marked for the one record that is meant."""
    lines = [f"{name}: {_first_line(each.into)}" for name, each in kind.records.items()]
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"description": "\n\n".join(lines), "enum": list(kind.records)}},
        "allOf": [_if("type", name, _variant(name, each)) for name, each in kind.records.items()],
    }


def _variant(name: str, record: RecordOf) -> Schema:
    schema = _record(record)
    del schema["type"]  # a head that is no mapping is said to be none once, and not by every variant
    properties = {"type": {"const": name}, **schema["properties"]}
    return {"description": _first_line(record.into), **schema, "properties": properties}


def _first_line(record: type[Any]) -> str:
    return (record.__doc__ or "").partition("\n")[0]


def _if(key: str, value: Any, then: Schema) -> Schema:
    """What holds where a key has one value, or one that a schema describes."""
    schema = value if isinstance(value, dict) else {"const": value}
    return {"if": {"properties": {key: schema}, "required": [key]}, "then": then}


def _size(_: Size) -> Schema:
    number = r"\s*[0-9]{1,9}\s*"
    return {
        "type": ["string", "array"],
        "pattern": rf"^{number}([x×X]{number}){{1,3}}$",
        "items": {"type": ["integer", "string"], "minimum": 1, "maximum": MAX_SIZE, "pattern": f"^{number}$"},
        "minItems": 2,
        "maxItems": 4,
        "examples": ["1x3x256x192", "256x192", [1, 3, 256, 192]],
    }


def _stages(example: Schema) -> Schema:
    """Keys of the whole. An editor offers those that the example has; the rest is a pattern.

    A stage is in one of the two and not in both: editors differ in whether a pattern then holds as well.
    """
    examples = {key: value for key, value in example.items() if STAGE_KEY.fullmatch(key)}
    numbers = [str(number) for number in range(1, MAX_STAGES + 1) if stage_key(number) not in examples]
    keys = list(STAGE_KEYS)
    return {
        "required": keys[:1],
        "properties": {key: _stage(key, example) for key, example in examples.items()},
        "patternProperties": {f"^stage({'|'.join(numbers)})$": {"$ref": "#/definitions/stage"}},
        "dependencies": {key: [before] for before, key in pairwise(keys[1:])},
    }


def _stage(key: str, example: Schema) -> Schema:
    """A stage, as an example has it; stage 1 is one chain of blocks."""
    schema: Schema = {"allOf": [{"$ref": "#/definitions/stage"}], "examples": [example]}
    chain = {"properties": {"num_modules": {"const": 1}, "num_branches": {"const": 1}}}
    return {**schema, **chain} if key == STAGE_KEYS[0] else schema


KINDS: dict[type[Any], Callable[[Any], Schema]] = {
    Count: lambda kind: {"type": "integer", "minimum": kind.low, "maximum": kind.high},
    Amount: lambda _: {
        "type": ["integer", "string"],
        "minimum": 1,
        "exclusiveMaximum": Amount.BELOW,
        "pattern": rf"^\s*{Amount.FORM.pattern}\s*$",
        "examples": ["30M", "7.65G", 30_000_000],
    },
    Number: lambda kind: {"type": "number", "exclusiveMinimum": kind.above, "exclusiveMaximum": kind.below},
    Flag: lambda _: {"type": "boolean"},
    Text: lambda kind: {
        "type": "string",
        "minLength": 1,
        "maxLength": kind.max_length,
        "pattern": r"^[^\u0000-\u001f\u007f]*$",
    },
    PrintedFigure: lambda _: {"type": "string", "pattern": f"^{PrintedFigure.FORM.pattern}$"},
    Choice: lambda kind: {"enum": list(kind.options)},
    BlockName: lambda kind: {"enum": list(kind.options)},
    Each: lambda kind: {
        "type": "array",
        "items": schema_of(kind.kind),
        **({"minItems": kind.min_length} if kind.min_length else {}),
        "maxItems": kind.max_length,
    },
    Size: _size,
    RecordOf: _record,
    OneOf: _one_of,
}
"""From a kind of `schema.fields` to the schema of what it reads."""


def _as_long_as_branches(count: int) -> Schema:
    length = {"minItems": count, "maxItems": count}
    return _if("num_branches", count, {"properties": {"num_blocks": length, "num_channels": length}})


LITE_STEM = {"properties": {"block": {"const": LITE_STEM_BLOCK}}, "required": ["block"]}
"""Stage 1 of a Lite-HRNet."""
_NEED_ONE = [name for name, head in HEAD_SPECS.items() if name == "none" or not head.reads_all_branches]
BETWEEN: dict[type[Any], Schema] = {
    StageSpec: {
        "allOf": [_as_long_as_branches(count) for count in range(1, MAX_BRANCHES + 1)],
        "dependencies": {
            name: {"properties": {"block": {"enum": list(blocks)}}} for name, blocks in LITE_FIELDS.items()
        },
    },
    Upsampling: {
        "dependencies": {"align_corners": {"required": ["mode"], "properties": {"mode": {"const": "bilinear"}}}}
    },
    Published: {
        "if": {"properties": {"differs": {"minItems": 1}}, "required": ["differs"]},
        "then": {"required": ["note"]},
    },
    Spec: {
        "allOf": [
            _if("multi_scale_output", False, {"properties": {"head": {"properties": {"type": {"enum": _NEED_ONE}}}}}),
            {
                **_if(
                    STAGE_KEYS[0],
                    LITE_STEM,
                    {"required": ["stem_widths"], "properties": {"stem_widths": {"maxItems": 1}}},
                ),
                "else": {"properties": {"stem_widths": {"minItems": len(STEM_WIDTHS)}}},
            },
        ]
    },
}
"""What a record's `check_fields` says and draft-07 can say too."""
