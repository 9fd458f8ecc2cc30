"""A database of an earlier version is, once it is updated, what a fresh one is."""

import json
import os
import subprocess
import tarfile

import pytest
from isof_cli import config

SHAPE = config.ROOT / "tests" / "shape.py"
FIGURES = config.ROOT / "tests" / "figures.py"
BATCH = ("--stop-after-init", "--no-http")
# The last commit of a version. Each is tried where ISOF_RELEASES is set, else the newest.
RELEASES = {
    "19.0.1.2.0": "84f3280c00bbb6df5d7794a68c5933cf71c26dab",
    "19.0.1.6.0": "31520fca84e71a107adeb9af4eebb428f6ffa928",
    "19.0.1.7.0": "741127ce73edbcdc8ac233274951f5fccecad23b",
}
# What counts has been changed since.
OTHER_FIGURES = {"19.0.1.2.0"}
TRIED = list(RELEASES) if os.environ.get("ISOF_RELEASES") else list(RELEASES)[-1:]


def read_facts(isof, name, script, *options):
    """Return what a script finds out about a database."""
    done = isof("odoo", "shell", "-d", name, "--no-http", *options, script=script.read_text())
    [line] = [line for line in done.stdout.splitlines() if line.startswith("FACTS ")]
    return json.loads(line.removeprefix("FACTS "))


@pytest.fixture
def release(tmp_path):
    """Return a function that unpacks the add-ons of a version, and returns where they are."""

    def unpack(version):
        git = ["git", "-C", config.ROOT]
        commit = RELEASES[version]
        if subprocess.run([*git, "cat-file", "-e", commit], stderr=subprocess.DEVNULL).returncode:
            pytest.skip(f"the history does not go back to {version}")
        archive = tmp_path / "old.tar"
        subprocess.run([*git, "archive", "-o", archive, commit, *config.addons()], check=True)
        with tarfile.open(archive) as file:
            file.extractall(tmp_path / "old", filter="data")
        return f"--addons-path={tmp_path / 'old'}"

    return unpack


@pytest.mark.parametrize("version", TRIED)
def test_updated_is_as_fresh(isof, new_database, once, release, version):
    """Tables, indexes, rules, views, jobs and Polish: by a plain update, and without a warning."""
    old_addons = release(version)
    addons = ",".join(config.addons())

    def update():
        needed = ",".join(config.dependencies(config.addons()))
        name = new_database("--without-demo", "--modules", needed)
        isof("odoo", "-d", name, old_addons, "-i", addons, *BATCH)
        done = isof("odoo", "-d", name, "-u", addons, *BATCH)
        assert " WARNING " not in done.stderr
        assert " ERROR " not in done.stderr
        old, fresh = (
            read_facts(isof, each, SHAPE) for each in (name, new_database("--without-demo"))
        )
        assert len([key for key, value in fresh.items() if value]) > 3000, "nothing to compare"
        different = {
            key: (old.get(key), fresh.get(key))
            for key in old.keys() | fresh.keys()
            if old.get(key) != fresh.get(key)
        }
        assert not different
        return len(fresh)

    state = [config.addon_digest(name) for name in config.addons()]
    assert once(update, RELEASES[version], SHAPE.read_text(), *state)


@pytest.mark.skipif("ISOF_RELEASES" not in os.environ, reason="only before a release")
@pytest.mark.parametrize("version", [each for each in TRIED if each not in OTHER_FIGURES])
def test_figures_stay(isof, new_database, release, version):
    """What reports say of the demo company is the same before and after an update."""
    old_addons = release(version)
    addons = ",".join(config.addons())
    name = new_database("--modules", ",".join(config.dependencies(config.addons())))
    isof("odoo", "-d", name, old_addons, "-i", addons, *BATCH)
    before = read_facts(isof, name, FIGURES, old_addons)
    isof("odoo", "-d", name, "-u", addons, *BATCH)
    after = read_facts(isof, name, FIGURES)
    assert sum(map(len, before.values())) > 200, "nothing to compare"
    for report, groups in before.items():
        for key, figures in groups.items():
            for measure, value in figures.items():
                assert after[report][key][measure] == value, (report, key, measure)
