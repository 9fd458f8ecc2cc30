"""What the README tells a shop to type, typed."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from isof_cli import config

README = config.ROOT / "README.md"
IMAGE = config.ROOT / "docker" / "Dockerfile"
# in the text, and in the image
PIP = re.compile(r"`(pip install [^`]+)`|^RUN (pip install .+)$", re.MULTILINE)
PYTHONS = ("3.11", "3.12", "3.13")


def get_pip_lines():
    return ["".join(found) for file in (README, IMAGE) for found in PIP.findall(file.read_text())]


def find_python(version):
    """Return a Python of a version: one of pyenv's, or on the path. Skip the test without one."""
    found = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    found += filter(None, [shutil.which(f"python{version}")])
    if not found:
        pytest.skip(f"no Python {version}")
    return found[0]


def run(*command):
    done = subprocess.run(command, cwd=config.ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stderr


def test_versions_are_those_of_the_command():
    assert f"Python from {PYTHONS[0]} to {PYTHONS[-1]} " in README.read_text()


@pytest.mark.parametrize("version", PYTHONS)
def test_packages_of_a_shop(tmp_path, once, version):
    """The lines work in an environment without Odoo, which PyPI does not have."""
    lines = get_pip_lines()
    assert len(lines) == 2, lines
    python = find_python(version)

    def install():
        run(python, "-m", "venv", tmp_path / "shop")
        for line in lines:
            # of the image: where the file was copied, and leave to change Debian's Python
            line = line.replace("/tmp/", "").replace("--break-system-packages", "")
            pip, *arguments = shlex.split(line)
            run(tmp_path / "shop" / "bin" / pip, "--disable-pip-version-check", *arguments)
        [manifest] = (tmp_path / "shop").glob(
            f"lib/python{version}/site-packages/odoo/addons/web_timeline/__manifest__.py"
        )
        return str(manifest.name)

    assert once(install, version, *lines, (config.ROOT / "requirements.txt").read_text())
