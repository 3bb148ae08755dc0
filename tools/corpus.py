"""Reads and checks every HRNet config that mmlab's packages ship, and writes docs/corpus.md: `make corpus`.

The wheels come from the package index as pip is set up to use it, without their dependencies; of each only the configs
below `.mim/configs` are unpacked, into `.corpus/`, which git ignores. They are read from their syntax trees: nothing of
them is imported or run. Folders that are named as arguments are checked too, and have a row of their own.

Exit 1 if a config of a package is not built or has a warning or an error: all of them are published and right.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hrnet_cli import InputError, check, load_spec, trace
from hrnet_cli.analysis.costs import costs
from hrnet_cli.dialects.table import recognise
from hrnet_cli.documents import read_text
from hrnet_cli.errors import SpecError

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".corpus"
REPORT = ROOT / "docs" / "corpus.md"
WHEELS = (
    ("mmpose", "1.3.2"),
    ("mmdet", "3.3.0"),
    ("mmsegmentation", "1.2.2"),
    ("mmpretrain", "1.2.0"),
    ("mmpose", "0.29.0"),
    ("mmdet", "2.28.2"),
    ("mmsegmentation", "0.30.0"),
)
LISTED = 4
"""Of how many wheels, the present ones, each config is listed."""
CONFIGS = re.compile(r"(\w+)/\.mim/configs/(.+\.py)")
HRNET = re.compile(r"hrnet(?!_coco\.pkl)|HighResolutionNet", re.IGNORECASE)
"""In a config of VoxelPose it is the name of a file alone."""


class Row(NamedTuple):
    """What became of one config."""

    name: str
    path: Path
    built: bool
    head: str = ""
    input: str = ""
    params: int = 0
    macs: int = 0
    said: str = ""


class Group(NamedTuple):
    """The HRNet configs of a wheel or a folder, and the findings of `check` in them by severity."""

    name: str
    rows: list[Row]
    findings: Counter[str]

    @property
    def refused(self) -> list[Row]:
        """Those that are not built."""
        return [row for row in self.rows if not row.built]

    @property
    def is_right(self) -> bool:
        """Whether every config is built, and nothing but notes is said of them."""
        return not self.refused and not {"error", "warning"} & self.findings.keys()


def download(name: str, version: str) -> Path:
    """A wheel, fetched once."""
    wheels = FOLDER / "wheels"
    if not list(wheels.glob(f"{name}-{version}-*.whl")):
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(wheels)]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, f"{name}=={version}"], check=True)
    return next(wheels.glob(f"{name}-{version}-*.whl"))


def unpack(wheel: Path, folder: Path) -> list[tuple[str, Path]]:
    """Every config of a wheel, by `package/path`, in order. All are unpacked first: they are based on each other."""
    found = []
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            match = CONFIGS.fullmatch(name)
            if match and ".." not in Path(name).parts:
                path = folder / match[1] / match[2]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(name))
                found.append((f"{match[1]}/{match[2]}", path))
    return found


def read(name: str, path: Path) -> Row:
    """One config, built and measured, or the reason why not."""
    try:
        spec = load_spec(path)
    except SpecError as error:
        return Row(name, path, built=False, said=error.diagnostics[0].message)
    try:
        counted = costs(trace(spec))
    except InputError:
        counted = []  # a config of a folder whose input breaks
    size = "×".join(str(number) for number in spec.input_shape[2:])
    params, macs = sum(cost.params for cost in counted), sum(cost.macs for cost in counted)
    return Row(name, path, True, spec.head.type, size, params, macs, "; ".join(spec.notes))


def group(name: str, configs: Iterable[tuple[str, Path]]) -> Group:
    """Read and check configs."""
    rows = [read(*config) for config in configs]
    result = check(*(row.path for row in rows), jobs=0)
    return Group(name, rows, Counter(finding.severity for finding in result.findings))


def groups(folders: Iterable[str]) -> Iterator[Group]:
    """The wheels, and the folders that are named."""
    for name, version in WHEELS:
        configs = unpack(download(name, version), FOLDER / "configs" / f"{name}-{version}")
        yield group(f"{name} {version}", [config for config in configs if is_hrnet(config[1])])
    for folder in map(Path, folders):
        files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".json", ".py"))
        yield group(folder.name, [(path.name, path) for path in files])


def is_hrnet(path: Path) -> bool:
    """Whether a config names HRNet, or is one by its base; one whose base is elsewhere is none that could be told."""
    text = path.read_text(encoding="utf-8")
    if HRNET.search(text):
        return True
    try:
        return "_base_" in text and recognise(read_text(text, str(path), path).value)
    except SpecError:
        return False


def report(found: list[Group]) -> str:
    """docs/corpus.md."""
    listed = [row for each in found[:LISTED] for row in each.rows]
    heads = Counter((row.name.partition("/")[0], row.head) for row in listed if row.built)
    refused = Counter((each.name, row.said) for each in found for row in each.refused)
    lines = [
        "# Every HRNet config of mmlab's packages\n",
        "Written by `make corpus`, which downloads the wheels, and reads and checks their configs. None is executed.\n",
        "| configs of | files | built | refused | errors | warnings | notes |",
        "|---|--:|--:|--:|--:|--:|--:|",
        *map(summary, found),
        "",
        *(["| of | refused because | configs |", "|---|---|--:|"] if refused else ["None is refused."]),
        *(f"| {name} | {cell(said)} | {count} |" for (name, said), count in sorted(refused.items())),
        "",
        "| package | head | configs |",
        "|---|---|--:|",
        *(f"| {package} | {head} | {count} |" for (package, head), count in sorted(heads.items())),
        "\nHead `none` is the backbone alone, where the config's own head is none of ours. Input is height×width; MACs"
        " are at that size, in units of 10⁹, and cover what is built: of a detector the backbone and its pyramid.\n",
        "| config | head | input | params | MACs | notes |",
        "|---|---|---|--:|--:|---|",
        *(line(row) for row in sorted(listed)),
    ]
    return "\n".join(lines) + "\n"


def summary(each: Group) -> str:
    """A group's row in the first table."""
    counts = [len(each.rows), len(each.rows) - len(each.refused), len(each.refused)]
    counts += [each.findings[severity] for severity in ("error", "warning", "note")]
    return f"| {each.name} | {' | '.join(map(str, counts))} |"


def cell(text: str) -> str:
    """A text in a cell of a table."""
    return text.replace("|", "\\|")


def line(row: Row) -> str:
    """A config's row in the last table."""
    if not row.built:
        return f"| {row.name} | not built | | | | {cell(row.said)} |"
    return f"| {row.name} | {row.head} | {row.input} | {row.params:,} | {row.macs / 1e9:.3f} G | {cell(row.said)} |"


def main() -> None:
    """Read everything, write the report, and fail if a published config is refused or has more than notes."""
    found = list(groups(sys.argv[1:]))
    REPORT.write_text(report(found), encoding="utf-8")
    wrong = [each for each in found[: len(WHEELS)] if not each.is_right]
    for each in wrong:
        print(f"{summary(each)}\n" + "\n".join(f"  {row.name}: {row.said}" for row in each.refused), file=sys.stderr)
    total, built = sum(len(each.rows) for each in found), sum(row.built for each in found for row in each.rows)
    print(f"{total} configs, {built} built; written: {REPORT.relative_to(ROOT)}")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
