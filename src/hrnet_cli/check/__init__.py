"""The linter: rules over specs, and what they find. `hrnet_cli.check(...)` calls `check` in `api`."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _CallablePackage(ModuleType):
    """The public API has a function `check`, and Python sets `hrnet_cli.check` to this package: so it can be called."""

    def __call__(self, *specs: Any, **arguments: Any) -> Any:
        from hrnet_cli.check.api import check

        return check(*specs, **arguments)


sys.modules[__name__].__class__ = _CallablePackage
