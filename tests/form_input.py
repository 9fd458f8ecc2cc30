# ruff: noqa: F821  ``env`` and ``tell`` are there, see ``client_calls.py``
"""Run in Odoo's shell by ``test_form_input.py``: typed values stay, whatever is chosen later.

A field that is computed, not stored and typed in is kept by nothing but the form: when something
changes that it depends on, Odoo computes it anew from what is stored, and a new record has nothing
stored. Each such field is typed in and each field is changed that it depends on, as the client
does it (``onchange``), by a manager and by a user without any further role.
"""

from odoo.fields import Command


def is_kept_by_the_form(field):
    return (
        (field._module or "").startswith(OURS)
        and field.compute
        and not field.store
        and not field.readonly
        # of the record that it is shown of
        and not field.related
    )


def get_choices(field):
    """Return the names of the fields of a record that its field follows from, in the end."""
    names, waiting = set(), [field]
    while waiting:
        for path in env.registry.field_depends.get(waiting.pop(), ()):
            name = path.split(".")[0]
            if name not in names:
                names.add(name)
                waiting.append(env[field.model_name]._fields[name])
    return names - {field.name}


def find_sample(user, field, other_than=None):
    """Return a value of a field that a user's client would send, None where there is none."""
    if field.type == "one2many":
        return [Command.create({})]
    if field.relational:
        comodel = env[field.comodel_name].with_user(user)
        if not comodel.has_access("read"):
            return None
        found = comodel.search([("id", "!=", other_than or 0)], limit=1).id
        if field.type == "many2one":
            return found or None
        return [Command.link(found)] if found else None
    samples = {
        "char": "Typed",
        "text": "Typed",
        "html": "<p>Typed</p>",
        "boolean": True,
        "integer": 1,
        "float": 1.0,
        "monetary": 1.0,
        "binary": "VHlwZWQ=",
        "date": "2031-03-03",
        "datetime": "2031-03-03 09:00:00",
    }
    if field.type == "selection":
        return field.get_values(env)[-1]
    return samples.get(field.type)


def is_emptied(value):
    if isinstance(value, list):
        return any(
            command[0] in (Command.UNLINK, Command.DELETE, Command.CLEAR) for command in value
        )
    return not value


def lose(user, field):
    """Return the names of the fields that empty what was typed in another when they are chosen."""
    model = env[field.model_name].with_user(user)
    if not model.has_access("create"):
        return [], 0
    fields = model.get_views([(False, "form")])["models"][model._name]["fields"]
    if field.name not in fields:
        return [], 0
    choices = [
        name
        for name in sorted(get_choices(field) & fields.keys())
        if not fields[name].get("readonly") and find_sample(user, model._fields[name])
    ]
    spec = {
        name: {"fields": {}} if model._fields[name].type == "one2many" else {}
        for name in (field.name, *choices)
    }
    lost = []
    for name in choices:
        typed = {field.name: find_sample(user, field)}
        values = model.onchange({}, [], spec)["value"] | typed
        shown = model.onchange(values, [field.name], spec)["value"]
        values |= {key: value for key, value in shown.items() if key != field.name}
        values |= {name: find_sample(user, model._fields[name], other_than=values.get(name))}
        after = model.onchange(values, [name], spec)["value"]
        if field.name in after and is_emptied(after[field.name]):
            lost.append(name)
    return lost, len(choices)


found = sorted(
    (
        field
        for model in env.registry.values()
        if not model._abstract
        for field in model._fields.values()
        if is_kept_by_the_form(field)
    ),
    key=str,
)
facts = {"fields": [str(field) for field in found], "lost": [], "tried": 0}
for login, user in (
    ("manager", env.ref("base.user_admin")),
    ("user", env.ref("isof_crm.res_users_anna")),
):
    for field in found:
        lost, tried = lose(user, field)
        facts["tried"] += tried
        facts["lost"] += [f"{login}: {field} by {name}" for name in lost]
tell(facts)
