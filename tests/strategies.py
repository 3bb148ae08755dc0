"""hypothesis strategies: small valid specs as plain mappings, inputs for them, and what careless hands make of them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from hrnet_cli.hrnet import HRNET_BLOCKS

Plain = dict[str, Any]
BLOCKS = HRNET_BLOCKS


@st.composite
def stages(draw: st.DrawFn, branches: int, most_modules: int) -> Plain:
    """One stage of so many branches."""

    def each(most: int) -> list[int]:
        return draw(st.lists(st.integers(1, most), min_size=branches, max_size=branches))

    return {
        "num_modules": draw(st.integers(1, most_modules)),
        "num_branches": branches,
        "block": draw(st.sampled_from(BLOCKS)),
        "num_blocks": each(2),
        "num_channels": each(4),
    }


@st.composite
def specs(draw: st.DrawFn, most_stages: int = 5) -> Plain:
    """1 to 5 stages of 1 to 5 branches that do not fall, uneven in everything that may be uneven."""
    later = sorted(draw(st.lists(st.integers(1, 5), max_size=most_stages - 1)))
    spec: Plain = {"stage1": draw(stages(1, most_modules=1))}
    spec |= {f"stage{number}": draw(stages(branches, 2)) for number, branches in enumerate(later, 2)}
    joints, kernel = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    heatmap = {"type": "heatmap", "num_joints": joints, "final_conv_kernel": kernel}
    optional = {
        "in_channels": st.integers(1, 4),
        "head": st.sampled_from([{"type": "none"}, heatmap]),
        "multi_scale_output": st.booleans(),
        "name": st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20),
        "input": st.sampled_from(["64x96", [32, 32], "3x64x64"]),
    }
    spec |= draw(st.fixed_dictionaries({}, optional=optional))
    if spec.get("input") == "3x64x64":
        spec["in_channels"] = 3
    return spec


sizes = st.integers(1, 200) | st.integers(1, 6).map(lambda n: 32 * n)
"""Heights and widths: half of them go through any network."""

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**4_400, 10**4_401)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["stage1", "BASIC", "1x3x64x64", "0", "\x1b[31m", "[bold]", "\ud800", "x" * 500])
)
garbage = st.recursive(
    scalars | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(scalars, inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


def deep(depth: int, mapping: bool) -> Any:
    """Lists or mappings in each other, deeper than Python recurses."""
    value: Any = []
    for _ in range(depth):
        value = {"stage1": value} if mapping else [value]
    return value


deep_garbage = st.builds(deep, st.sampled_from([3, 40, 2_000]), st.booleans())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything that stands in a plain value, three levels down."""
    if len(path) == 3:
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [place for key, item in list(items) for place in places(item, (*path, key))]
    return ([path] if path else []) + below


@st.composite
def mutilated(draw: st.DrawFn) -> Plain:
    """A valid spec with a few things dropped, renamed or replaced, anywhere in it."""
    spec = copy.deepcopy(draw(specs(most_stages=3)))
    for _ in range(draw(st.integers(1, 3))):
        where = places(spec)
        if not where:
            break
        *parents, last = draw(st.sampled_from(where))
        owner: Any = spec
        for key in parents:
            owner = owner[key]
        action = draw(st.sampled_from(["drop", "rename", "replace", "replace", "repeat"]))
        if action == "drop":
            del owner[last]
        elif action == "rename" and isinstance(owner, dict):
            owner[draw(scalars | st.just(f"{last}s" if isinstance(last, str) else "stages"))] = owner.pop(last)
        elif action == "repeat" and isinstance(owner[last], list):
            owner[last] = owner[last] * draw(st.integers(0, 20))
        else:
            owner[last] = draw(garbage | deep_garbage)
    return spec


@st.composite
def heads(draw: st.DrawFn) -> Plain:
    """Any head, uneven in everything that may be uneven."""
    few, kernel = st.integers(1, 5), st.just(1) | st.integers(1, 5)
    padded = st.sampled_from([1, 3])  # any other kernel makes a map that does not fit where these heads need it again
    deconvs = draw(st.integers(0, 2))

    def each(kind: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[list[Any]]:
        return st.lists(kind, min_size=count, max_size=count)

    outputs = {"num_classes": few, "final_conv_kernel": kernel, "conv_bias": st.booleans()}
    fields: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "none": {},
        "heatmap": {"num_joints": few, "final_conv_kernel": kernel},
        "landmark": {"num_joints": few, "final_conv_kernel": kernel},
        "segmentation": outputs,
        "ocr": {**outputs, "final_conv_kernel": padded, "mid_channels": few, "key_channels": few},
        "classification": {
            "num_classes": few | st.just(1000),
            "head_conv_bias": st.booleans(),
            "global_pool": st.sampled_from(["avg", "adaptive"]),
            "dropout": st.booleans(),
        },
        "features": {"location": st.sampled_from(["incre", "branches"])},
        "hrfpn": {"out_channels": few, "num_outs": few, "stride": st.integers(1, 2), "bias": st.booleans()},
        "higher": {
            "num_joints": few,
            "tag_per_joint": st.booleans(),
            "with_ae_loss": each(st.booleans(), deconvs + 1),
            "num_channels": each(few, deconvs),
            "kernel_size": each(st.integers(2, 4), deconvs),
            "cat_output": each(st.booleans(), deconvs),
            "num_basic_blocks": st.integers(0, 2),
            "final_conv_kernel": padded,
        },
    }
    name = draw(st.sampled_from(list(fields)))
    head: Plain = draw(st.fixed_dictionaries(fields[name]))
    return {"type": name, **head}


