from __future__ import annotations

import os
import sys
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from support import ONE_OF_EACH_HEAD, Golden

from hrnet_cli.sources import preset_names

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one thread a worker: the networks are small, the workers many

settings.register_profile("repo", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("repo")


REPEATED = set(preset_names()) - set(ONE_OF_EACH_HEAD)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Leave out coverage, which doubles the time of a test, where a test repeats others' code many times.

    pytest-cov's own marker for that, no_cover, has no effect in a process of xdist.
    """
    parameters = getattr(getattr(item, "callspec", None), "params", {}).values()
    repeats = any(isinstance(value, Golden) or (isinstance(value, str) and value in REPEATED) for value in parameters)
    repeats = repeats or any(map(item.get_closest_marker, ("hypothesis", "slow")))
    tracer = sys.gettrace()
    if not repeats or not type(tracer).__module__.startswith("coverage"):
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.fixture
def small() -> dict[str, Any]:
    """A plain spec with both blocks, a width that changes between stages, and few weights."""
    return {
        "name": "small",
        "input": [1, 3, 64, 64],
        "stage1": {"num_modules": 1, "num_branches": 1, "block": "BOTTLENECK", "num_blocks": [1], "num_channels": [4]},
        "stage2": {
            "num_modules": 1,
            "num_branches": 2,
            "block": "BASIC",
            "num_blocks": [1, 2],
            "num_channels": [4, 8],
        },
        "stage3": {
            "num_modules": 2,
            "num_branches": 3,
            "block": "BASIC",
            "num_blocks": [1, 1, 1],
            "num_channels": [6, 8, 16],
        },
    }
