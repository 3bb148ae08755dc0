"""The tightest round budget that a network meets."""

from __future__ import annotations

from hrnet_cli.analysis.costs import costs, totals
from hrnet_cli.analysis.diagnosis import smallest_divisor
from hrnet_cli.schema import Budget
from hrnet_cli.tracing import Trace


def own_budget(trace: Trace) -> Budget:
    """Every cost rounded up to two digits, and the smallest divisor if the input is a multiple of it."""
    cost = totals(costs(trace))
    divisor = smallest_divisor(trace.spec)
    return Budget(
        max_params=rounded_up(cost.params),
        max_macs=rounded_up(cost.macs),
        max_activations=rounded_up(cost.activations),
        divisor=None if divisor is None or any(length % divisor for length in trace.input[2:]) else divisor,
    )


def rounded_up(number: int) -> int:
    """The smallest number of two digits and zeros that is not less: 1234 gives 1300."""
    step: int = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // step) * step
