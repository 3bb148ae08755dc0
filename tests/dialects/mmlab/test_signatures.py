"""What tools/signatures.py records of the constructors in a package's sources."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import pytest
from commandline import ROOT

SPEC = importlib.util.spec_from_file_location("signatures", ROOT / "tools" / "signatures.py")
assert SPEC is not None and SPEC.loader is not None
signatures: Any = importlib.util.module_from_spec(SPEC)
sys.modules["signatures"] = signatures
SPEC.loader.exec_module(signatures)

BASE = """
class Base(BaseModule):
    def __init__(self, channels, dropout=0.1, *, act=None, init_cfg=None):
        super().__init__(init_cfg)
"""


def recorded(body: str, more: dict[str, str] | None = None) -> Any:
    """What is recorded of the class A in a module with Base."""
    text = f"{BASE}\n@MODELS.register_module()\n{body}\n"
    return signatures.signatures(signatures.Package({"p/a.py": text, **(more or {})}))["A"]


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ("class A(Base):\n    pass", ("channels", "dropout", "act", "init_cfg")),
        ("class A(nn.Module):\n    pass", ()),
        ("class A(BaseModule):\n    pass", ("init_cfg",)),
        (
            "class A(Base):\n    def __init__(self, x, **kwargs):\n        super().__init__(**kwargs)",
            ("x", "channels", "dropout", "act", "init_cfg"),
        ),
        (
            "class A(Base):\n    def __init__(self, x, **kwargs):\n        super(A, self).__init__(act=1, **kwargs)",
            ("x", "channels", "dropout", "init_cfg"),
        ),
        (
            "class A(Base):\n    def __init__(self, x, *args, **kw):\n        super().__init__(x, *args, **kw)",
            ("x", "dropout", "act", "init_cfg"),
        ),
        (
            "class A(Base):\n    def __init__(self, **k):\n        self.y = k.pop('y', 1)\n        if 'act' in k:\n"
            "            k['act'] = 2\n        super().__init__(**k)",
            ("y", "channels", "dropout", "act", "init_cfg"),
        ),
        ("class A(Base):\n    def __init__(self, x):\n        super().__init__(x)", ("x",)),
        ("class A(Base):\n    def __init__(self, **k):\n        self.k = k\n        super().__init__(**k)", None),
        ("class A(Base):\n    def __init__(self, **k):\n        super().__init__()", None),
        ("class A(Base):\n    def __init__(self, **k):\n        super().__init__(**k)\n        f(**k)", None),
        ("class A(Other):\n    def __init__(self, **k):\n        super().__init__(**k)", None),
        ("class A(Other):\n    pass", None),
    ],
)
def test_the_arguments_of_a_constructor(body: str, arguments: tuple[str, ...] | None) -> None:
    assert recorded(body) == arguments


def test_a_base_in_another_module() -> None:
    far = "class Far(Base):\n    def __init__(self, z, **k):\n        super().__init__(**k)\nclass Base: pass"
    text = "from .b import Far\n@HEADS.register_module(name=['A', 'Old'], force=True)\nclass New(Far):\n    pass\n"
    found = signatures.signatures(signatures.Package({"p/a.py": text, "p/b.py": far}))
    assert found == {"A": ("z",), "Old": ("z",)}


def test_a_name_of_two_classes_and_of_two_versions() -> None:
    one, other = (f"@MODELS.register_module()\nclass A(nn.Module):\n    def __init__(self, {x}): pass\n" for x in "xy")
    both = signatures.signatures(signatures.Package({"p/a.py": one, "p/b.py": other}))
    assert both == {"A": None}
    versions = [signatures.signatures(signatures.Package({"p/a.py": each})) for each in (one, other)]
    assert list(signatures.lines(versions)) == ["A y x"]
    assert list(signatures.lines([*versions, both])) == ["A *"]
    unregistered = one.replace("@MODELS.register_module()\n", "")
    assert signatures.signatures(signatures.Package({"p/a.py": unregistered})) == {}
