"""What Odoo's own roles can do with the models of Odoo that we extend, by the calls of clients.

A script for ``./isof odoo shell``; ``test_host.py`` runs it in two databases, with our add-ons and
without them, and compares. It prints a line of JSON after "FACTS " for each of ``MODELS``: its name
and what comes of each attempt, by role and attempt; where there are none, for each model that we
extend. It changes nothing: whatever succeeds is rolled back.
"""

# the shell's env, and what test_host.py puts in front; calls that are made at once, within their
# loop; a script that prints
# ruff: noqa: B023, F821, T201

import contextlib
import json
import logging

from lxml import etree

from odoo import Command
from odoo.service.model import call_kw
from odoo.tests import Form, new_test_user

OURS = "isof_"
EMPLOYEE = "base.group_user,base.group_allow_export"
ROLES = {
    "employee": EMPLOYEE,
    "contacts": f"{EMPLOYEE},base.group_partner_manager",
    "salesperson": f"{EMPLOYEE},sales_team.group_sale_salesman",
    "all sales": f"{EMPLOYEE},sales_team.group_sale_salesman_all_leads",
    "sales manager": f"{EMPLOYEE},sales_team.group_sale_manager",
    "purchase": f"{EMPLOYEE},purchase.group_purchase_user",
    "purchase manager": f"{EMPLOYEE},purchase.group_purchase_manager",
    "auditor": f"{EMPLOYEE},account.group_account_readonly",
    "billing": f"{EMPLOYEE},account.group_account_invoice",
    "accountant": f"{EMPLOYEE},account.group_account_user",
    "account manager": f"{EMPLOYEE},account.group_account_manager",
    "hr": f"{EMPLOYEE},hr.group_hr_user",
    "hr manager": f"{EMPLOYEE},hr.group_hr_manager",
    "access rights": f"{EMPLOYEE},base.group_erp_manager",
    "settings": f"{EMPLOYEE},base.group_system",
    "portal": "base.group_portal",
    "public": "base.group_public",
}
# What our figures follow, though we do not extend it.
FOLLOWED = ("purchase.order", "sale.order")
# These change the registry, which a rollback does not bring back.
UNTOUCHED = ("ir.model.fields",)
# Who a record belongs to, by what Odoo's rules ask.
OWNERS = ("user_id", "invoice_user_id")
# Types of fields that a file for an import has a value of.
IMPORTED = ("char", "text", "integer", "float", "monetary", "date", "datetime", "many2one")
VIEWS = ("activity", "calendar", "form", "graph", "kanban", "list", "pivot", "search")
# Models whose records are parts of others.
LINES = {"account.move.line": ("account.move", "invoice_line_ids")}
# What is done with records of some models, beside what can be done with any.
ACTIONS = {
    "account.move": ("action_post", "button_cancel"),
    "purchase.order": ("button_confirm", "button_cancel"),
    "sale.order": ("action_confirm", "action_cancel"),
}


def is_ours(name):
    return name.startswith(OURS)


def is_field_ours(field):
    # what a record inherits from another one is of the add-ons of both
    return is_ours(field.name) or (bool(field._modules) and all(map(is_ours, field._modules)))


def find_models():
    """Return the names of Odoo's models that our add-ons extend, in whatever way."""
    names = set(FOLLOWED)
    for name, model in env.registry.items():
        classes = [one for one in model.mro() if one.__module__.startswith("odoo.addons.isof_")]
        # every model has our part of "base"
        if any(one._name != "base" for one in classes) or any(
            any(map(is_ours, field._modules)) for field in model._fields.values()
        ):
            names.add(name)
    data = env["ir.model.data"].search([("module", "=like", f"{OURS}%")])
    for kind, path in (
        ("ir.rule", "model_id.model"),
        ("ir.model.access", "model_id.model"),
        ("ir.ui.view", "model"),
    ):
        ids = data.filtered(lambda one: one.model == kind).mapped("res_id")
        names.update(env[kind].browse(ids).exists().mapped(path))
    return sorted(
        name
        for name in names
        if name in env
        and not is_ours(env[name]._original_module)
        and not env[name]._abstract
        and env[name]._auto
    )


