"""Both engines give the same reports, byte for byte, except for the name of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from commandline import ROOT, call
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Plain, sizes, specs
from support import ONE_OF_EACH_HEAD

import hrnet_cli as api
from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.diagnosis import diagnose
from hrnet_cli.analysis.flops import GROUPINGS
from hrnet_cli.report.formats import FORMATS, Canvas
from hrnet_cli.tracing import InputError, trace

pytestmark = pytest.mark.torch

EXAMPLES = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "examples").glob("gray*.yaml"))]


def reports(spec: Any, input: Any, engine: str) -> Iterator[Any]:
    """The result of every report that the commands can make of a spec; after a failure, the trace and the diagnosis."""
    try:
        arguments: tuple[Any, ...] = (trace(spec, input, engine),)
    except InputError as error:
        arguments = (spec, input, engine)
        yield diagnose(error)
    for calls in (False, True):
        yield api.shapes(*arguments, calls=calls, modules=not calls)
    if len(arguments) == 1:
        for full in (False, True):
            yield api.describe(*arguments, full=full)
        yield api.fuse(*arguments)
        for by, convention in zip(GROUPINGS, [*CONVENTIONS] * 2, strict=False):
            yield api.flops(*arguments, by=by, convention=convention)


ALL = ("json", "text", "markdown")


def printed(spec: Any, input: Any, engine: str, formats: tuple[str, ...] = ALL) -> list[str]:
    """Every report in each format, without the engine's name."""
    texts = []
    for result in reports(spec, input, engine):
        assert result.engine == engine
        for format in formats:
            text = FORMATS[format](result, Canvas(None, color=False))
            names = 2 if getattr(result, "failure", None) else 1
            assert format != "json" or text.count(f'"engine": "{engine}"') == names
            texts.append(text.replace(f'"engine": "{engine}"', '"engine": ""'))
    return texts


@pytest.mark.parametrize("spec", [*ONE_OF_EACH_HEAD, *EXAMPLES])
def test_presets_and_examples(spec: str) -> None:
    """A result depends on its trace alone, and traces are compared in `test_all_goldens` and `test_engines`.

    A report depends on its result alone, so that only one preset is compared in every format.
    """
    formats = ALL if spec == "w32" else ALL[:1]
    assert printed(spec, None, "shapes", formats) == printed(spec, None, "torch", formats)


@pytest.mark.parametrize("input", ["250x250", "64x40", "2x3x17x1000"])
def test_inputs_that_fail(small: Plain, input: str) -> None:
    ours, theirs = printed(small, input, "shapes"), printed(small, input, "torch")
    assert ours == theirs and len(ours) == 9


@settings(max_examples=8)
@given(specs(most_stages=4), st.tuples(st.integers(1, 3), sizes, sizes))
def test_random_specs_and_sizes(plain: Plain, size: tuple[int, int, int]) -> None:
    batch, height, width = size
    input = (batch, plain.get("in_channels", 3), height, width)
    assert printed(plain, input, "shapes") == printed(plain, input, "torch")


def test_the_option_selects_the_engine() -> None:
    """On the command line; only JSON names the engine."""
    spec = (ROOT / "examples" / "gray-32.yaml").read_bytes()
    ours = call("describe", "-", "--format", "json", stdin=spec)
    theirs = call("describe", "-", "--format", "json", "--engine", "torch", stdin=spec)
    assert ours.code == theirs.code == 0
    assert ours.out.replace('"engine": "shapes"', '"engine": "torch"') == theirs.out != ours.out
    wrong = [call("trace", "-", "--input", "33x33", "--engine", engine, stdin=spec) for engine in ("shapes", "torch")]
    assert wrong[0] == wrong[1] and wrong[0].code == 2
