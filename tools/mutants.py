"""Plants faults one by one and counts those that the tests catch: `python tools/mutants.py`, or `make mutants`.

A sample of mutants is drawn over the modules of PACKAGES. cosmic-ray makes each of them in a copy of the repository,
and the tests that mirror the changed module run on it. Docstrings, annotations, decorators, f-strings and
`if TYPE_CHECKING` stay as they are: a message, a type or a cache is no fault that these tests should catch. Tests of
properties do not run: they are slow, and a fault that they find by chance deserves an example.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeGuard

import hypothesis  # noqa: F401  # imported once here, so that no forked run of the tests pays for it
import jsonschema  # noqa: F401
import pytest
import torch  # noqa: F401
import typer  # noqa: F401
import yaml  # noqa: F401
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parent.parent
SOURCE = Path("src", "hrnet_cli")
PACKAGES = ("schema", "dialects", "checking", "analysis")
MARKERS = "not slow and not torch and not hypothesis"
WITH_TORCH = ("analysis/verify", "analysis/peer")
"""Modules whose tests compare with torch; all of their tests run, the slow ones too."""
SECONDS = 60  # of processor time for the tests of a mutant: what else the machine does counts for nothing
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
MEMORY = 4 << 30  # bytes that a run of the tests may take: a mutant can loop for ever

OPERATORS = (
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Is_IsNot", "IsNot_Is")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_FloorDiv", "FloorDiv_Mul", "Div_Mul")),
    *("ReplaceBinaryOperator_Mod_Mul", "ReplaceUnaryOperator_Delete_Not", "AddNot"),
    "ReplaceUnaryOperator_USub_UAdd",
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "NumberReplacer"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "ZeroIterationForLoop"),
)
"""cosmic-ray's operators, without those whose mutants cannot run, such as `|` of two mappings made `&`."""

TESTS = {
    "schema/": "tests/schema tests/sources/test_loading.py tests/report/test_schemas.py",
    "dialects/": "tests/dialects",
    "dialects/mmlab/": "tests/dialects/mmlab tests/dialects/test_notes.py tests/dialects/test_limits.py "
    "tests/dialects/test_round_trips.py",
    "dialects/native/": "tests/dialects/native tests/dialects/test_limits.py tests/dialects/test_round_trips.py "
    "tests/cli/test_init.py",
    "dialects/official/": "tests/dialects/official tests/dialects/test_notes.py tests/dialects/test_limits.py "
    "tests/dialects/test_round_trips.py",
    "dialects/timm/": "tests/dialects/timm tests/dialects/test_notes.py tests/dialects/test_limits.py "
    "tests/dialects/test_round_trips.py",
    "checking/": "tests/checking tests/cli/test_check.py",
    "checking/api": "tests/test_api.py",
    "checking/lock": "tests/checking/test_lock.py tests/checking/test_lock_file.py tests/cli/test_lock.py",
    "checking/pages": "tests/docs/test_rules.py",
    "checking/rules/": "tests/checking/rules tests/docs/test_rules.py tests/checking/test_run.py "
    "tests/dialects/test_notes.py tests/cli/test_check.py",
    "checking/settings": "tests/checking/test_settings.py tests/checking/test_run.py tests/cli/test_check.py",
    "checking/suppress": "tests/checking/test_suppress.py tests/checking/test_run.py",
    "analysis/": "tests/analysis",
    "analysis/costs": "tests/analysis/test_costs.py tests/analysis/test_flops.py tests/report/test_flops.py",
    "analysis/describe": "tests/analysis/test_describe.py tests/report/test_describe.py",
    "analysis/diagnosis": "tests/analysis/test_diagnosis.py tests/analysis/test_diff.py",
    "analysis/diff": "tests/analysis/test_diff.py tests/cli/test_diff.py",
    "analysis/flops": "tests/analysis/test_flops.py tests/analysis/test_costs.py tests/report/test_flops.py",
    "analysis/fuse": "tests/analysis/test_fuse.py tests/report/test_fuse.py",
    "analysis/own_budget": "tests/analysis/test_own_budget.py tests/checking/rules/test_budget.py "
    "tests/report/test_flops.py",
    "analysis/presets": "tests/analysis/test_presets.py tests/report/test_presets.py",
    "analysis/shapes": "tests/analysis/test_shapes.py tests/analysis/test_gray_32.py tests/report/test_trace.py",
    "analysis/peer": "tests/analysis/test_peer_rules.py tests/analysis/test_verify.py tests/report/test_verify.py",
    "analysis/verify": "tests/report/test_verify.py tests/analysis/test_verify.py",
    "analysis/skeleton": "tests/analysis/test_skeleton.py tests/analysis/test_diagnosis.py",
}
"""The tests of a module, by the longest key that its path under hrnet_cli starts with."""

Zone = tuple[tuple[int, int], tuple[int, int]]


class Mutant(NamedTuple):
    """The place of a mutant: an operator and how often it could be applied before this place in the file."""

    file: Path
    operator: str
    occurrence: int