BILINEAR: Plain = {"mode": "bilinear", "to": "size"}
UPSAMPLING_OF: dict[str, list[Plain]] = {
    "landmark": [BILINEAR],
    "segmentation": [{**BILINEAR, "align_corners": flag} for flag in (True, False)],
    "ocr": [{**BILINEAR, "align_corners": flag} for flag in (True, False)],
}
LAYER1 = {"num_modules": 1, "num_branches": 1, "block": "BOTTLENECK", "num_blocks": [4], "num_channels": [64]}


@st.composite
def networks(draw: st.DrawFn) -> Plain:
    """A network with any head: mostly as the implementations have them, four stages that grow to four branches."""

    def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> Any:
        return draw(usual if draw(st.integers(0, 9)) else odd)

    spec: Plain = draw(specs()) if draw(st.integers(0, 9)) == 5 else draw(_usual_stages())
    head = draw(heads())
    spec |= {"head": head, "input": [128, 128]}
    spec.pop("multi_scale_output", None)
    spec["upsampling"] = mostly(
        st.sampled_from(UPSAMPLING_OF.get(head["type"], [{}])),
        st.sampled_from([{}, BILINEAR, {"mode": "bilinear", "align_corners": False}, {"to": "size"}]),
    )
    spec["in_channels"] = mostly(st.just(3), st.integers(1, 4))
    spec["stem_widths"] = mostly(st.just([64, 64]), st.sampled_from([[8, 64], [8, 8]]))
    spec["batch_norm"] = draw(st.sampled_from([{}, {"momentum": 0.01}, {"eps": 0.001}]))
    if head["type"] in ("none", "heatmap", "higher") and draw(st.integers(0, 3)) == 0:
        spec["multi_scale_output"] = draw(st.booleans())
    return spec


@st.composite
def _usual_stages(draw: st.DrawFn) -> Plain:
    """Stage 1 the usual one or any; after it branches whose widths stay, now and then but for the last of a stage."""
    first = draw(st.just(LAYER1) | stages(1, most_modules=1))
    spec: Plain = {"stage1": first}
    widths = draw(st.lists(st.integers(1, 4), min_size=4, max_size=4))
    growing = draw(st.sampled_from([(2, 3, 4), (1, 2, 4), (2, 4, 4), (3, 3, 4), (2, 2, 2)]))
    for number, branches in enumerate(growing, 2):
        stage = draw(stages(branches, 2)) | {"block": "BASIC", "num_channels": widths[:branches]}
        if branches < 4 and draw(st.integers(0, 4)) == 0:
            stage["num_channels"] = [*widths[: branches - 1], 7]
        spec[f"stage{number}"] = stage
    return spec


@st.composite
def lite_networks(draw: st.DrawFn) -> Plain:
    """A Lite-HRNet of up to three stages, in which branches may fall and widths may change."""
    width = draw(st.sampled_from([16, 24]))
    spec: Plain = {
        "stem_widths": [width],
        "stage1": {
            "num_modules": 1,
            "num_branches": 1,
            "block": "SHUFFLE",
            "num_blocks": [1],
            "num_channels": [draw(st.sampled_from([width, width + 4, 2 * width]))],
            "expand_ratio": draw(st.sampled_from([1.0, 0.5, 2.0])),
        },
    }
    for number in range(2, 2 + draw(st.integers(0, 3))):
        block = draw(st.sampled_from(["LITE", "NAIVE"]))
        branches = draw(st.integers(2 if block == "LITE" else 1, 4))
        blocks = draw(st.integers(1, 2))
        spec[f"stage{number}"] = {
            "num_modules": draw(st.integers(1, 3)),
            "num_branches": branches,
            "block": block,
            "num_blocks": [blocks] * branches,
            "num_channels": [draw(st.sampled_from([8, 10, 12])) << branch for branch in range(branches)],
            "with_fuse": draw(st.booleans()),
            **({"reduce_ratio": draw(st.sampled_from([1, 2, 8]))} if block == "LITE" else {}),
        }
    spec |= {"iterative_head": draw(st.booleans()), "input": [128, 128], "in_channels": draw(st.integers(1, 4))}
    spec["multi_scale_output"] = draw(st.booleans())
    if draw(st.booleans()):
        spec["head"] = {"type": "heatmap", "num_joints": 3, "final_conv_kernel": draw(st.sampled_from([1, 3]))}
        spec["multi_scale_output"] = False
    return spec
