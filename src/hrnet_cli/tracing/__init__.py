"""A spec to its Trace: every call of one forward pass, recorded by forward hooks."""

from hrnet_cli.tracing.engines import (
    DEVICE,
    ENGINES,
    InputError,
    SpecLike,
    Trace,
    build,
    build_torch,
    input_shape,
    labelled_trace,
    torch_engine,
    trace,
)
from hrnet_cli.tracing.record import Call, Failure, Node, record, shapes

__all__ = [
    "DEVICE",
    "ENGINES",
    "Call",
    "Failure",
    "InputError",
    "Node",
    "SpecLike",
    "Trace",
    "build",
    "build_torch",
    "input_shape",
    "labelled_trace",
    "record",
    "shapes",
    "torch_engine",
    "trace",
]
