"""What was built once and is kept: complete or not at all, one builder at a time."""

import contextlib
import fcntl
import os
import shutil

from . import config
from .console import Failure, say

STAMP = ".isof-complete"
_held = []


def open_home():
    """Make the folder that holds everything.

    :raises Failure: if it cannot be one
    """
    home = config.home()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise Failure(
            f"{home} is to be a folder, but a file is in its place. Move that, or name "
            "another folder: ISOF_HOME=/path"
        ) from error
    except OSError as error:
        raise Failure(
            f"{home} cannot be made: {error.strerror}. Name another folder: ISOF_HOME=/path"
        ) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise Failure(f"{home} is not for this user to write; name another folder: ISOF_HOME=/path")


@contextlib.contextmanager
def lock(name, doing):
    """Hold the lock ``name``; another ``./isof`` waits until we are done ``doing``."""
    folder = config.home() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"  waiting for another ./isof that is {doing} …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        _held.append(handle.fileno())
        try:
            yield
        finally:
            _held.remove(handle.fileno())


def held_locks():
    """Return the file descriptors of the locks that we hold, for programs to inherit."""
    return tuple(_held)


def is_complete(folder, key):
    """Whether ``folder`` was built in full from the inputs that ``key`` stands for."""
    stamp = folder / STAMP
    return stamp.is_file() and stamp.read_text() == key


def ensure(folder, key, build, megabytes):
    """Build ``folder`` by ``build(folder)`` unless it is complete and of this ``key``.

    The stamp is written last: what an interrupted run left behind is removed first.
    """
    if is_complete(folder, key):
        return
    with lock("setup", "setting things up"):
        if is_complete(folder, key):
            return
        shutil.rmtree(folder, ignore_errors=True)
        need_space(megabytes)
        folder.mkdir(parents=True)
        build(folder)
        (folder / STAMP).write_text(key)


def need_space(megabytes):
    """Refuse to start what would fill the disk."""
    free = shutil.disk_usage(config.home()).free / 1e6
    if free < megabytes:
        raise Failure(
            f"{config.home()} has {free:.0f} MB of free disk space and this needs {megabytes} MB. "
            "Free some, or set ISOF_HOME to a folder on another disk."
        )
