from __future__ import annotations

import os
import sys
from collections import Counter
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


class Coverage:
    """Measures coverage while a test itself runs, and only of tests that do not repeat others' code many times.

    Measuring doubles the time of whatever Python code runs, pytest's own included. pytest-cov's marker no_cover has no
    effect in a process of xdist.
    """

    tracer: Any = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Stop measuring around a test, if coverage is measured at all."""
        tracer = sys.gettrace()
        if not type(tracer).__module__.startswith("coverage"):
            return (yield)
        self.tracer = tracer
        sys.settrace(None)
        try:
            return (yield)
        finally:
            sys.settrace(tracer)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Measure a test that does not repeat others."""
        parameters = getattr(getattr(item, "callspec", None), "params", {}).values()
        repeats = any(isinstance(each, Golden) or (isinstance(each, str) and each in REPEATED) for each in parameters)
        if self.tracer is None or repeats or any(map(item.get_closest_marker, ("hypothesis", "slow"))):
            return (yield)
        sys.settrace(self.tracer)
        try:
            return (yield)
        finally:
            sys.settrace(None)


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks above."""
    config.pluginmanager.register(Coverage())


# The hostile suite: docs/security.md


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the fuzzers run, where they begin, how many processes there are, and more to try."""
    group = parser.getgroup("hostile", "the hostile suite")
    group.addoption("--hostile-seconds", type=float, default=20, help="seconds that the fuzzers run together")
    group.addoption("--hostile-seed", type=int, default=0, help="the number of the first text that a fuzzer makes")
    group.addoption("--hostile-together", type=int, default=8, help="hostile configs that one process checks")
    group.addoption("--hostile-folder", help="a folder of generators and files to be tried too")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many hostile inputs were tried: a test counts its own by `record_property("tried KIND", COUNT)`."""
    reports = [each for outcome in ("passed", "failed") for each in terminalreporter.getreports(outcome)]
    tried: Counter[str] = Counter()
    for name, count in (each for report in reports for each in report.user_properties):
        if name.startswith("tried "):
            tried[name.removeprefix("tried ")] += count
    if tried:
        terminalreporter.write_line("tried " + ", ".join(f"{count:,} {kind}" for kind, count in sorted(tried.items())))


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
