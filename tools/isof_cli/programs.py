"""Running the programs that set things up, with their progress shown."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from . import store
from .console import Failure


class _Ticker:
    """Shows that a quiet program is still alive: its last line, or what it fetched."""

    def __init__(self, measure):
        self.line = ""
        self._measure = measure
        self._live = sys.stderr.isatty()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._end.set()
        self._thread.join()
        if self._live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _run(self):
        start = time.monotonic()
        while not self._end.wait(0.5 if self._live else 15):
            text = f"  {time.monotonic() - start:4.0f} s  {self.line}"
            if self._measure:
                text += f"  {_megabytes(self._measure):.0f} MB"
            text = text[: shutil.get_terminal_size().columns - 1]
            print(
                f"\r\033[K{text}" if self._live else text,
                end="" if self._live else "\n",
                file=sys.stderr,
                flush=True,
            )


def _megabytes(folder):
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total / 1e6


def run_logged(
    command, log, *, measure=None, describe=None, script=None, hint="", pass_fds=(), **options
):
    """Run a program with its output in the file ``log``, showing its progress.

    It inherits our locks: should we be killed, nobody builds the same beside it.

    :param measure: a folder whose growing size is shown too
    :param describe: turns a line of output into what is shown of it (None: keep the last)
    :param script: what the program reads from its standard input
    :param hint: what to do when it fails
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("w"))
        ticker = stack.enter_context(_Ticker(measure))
        given = subprocess.DEVNULL
        if script is not None:
            given = stack.enter_context(tempfile.TemporaryFile())
            given.write(script.encode())
            given.seek(0)
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                pass_fds=(*store.held_locks(), *pass_fds),
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                **options,
            )
        except OSError as error:
            raise Failure(f"{command[0]} cannot be started: {error}. {hint}") from error
        try:
            for line in process.stdout:
                output.write(line)
                ticker.line = (describe(line) if describe else line.strip()) or ticker.line
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if code:
        lines = [line for line in log.read_text().splitlines() if " INFO " not in line]
        tail = "\n".join(lines[-15:])
        raise Failure(f"{Path(command[0]).name} failed ({code}). {hint}\n{tail}\nAll of it: {log}")
