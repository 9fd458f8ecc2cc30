"""The parts of ``./isof`` that need neither network nor set-up."""

import contextlib
import fcntl
import importlib.machinery
import importlib.util
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from _pytest import timing
from isof_cli import (
    changes,
    config,
    console,
    databases,
    doctor,
    host,
    main,
    modules,
    odoo,
    odoo_source,
    postgres,
    programs,
    serve,
    store,
    testing,
)
from isof_cli.config import ROOT
from isof_cli.console import Failure
from pytest_durations import LongestFirst, Record

from odoo.tests.common import freeze_time, get_db_name


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("ISOF_HOME", str(tmp_path / "home"))
    config.home().mkdir()
    return config.home()


@pytest.fixture
def front():
    """The script ``isof`` as a module."""
    loader = importlib.machinery.SourceFileLoader("isof_front", str(ROOT / "isof"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("isof_front", loader))
    loader.exec_module(module)
    return module


def write_addon(root, name, depends=()):
    """Write an add-on with a bit of everything."""
    for path in (
        "models/x.py",
        "tests/test_x.py",
        "static/src/x.js",
        "static/tests/x.test.js",
        "readme/DESCRIPTION.md",
    ):
        file = root / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("1\n")
    (root / name / "__manifest__.py").write_text(repr({"name": name, "depends": list(depends)}))


class TestPython:
    @pytest.mark.parametrize(
        ("version", "supported"),
        [((3, 10, 9), False), ((3, 11, 0), True), ((3, 13, 7), True), ((3, 14, 0), False)],
    )
    def test_versions(self, front, version, supported):
        assert front.is_supported(version) is supported

    def test_refusal_names_what_is_needed(self, front, monkeypatch):
        monkeypatch.setattr(front.sys, "version_info", (3, 14, 0))
        monkeypatch.setattr(front, "find_supported", lambda: None)
        with pytest.raises(SystemExit, match=r"3\.11, 3\.12 or 3\.13 .* this is 3\.14"):
            front.main()

    def test_another_python_takes_over(self, front, monkeypatch):
        """A program of the right name that does not run is passed over."""
        monkeypatch.setattr(front.sys, "version_info", (3, 9, 0))
        calls = []
        monkeypatch.setattr(front.os, "execv", lambda *args: calls.append(args) or sys.exit())
        with pytest.raises(SystemExit):
            front.main()
        assert calls[0][1][1] == str(ROOT / "isof")
        version = subprocess.check_output([calls[0][0], "-c", "import sys; print(sys.version)"])
        assert version.startswith((b"3.11", b"3.12", b"3.13"))


class TestCommandLine:
    def test_run_options(self):
        options = main.parser().parse_args(
            ["--db-host", "box", "run", "--port", "9000", "--without-demo", "--lang", "pl_PL"]
        )
        assert (options.db_host, options.port, options.db) == ("box", 9000, "isof")
        assert options.without_demo
        assert options.lang == "pl_PL"

    @pytest.mark.parametrize("command", ["odoo", "test"])
    def test_foreign_arguments_are_untouched(self, command):
        foreign = ["-d", "x", "--help", "--db-host", "y", "--port=1", "a b", "--", "-i", "z"]
        options = main.parser().parse_args(["--db-host=h", command, *foreign])
        assert options.rest == foreign
        assert options.db_host == "h"

    def test_all_tests_run_side_by_side(self):
        everything = testing._selection([])
        assert everything[0] == "--ignore=tests/bench"
        assert everything[1:3] == ["-n", str(os.cpu_count() + 1)]

    def test_bench_replaces_the_other_tests(self):
        assert testing._selection(["-k", "x"]) == ["--ignore=tests/bench", "-k", "x"]
        runs = testing._get_bench_runs(["-x"])
        assert ["-s", "tests/bench/test_speed.py", "-x"] in runs
        assert len(runs) == len(list((ROOT / "tests/bench").glob("test_*.py")))
        chosen = ["tests/bench/test_speed.py::test_x", "-x"]
        assert testing._get_bench_runs(chosen) == [["-s", *chosen]]

    def test_room(self):
        options, rest = testing._options(["--room", "commission", "-x"])
        selected = testing._selection(rest, testing._choose(options))
        assert selected[:3] == ["--ignore=tests/bench", "-n", str(os.cpu_count() + 1)]
        assert selected[-2:] == ["isof_crm_analytics/tests/commission", "-x"]
        # of whichever add-on
        assert len(testing._find_room("base")) == 2
        with pytest.raises(Failure, match=r"a room “attic”\. Rooms with tests: activity"):
            testing._find_room("attic")

    def test_own_arguments_of_the_tests(self):
        options, rest = testing._options(["-k", "a b", "--bench", "--screenshots=x", "--", "p"])
        assert (options.bench, options.screenshots) == (True, Path("x"))
        assert rest == ["-k", "a b", "--", "p"]
        options, rest = testing._options(["p", "--bench-x", "--help", "--screenshots", "x/y"])
        assert (options.bench, options.screenshots) == (False, Path("x/y"))
        assert rest == ["p", "--bench-x", "--help"]

    @pytest.mark.parametrize(
        ("arguments", "changed"),
        [([], False), (["--changed"], None), (["--changed", "v1"], "v1"), (["--changed=v1"], "v1")],
    )
    def test_changed(self, arguments, changed):
        assert testing._options(arguments)[0].changed == changed

    def test_alone_it_shows_its_commands(self, isof):
        done = isof()
        for command in main.COMMANDS:
            assert f"\n    {command} " in done.stdout

    def test_a_file_in_the_place_of_the_folder(self, isof, tmp_path):
        (tmp_path / "file").touch()
        for home in (tmp_path / "file", tmp_path / "file" / "below"):
            done = isof("db", "list", check=False, ISOF_HOME=str(home))
            assert done.returncode == 1
            assert "a file is in its place" in done.stderr
            assert "Traceback" not in done.stderr

    def test_without_a_home(self, monkeypatch):
        def fail():
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.delenv("ISOF_HOME", raising=False)
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr(Path, "home", fail)
        with pytest.raises(Failure, match=r"no home folder; .* ISOF_HOME"):
            config.home()

    @pytest.mark.parametrize(
        ("environ", "problem"),
        [
            ({"HOME": "/proc/none"}, "Cache       /proc/none/.cache/isof-crm cannot be made: "),
            ({"ISOF_HOME": "/dev/null"}, "Cache       /dev/null is to be a folder, "),
            ({"ODOO_PATH": "/none"}, "Odoo        ODOO_PATH=/none holds no Odoo: "),
        ],
    )
    def test_doctor_goes_on_after_a_problem(self, monkeypatch, isof, environ, problem):
        if "HOME" in environ:
            for name in ("ISOF_HOME", "XDG_CACHE_HOME"):
                monkeypatch.delenv(name, raising=False)
        done = isof("doctor", check=False, **environ)
        assert done.returncode == 1
        assert f"!!  {problem}" in done.stdout
        lines = re.findall(r"^(?:ok|!!)  (\w+)", done.stdout, re.MULTILINE)
        assert lines == [title for title, _check in doctor.CHECKS]
        assert not done.stderr

    def test_a_folder_of_somebody_else(self, home, monkeypatch):
        monkeypatch.setattr(os, "access", lambda *_args: False)
        with pytest.raises(Failure, match=r"is not for this user .* ISOF_HOME"):
            store.open_home()

    def test_doctor_tells_of_a_dead_server_and_goes_on(self, isof):
        done = isof("--db-host", "127.0.0.1", "doctor", check=False, PGPORT="1")
        assert done.returncode == 1
        assert "PGHOST=127.0.0.1 does not answer" in done.stdout
        assert "\nok  npm" in done.stdout
        assert "Traceback" not in done.stderr

    def test_who_reads_the_output_may_leave(self, home):
        process = subprocess.Popen(
            [ROOT / "isof", "doctor"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"ISOF_HOME": str(home)},
        )
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 128 + signal.SIGPIPE

    @pytest.mark.parametrize(
        "wrong",
        [
            *(["db"], ["walk"], ["run", "--prot", "1"], ["run", "--port", "99999"]),
            *(["run", "--port", "0"], ["run", "--port", "web"], ["run", "--workers", "-1"]),
        ],
    )
    def test_wrong_arguments(self, wrong, capsys):
        with pytest.raises(SystemExit) as error:
            main.parser().parse_args(wrong)
        assert error.value.code == 2
        assert "usage" in capsys.readouterr().err

    def test_reset_wants_a_yes(self, isof, home):
        (home / "keep").touch()
        done = isof("reset", check=False, ISOF_HOME=str(home))
        assert done.returncode == 1
        assert "--yes" in done.stderr
        assert (home / "keep").exists()
        isof("reset", "--yes", ISOF_HOME=str(home))
        assert not home.exists()

    def test_reset_spares_what_is_in_use(self, isof, home):
        users = home / "locks" / "postgres-main-users"
        users.parent.mkdir()
        with users.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH)
            done = isof("reset", "--yes", check=False, ISOF_HOME=str(home))
        assert done.returncode == 1
        assert "stop every other ./isof" in done.stderr
        assert users.exists()


