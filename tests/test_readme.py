"""What the README tells a shop to type, typed."""

import re
import shlex
import subprocess
import venv

from isof_cli import config

README = config.ROOT / "README.md"
# in the text, and in the image
PIP = re.compile(r"`(pip install [^`]+)`|^RUN (pip install .+)$", re.MULTILINE)


def get_pip_lines():
    _before, _head, section = README.read_text().partition("## Install it into your Odoo 19\n")
    return ["".join(found) for found in PIP.findall(section)]


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


def test_image_has_what_the_text_says():
    """The two ways install the same, and copy every add-on."""
    text = README.read_text()
    files = {re.search(r"-r (?:/tmp/)?(\S+)", line)[1] for line in get_pip_lines()}
    assert files == {"requirements.txt"}
    for addon in config.addons():
        assert f"COPY {addon} /mnt/extra-addons/{addon}" in text
