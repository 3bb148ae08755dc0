"""hrnet.lock: what each spec built when it was locked, so that a review sees what a change of it does."""

from hrnet_cli.check.lock.entries import LockEntry, differences, entry, locked
from hrnet_cli.check.lock.locking import Locked, Locking, lock, renew
from hrnet_cli.check.lock.names import LOCK_NAME, lock_name, lock_path
from hrnet_cli.check.lock.text import lock_text, open_lock, read_lock

__all__ = [
    "LOCK_NAME",
    "LockEntry",
    "Locked",
    "Locking",
    "differences",
    "entry",
    "lock",
    "lock_name",
    "lock_path",
    "lock_text",
    "locked",
    "open_lock",
    "read_lock",
    "renew",
]
