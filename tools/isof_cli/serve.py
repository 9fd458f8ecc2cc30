"""``./isof run``: the product in the browser."""

import errno
import http.client
import socket
import threading
import time

from . import databases, odoo
from .console import Failure, say


def run(options):
    """Serve a database with the add-ons, made or updated if need be."""
    check_port(options.port)
    env = odoo.prepare("main")
    with env.server:
        if databases.exists(env.server, options.db):
            databases.update(env, options.db)
            if options.lang:
                databases.set_language(env.server, options.db, options.lang)
        else:
            demo = not options.without_demo
            databases.create(env, options.db, [], demo=demo, lang=options.lang)
        check_port(options.port)
        welcome = _welcome(options.db, options.port, _logins(env.server, options.db))
        threading.Thread(target=_announce, args=(options.port, welcome), daemon=True).start()
        code = env.run(
            *("-d", options.db, f"--db-filter=^{options.db}$", "--log-level=warn"),
            *("--http-port", options.port, "--workers", options.workers),
            *(("--gevent-port", odoo.free_port()) if options.workers else ()),
        )
        say("Stopped.")
        return code


def check_port(port):
    """Refuse a port that somebody listens on already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except PermissionError as error:
            raise Failure(f"Port {port} is not for this user; choose another: --port N") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Failure(
                f"Port {port} is taken by another program; choose another: "
                f"./isof run --port {port + 1}"
            ) from error


def _logins(server, database):
    """Return name, login and groups of the demo users that our add-ons brought."""
    return server.sql(
        """
        SELECT u.login, p.name
          FROM ir_model_data d
          JOIN res_users u ON u.id = d.res_id AND u.active
          JOIN res_partner p ON p.id = u.partner_id
         WHERE d.model = 'res.users' AND starts_with(d.module, 'isof_')
         ORDER BY u.id;
        """,
        database,
    )


def _welcome(database, port, logins):
    """Return what to tell the user once the server answers."""
    rows = [("admin", "Administrator"), *logins]
    width = max(len(login) for login, _name in rows)
    users = "\n".join(f"    {login:<{width}}  {name}" for login, name in rows)
    return (
        f"\nISOF CRM is ready: http://localhost:{port}/odoo  (database {database})\n\n"
        f"  Log in as one of these; the password is the same as the login:\n{users}\n\n"
        "  Every user can switch between English and Polish in the preferences.\n"
        "  Ctrl-C stops it.\n"
    )


def _announce(port, welcome):
    """Wait until the server answers, then print the welcome."""
    for _attempt in range(600):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/web/login")
            if connection.getresponse().status < 500:
                say(welcome)
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