class TestAddons:
    def test_dependencies_are_those_of_others(self, tmp_path):
        write_addon(tmp_path, "isof_a", ["mail"])
        write_addon(tmp_path, "isof_b", ["isof_a", "sale"])
        assert config.addons(tmp_path) == ["isof_a", "isof_b"]
        assert config.dependencies(["isof_b"], tmp_path) == ["base", "mail", "sale"]
        assert config.dependencies(["isof_a", "hr"], tmp_path) == ["base", "hr", "mail"]
        assert config.dependencies([], tmp_path) == ["base"]

    @pytest.mark.parametrize(
        ("path", "database", "bundles"),
        [
            ("models/x.py", True, False),
            ("__manifest__.py", True, False),
            ("static/tests/x.test.js", False, True),
            ("static/src/x.js", False, True),
            ("tests/test_x.py", False, False),
            ("readme/DESCRIPTION.md", False, False),
            ("models/new.py", True, False),
        ],
    )
    def test_what_a_change_makes_stale(self, tmp_path, path, database, bundles):
        write_addon(tmp_path, "isof_a")
        before = config.addon_digest("isof_a", tmp_path), config.assets_digest(tmp_path)
        with (tmp_path / "isof_a" / path).open("a") as file:
            file.write("# changed\n")
        after = config.addon_digest("isof_a", tmp_path), config.assets_digest(tmp_path)
        assert [old != new for old, new in zip(before, after, strict=True)] == [database, bundles]

    def test_tests_count_where_they_are_run(self, tmp_path):
        write_addon(tmp_path, "isof_a")
        before = config.addon_digest("isof_a", tmp_path, tests=True)
        (tmp_path / "isof_a/static/src/x.js").write_text("2\n")
        assert config.addon_digest("isof_a", tmp_path, tests=True) == before
        (tmp_path / "isof_a/tests/test_x.py").write_text("2\n")
        assert config.addon_digest("isof_a", tmp_path, tests=True) != before

    def test_a_changed_list_of_bundles_makes_them_stale(self, tmp_path):
        write_addon(tmp_path, "isof_a")
        before = config.assets_digest(tmp_path)
        (tmp_path / "isof_a/__manifest__.py").write_text("{'assets': {'web.assets_backend': []}}")
        assert config.assets_digest(tmp_path) != before

    def test_bundles_are_of_one_checkout(self, tmp_path):
        """Odoo goes by the time of a file."""
        write_addon(tmp_path, "isof_a")
        before = config.assets_digest(tmp_path)
        os.utime(tmp_path / "isof_a/static/src/x.js", (1, 1))
        assert config.assets_digest(tmp_path) != before

    def test_compiled_files_do_not_count(self, tmp_path):
        write_addon(tmp_path, "isof_a")
        before = config.addon_digest("isof_a", tmp_path)
        (tmp_path / "isof_a/models/x.pyc").touch()
        assert config.addon_digest("isof_a", tmp_path) == before

    def test_update_looks_at_what_changed(self, monkeypatch):
        """A database that nobody wrote a note on is taken as out of date."""
        monkeypatch.setattr(config, "addons", lambda: ["isof_a", "isof_b"])
        monkeypatch.setattr(config, "addon_digest", lambda name: f"new {name}")
        assert databases.changed_addons({}) == ["isof_a", "isof_b"]
        note = {"addons": {"isof_a": "new isof_a", "isof_b": "old"}}
        assert databases.changed_addons(note) == ["isof_b"]


