"""Where things are, and what the add-ons of this checkout are made of."""

import ast
import hashlib
import os
from pathlib import Path

from .console import Failure

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = "pl_PL"  # in every database beside English, so that each user can switch


def home():
    """Return the folder that holds everything ``./isof`` sets up."""
    if chosen := os.environ.get("ISOF_HOME"):
        return Path(chosen).expanduser().absolute()
    if cache := os.environ.get("XDG_CACHE_HOME"):
        return Path(cache) / "isof-crm"
    try:
        return Path.home() / ".cache" / "isof-crm"
    except RuntimeError as error:
        raise Failure(
            "This user has no home folder; name one for what ./isof sets up: ISOF_HOME=/path"
        ) from error


def in_ci():
    """Whether a continuous integration runs us: then nothing may be left out."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def addons(root=ROOT):
    """Return the names of the add-ons in this checkout."""
    return sorted(path.parent.name for path in root.glob("*/__manifest__.py"))


def manifest(addon, root=ROOT):
    """Return what the manifest of an add-on says."""
    return ast.literal_eval((root / addon / "__manifest__.py").read_text())


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
        queue += manifest(name, root).get("depends", [])
    return sorted(needed | {"base"})


def digest(*parts):
    """Return a short key that changes when one of ``parts`` does."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]


def _tree_digest(addon, root, counts):
    """Return a short key of the files of an add-on whose path (its parts) counts."""
    state = hashlib.sha256()
    for path in sorted((root / addon).rglob("*")):
        parts = path.relative_to(root / addon).parts
        if path.is_file() and path.suffix != ".pyc" and counts(parts):
            state.update(f"{'/'.join(parts)}\0{path.stat().st_size}\0".encode())
            state.update(path.read_bytes())
    return state.hexdigest()[:12]


def addon_digest(addon, root=ROOT, *, tests=False):
    """Return the key of what an installed database holds of an add-on, perhaps with its tests.

    Documentation and what only the browser reads are left out.
    """
    others = {"static", "readme"} if tests else {"static", "readme", "tests"}
    return _tree_digest(addon, root, lambda parts: parts[0] not in others)


def assets_digest(root=ROOT):
    """Return the key of the browser's bundles, those with tours among them.

    Odoo goes by the time of a file, which is another one in each checkout.
    """
    keys = []
    for addon in addons(root):
        keys.append(manifest(addon, root).get("assets"))
        for path in sorted((root / addon / "static").rglob("*")):
            if path.is_file():
                keys += [path.relative_to(root), path.stat().st_mtime_ns]
    return digest(*keys)
