"""Databases with the add-ons in them: created whole or not at all, kept up to date.

Creating starts from a copy of a template with the modules that ours depend on, made once
per kind; our own modules are installed on top, which is a template, too. One with demo data serves
for an hour, as these lie around the moment that they are loaded at. A note on each database (its
comment in PostgreSQL) remembers the state of the add-ons that it was made from, and what Odoo
complained of when they were installed.
"""

import contextlib
import json
import os
import shutil
import time
from datetime import UTC, datetime

from . import config, modules, odoo, store, venv
from .console import Failure, say, step

DEPENDENCIES = "isof_deps_"
TEMPLATE = "isof_tmpl_"
DEMO = "isof_demo_"
INTERNAL = (DEPENDENCIES, TEMPLATE, DEMO, "isof_new_", "isof_test_")
KEPT = 6  # templates of a kind, about 100 MB each


def exists(server, name):
    """Whether there is a database of this name."""
    return bool(server.sql("SELECT 1 FROM pg_database WHERE datname = :'name';", name=name))


def listing(server):
    """Return the names of the databases, without those that are ours to manage."""
    rows = server.sql(
        "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
        " ORDER BY datname;"
    )
    return [name for (name,) in rows if not name.startswith(INTERNAL)]


def read_note(server, name):
    """Return what was written on a database, empty if nothing was."""
    rows = server.sql(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'name';",
        name=name,
    )
    try:
        return json.loads(rows[0][0])
    except (IndexError, ValueError):
        return {}


def write_note(server, name, note):
    """Write a note on a database."""
    server.sql("COMMENT ON DATABASE :\"name\" IS :'note';", name=name, note=json.dumps(note))


def filestore(server, name):
    """Return where Odoo keeps the attachments of a database."""
    return server.data_dir / "filestore" / name


def drop(server, name):
    """Drop a database and its attachments, whoever is still connected."""
    server.sql('DROP DATABASE IF EXISTS :"name" WITH (FORCE);', name=name)
    shutil.rmtree(filestore(server, name), ignore_errors=True)


def clone(server, template, name):
    """Copy a database that nobody is connected to."""
    server.sql('CREATE DATABASE :"name" TEMPLATE :"template";', name=name, template=template)
    source = filestore(server, template)
    shutil.rmtree(filestore(server, name), ignore_errors=True)
    if source.exists():  # Odoo never changes a stored file, so a second name for it is enough
        shutil.copytree(source, filestore(server, name), copy_function=os.link)


def rename(server, name, new_name):
    """Give a finished database its name."""
    shutil.rmtree(filestore(server, new_name), ignore_errors=True)
    if filestore(server, name).exists():
        filestore(server, name).rename(filestore(server, new_name))
    server.sql('ALTER DATABASE :"name" RENAME TO :"new_name";', name=name, new_name=new_name)


@contextlib.contextmanager
def unfinished(server, name):
    """Give the name under which the database ``name`` is made, until that is whole and renamed.

    What was not renamed is dropped, whatever went wrong.
    """
    fresh = f"isof_new_{name}"
    drop(server, fresh)
    try:
        yield fresh
    finally:
        drop(server, fresh)


def create(env, name, addons, *, demo=True, lang=None):
    """Create the database ``name`` with ``addons`` (default: every one of ours) on ``env``."""
    server = env.server
    addons = addons or config.addons()
    kind = "with demo data" if demo else "without demo data"
    with store.lock(f"database-{name}", f"creating the database {name}"):
        if exists(server, name):
            raise Failure(f"There is a database {name} already; to drop it: ./isof db drop {name}")
        with (
            template(env, addons, demo=demo, lang=lang) as source,
            step(f"Database {name}: {', '.join(addons) or 'base'} {kind}"),
            unfinished(server, name) as fresh,
        ):
            clone(server, source, fresh)
            write_note(server, fresh, read_note(server, source))
            rename(server, fresh, name)


@contextlib.contextmanager
def template(env, addons, *, demo=False, lang=None):
    """Give the template with add-ons in their present state, to copy it.

    It is made if need be, and what Odoo complained of is repeated if not. Nobody else copies or
    changes it meanwhile.
    """
    prefix = DEMO if demo else TEMPLATE
    while True:
        dependencies = dependencies_template(env, config.dependencies(addons), demo=demo, lang=lang)
        made_of = state(addons)
        if not made_of:  # nothing comes on top
            yield dependencies
            return
        hour = [f"{datetime.now(UTC):%Y-%m-%d %H}"] if demo else []
        name = prefix + config.digest(dependencies, *addons, *made_of.items(), *hour)
        with store.lock(f"template-{name}", "making or copying the template of the add-ons"):
            if exists(env.server, name):
                note = read_note(env.server, name) | {"used": time.time()}
                write_note(env.server, name, note)
                for line in note.get("complaints", ()):
                    say(f"  {line}")
            elif not _make_template(env, name, dependencies, made_of, addons):
                say("  an add-on was edited meanwhile; once more")
                continue
            yield name
            return