class TestChanges:
    """What a change can break; the rooms are those of ``isof_cli.rooms``."""

    @pytest.mark.parametrize(
        ("file", "tests"),
        [
            # a room, and those that may know it; the lowest one looks at all of its add-on
            (
                "isof_crm_analytics/models/commission/isof_commission_plan.py",
                [
                    *(f"isof_crm_analytics/tests/{room}" for room in ("analysis", "base")),
                    *(f"isof_crm_analytics/tests/{room}" for room in ("commission", "dashboard")),
                    "tests",
                ],
            ),
            (
                "isof_crm_resources/views/series/gone.xml",
                ["isof_crm_resources/tests/resource", "isof_crm_resources/tests/series", "tests"],
            ),
            # a test alone, or with those that it has something for
            (
                "isof_crm/tests/activity/test_chain.py",
                ["isof_crm/tests/activity/test_chain.py"],
            ),
            (
                "isof_crm/tests/segment/test_segment.py",
                [
                    "isof_crm/tests/base/test_tree.py",
                    *(
                        f"isof_crm/tests/segment/test_segment{name}.py"
                        for name in ("", "_rights", "_wizards")
                    ),
                ],
            ),
            ("tools/isof_cli/store.py", ["tests"]),
            ("requirements-dev.txt", [*(f"{addon}/tests" for addon in config.addons()), "tests"]),
            # what is read by people
            ("docs/rights.md", []),
            ("isof_crm/readme/USAGE.md", []),
            ("isof_crm/static/description/planner.png", []),
            ("package.json", []),
        ],
    )
    def test_what_looks_at_a_file(self, file, tests):
        assert changes.find_tests([Path(file)]) == tests

    def test_what_belongs_to_no_room_is_of_all(self):
        """And of the add-ons that may know it."""
        found = changes.find_tests([Path("isof_crm/security/isof_crm_groups.xml")])
        for addon in config.addons():
            for door in (ROOT / addon / "tests").glob("*/__init__.py"):
                assert str(door.parent.relative_to(ROOT)) in found
        assert "tests" in found

    def test_what_all_tests_of_an_addon_stand_on(self):
        found = changes.find_tests([Path("isof_crm_resources/tests/common.py")])
        assert "isof_crm_resources/tests/booking/test_booking.py" in found
        assert not [name for name in found if name.startswith("isof_crm/")]
        assert len(changes.find_tests([Path("isof_crm/tests/common.py")])) > 100

    @pytest.mark.parametrize(
        ("file", "tests"),
        [
            ("tests/script.py", ["tests/test_one.py"]),
            ("tests/facts.py", ["tests/test_one.py", "tests/test_two.py"]),
            ("tests/bench/figures.py", ["tests/test_two.py"]),
            ("tests/bench/test_speed.py", []),
            ("tests/conftest.py", ["tests/test_one.py", "tests/test_two.py"]),
            ("tools/writer.py", ["tests/test_two.py"]),
        ],
    )
    def test_what_uses_a_file(self, tmp_path, file, tests):
        for name, text in {
            "bench/figures": "",
            "bench/test_speed": "import figures",
            "conftest": "",
            "facts": "",
            "script": "from facts import FACTS",
            "test_one": "SCRIPT = 'script.py'",
            "test_two": "import facts\nimport writer\nfrom bench.figures import X",
        }.items():
            path = tmp_path / f"tests/{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert changes.find_tests([Path(file)], tmp_path) == tests

    def test_each_once(self):
        files = [Path("tests/test_cli.py"), Path("tools/isof_cli/main.py")]
        assert changes.find_tests(files) == ["tests"]

    def test_files_of_a_branch(self, tmp_path, monkeypatch):
        """What is committed since it left, edited, deleted and new; or since a revision."""
        monkeypatch.setattr(config, "ROOT", tmp_path)
        for name in ("kept", "edited", "deleted"):
            (tmp_path / name).write_text("1\n")
        author = ("-c", "user.name=x", "-c", "user.email=x@example.com")

        def commit(message):
            changes._git("add", "--all")
            changes._git(*author, "commit", "--quiet", "--message", message)

        changes._git("init", "--quiet", "--initial-branch=main")
        commit("first")
        changes._git("checkout", "--quiet", "-b", "branch")
        (tmp_path / "committed").write_text("1\n")
        commit("second")
        (tmp_path / "edited").write_text("2\n")
        (tmp_path / "deleted").unlink()
        (tmp_path / "new").write_text("1\n")
        found = sorted(map(str, changes.find_files()))
        assert found == ["committed", "deleted", "edited", "new"]
        assert sorted(map(str, changes.find_files("HEAD"))) == ["deleted", "edited", "new"]
        with pytest.raises(Failure, match="no-such"):
            changes.find_files("no-such")


