"""What makes two networks the same: the keys and shapes of the state dict, and the settings that no key shows."""

from __future__ import annotations

from hashlib import sha256

from hrnet_cli.nn import Shape
from hrnet_cli.schema import BatchNorm
from hrnet_cli.tracing import Trace


def state_shapes(trace: Trace) -> dict[str, Shape]:
    """The shape of every parameter and buffer by its state-dict key, in torch's order."""
    found: dict[str, Shape] = {}
    for node in trace.root.walk():
        before = f"{node.path}." if node.path else ""
        for name, shape in (node.parameters | node.buffers).items():
            found[before + name] = shape
    return found


def digest(shapes: dict[str, Shape]) -> str:
    r"""SHA-256 over a line `key\tD0xD1x…\n` per key, keys sorted: no values and no dtypes."""
    lines = (f"{key}\t{'x'.join(map(str, shapes[key]))}\n" for key in sorted(shapes))
    return sha256("".join(lines).encode()).hexdigest()


def batch_norm_words(batch_norm: BatchNorm) -> str:
    """`momentum 0.1, eps 1e-05`."""
    return f"momentum {batch_norm.momentum}, eps {batch_norm.eps}"
