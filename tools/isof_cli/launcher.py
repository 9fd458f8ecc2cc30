"""Runs a Python module like ``python -m``, and stops it when ``./isof`` is gone.

Run as a script by Odoo's Python; it knows nothing of the rest of this package.
"""

import os
import runpy
import signal
import sys
import threading


def _stop_with_parent(alive):
    """Wait for the end of a pipe that only ``./isof`` holds open, then ask to stop."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def main():
    """Run the module that the first argument names with the other arguments."""
    alive = os.environ.pop("ISOF_ALIVE_FD", None)
    if alive is not None:
        threading.Thread(target=_stop_with_parent, args=(int(alive),), daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the module sets its own
    sys.path.pop(0)  # the folder of this script
    # With workers Odoo starts its process for notifications by the script that it runs from.
    module = "odoo" if sys.argv[1] == "gevent" else sys.argv.pop(1)
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    main()