class TestTemplates:
    """Empty databases on the PostgreSQL of this test run stand for those with Odoo in them."""

    @pytest.fixture
    def env(self, home, monkeypatch):
        """An environment with one add-on: ``state`` is that of its files.

        ``steps`` are what its installations do, in their order.
        """
        env = SimpleNamespace(server=postgres.server("test", Path(sys.executable)))
        env.addon, env.state, env.steps = f"isof_{secrets.token_hex(6)}", "first", []
        monkeypatch.setattr(config, "addons", lambda: [env.addon])
        monkeypatch.setattr(config, "dependencies", lambda _names: ["base"])
        monkeypatch.setattr(config, "addon_digest", lambda _name: env.state)
        monkeypatch.setattr(databases, "dependencies_template", lambda *_, **__: "template0")
        monkeypatch.setattr(databases, "install", lambda *_: env.steps.pop(0)() or [])
        monkeypatch.setattr(databases, "prune", lambda *_: None)
        env.made = []
        clone = databases.clone

        def record(server, template, name):
            env.made += [name, name.removeprefix("isof_new_")]
            clone(server, template, name)

        monkeypatch.setattr(databases, "clone", record)
        yield env
        for name in env.made:
            databases.drop(env.server, name)

    def left(self, env):
        """Return which of the databases that were made are still there."""
        return [name for name in env.made if databases.exists(env.server, name)]

    def is_locked(self, name):
        """Whether somebody holds the lock of a template."""
        with (config.home() / "locks" / f"template-{name}").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def test_made_once_and_locked_while_in_use(self, env):
        env.steps = [lambda: None]
        for _turn in range(2):
            with databases.template(env, [env.addon]) as name:
                assert self.is_locked(name)
            assert not self.is_locked(name)
        assert self.left(env) == [name]

    def test_a_database_is_copied_from_a_locked_template(self, env, monkeypatch):
        env.steps = [lambda: None]
        clone, locked = databases.clone, {}

        def look(server, template, name):
            locked[name] = self.is_locked(template)
            clone(server, template, name)

        monkeypatch.setattr(databases, "clone", look)
        name = f"{env.addon}_db"
        databases.create(env, name, [env.addon], demo=False)
        assert locked[f"isof_new_{name}"]

    def test_an_edit_meanwhile_makes_it_anew(self, env):
        env.steps = [lambda: setattr(env, "state", "second"), lambda: None]
        with databases.template(env, [env.addon]) as name:
            assert self.left(env) == [name]
        env.state = "first"
        env.steps = [lambda: None]
        with databases.template(env, [env.addon]) as other:
            assert other != name, "what was edited meanwhile is no template of the first state"

    def test_a_failure_leaves_nothing(self, env):
        env.steps = [lambda: 1 / 0, lambda: 1 / 0]
        with (
            pytest.raises(ZeroDivisionError),
            databases.template(env, [env.addon]),
        ):
            pytest.fail("there is no template")
        with pytest.raises(ZeroDivisionError):
            databases.create(env, f"{env.addon}_db", [env.addon])
        assert env.made
        assert self.left(env) == []

    @pytest.mark.parametrize("demo", [False, True])
    def test_the_note_is_of_what_was_installed(self, env, demo):
        """What is edited during an installation is not in it for sure, but in the next one."""
        env.steps = [lambda: setattr(env, "state", "second"), lambda: None]
        name = f"{env.addon}_db"
        databases.create(env, name, [env.addon], demo=demo)
        assert not env.steps
        assert databases.changed_addons(databases.read_note(env.server, name)) == []
        env.state = "third"
        assert databases.changed_addons(databases.read_note(env.server, name)) == [env.addon]

    def test_demo_data_are_of_the_hour(self, env):
        env.steps = [lambda: None] * 2
        names = []
        for time_ in ("2026-03-11 09:00", "2026-03-11 09:59", "2026-03-11 10:00"):
            with freeze_time(time_), databases.template(env, [env.addon], demo=True) as name:
                names.append(name)
        assert names[0] == names[1] != names[2]

    def test_complaints_are_repeated(self, env, capsys):
        """They are of an installation that is not repeated."""
        env.steps = [lambda: ["x WARNING x: wrong"]]
        name = f"{env.addon}_db"
        databases.create(env, name, [env.addon])
        capsys.readouterr()
        databases.create(env, f"{name}_2", [env.addon])
        assert "x WARNING x: wrong" in capsys.readouterr().err

    def test_without_addons_of_ours(self, env):
        """Nothing comes on top of what they depend on."""
        with databases.template(env, ["sale"], demo=True) as name:
            assert name == "template0"


