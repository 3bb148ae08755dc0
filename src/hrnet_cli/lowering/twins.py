"""torch twins of what `hrnet_cli.nn` has and torch.nn lacks: same name, same arguments, same function."""

from __future__ import annotations

from functools import reduce

import torch


class Add(torch.nn.Module):
    """The sum of any number of maps, from the left, as the original code adds them one by one."""

    def forward(self, *terms: torch.Tensor) -> torch.Tensor:
        """Maps of one shape (or sizes of 1, which broadcast) to their sum."""
        return reduce(torch.add, terms)
