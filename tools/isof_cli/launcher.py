"""Runs a Python module like ``python -m``, and stops it when ``./isof`` is gone.

Run as a script by Odoo's Python; it knows nothing of the rest of this package.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE = 1  # second for requests, as Odoo gives them


def _stop_with_parent(alive):
    """Wait for the end of a pipe that only ``./isof`` holds open, then ask to stop."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _leave_jobs():
    """End at once where the server stops and a job is at work.

    Odoo would wait for its query, and then close the connection under it, with tracebacks for each
    job. PostgreSQL takes back what a job has not kept, and Odoo starts it again.
    """
    threads = threading.enumerate()
    jobs = [thread for thread in threads if getattr(thread, "type", None) == "cron"]
    if not any(getattr(thread, "start_time", None) for thread in jobs):
        return
    end = time.monotonic() + GRACE
    for thread in threads:
        if not thread.daemon and thread is not threading.main_thread():
            thread.join(max(0, end - time.monotonic()))
    sys.stderr.write("A scheduled action was at work. It goes on with the next start.\n")
    sys.stderr.flush()
    os._exit(0)


def main():
    """Run the module that the first argument names with the other arguments."""
    alive = os.environ.pop("ISOF_ALIVE_FD", None)
    if alive is not None:
        threading.Thread(target=_stop_with_parent, args=(int(alive),), daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the module sets its own
    sys.path.pop(0)  # the folder of this script
    # With workers Odoo starts its process for notifications by the script that it runs from.
    module = "odoo" if sys.argv[1] == "gevent" else sys.argv.pop(1)
    if module == "odoo" and sys.argv[1:2] != ["gevent"]:
        import odoo.init  # noqa: F401  as Odoo's own front does, before anything else of it
        from odoo.service.server import CommonServer

        CommonServer.on_stop(_leave_jobs)
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    main()