class TestVersions:
    @pytest.mark.parametrize(
        ("version", "is_newer"),
        [("19.0.9.0.0", True), ("19.0.1.10.0", True), ("19.0.1.2.0", False), ("", False)],
    )
    def test_an_older_checkout_meets_a_newer_database(self, version, is_newer, monkeypatch):
        monkeypatch.setattr(config, "manifest", lambda _addon: {"version": "19.0.1.9.0"})
        server = SimpleNamespace(sql=lambda *_args: [["isof_crm", version]] if version else [])
        refusal = pytest.raises(Failure, match=rf"shop has isof_crm {version}, .* older")
        with refusal if is_newer else contextlib.nullcontext():
            databases.refuse_newer(server, "shop")


class TestModules:
    MANIFESTS: ClassVar = {
        "base": {},
        "web": {"depends": ["base"], "auto_install": True},
        "iap": {"depends": ["web"], "auto_install": True},
        "sms": {"depends": ["iap"], "auto_install": ["web"]},
        "rpc": {"depends": ["web"], "auto_install": True},
        "rpc_doc": {"depends": ["rpc", "doc"], "auto_install": ["rpc"]},
        "doc": {"depends": ["base"]},
        "rpc_pl": {"depends": ["rpc"], "auto_install": True, "countries": ["pl"]},
        "sale_rpc": {"depends": ["sale", "rpc"], "auto_install": True},
        "sale": {"depends": ["web"]},
    }

    @pytest.mark.parametrize(
        ("names", "added"),
        [
            (["doc"], ["rpc", "rpc_doc", "web"]),
            (["sale"], ["rpc", "rpc_doc", "sale_rpc"]),
        ],
    )
    def test_what_odoo_adds_without_paid_services(self, names, added):
        assert modules.auto_installed(names, self.MANIFESTS) == added

    def test_the_first_folder_decides(self, tmp_path):
        for folder in ("first", "second"):
            write_addon(tmp_path / folder, "sale", [folder])
        read = modules.read([tmp_path / "first", tmp_path / "second"])
        assert read["sale"]["depends"] == ["first"]


