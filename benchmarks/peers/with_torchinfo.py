"""torchinfo's table of a network: `with_torchinfo.py SPEC NxCxHxW [DEVICE]`, as its documentation calls it."""

import sys

import torch
from torchinfo import summary

import hrnet_cli
from hrnet_cli.lowering import lower

spec, size, device = [*sys.argv[1:], "cpu"][:3]
shape = tuple(int(part) for part in size.split("x"))
with torch.device(device):
    model = lower(hrnet_cli.build(spec)).eval()
summary(model, input_size=shape, device=device)
