"""Reads every HRNet config that mmpose, mmdetection and mmsegmentation ship, and writes docs/corpus.md: `make corpus`.

The wheels come from the package index as pip is set up to use it, without their dependencies; of each only the configs
below `.mim/configs` are unpacked, into `.corpus/`, which git ignores. They are read from their syntax trees: nothing of
them is imported or run. Exit 1 if a config whose backbone is a plain HRNet is not built, or if reading one ends badly.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hrnet_cli import load_spec, trace
from hrnet_cli.analysis.costs import costs
from hrnet_cli.dialects.table import recognise
from hrnet_cli.documents import read_text
from hrnet_cli.errors import SpecError

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".corpus"
REPORT = ROOT / "docs" / "corpus.md"
WHEELS = {"mmpose": "1.3.2", "mmdet": "3.3.0", "mmsegmentation": "1.2.2"}
CONFIGS = re.compile(r"(\w+)/\.mim/configs/(.+\.py)")
HRNET = re.compile(r"hrnet|HighResolutionNet", re.IGNORECASE)


class Row(NamedTuple):
    """What became of one config."""

    name: str
    built: bool
    head: str = ""
    input: str = ""
    params: int = 0
    macs: int = 0
    said: str = ""
    is_hrnet: bool = True


def download() -> list[Path]:
    """The wheels, fetched once."""
    wheels = FOLDER / "wheels"
    for name, version in WHEELS.items():
        if not list(wheels.glob(f"{name}-{version}-*.whl")):
            options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(wheels)]
            command = [sys.executable, "-m", "pip", "download", *options, f"{name}=={version}"]
            subprocess.run(command, check=True)
    return [next(wheels.glob(f"{name}-{version}-*.whl")) for name, version in WHEELS.items()]


def unpack(wheel: Path) -> Iterator[tuple[str, Path]]:
    """Every config of a wheel, by `package/path`, in order."""
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            found = CONFIGS.fullmatch(name)
            if found and ".." not in Path(name).parts:
                path = FOLDER / "configs" / found[1] / found[2]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(name))
                yield f"{found[1]}/{found[2]}", path


def read(name: str, path: Path) -> Row:
    """One config, built and measured, or the reason why not."""
    try:
        spec = load_spec(path)
    except SpecError as error:
        first = error.diagnostics[0]
        return Row(name, built=False, said=first.message, is_hrnet=first.code != "not-hrnet")
    counted = costs(trace(spec))
    size = "×".join(str(number) for number in spec.input_shape[2:])
    params, macs = sum(cost.params for cost in counted), sum(cost.macs for cost in counted)
    return Row(name, True, spec.head.type, size, params, macs, "; ".join(spec.notes))


def rows() -> Iterator[Row]:
    """Every config that names HRNet or has it from a base. All are unpacked first: they are based on each other."""
    configs = [config for wheel in download() for config in unpack(wheel)]
    for name, path in configs:
        text = path.read_text(encoding="utf-8")
        if HRNET.search(text) or is_hrnet_by_its_base(text, path):
            yield read(name, path)


def is_hrnet_by_its_base(text: str, path: Path) -> bool:
    """Whether what it is based on makes it one; a config whose bases are elsewhere is none that could be told."""
    try:
        return "_base_" in text and recognise(read_text(text, str(path), path).value)
    except SpecError:
        return False


def report(found: list[Row]) -> str:
    """docs/corpus.md."""
    built = [row for row in found if row.built]
    heads = Counter((row.name.partition("/")[0], row.head) for row in built)
    refused = Counter(row.said for row in found if not row.built)
    wheels = ", ".join(f"{name} {version}" for name, version in WHEELS.items())
    lines = [
        "# Every HRNet config of mmpose, mmdetection and mmsegmentation\n",
        "Written by `make corpus`, which downloads the wheels and reads the configs in them. None is executed.\n",
        f"{len(found)} configs of {wheels} are HRNet's by what they say or are based on."
        f" **{len(built)} are built, {len(found) - len(built)} are not.**\n",
        "| package | head | configs |",
        "|---|---|--:|",
        *(f"| {package} | {head} | {count} |" for (package, head), count in sorted(heads.items())),
        "",
        *(["| not built because | configs |", "|---|--:|"] if refused else []),
        *(f"| {reason} | {count} |" for reason, count in sorted(refused.items())),
        *([""] if refused else []),
        "Head `none` is the backbone alone, where the config's own head is none of ours. Input is height×width; MACs"
        " are at that size, in units of 10⁹, and cover what is built: of a detector the backbone and its pyramid.\n",
        "| config | head | input | params | MACs | notes |",
        "|---|---|---|--:|--:|---|",
        *(line(row) for row in sorted(found)),
    ]
    return "\n".join(lines) + "\n"


def line(row: Row) -> str:
    """A config's row in the table."""
    said = row.said.replace("|", "\\|")
    if not row.built:
        return f"| {row.name} | not built | | | | {said} |"
    return f"| {row.name} | {row.head} | {row.input} | {row.params:,} | {row.macs / 1e9:.3f} G | {said} |"


def main() -> None:
    """Read everything, write the report, and fail if a config is refused for another reason than being no HRNet."""
    found = list(rows())
    REPORT.write_text(report(found), encoding="utf-8")
    strange = [row for row in found if not row.built and row.is_hrnet]
    for row in strange:
        print(f"{row.name}: {row.said}", file=sys.stderr)
    print(f"{len(found)} configs, {sum(row.built for row in found)} built; written: {REPORT.relative_to(ROOT)}")
    raise SystemExit(1 if strange else 0)


if __name__ == "__main__":
    main()
