"""ptflops' total of a network: `with_ptflops.py SPEC NxCxHxW`, by its pytorch backend; N is 1, as it sets it itself."""

import sys

from ptflops import get_model_complexity_info

import hrnet_cli
from hrnet_cli.lowering import lower

spec, size = sys.argv[1:]
shape = tuple(int(part) for part in size.split("x"))
model = lower(hrnet_cli.build(spec)).eval()
print(get_model_complexity_info(model, shape[1:], backend="pytorch"))
