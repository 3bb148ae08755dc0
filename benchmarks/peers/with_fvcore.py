"""fvcore's table of a network: `with_fvcore.py SPEC NxCxHxW`, as its documentation calls it (so gradients are on)."""

import sys

import torch
from fvcore.nn import FlopCountAnalysis, flop_count_table

import hrnet_cli
from hrnet_cli.lowering import lower

spec, size = sys.argv[1:]
shape = tuple(int(part) for part in size.split("x"))
model = lower(hrnet_cli.build(spec)).eval()
print(flop_count_table(FlopCountAnalysis(model, torch.randn(shape))))
