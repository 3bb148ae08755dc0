"""Inputs that cannot go through: where they break, and that what is advised does go through."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from commandline import call
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Plain, specs
from support import GOLDENS, Golden

from hrnet_cli.analysis.diagnosis import AxisFit, Diagnosis, diagnose, fit, smallest_divisor
from hrnet_cli.model import Place
from hrnet_cli.schema import Spec
from hrnet_cli.sources import load_spec
from hrnet_cli.tracing import InputError, trace
from hrnet_cli.tracing.record import explain_failure

W32 = load_spec("w32")
ODD_INPUTS: list[dict[str, Any]] = Golden("pose-v1/coco_w32_256x192").facts["odd_inputs"]


def passes(spec: Spec, height: int, width: int | None = None, batch: int = 1) -> bool:
    """Whether the whole network takes it: the judge of every advice."""
    try:
        trace(spec, (batch, spec.in_channels, height, height if width is None else width))
    except InputError:
        return False
    return True


def diagnosis_of(spec: Any, input: Any, engine: str = "shapes") -> Diagnosis:
    with pytest.raises(InputError) as caught:
        trace(spec, input, engine)
    return diagnose(caught.value)


def place_of(found: Diagnosis) -> Place:
    return Place(found.part, found.stage, found.module, found.output_branch, found.input_branch)


def sizes_of_message(message: str) -> tuple[int, int, int]:
    found = re.search(r"tensor a \((\d+)\) must match .* tensor b \((\d+)\) at non-singleton dimension (\d)", message)
    assert found
    a, b, axis = map(int, found.groups())
    return a, b, axis


@pytest.mark.parametrize("odd", ODD_INPUTS, ids=lambda odd: "x".join(map(str, odd["input"])))
def test_it_breaks_where_the_original_breaks(odd: dict[str, Any]) -> None:
    """The original adds row i's terms one by one; the two sizes it names are our sum so far and our term."""
    assert odd["raises"] and odd["at"].endswith("y = y + self.fuse_layers[i][j](x[j])")
    found = diagnosis_of(W32, tuple(odd["input"]))
    a, b, axis = sizes_of_message(odd["message"])
    before, term = found.shapes
    assert (before[axis], term[axis]) == (a, b)
    assert found.output_branch is not None and found.input_branch is not None
    assert found.path == f"stage{found.stage}.{found.module}.sums.{found.output_branch}"


def test_where_250_breaks() -> None:
    found = diagnosis_of(W32, (1, 3, 250, 250))
    assert place_of(found) == Place("fuse", 2, 0, 0, 1) and found.path == "stage2.0.sums.0"
    assert found.shapes == ((1, 32, 63, 63), (1, 32, 64, 64))
    assert found.height == AxisFit("height", 250, False, 224, 253, 256, 3, 6)
    assert found.width == found.height._replace(axis="width")
    assert (found.divisor, found.smallest_multiple) == (32, 32)


def test_where_240_breaks() -> None:
    found = diagnosis_of(W32, (1, 3, 240, 240))
    assert place_of(found) == Place("fuse", 4, 0, 0, 3)
    assert found.height == AxisFit("height", 240, False, 224, 253, 256, 13, 16)


def test_one_axis_alone() -> None:
    found = diagnosis_of(W32, (1, 3, 224, 200))
    assert found.height == AxisFit("height", 224, True, None, None, None, 0, 0)
    assert found.width == AxisFit("width", 200, False, 192, 221, 224, 21, 24)


def test_the_batch_does_not_matter() -> None:
    one, many = (diagnosis_of(W32, (batch, 3, 250, 250)) for batch in (1, 16))
    assert many.input == (16, 3, 250, 250) and many.shapes[0] == (16, 32, 63, 63)
    assert (many.height, many.width, many.divisor, many.path) == (one.height, one.width, one.divisor, one.path)


@pytest.mark.parametrize("name", ["pose_tiny", "pose_stage2_has_3_branches"])
def test_divisor_of_other_networks(name: str) -> None:
    assert smallest_divisor(Golden(f"edge/{name}").spec) == 32


def stages(*branches: int, **more: Any) -> dict[str, Any]:
    """A spec with so many branches in each stage."""
    return {
        f"stage{n}": {
            "num_modules": 1,
            "num_branches": count,
            "block": "BASIC",
            "num_blocks": [1] * count,
            "num_channels": [2] * count,
        }
        for n, count in enumerate(branches, 1)
    } | more


