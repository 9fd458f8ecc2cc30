"""The benchmarks still run: each of them on a hundredth of its data, where only answers count."""

from pathlib import Path

from isof_cli import browser, config, testing

BENCH = config.ROOT / "tests" / "bench"


def test_answers(isof, once):
    """What is measured finds what plain SQL or Odoo's own report finds."""

    def run():
        done = isof("test", "--bench", "--small", "-q", check=False)
        assert not done.returncode, f"{done.stdout[-20_000:]}\n{done.stderr[-2_000:]}"
        return True

    addons = [config.addon_digest(name) for name in config.addons()]
    files = [Path(testing.__file__), Path(browser.__file__), *sorted(BENCH.glob("*.[ps]*"))]
    assert once(run, *addons, *(path.read_text() for path in files))