def attempt(call):
    """Return what comes of a call of a client, which is undone: its text, "ok", or an error's name.

    Whatever the call has done is computed and checked as before a commit.
    """
    try:
        with env.cr.savepoint() as savepoint:
            result = call()
            env.cr.flush()
            savepoint.rollback()
    except Exception as error:
        return type(error).__name__
    finally:
        env.invalidate_all()
    return result if isinstance(result, str) else "ok"


def rpc(user, model, method, *args, **kwargs):
    """Return what a user gets by calling a method of a model."""
    return call_kw(env[model].with_user(user), method, list(args), {"context": {}, **kwargs})


def make_sample(name):
    """Return a record that nothing of ours hangs on: a copy of one that Odoo's demo data has.

    Where there is none it is a new one; where none can be copied, one of these.
    """
    if name in LINES:
        document, path = LINES[name]
        return make_sample(document)[path][:1]
    data = env["ir.model.data"].search(
        [("model", "=", name), ("module", "not like", f"{OURS}%")], order="module, name", limit=20
    )
    originals = env[name].browse(data.mapped("res_id")).exists()
    if name in UNTOUCHED or env[name]._transient:
        return originals[:1]
    for original in originals or [None]:
        try:
            with env.cr.savepoint():
                sample = original.copy() if original else create_any(name)
                env.cr.flush()
        except Exception:
            continue
        return sample
    return originals[:1]


def create_any(name):
    """Return a new record with nothing but what is required."""
    model = env[name]
    required = [f.name for f in model._fields.values() if f.required and f.store]
    vals = model.default_get(required)
    for f in required:
        field = model._fields[f]
        if field.type in ("date", "datetime"):
            vals.setdefault(f, "2026-01-01")
        elif field.type == "many2one":
            vals.setdefault(f, env[field.comodel_name].search([], order="id", limit=1).id)
        elif field.type == "char":
            vals.setdefault(f, "host")
    return model.create(vals)


def drop_ours(vals):
    """Return values to create a record with, without those of our fields."""
    return {
        name: [
            (*command[:2], drop_ours(command[2])) if command[0] == Command.CREATE else command
            for command in value
        ]
        if isinstance(value, list) and value and isinstance(value[0], (list, tuple))
        else value
        for name, value in vals.items()
        if not is_ours(name)
    }


def get_written(record):
    """Return what a record holds in those of Odoo's fields that can be written, as to write it."""
    written = {}
    for name, field in record._fields.items():
        if (
            field.readonly
            or not (field.store or field.inverse)
            or field.type in ("one2many", "properties", "properties_definition")
            or is_field_ours(field)
        ):
            continue
        value = record[name]
        many = field.type == "many2many"
        written[name] = [Command.set(value.ids)] if many else field.convert_to_write(value, record)
    return written


def try_model(user, name, vals, views):
    """Return what comes of a user's attempts that need no record, by name.

    :param vals: what a record would be created with
    :param views: the ids of the views of the model that both databases have, by XML id
    """
    model = env[name].with_user(user)
    odoos = [field.name for field in model._fields.values() if not is_field_ours(field)]
    own = {f: vals[f] for f in vals if model._has_field_access(model._fields[f], "write")}

    def load():
        """Import what a file can hold of the values."""
        columns = {
            f if model._fields[f].type != "many2one" else f"{f}/.id": str(value)
            for f, value in own.items()
            if value and model._fields[f].type in IMPORTED
        }
        done = rpc(user, name, "load", list(columns), [list(columns.values())])
        return "ok" if done["ids"] else "refused"

    found = {
        "default_get": attempt(lambda: rpc(user, name, "default_get", odoos)),
        "form": attempt(lambda: Form(model)),
        "name_search": attempt(lambda: rpc(user, name, "name_search", "a")),
        "search_count": attempt(lambda: rpc(user, name, "search_count", [])),
    }
    for view in VIEWS:
        found[f"view {view}"] = attempt(lambda: rpc(user, name, "get_views", [(False, view)]))
    for xmlid, view in views.items():
        found[f"view {xmlid}"] = attempt(lambda: rpc(user, name, "get_view", view))
    if name not in UNTOUCHED:
        found["create"] = attempt(lambda: rpc(user, name, "create", own))
        found["load"] = attempt(load)
    return found