@pytest.mark.parametrize(
    ("branches", "divisor"),
    [((1,), 1), ((1, 1), 1), ((1, 2), 8), ((1, 2, 3), 16), ((1, 2, 3, 4), 32), ((1, 2, 3, 4, 5), 64), ((1, 5), 64)],
)
def test_divisors(branches: tuple[int, ...], divisor: int) -> None:
    assert smallest_divisor(load_spec(stages(*branches))) == divisor


def test_a_map_of_1_is_stretched_and_breaks_nothing() -> None:
    """1 of branch 1 goes into the 2 of branch 0's sum; it is the 4 that comes from branch 2 that does not."""
    found = diagnosis_of(stages(1, 3), (1, 3, 4, 4))
    assert (place_of(found), found.shapes) == (Place("fuse", 2, 0, 0, 2), ((1, 2, 2, 2), (1, 2, 4, 4)))


@pytest.mark.parametrize("num_outs", [5, 9, 12, 16])
def test_a_deep_pyramid_wants_a_large_input(num_outs: int) -> None:
    spec = load_spec(stages(1, 2, head={"type": "hrfpn", "num_outs": num_outs}))
    least = 4 * 2 ** (num_outs - 1)
    assert smallest_divisor(spec) == 8
    found = fit(spec, "height", 1, 8)
    assert found.multiple == least and passes(spec, least) and not passes(spec, least - 8)
    assert found.smaller is None and found.larger is not None and passes(spec, found.larger)


def test_any_size_goes_through_one_branch() -> None:
    spec = load_spec(stages(1))
    assert all(passes(spec, size) for size in (1, 2, 3, 7, 250))
    assert fit(spec, "height", 7, smallest_divisor(spec)) == AxisFit("height", 7, True, None, None, None, 0, 0)


def test_twelve_branches() -> None:
    spec = load_spec(stages(1, 12))
    assert smallest_divisor(spec) == 2**13
    found = fit(spec, "height", 1000, 2**13)
    assert (found.smaller, found.multiple) == (None, 2**13)


def test_a_kernel_that_does_not_fit() -> None:
    """The original pads no kernel but 3: a 15×15 one needs a map of 15×15, so an input of 57."""
    head = {"type": "heatmap", "final_conv_kernel": 15}
    spec = load_spec(stages(1, 2, head=head))
    found = diagnosis_of(spec, (1, 3, 32, 64))
    assert (place_of(found), found.path) == (Place("head"), "final_layer")
    assert found.message == "a 15×15 kernel does not fit on a map of 8×16"
    assert found.height == AxisFit("height", 32, False, None, 61, 64, 29, 32)
    assert found.width.fits
    assert (found.divisor, found.smallest_multiple) == (8, 64)
    err = call("trace", "-", "-i", "32x64", stdin=json.dumps(stages(1, 2, head=head)).encode()).err
    assert "divisor  all multiples of 8 from 64 on go through" in err.splitlines()
    assert "height   32 → 61 (pad by 29); 64, a multiple of 8 (pad by 32)" in err.splitlines()
    assert passes(spec, 61) and not any(passes(spec, size) for size in range(32, 61))


def test_an_error_that_is_not_about_shapes_keeps_the_message_of_the_engine() -> None:
    """Not every convolution that fails has a kernel too large: torch may have no memory for it."""
    with pytest.raises(InputError) as caught:
        trace(stages(1, head={"type": "heatmap", "final_conv_kernel": 15}), (1, 3, 32, 64))
    node = caught.value.failure.node
    other = explain_failure(node, None, ((1, 3, 500, 500),), "not enough memory")
    error = InputError(caught.value.trace, other)
    found = diagnose(error)
    assert (found.message, found.part) == ("not enough memory", "network")
    assert error.message == "an input of 1×3×32×64 cannot go through hrnet: final_layer: not enough memory"


@cache
def smaller_and_larger(spec: Spec, size: int, most: int) -> tuple[int | None, int]:
    """The nearest sizes that go through, by trying every one."""
    below = next((n for n in range(size - 1, max(size - most, 0), -1) if passes(spec, n)), None)
    return below, next(n for n in range(size + 1, size + most) if passes(spec, n))