def _make_template(env, name, dependencies, made_of, addons):
    """Make the template ``name``; return whether the add-ons are still what it was made of."""
    prefix, data = (
        (DEMO, "with demo data") if name.startswith(DEMO) else (TEMPLATE, "without demo data")
    )
    with (
        step(f"Template: {', '.join(addons)} {data}"),
        unfinished(env.server, name) as fresh,
    ):
        clone(env.server, dependencies, fresh)
        complaints = install(env, fresh, addons, f"{name}.log")
        if state(addons) != made_of:
            return False
        note = {
            "addons": made_of,
            "complaints": complaints,
            "log": f"{name}.log",
            # how many programs wanted to work at a time, for those who read how long it took
            "load": os.getloadavg()[1],
            # before it has its name: what was not used of late is dropped
            "used": time.time(),
        }
        write_note(env.server, fresh, note)
        rename(env.server, fresh, name)
    prune(env.server, prefix, name)
    return True


def install(env, name, addons, log):
    """Install add-ons into a database, and make sure that they are.

    :return: the lines of Odoo's log in which it complains
    """
    if not addons:
        return []
    arguments = ("-d", name, "-i", ",".join(addons), "--stop-after-init", "--skip-auto-install")
    complaints = env.batch(log, *arguments)
    rows = env.server.sql("SELECT name FROM ir_module_module WHERE state = 'installed';", name)
    if missing := set(addons) - {module for (module,) in rows}:
        raise Failure(f"Odoo did not install: {', '.join(sorted(missing))}. Is the name right?")
    return complaints


def state(addons):
    """Return what tells whether those of ``addons`` that are ours changed since."""
    return {name: config.addon_digest(name) for name in addons if name in config.addons()}


def update(env, name):
    """Bring the add-ons of this checkout in a database to their present state."""
    refuse_newer(env.server, name)
    note = read_note(env.server, name)
    changed = changed_addons(note)
    if not changed:
        return
    wanted = state(changed)
    with step(f"Database {name}: updating {', '.join(changed)}, which changed"):
        names = ",".join(changed)
        arguments = ("-i", names, "-u", names, "--i18n-overwrite", "--skip-auto-install")
        env.batch(f"update-{name}.log", "-d", name, *arguments, "--stop-after-init")
        note["addons"] = note.get("addons", {}) | wanted
        write_note(env.server, name, note)


def refuse_newer(server, name):
    """Refuse a database that a later version of an add-on has been at.

    :raises Failure: what would be gone, or not understood, is kept
    """
    known = dict(
        server.sql(
            "SELECT name, latest_version FROM ir_module_module WHERE latest_version <> '';", name
        )
    )
    for addon in config.addons():
        ours, theirs = config.manifest(addon)["version"], known.get(addon, "")
        if _get_order(theirs) > _get_order(ours):
            raise Failure(
                f"The database {name} has {addon} {theirs}, and this checkout is older: {ours}. "
                "Use the newer one, or another database: --db NAME"
            )


def _get_order(version):
    return [int(part) for part in version.split(".") if part.isdecimal()]


def changed_addons(note):
    """Return the add-ons that changed, or came, since the note on a database was written."""
    known = note.get("addons", {})
    now = state(config.addons())
    return [name for name, digest in now.items() if known.get(name) != digest]


def set_language(server, name, lang):
    """Make a loaded language the one of every user."""
    if not server.sql("SELECT 1 FROM res_lang WHERE active AND code = :'lang';", name, lang=lang):
        raise Failure(f"The language {lang} is not loaded in {name}; create another with --lang.")
    server.sql(
        "UPDATE res_partner SET lang = :'lang' WHERE id IN (SELECT partner_id FROM res_users);",
        name,
        lang=lang,
    )


def dependencies_template(env, names, *, demo, lang=None):
    """Return the template with the modules that ours depend on, made if need be."""
    # The first language becomes everyone's default.
    languages = list(dict.fromkeys([lang or "en_US", "en_US", config.LANGUAGE]))
    packages = venv.wanted(odoo.REQUIREMENTS)
    key = config.digest("2", env.source.key, *packages, demo, *languages, *names)
    name = DEPENDENCIES + key
    with store.lock(f"template-{name}", "making the template of the dependencies"):
        if not exists(env.server, name):
            added = modules.auto_installed(names, modules.read(env.addons_folders))
            with (
                step(f"Template: Odoo with {', '.join(names)}"),
                unfinished(env.server, name) as fresh,
            ):
                env.batch(
                    f"{name}.log",
                    *("-d", fresh, "-i", ",".join([*names, *added])),
                    "--load-language=" + ",".join(languages),
                    "--with-demo" if demo else "--without-demo",
                    *("--stop-after-init", "--skip-auto-install"),
                )
                rename(env.server, fresh, name)
            prune(env.server, DEPENDENCIES, name)
        write_note(env.server, name, {"used": time.time()})
    return name


def prune(server, prefix, kept):
    """Drop the templates of a kind that were not used of late."""
    names = [
        name
        for (name,) in server.sql(
            "SELECT datname FROM pg_database WHERE starts_with(datname, :'prefix');", prefix=prefix
        )
        if name != kept
    ]
    names.sort(key=lambda name: read_note(server, name).get("used", 0))
    for name in names[: -(KEPT - 1)]:
        drop(server, name)
