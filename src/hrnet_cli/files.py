"""Files that are read: regular ones alone, no further than a bound, and where it matters only inside some folders."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from stat import S_ISDIR, S_ISREG

NOT_REGULAR = "is no regular file"
SYSTEM_FOLDERS = ("/proc", "/sys")
"""What the system shows there as regular files is none: it may tell about the process, or never end."""


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The first `max_bytes` of a regular file, or of a link to one.

    Raises OSError, also for a pipe, a device and the like, which are not opened: reading one might never end.
    """
    _refuse_kind(path.stat())
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        _refuse_kind(os.fstat(descriptor))  # it may have been replaced since
        return file.read(max_bytes)


def is_regular(path: Path) -> bool:
    """Whether `read_bytes` reads a path. Raises ValueError for a path that no file can have."""
    try:
        _refuse_kind(path.stat())
    except OSError:
        return False
    return True


def _refuse_kind(status: os.stat_result) -> None:
    if S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not S_ISREG(status.st_mode) or status.st_dev in _system_devices():
        raise OSError(errno.EINVAL, f"this {NOT_REGULAR}")


@cache
def _system_devices() -> tuple[int, ...]:
    """The devices that stand for the system's own folders, where it has them."""
    return tuple(os.stat(folder).st_dev for folder in SYSTEM_FOLDERS if os.path.ismount(folder))  # noqa: PTH116


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Wait until no other process is inside for the same folder, as far as the system can tell.

    What is read inside and written again loses nothing that another process writes.
    """
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):  # Windows, or a folder that may not be read: what is written is whole all the same
        yield
        return
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


# Where files may be

_folders: ContextVar[tuple[str, ...]] = ContextVar("folders", default=())


@contextmanager
def only_in(folders: tuple[str, ...]) -> Iterator[None]:
    """Inside, `is_outside` is true of what lies in none of some folders; with no folders nothing is outside."""
    token = _folders.set(folders)
    try:
        yield
    finally:
        _folders.reset(token)


def is_outside(path: Path) -> bool:
    """Whether a path, its links followed, lies outside the folders that files may be read from."""
    folders = _folders.get()
    return bool(folders) and not lies_in(path, folders)


def lies_in(path: Path, folders: tuple[str, ...]) -> bool:
    """Whether a path, its links followed, lies in one of some folders, which have none."""
    real = os.path.realpath(path)
    return any(real == folder or real.startswith(os.path.join(folder, "")) for folder in folders)  # noqa: PTH118


@cache
def git_top(folder: Path) -> Path | None:
    """The top of the git repository that an absolute folder is in; None if it is in none."""
    exists = os.path.exists  # unlike Path's it raises nothing where a folder may not be read
    return next((each for each in (folder, *folder.parents) if exists(each / ".git")), None)


def project_of(folder: str) -> str:
    """The git repository that a folder is in, or else the folder itself, its links followed."""
    try:
        real = Path(os.path.realpath(folder))
    except FileNotFoundError:  # the working directory was removed
        return folder
    return str(git_top(real) or real)
