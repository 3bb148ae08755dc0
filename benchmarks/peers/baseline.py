"""A Python that only imports what hrnet-cli stands on, and pydantic: the floor that its start is held against."""

import pydantic  # noqa: F401
import rich  # noqa: F401
import typer  # noqa: F401
import yaml  # noqa: F401
