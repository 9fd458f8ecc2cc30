"""What the README tells a shop to type, typed."""

import re
import shlex
import subprocess
import venv

from isof_cli import config

README = config.ROOT / "README.md"
IMAGE = config.ROOT / "docker" / "Dockerfile"
# in the text, and in the image
PIP = re.compile(r"`(pip install [^`]+)`|^RUN (pip install .+)$", re.MULTILINE)


def get_pip_lines():
    return ["".join(found) for file in (README, IMAGE) for found in PIP.findall(file.read_text())]


def test_packages_of_a_shop(tmp_path, once):
    """The lines work in an environment without Odoo, which PyPI does not have."""
    lines = get_pip_lines()
    assert len(lines) == 2, lines

    def install():
        venv.create(tmp_path / "shop", with_pip=True, symlinks=True)
        for line in lines:
            # of the image: where the file was copied, and leave to change Debian's Python
            line = line.replace("/tmp/", "").replace("--break-system-packages", "")
            pip, *arguments = shlex.split(line)
            program = tmp_path / "shop" / "bin" / pip
            done = subprocess.run(
                [program, "--disable-pip-version-check", *arguments],
                cwd=config.ROOT,
                capture_output=True,
                text=True,
            )
            assert not done.returncode, done.stderr
        [manifest] = (tmp_path / "shop").glob(
            "lib/python3*/site-packages/odoo/addons/web_timeline/__manifest__.py"
        )
        return str(manifest.name)

    assert once(install, *lines, (config.ROOT / "requirements.txt").read_text())