def mutants(file: Path) -> Iterator[list[Mutant]]:
    """All mutants of a file, those of one place together."""
    source = (ROOT / file).read_text(encoding="utf-8")
    skipped = list(left_out(ast.parse(source)))
    places: dict[tuple[int, int], list[Mutant]] = {}
    nodes = list(ast_nodes(get_ast(source)))
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        positions = [position for node in nodes for position in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(positions):
            if not any(first <= start < last for first, last in skipped):
                places.setdefault(start, []).append(Mutant(file, name, occurrence))
    yield from places.values()


def left_out(tree: ast.Module) -> Iterator[Zone]:
    """Where no mutant is made: annotations, decorators, f-strings, code for mypy alone."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.AnnAssign, ast.arg)) and node.annotation:
            yield zone(node.annotation)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from map(zone, node.decorator_list)
            if not isinstance(node, ast.ClassDef) and node.returns:
                yield zone(node.returns)
        elif isinstance(node, ast.JoinedStr) or is_for_mypy(node):
            yield zone(node)


def is_for_mypy(node: ast.AST) -> TypeGuard[ast.If]:
    """Whether a node is an `if TYPE_CHECKING`."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def zone(node: ast.expr | ast.stmt) -> Zone:
    """Start and end of a node, as (line, column)."""
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def draw(count: int, seed: int) -> list[Mutant]:
    """A sample of places, with one mutant that compiles for each."""
    files = sorted(file.relative_to(ROOT) for package in PACKAGES for file in (ROOT / SOURCE / package).rglob("*.py"))
    places = [place for file in files for place in mutants(file)]
    chance = random.Random(seed)
    chosen = (chance.choice(place) for place in chance.sample(places, len(places)))
    return list(islice(filter(compiles, chosen), count))


def compiles(mutant: Mutant) -> bool:
    """False for `f(//values)` and the like, which no test is needed for."""
    try:
        ast.parse(mutated(mutant))
    except SyntaxError:
        return False
    return True


@cache
def mutated(mutant: Mutant) -> str:
    """The text of the file with the mutant."""
    before = (ROOT / mutant.file).read_text(encoding="utf-8")
    return str(mutate_code(before, get_operator(f"core/{mutant.operator}")(), mutant.occurrence))


def tests_of(file: Path) -> list[str]:
    """The tests that mirror a module."""
    module = file.relative_to(SOURCE).as_posix()
    return TESTS[max((start for start in TESTS if module.startswith(start)), key=len)].split()


def markers_of(file: Path) -> str:
    """Which of the tests of a module run."""
    return "not hypothesis" if file.relative_to(SOURCE).as_posix().startswith(WITH_TORCH) else MARKERS


def outcome(copy: Path, tests: Sequence[str], markers: str = "") -> str:
    """`killed`, `timed out` or `survived`."""
    process = multiprocessing.get_context("fork").Process(target=run_tests, args=(copy, tests, markers))
    process.start()
    process.join()
    return {0: "survived", -signal.SIGXCPU: "timed out"}.get(process.exitcode or 0, "killed")


def run_tests(copy: Path, tests: Sequence[str], markers: str) -> None:
    """Run tests in the copy, in this process, which ends with pytest's exit code; their output is in `copy/log`."""
    os.chdir(copy)
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    os.environ["PYTHONPATH"] = str(copy / "src")  # for the tests that start a process
    sys.path.insert(0, str(copy / "src"))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of plugins that are imported already
    code = pytest.main([*options, "-m", markers, *tests])
    os._exit(int(code))


def plant(copy: Path, mutant: Mutant, time_stamp: int) -> str:
    """Write a mutant into the copy; the line that differs, as `file:line: before -> after`.

    The file gets a time of its own, because Python takes a compiled file for current by time and size.
    """
    before = (ROOT / mutant.file).read_text(encoding="utf-8")
    after = mutated(mutant)
    (copy / mutant.file).write_text(after, encoding="utf-8")
    os.utime(copy / mutant.file, (time_stamp, time_stamp))
    for number, (old, new) in enumerate(zip(before.splitlines(), after.splitlines(), strict=False), start=1):
        if old != new:
            return f"{mutant.file}:{number}: {old.strip()} -> {new.strip()}"
    return f"{mutant.file}: {mutant.operator}"


def main() -> None:
    """Try the sample, and print what the tests caught."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--sample", type=int, default=200, help="mutants to try")
    parser.add_argument("--seed", type=int, default=10, help="of the sample")
    parser.add_argument("--minutes", type=float, default=15, help="time after which no further mutant is tried")
    options = parser.parse_args()
    sample = draw(options.sample, options.seed)
    end = time.monotonic() + 60 * options.minutes
    outcomes: Counter[str] = Counter()
    survivors: list[str] = []
    killers: set[str] = set()
    numbered = enumerate(sample, start=1)
    with TemporaryDirectory() as folder:
        copies = [Path(folder, str(index)) for index in range(os.cpu_count() or 1)]

        def try_mutants(copy: Path) -> None:
            """Try mutants in a copy of the repository until there are no more, or no more time."""
            while time.monotonic() < end and (taken := next(numbered, None)):
                number, mutant = taken
                line = plant(copy, mutant, time_stamp=number)
                result = outcome(copy, tests_of(mutant.file), markers_of(mutant.file))
                shutil.copy2(ROOT / mutant.file, copy / mutant.file)
                outcomes[result] += 1
                if result == "survived":
                    survivors.append(line)
                failed = FAILED.findall((copy / "log").read_text(encoding="utf-8")) if result == "killed" else []
                killers.update(test.partition("[")[0] for test in failed)  # a mutant can change the values of a test
                print(f"{number}: {result:9} {line}", *failed, file=sys.stderr, flush=True)

        for copy in copies:
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*"))
        with ThreadPoolExecutor(len(copies)) as threads:
            list(threads.map(try_mutants, copies))
        copy = copies[0]
        if killers and outcome(copy, sorted(killers)) != "survived":
            log = (copy / "log").read_text(encoding="utf-8")
            raise SystemExit(f"{log}\nA test that caught a mutant fails without it too.")
    tried = outcomes.total()
    killed = tried - len(survivors)
    print(f"tried {tried} of {len(sample)} mutants (seed {options.seed})")
    print(f"killed {killed}, of which {outcomes['timed out']} by the time limit; survived {len(survivors)}")
    print(f"share killed: {killed / tried:.1%}" if tried else "no mutant was tried")
    print(*sorted(survivors), sep="\n")


if __name__ == "__main__":
    main()
