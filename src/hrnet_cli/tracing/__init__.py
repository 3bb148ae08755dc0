"""Forward hooks to a Trace."""

from hrnet_cli.tracing.engines import (
    DEVICE,
    ENGINES,
    InputError,
    SpecLike,
    Trace,
    build,
    build_torch,
    input_shape,
    torch_engine,
    trace,
)
from hrnet_cli.tracing.failure import Failure
from hrnet_cli.tracing.record import Call, Node, Shapes, record, shapes

__all__ = [
    "DEVICE",
    "ENGINES",
    "Call",
    "Failure",
    "InputError",
    "Node",
    "Shapes",
    "SpecLike",
    "Trace",
    "build",
    "build_torch",
    "input_shape",
    "record",
    "shapes",
    "torch_engine",
    "trace",
]
