from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one thread a worker: the networks are small, the workers many

settings.register_profile("repo", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("repo")


@pytest.hookimpl(trylast=True)  # hypothesis marks its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is of the examples: measuring it slows a test down by half, and the slow ones repeat their code."""
    for item in items:
        if item.get_closest_marker("hypothesis") or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)


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