class TestStore:
    def test_built_once_per_key(self, home):
        built = []
        for key in ("1", "1", "2"):
            store.ensure(home / "thing", key, built.append, 0)
        assert len(built) == 2

    def test_an_interrupted_build_starts_afresh(self, home):
        def interrupted(folder):
            (folder / "half").touch()
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.ensure(home / "thing", "1", interrupted, 0)
        assert (home / "thing/half").exists()
        assert not store.is_complete(home / "thing", "1")
        store.ensure(home / "thing", "1", lambda folder: (folder / "whole").touch(), 0)
        assert store.is_complete(home / "thing", "1")
        assert not (home / "thing/half").exists()

    def test_full_disk_is_refused_before(self, home):
        with pytest.raises(console.Failure, match=r"MB of free disk space .* ISOF_HOME"):
            store.ensure(home / "thing", "1", pytest.fail, 10**12)

    def test_the_second_waits_for_the_first(self, home):
        script = (
            "import sys; sys.path.insert(0, sys.argv[1])\n"
            "from isof_cli import store\n"
            "with store.lock('x', 'building'): print('in', flush=True)\n"
        )
        with store.lock("x", "building"):
            second = subprocess.Popen(
                [sys.executable, "-c", script, str(ROOT / "tools")],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert "waiting for another ./isof that is building" in second.stderr.readline()
            assert second.poll() is None
        assert second.communicate(timeout=20)[0] == "in\n"

    def test_a_failing_step_shows_its_end_and_what_to_do(self, home):
        command = [sys.executable, "-c", "print('reason'); raise SystemExit(3)"]
        with pytest.raises(console.Failure, match=r"(?s)failed \(3\)\. Do this\..*reason"):
            programs.run_logged(command, home / "log/x.log", hint="Do this.")
        assert "reason" in (home / "log/x.log").read_text()


class TestOdooSource:
    def write_odoo(self, folder, version="19, 0"):
        folder.mkdir(parents=True)
        (folder / "release.py").write_text(f"version_info = ({version}, 0, FINAL, 0, '')\n")

    def test_checkout(self, tmp_path, monkeypatch):
        self.write_odoo(tmp_path / "src/odoo")
        (tmp_path / "src/odoo-bin").touch()
        monkeypatch.setenv("ODOO_PATH", str(tmp_path / "src"))
        source = odoo_source.ensure()
        assert source.package == tmp_path / "src/odoo"
        assert source.addons_path == (tmp_path / "src/addons",)

    def test_installed_package(self, tmp_path, monkeypatch):
        self.write_odoo(tmp_path / "site-packages/odoo")
        monkeypatch.setenv("ODOO_PATH", str(tmp_path / "site-packages"))
        source = odoo_source.ensure()
        assert source.package == tmp_path / "site-packages/odoo"
        assert source.addons_path == ()

    def test_wrong_version(self, tmp_path, monkeypatch):
        self.write_odoo(tmp_path / "odoo", "18, 0")
        monkeypatch.setenv("ODOO_PATH", str(tmp_path))
        with pytest.raises(console.Failure, match=r"is Odoo 18\.0; ISOF CRM needs 19\.0"):
            odoo_source.ensure()

    def test_no_odoo(self, tmp_path, monkeypatch):
        monkeypatch.setenv("ODOO_PATH", str(tmp_path))
        with pytest.raises(console.Failure, match="holds no Odoo"):
            odoo_source.ensure()

    def test_mirrors_are_debian_proper(self):
        listed = (
            "http://one.example/debian/|bookworm|main\n"
            "http://one.example/debian/|bookworm|main\n"
            "http://one.example/debian/|bookworm|contrib\n"
            "http://one.example/debian-security/|bookworm-security|main\n"
            "http://two.example/ubuntu/|noble|main\n"
            "http://three.example/cloud/|cloud-sdk-bookworm|main\n"
            "mirror+file:/etc/apt/mirrors/debian.list|trixie|main\n"
        )
        assert odoo_source.parse_mirrors(listed) == [
            "http://one.example/debian/",
            "mirror+file:/etc/apt/mirrors/debian.list",
        ]


class TestPostgres:
    def test_pid_file_of_another_program_is_removed(self, tmp_path):
        """After a restart of the machine the number may be anybody's, even our own."""
        sockets = tmp_path / "socket"
        sockets.mkdir()
        lock = sockets / f"{postgres.SOCKET}.lock"
        lock.touch()
        pid_file = tmp_path / "postmaster.pid"
        pid_file.write_text(f"{os.getpid()}\n{tmp_path}\n1\n5432\n{sockets}\n")
        postgres.forget_dead(tmp_path)
        assert not pid_file.exists()
        assert not lock.exists()

    def test_pid_file_of_the_dead_is_left_to_postgresql(self, tmp_path):
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        (tmp_path / "postmaster.pid").write_text(f"{dead.pid}\n")
        postgres.forget_dead(tmp_path)
        assert (tmp_path / "postmaster.pid").exists()

    def test_pid_file_of_the_running_is_kept(self, tmp_path):
        program = [sys.executable, "-c", "import time; time.sleep(60)", "postgres", str(tmp_path)]
        with subprocess.Popen(program) as server:
            (tmp_path / "postmaster.pid").write_text(f"{server.pid}\n")
            postgres.forget_dead(tmp_path)
            server.kill()
        assert (tmp_path / "postmaster.pid").exists()

    def test_socket_path_stays_short(self, tmp_path, monkeypatch):
        monkeypatch.setattr(postgres.tempfile, "gettempdir", lambda: str(tmp_path)[:40])
        near = postgres.Path("/home/x")
        assert postgres._socket_folder(near) == near / "socket"
        far = postgres.Path("/home/" + "x" * 100)
        short = postgres._socket_folder(far)
        assert len(str(short / postgres.SOCKET)) < postgres.LONGEST_SOCKET
        assert short != postgres._socket_folder(far.with_name("y" * 100))

    def test_given_server_is_used(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PGHOST", "box.example")
        monkeypatch.setenv("PGDATABASE", "other")
        (tmp_path / "lib/python3.11/site-packages").mkdir(parents=True)
        server = postgres.server("main", tmp_path / "bin/python")
        assert server.environ["PGHOST"] == "box.example"
        assert "PGDATABASE" not in server.environ


class TestServing:
    def test_taken_port_is_named_with_the_way_out(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(console.Failure, match=rf"{port} is taken .* --port {port + 1}"):
                serve.check_port(port)
        serve.check_port(port)

    def test_welcome_lists_the_logins(self):
        text = serve._welcome("isof", 8070, [["anna", "Anna Nowak"]])
        assert "http://localhost:8070/odoo" in text
        assert "admin  Administrator" in text
        assert "anna   Anna Nowak" in text


class TestOdooCommand:
    """Odoo's command line through ``./isof odoo``, on the database of this test run."""

    @pytest.fixture
    def shell(self, isof):
        database = get_db_name()

        def run(script, **options):
            arguments = ("odoo", "shell", "-d", database, "--no-http", "--log-level=error")
            return isof(*arguments, script=script, **options)

        return run

    def test_reads_standard_input_and_keeps_standard_output_clean(self, shell):
        assert shell("print(env['res.lang'].get_installed()[1][0])").stdout == "pl_PL\n"

    def test_exit_code_is_odoos(self, shell):
        assert shell("raise SystemExit(7)", check=False).returncode == 7

    def test_our_addons_and_those_of_others_are_found(self, shell):
        script = (
            "from odoo.modules import Manifest\n"
            "print(all(map(Manifest.for_addon, ['isof_crm', 'web_timeline', 'sale'])))"
        )
        assert shell(script).stdout == "True\n"


class TestHost:
    LOG = """
INFO x odoo.addons.base.tests.test_a: Starting TestA.test_good ...
INFO x odoo.addons.base.tests.test_a: Starting TestA.test_bad ...
ERROR x odoo.addons.base.tests.test_a: FAIL: TestA.test_bad
INFO x odoo.addons.base.tests.test_a: Starting TestA.test_parts ...
ERROR x odoo.addons.base.tests.test_a: ERROR: Subtest TestA.test_parts (n=1)
INFO x odoo.addons.mail.tests.discuss.test_b: Starting TestB.test_tour ...
INFO x odoo.addons.mail.tests.discuss.test_b: skipped TestB.test_tour : no Chrome
INFO x odoo.addons.mail.tests.discuss.test_b: Starting TestB.test_good ...
"""
    RESULT = "ERROR x odoo.tests.result: 1 failed, 1 error(s) of 5 tests"

    def test_what_passed(self):
        passed = host.get_passed(self.LOG + self.RESULT)
        assert passed == {"/base:TestA.test_good", "/mail:TestB.test_good"}

    def test_a_run_without_an_end(self):
        with pytest.raises(console.Failure, match="stopped before the end"):
            host.get_passed(self.LOG)

    def test_differences_are_named(self, capsys):
        without, with_ours = {"/a:T.x", "/a:T.y", "/b:U.z"}, {"/b:U.z", "/b:U.new"}
        assert host.report(without, with_ours, {"/a:T.y"}) == 1
        said = capsys.readouterr().err
        assert "! /a:T.x" in said
        assert "explained: /a:T.y" in said
        assert said.endswith("these do not pass with them: 2, not explained: 1\n")

    def test_explained_differences_are_right(self, capsys):
        assert host.report({"/a:T.x", "/a:U.y"}, set(), {"/a:T", "/a:U.y"}) == 0
        assert host.report({"/a:T.x"}, {"/a:T.x"}, {"/a:T.x"}) == 0
        assert "passes, though host.md explains why it does not: /a:T.x" in capsys.readouterr().err

    def test_explanations_need_a_reason(self):
        text = "- `/a:T.x`: it is so\n- `/a:U`: \n- `/b:V.y`\nSee `/c:W.z`: no\n"
        assert host.EXPLAINED.findall(text) == ["/a:T.x"]

    def test_unknown_suites_are_refused(self):
        with pytest.raises(console.Failure, match="no suite website; there are base"):
            host.run(["website", "base"])


class TestDurations:
    def test_measured_while_clocks_stand_still(self):
        with freeze_time("2026-03-11"):
            start = timing.Instant()
            time.sleep(0.01)
            assert 0.01 <= start.elapsed().seconds < 60

    def test_kept_for_the_next_run(self, tmp_path):
        path = tmp_path / "durations.json"
        for durations in ({"a.py::x": [1, 2], "a.py::y": [4]}, {"a.py::x": [0.5]}):
            record = Record(path)
            for id_, phases in durations.items():
                for seconds in phases:
                    record.pytest_runtest_logreport(SimpleNamespace(nodeid=id_, duration=seconds))
            record.pytest_sessionfinish()
        node = SimpleNamespace(workerinput={})
        Record(path).pytest_configure_node(node)
        assert node.workerinput["isof_durations"] == {"a.py::x": 0.5, "a.py::y": 4}
        assert list(tmp_path.iterdir()) == [path]

    def test_longest_first(self):
        """A class or module is as long as all of its tests that are known; the new come first."""
        durations = {"a.py::A::x": 1, "a.py::A::y": 4, "b.py::x": 3, "c.py::x": 6}
        ids = ["a.py::A::y", "a.py::A::x", "a.py::A::new", "b.py::x", "c.py::x", "d.py::x"]
        items = [SimpleNamespace(nodeid=id_) for id_ in ids]
        LongestFirst(durations).pytest_collection_modifyitems(items)
        found = [item.nodeid for item in items]
        assert found == [
            "d.py::x",
            "c.py::x",
            "a.py::A::y",
            "a.py::A::x",
            "a.py::A::new",
            "b.py::x",
        ]


class TestOnce:
    """What is known from an earlier run is not tried again."""

    def test_the_same_is_tried_once(self, once, home, monkeypatch):
        monkeypatch.delenv("CI", raising=False)
        made = []

        def make():
            made.append(1)
            return {"number": len(made)}

        assert [once(make, "a"), once(make, "a"), once(make, "b"), once(make, "a")] == [
            {"number": 1}, {"number": 1}, {"number": 2}, {"number": 1},
        ]  # fmt: skip
        monkeypatch.setenv("CI", "true")
        assert once(make, "a") == {"number": 3}

    def test_a_failure_is_tried_again(self, once, home):
        for _turn in range(2):
            with pytest.raises(ZeroDivisionError):
                once(lambda: 1 / 0)

    def test_what_nobody_asked_for_is_forgotten(self, once, home):
        once(lambda: 1)
        [old] = (home / "verdicts").iterdir()
        os.utime(old, (0, 0))
        once(lambda: 2, "another")
        assert not old.exists()


class TestForeground:
    """What happens to a program when ``./isof`` is told to stop."""

    SCRIPT = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from isof_cli import odoo\n"
        "import os\n"
        "command = [sys.executable, str(odoo.LAUNCHER), 'sleeper']\n"
        "sys.exit(odoo.foreground(command, dict(os.environ)))"
    )
    SLEEPER = (
        "import os, time\n"
        "try:\n"
        "    print(os.getpid(), flush=True)\n"
        "    time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    raise SystemExit(5)\n"
    )

    @pytest.fixture
    def started(self, tmp_path):
        (tmp_path / "sleeper.py").write_text(self.SLEEPER)
        with subprocess.Popen(
            [sys.executable, "-c", self.SCRIPT, str(ROOT / "tools")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
        ) as process:
            child = int(process.stdout.readline())
            yield process, child
            process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_is_passed_on_and_the_exit_code_back(self, started, number):
        process, _child = started
        process.send_signal(number)
        assert process.wait(timeout=20) == 5

    def test_a_killed_isof_takes_its_program_along(self, started):
        process, child = started
        process.kill()
        process.wait()
        for _attempt in range(100):
            if not postgres._command_of(child):
                return
            time.sleep(0.1)
        pytest.fail("still running")


def test_free_port_is_free():
    """Nothing listens on the port that tests are given."""
    serve.check_port(odoo.free_port())


def test_odoo_starts_itself_anew_for_notifications():
    """With workers it does so by the script that it runs from, and for ever where that fails."""
    done = subprocess.run(
        [sys.executable, odoo.LAUNCHER, "gevent", "--version"], capture_output=True, text=True
    )
    assert done.stdout.startswith("Odoo Server 19.0"), done.stderr
