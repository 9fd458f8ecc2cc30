"""Which of Odoo's modules a database has beside those that were asked for."""

import ast

PAID = "iap"  # what needs it calls Odoo's paid services


def read(folders):
    """Return the manifests of all modules in ``folders``, by name."""
    return {
        path.parent.name: ast.literal_eval(path.read_text())
        for folder in reversed(folders)
        for path in folder.glob("*/__manifest__.py")
    }


def auto_installed(names, manifests):
    """Return the modules that Odoo adds to ``names`` by itself, less the paid services.

    ``--skip-auto-install`` would leave out all of them, and with them the import of files and the
    RPC that scripts use.
    """
    installed = _closure(names, manifests)
    added = set()
    while found := {
        name
        for name, manifest in manifests.items()
        if name not in installed
        and _adds_itself(manifest, installed)
        and PAID not in _closure([name], manifests)
    }:
        added |= found
        installed |= _closure(found, manifests)
    return sorted(added)


def _adds_itself(manifest, installed):
    """Whether Odoo adds a module as soon as these are installed, in every country."""
    trigger = manifest.get("auto_install")
    if not trigger or manifest.get("countries") or not manifest.get("installable", True):
        return False
    return set(manifest.get("depends", ()) if trigger is True else trigger) <= installed


def _closure(names, manifests):
    """Return ``names`` with everything that they depend on."""
    found, queue = {"base"}, list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += manifests.get(name, {}).get("depends", ())
    return found
