"""Byte for byte the same reports from shapes and from torch, but for the engine's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from commandline import ROOT, call
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Plain, sizes, specs

from hrnet_cli.analysis import describe as describing
from hrnet_cli.analysis import flops as counting
from hrnet_cli.analysis import fuse as fusing
from hrnet_cli.analysis import shapes as shaping
from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.diagnosis import diagnose
from hrnet_cli.report import describe as present_describe
from hrnet_cli.report import diagnosis as present_diagnosis
from hrnet_cli.report import flops as present_flops
from hrnet_cli.report import fuse as present_fuse
from hrnet_cli.report import trace as present_trace
from hrnet_cli.report.formats import FORMATS, Canvas, Report
from hrnet_cli.sources import preset_names
from hrnet_cli.tracing import InputError, Trace, trace

pytestmark = pytest.mark.torch

EXAMPLES = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "examples").glob("gray*.yaml"))]


def reports(found: Trace, error: InputError | None) -> Iterator[Report]:
    """Every report that the commands can make of a trace."""
    for calls in (False, True):
        shapes = shaping.shapes(found, calls=calls, error=error)
        yield Report("trace", shapes, lambda shapes=shapes, calls=calls: present_trace.present(shapes, not calls))  # type: ignore[misc]
    if error:
        diagnosis = diagnose(error)
        yield Report("diagnosis", diagnosis, lambda: present_diagnosis.present(diagnosis))
        return
    for full in (False, True):
        tree = describing.describe(found, full=full)
        yield Report("describe", tree, lambda tree=tree, full=full: present_describe.present(tree, full))  # type: ignore[misc]
    fuse = fusing.fuse(found)
    yield Report("fuse", fuse, lambda: present_fuse.present(fuse))
    for by, convention in zip([*counting.GROUPINGS], [*CONVENTIONS] * 2, strict=False):
        flops = counting.flops(found, by, convention)
        yield Report("flops", flops, lambda flops=flops: present_flops.present(flops))  # type: ignore[misc]


ALL = ("json", "text", "markdown")


def printed(spec: Any, input: Any, engine: str, formats: tuple[str, ...] = ALL) -> list[str]:
    """Every report in the formats of a result, in the order of `reports`, with the engine's name taken out."""
    error = None
    try:
        found = trace(spec, input, engine)
    except InputError as raised:
        error, found = raised, raised.trace
    texts = []
    for report in reports(found, error):
        assert report.result.engine == engine
        for format in formats:
            text = FORMATS[format](report, Canvas(None, color=False))
            assert format != "json" or text.count(f'"engine": "{engine}"') == (
                2 if error and report.command == "trace" else 1
            )
            texts.append(text.replace(f'"engine": "{engine}"', '"engine": ""'))
    return texts


@pytest.mark.parametrize("spec", [*preset_names(), *EXAMPLES])
def test_what_ships(spec: str) -> None:
    """A document is made of its result alone, so the other formats of the other presets need no second look."""
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


def test_the_option_reaches_the_engine() -> None:
    """Through the command line, where only the JSON tells the engine."""
    spec = (ROOT / "examples" / "gray-32.yaml").read_bytes()
    ours = call("describe", "-", "--format", "json", stdin=spec)
    theirs = call("describe", "-", "--format", "json", "--engine", "torch", stdin=spec)
    assert ours.code == theirs.code == 0
    assert ours.out.replace('"engine": "shapes"', '"engine": "torch"') == theirs.out != ours.out
    wrong = [call("trace", "-", "--input", "33x33", "--engine", engine, stdin=spec) for engine in ("shapes", "torch")]
    assert wrong[0] == wrong[1] and wrong[0].code == 2
