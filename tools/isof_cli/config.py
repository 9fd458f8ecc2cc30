"""Where things are, and what the add-ons of this checkout are made of."""

import ast
import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = "pl_PL"  # always loaded beside English, so that every user can switch


def home():
    """Return the folder that holds everything ``./isof`` sets up."""
    if chosen := os.environ.get("ISOF_HOME"):
        return Path(chosen).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "isof-crm"


def in_ci():
    """Whether a continuous integration runs us: then nothing may be left out."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def addons(root=ROOT):
    """Return the names of the add-ons in this checkout."""
    return sorted(manifest.parent.name for manifest in root.glob("*/__manifest__.py"))


def dependencies(names, root=ROOT):
    """Return the modules that the add-ons ``names`` need and that are not ours."""
    ours, needed, queue = set(addons(root)), set(), list(names)
    seen = set()
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in ours:
            needed.add(name)
            continue
        manifest = ast.literal_eval((root / name / "__manifest__.py").read_text())
        queue += manifest.get("depends", [])
    return sorted(needed | {"base"})


def digest(*parts):
    """Return a short key that changes when one of ``parts`` does."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]


def tree_digest(paths):
    """Return a short key of the names and contents of the files ``paths``."""
    state = hashlib.sha256()
    for path in sorted(paths):
        state.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        state.update(path.read_bytes())
    return state.hexdigest()[:12]


def _files(addon, root):
    for path in (root / addon).rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            yield path, path.relative_to(root / addon).parts[0]


def addon_digest(addon, root=ROOT):
    """Return the key of what an installed database holds of an add-on.

    Tests, documentation and what only the browser reads are left out.
    """
    return tree_digest(
        path for path, top in _files(addon, root) if top not in ("tests", "static", "readme")
    )


def assets_digest(root=ROOT):
    """Return the key of what goes into the browser's bundles."""
    return tree_digest(
        path
        for addon in addons(root)
        for path, top in _files(addon, root)
        if top in ("static", "__manifest__.py")
    )
