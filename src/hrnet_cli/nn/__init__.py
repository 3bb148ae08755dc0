"""torch.nn's names over shapes: the network is written once against this package and runs here without torch."""

from hrnet_cli.nn.layers import LEAVES, Add, BatchNorm2d, Conv2d, ReLU, Upsample, argument_names, arguments
from hrnet_cli.nn.module import (
    Leaf,
    Module,
    ModuleList,
    RemovableHandle,
    Sequential,
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from hrnet_cli.nn.tensor import Shape, ShapeError, Tensor

__all__ = [
    "LEAVES",
    "Add",
    "BatchNorm2d",
    "Conv2d",
    "Leaf",
    "Module",
    "ModuleList",
    "ReLU",
    "RemovableHandle",
    "Sequential",
    "Shape",
    "ShapeError",
    "Tensor",
    "Upsample",
    "argument_names",
    "arguments",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
]