def try_record(user, record, written):
    """Return what comes of a user's attempts with a record, by name.

    :param written: what is written to it, by field
    """
    name, ids = record._name, record.ids
    model = record.with_user(user)
    readable = [f for f in model._fields.values() if model._has_field_access(f, "read")]
    odoos = [field.name for field in readable if not is_field_ours(field)]

    def search_as_in_list():
        arch = etree.fromstring(rpc(user, name, "get_view", False, "list")["arch"])
        specification = {node.get("name"): {} for node in arch.findall("field")}
        found = rpc(user, name, "web_search_read", [("id", "in", ids)], specification)
        return f"{found['length']} found"

    found = {"list": attempt(search_as_in_list)}
    found["read"] = attempt(lambda: rpc(user, name, "read", ids))
    if attempt(lambda: rpc(user, name, "read", ids, ["id"])) == "ok":
        found["open form"] = attempt(lambda: Form(model))
        found["save form"] = attempt(lambda: Form(model).save())
        found["export"] = attempt(lambda: rpc(user, name, "export_data", ids, odoos))
        for field in readable:
            # one that cannot be read hides what comes of the others
            if is_field_ours(field) or field.type in ("one2many", "many2many"):
                found[f"read {field.name}"] = attempt(
                    lambda: rpc(user, name, "read", ids, [field.name])
                )
    if name in UNTOUCHED:
        return found
    found["copy"] = attempt(lambda: rpc(user, name, "copy", ids))
    found["unlink"] = attempt(lambda: rpc(user, name, "unlink", ids))
    if model.has_access("write"):
        for f, value in written.items():
            if model._has_field_access(model._fields[f], "write"):
                found[f"write {f}"] = attempt(lambda: rpc(user, name, "write", ids, {f: value}))
    methods = ACTIONS.get(name, ())
    if "active" in model._fields:
        methods = (*methods, "action_archive", "action_unarchive")
    for method in methods:
        found[method] = attempt(lambda: rpc(user, name, method, ids))
    if name == "res.partner":
        found["merge"] = attempt(lambda: merge(user, record | record.copy() | record.copy()))
    return found


def merge(user, partners):
    """Merge contacts as a user does who has chosen them in the list."""
    context = {"active_model": "res.partner", "active_ids": partners.ids}
    wizard = env["base.partner.merge.automatic.wizard"].with_user(user).with_context(**context)
    wizard.create({"dst_partner_id": partners[0].id}).action_merge()


def try_all(users, name):
    """Return what comes of all attempts with a model, by role and attempt."""
    record = make_sample(name)
    data = env["ir.model.data"].search(
        [("model", "=", "ir.ui.view"), ("module", "not like", f"{OURS}%")]
    )
    views = env["ir.ui.view"].browse(data.mapped("res_id")).exists()
    views = views.filtered(lambda view: view.model == name and view.mode == "primary")
    views = {view.xml_id: view.id for view in views}
    written = get_written(record) if record else {}
    vals = {}
    if record and attempt(lambda: vals.update(drop_ours(record.copy_data()[0]))) != "ok":
        vals = {f: value for f, value in written.items() if record._fields[f].required}
    found = {}
    for role, user in users.items():
        with env.cr.savepoint() as savepoint:
            for owner in OWNERS:
                if owner in record._fields and record._fields[owner].store:
                    attempt_to_own(record, owner, user)
            found[role] = try_model(user, name, vals, views)
            if record:
                found[role] |= try_record(user, record, written)
            savepoint.rollback()
        env.invalidate_all()
    return found


def attempt_to_own(record, owner, user):
    """Have a record belong to a user, unless its model has some reason against it."""
    with contextlib.suppress(Exception), env.cr.savepoint():
        record[owner] = user
        env.cr.flush()


def prepare_companies():
    """Have two companies with accounts everywhere, as with our demo data; work in the main one."""
    if not env.ref("isof_crm.res_company_demo", raise_if_not_found=False):
        second = env["res.company"].create(
            {"name": "Second", "currency_id": env.ref("base.PLN").id}
        )
        env["account.chart.template"].try_loading("generic_coa", second, install_demo=False)
    env.user.company_id = env.ref("base.main_company")


def main():
    """Try everything and tell what comes of it, model by model."""
    logging.disable(logging.CRITICAL)
    prepare_companies()
    users = {
        role: new_test_user(env, f"host_{role.replace(' ', '_')}", groups)
        for role, groups in ROLES.items()
    }
    env.cr.flush()
    for name in MODELS or find_models():
        print("FACTS", json.dumps([name, try_all(users, name) if MODELS else {}]), flush=True)
    env.cr.rollback()


main()
