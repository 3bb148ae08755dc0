"""What several tests need: the goldens, the spec of an original config, and a trace as plain facts."""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import zlib
from collections.abc import Callable
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Any

from hrnet_cli import Trace, load_spec
from hrnet_cli.schema import Spec
from hrnet_cli.sources import preset_names

TESTS = Path(__file__).parent
EXAMPLES = TESTS / "examples"
GOLDENS = TESTS / "goldens"
LITE_PRESETS = tuple(name for name in preset_names() if load_spec(name).is_lite)
HRNET_PRESETS = tuple(name for name in preset_names() if name not in LITE_PRESETS)
ONE_OF_EACH_HEAD = tuple({load_spec(name).head.type: name for name in reversed(HRNET_PRESETS)}.values())
"""A preset of HRNet for each head that any has."""
PRESET_OF = {"coco_w32_256x192": "w32", "coco_w48_256x192": "w48", "mpii_w32_256x256": "w32-mpii"}


class Golden:
    """What an original implementation gave: `facts` is its manifest."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.facts: dict[str, Any] = json.loads((GOLDENS / f"{path}.json").read_text())

    @cached_property
    def spec(self) -> Spec:
        """The preset of a published config, else the config itself in our words."""
        name = self.facts["config"]
        return load_spec(PRESET_OF[name] if name in PRESET_OF else from_original(self.facts["facts"]))

    @property
    def keys(self) -> list[tuple[str, tuple[int, ...]]]:
        return [(key, tuple(shape)) for key, shape in self._unzipped("keys")]

    @property
    def layers(self) -> list[dict[str, Any]]:
        """Every leaf call of the original."""
        layers: list[dict[str, Any]] = self._unzipped("layers")
        return layers

    def _unzipped(self, what: str) -> Any:
        return json.loads(gzip.decompress((GOLDENS / f"{self.path}.{what}.json.gz").read_bytes()))

    def __repr__(self) -> str:
        return self.path


POSE_GOLDENS = [
    *(Golden(f"pose-v1/{name}") for name in PRESET_OF),
    *(Golden(f"edge/{name}") for name in ("pose_tiny", "pose_final_kernel3", "pose_stage2_has_3_branches")),
]


LAYER1 = {"num_modules": 1, "num_branches": 1, "block": "BOTTLENECK", "num_blocks": [4], "num_channels": [64]}
"""What the original pose network builds as stage 1, whatever its config's STAGE1 says."""


def stages_of(config: dict[str, Any]) -> dict[str, Any]:
    """An original config's `MODEL.EXTRA.STAGE1` … in our words, by renaming and nothing else."""
    return {
        key.lower(): {name.lower(): value for name, value in stage.items()}
        for key, stage in config["MODEL"]["EXTRA"].items()
        if key.startswith("STAGE")
    }


def from_original(config: dict[str, Any]) -> dict[str, Any]:
    """An original pose config as a plain spec."""
    model = config["MODEL"]
    extra = model["EXTRA"]
    head = {"type": "heatmap", "num_joints": model["NUM_JOINTS"], "final_conv_kernel": extra["FINAL_CONV_KERNEL"]}
    return {**stages_of(config), "stage1": LAYER1, "head": head}


def state_dict_sha256(shapes: dict[str, tuple[int, ...]]) -> str:
    """The goldens' digest over `key\\tD0xD1x…\\n`, keys sorted by code point."""
    lines = (f"{key}\t{'x'.join(map(str, shapes[key]))}\n" for key in sorted(shapes))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def fingerprint_weights(shapes: dict[str, tuple[int, ...]], bn_gain: float) -> dict[str, Any]:
    """A numpy array per key of a state dict, from nothing but the key (goldens/README.md)."""
    import numpy as np

    def draw(key: str, shape: tuple[int, ...]) -> Any:
        rng = np.random.default_rng(zlib.crc32(key.encode()))
        kind = key.rpartition(".")[2]
        if kind == "num_batches_tracked":
            return np.zeros(shape, np.int64)
        if len(shape) > 1:
            return (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)
        if kind in ("bias", "running_mean"):
            return rng.uniform(-0.1, 0.1, shape).astype(np.float32)
        values = rng.uniform(0.5, 1.5, shape).astype(np.float32)
        return values * np.float32(bn_gain) if kind == "weight" else values

    return {key: draw(key, shape) for key, shape in shapes.items()}


def calls(trace: Trace) -> list[tuple[Any, ...]]:
    """Every call as plain facts, by which two engines are compared."""
    return [
        (
            *(call.depth, call.node.path, call.node.type, call.place, call.inputs, call.outputs),
            *(call.node.arguments, call.node.parameters, call.node.buffers),
        )
        for call in trace.calls
    ]


def with_changes(config: dict[str, Any], *changes: tuple[str, Any]) -> dict[str, Any]:
    """A copy of a config with values put at dotted paths; `...` takes one out."""
    plain = deepcopy(config)
    for path, value in changes:
        *names, last = path.split(".")
        part = plain
        for name in names:
            part = part.setdefault(name, {})
        if value is ...:
            del part[last]
        else:
            part[last] = value
    return plain


def caught(error: type[Exception], function: Callable[..., object], *args: object) -> Any:
    """The error that a call raises, or None."""
    try:
        function(*args)
    except error as raised:
        return raised
    return None


def lite_spec(**more: Any) -> dict[str, Any]:
    """A plain Lite-HRNet of two branches of 8 and 16 channels behind a stem of 16."""
    first = {"num_modules": 1, "num_branches": 1, "block": "SHUFFLE", "num_blocks": [1], "num_channels": [16]}
    second = {"num_modules": 2, "num_branches": 2, "block": "LITE", "num_blocks": [1, 1], "num_channels": [8, 16]}
    return {"stem_widths": [16], "stage1": first, "stage2": {**second, "reduce_ratio": 2}, "input": [64, 96], **more}


def count_calls(action: Callable[[], object]) -> int:
    """How many calls of Python functions and of C functions an action makes: what it costs, on any machine."""
    count = 0

    def add(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(add)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count