@settings(max_examples=12)
@given(specs(most_stages=4), st.integers(1, 150))
def test_nothing_nearer_goes_through(plain: Plain, size: int) -> None:
    spec = load_spec(plain)
    divisor = smallest_divisor(spec)
    assert divisor is not None
    found = fit(spec, "height", size, divisor)
    assert found.fits == passes(spec, size)
    if found.fits:
        assert found == AxisFit("height", size, True, None, None, None, 0, 0)
        return
    assert found.multiple is not None and found.larger is not None
    assert found.multiple % divisor == 0 and found.multiple_padding == found.multiple - size > 0
    assert not any(passes(spec, n) for n in range(size // divisor * divisor + divisor, found.multiple, divisor))
    below, above = smaller_and_larger(spec, size, 200)
    assert (found.smaller, found.larger, found.larger_padding) == (below, above, above - size)
    assert all(passes(spec, n) for n in range(found.larger, found.multiple + 1))


@pytest.mark.parametrize("size", [1, 7, 33, 95, 101, 250, 317])
@pytest.mark.parametrize("branches", [(1, 2), (1, 2, 3), (1, 2, 3, 4), (1, 3), (1, 4, 5)])
def test_the_nearest_sizes_are_those_of_brute_force(branches: tuple[int, ...], size: int) -> None:
    spec = load_spec(stages(*branches))
    found = fit(spec, "height", size, smallest_divisor(spec))
    assert found.fits == passes(spec, size)
    if not found.fits:
        assert (found.smaller, found.larger) == smaller_and_larger(spec, size, 200)


@settings(max_examples=12)
@given(specs(most_stages=4), st.integers(1, 100), st.integers(1, 100))
def test_height_and_width_follow_the_same_rule_each_by_itself(plain: Plain, height: int, width: int) -> None:
    spec = load_spec(plain)
    assert passes(spec, height, width) == (passes(spec, height) and passes(spec, width))


@settings(max_examples=12)
@given(specs(most_stages=4), st.integers(1, 100), st.integers(1, 100))
def test_the_advice_in_the_message_is_true(plain: Plain, height: int, width: int) -> None:
    """What the user reads: `H → smaller or larger (pad by n); multiple, the next multiple of d (pad by m)`."""
    spec = load_spec(plain)
    if passes(spec, height, width):
        return
    found = diagnosis_of(spec, (1, spec.in_channels, height, width))
    new_height, new_width = found.height.multiple or height, found.width.multiple or width
    assert passes(spec, new_height, new_width, batch=3)
    assert passes(spec, found.height.larger or height, found.width.larger or width)
    assert (new_height, new_width) == (
        height + found.height.multiple_padding,
        width + found.width.multiple_padding,
    )
    assert passes(spec, height + found.height.larger_padding, width + found.width.larger_padding)
    divisor, smallest = found.divisor, found.smallest_multiple
    if divisor and divisor > 1:
        assert smallest and all(passes(spec, smallest + n * divisor) for n in range(9))
    if (found.height.smaller or found.height.fits) and (found.width.smaller or found.width.fits):
        assert passes(spec, found.height.smaller or height, found.width.smaller or width)


def test_the_message() -> None:
    for command in ("describe", "fuse", "flops", "trace"):
        result = call(command, "w32", "--input", "250x192")
        assert result.code == 2
        lines = result.err.splitlines()
        assert lines[0] == "error: an input of 1×3×250×192 cannot go through hrnet-w32"
        assert "where    stage 2 module 0 fuse 0←1 (stage2.0.sums.0)" in lines
        assert "why      cannot add 1×32×64×48 from branch 1 to 1×32×63×48" in lines
        assert "divisor  all multiples of 32 go through" in lines
        assert "height   250 → 224 or 253 (pad by 3); 256, the next multiple of 32 (pad by 6)" in lines
        assert lines[-1] == "width    192 goes through"
        assert bool(result.out) == (command == "trace")


def test_check_gives_the_same_advice() -> None:
    spec = call("presets", "show", "w32").out.replace("1x3x256x192", "1x3x250x192")
    findings = json.loads(call("check", "-", "--format", "json", stdin=spec.encode()).out)["findings"]
    remedies = [finding["remedy"] for finding in findings if finding["code"] == "HR301"]
    assert remedies == ["use a height of 224 or 253 (pad by 3), or pad by 6 to 256"]


def test_the_trace_up_to_that_point() -> None:
    out = call("trace", "w32", "--input", "250x250").out
    assert "64×63×63" in out and "256×63×63" in out and "✗" in out
    assert "stage 3" not in out


def test_goldens_of_odd_inputs_are_here() -> None:
    assert [odd["input"][2:] for odd in ODD_INPUTS] == [[250, 250], [240, 240], [224, 200]]
    assert (GOLDENS / "README.md").exists()


@pytest.mark.torch
@pytest.mark.parametrize("odd", ODD_INPUTS[:1], ids=lambda odd: "x".join(map(str, odd["input"])))
def test_both_engines_say_the_same(odd: dict[str, Any]) -> None:
    ours, theirs = (diagnosis_of(W32, tuple(odd["input"]), engine) for engine in ("shapes", "torch"))
    assert ours == replace(theirs, engine="shapes")
