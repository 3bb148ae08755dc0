"""What a network costs, as the budget that it just meets."""

from __future__ import annotations

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.diagnosis import smallest_divisor
from hrnet_cli.spec import Budget
from hrnet_cli.tracing import Trace


def own_budget(trace: Trace) -> Budget:
    """Every bound rounded up to two digits; the divisor of its input, if the input is a multiple of it."""
    counted = costs(trace)
    divisor = smallest_divisor(trace.spec)
    return Budget(
        max_params=rounded_up(sum(cost.params for cost in counted)),
        max_macs=rounded_up(sum(cost.macs for cost in counted)),
        max_activations=rounded_up(sum(cost.activations for cost in counted)),
        divisor=None if divisor is None or any(length % divisor for length in trace.input[2:]) else divisor,
    )


def rounded_up(number: int) -> int:
    """The next number of two digits and zeros."""
    step: int = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // step) * step
