"""What only the suite itself writes is tried to be written by each way that a client has.

A script after ``client_calls.py``; ``test_derived.py`` says what is right.
"""

# names of client_calls.py and of the shell; calls that are made at once, within their loop
# ruff: noqa: B023, F821

import re
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError

# records of a model that are looked at for one that a role may write
TRIED = 10
# roles that may do more with a record than the least that may write it
POWERFUL = ("marketing", "manager")
# ways that copy the record, where values differ from those of a copy
COPYING = ("create", "default in the context", "default of the user")
# what a client proposes without ever having read it
FORGED = {"char": "Forged", "text": "Forged", "html": "<p>Forged</p>"}


# ------------------------------------------------------------
# Fields that only we write
# ------------------------------------------------------------


def get_kept(model):
    """Return the fields of a model that nobody may write: derived ones, and those of buttons."""
    return [
        field
        for field in model._fields.values()
        if field.store and field.readonly and is_ours(field) and not field.inherited
    ]


def forge(field, record):
    """Return a value that a field does not have, or None if there is none."""
    value = record[field.name]
    if field.type in FORGED:
        return FORGED[field.type]
    if field.type == "boolean":
        return not value
    if field.type in ("integer", "float", "monetary"):
        return (value or 0) + 7
    if field.type == "date":
        return fields.Date.to_string((value or fields.Date.today()) + timedelta(days=400))
    if field.type == "datetime":
        return fields.Datetime.to_string((value or fields.Datetime.now()) + timedelta(days=400))
    if field.type == "selection":
        return next((key for key in field.get_values(env) if key != value), None)
    if field.type == "many2one":
        return env[field.comodel_name].search([("id", "!=", value.id)], limit=1).id or None
    if field.type in ("one2many", "many2many"):
        other = env[field.comodel_name].search([("id", "not in", value.ids)], limit=1)
        return [Command.set(other.ids)] if other or value else None
    return None


def read(record, field):
    """Return the stored value as a client would send it, lists of records as sets."""
    record = record.sudo().with_context(active_test=False)
    record.invalidate_recordset()
    value = record[field.name]
    if field.type in ("one2many", "many2many"):
        return sorted(value.ids)
    value = field.convert_to_write(value, record)
    if field.type == "date":
        return fields.Date.to_string(value)
    return fields.Datetime.to_string(value) if field.type == "datetime" else value


def get_ways(user, record, beside=None):
    """Return the ways in which values may be written, by their names.

    Each is a function of a field and a value, and returns the record that has it if the way is
    open.

    :param dict beside: values that a new record is given as well
    """
    name = record._name

    def create(default=None, context=None):
        default = {**(beside or {}), **(default or {})}
        [new] = rpc(user, name, "copy", record.ids, default, context=context or {})
        return env[name].browse(new)

    def propose(field, value):
        env["ir.default"].with_user(user).set(name, field.name, value, user_id=True)
        return create()

    def save(vals):
        return rpc(user, name, "web_save", record.ids, vals, {}) and record

    def load(field, value):
        column = f"{field.name}/.id" if field.type == "many2one" else field.name
        rpc(user, name, "load", [".id", column], [[str(record.id), str(value)]])
        return record

    def write_line(parent, lines, vals):
        command = [Command.update(record.id, vals)]
        return rpc(user, parent._name, "write", parent.ids, {lines: command}) and record

    ways = {
        "write": lambda f, v: rpc(user, name, "write", record.ids, {f.name: v}) and record,
        "web_save": lambda f, v: (
            rpc(user, name, "web_save", record.ids, {f.name: v}, {}) and record
        ),
        "load": load,
        "create": lambda f, v: create({f.name: v}),
        "default in the context": lambda f, v: create(context={f"default_{f.name}": v}),
        "default of the user": propose,
    }
    for parent, lines in get_parents(record):
        ways[f"{parent._name}.{lines}"] = lambda f, v, parent=parent, lines=lines: write_line(
            parent, lines, {f.name: v}
        )
    return ways


def get_parents(record):
    """Return the records of which a record is a line, with the field of the lines."""
    found = []
    for field in record._fields.values():
        if field.type == "many2one" and field.store and record[field.name]:
            found += [
                (record[field.name], inverse.name)
                for inverse in record.pool.field_inverses[field]
                if inverse.type == "one2many"
            ]
    return found


def find_writable(users, name):
    """Return the least role that may write or copy some record of a model, and that record."""
    for role, user in users.items():
        model = env[name].with_user(user)
        if not (model.has_access("write") or model.has_access("create")):
            continue
        ids = []
        order = "id desc"  # the newest are what the users have created themselves
        refuses(
            lambda: ids.extend(rpc(user, name, "search", [], limit=TRIED, order=order)), Exception
        )
        for one in ids:
            if not refuses(lambda: rpc(user, name, "write", [one], {}), AccessError):
                return role, env[name].browse(one)
    return None, None


def try_kept(users):
    """Return what can be written that only the suite should write, and what was tried."""
    holes, tried, untried, copies = [], 0, [], []
    names = [
        name
        for name, model in env.registry.items()
        if not model._abstract and not model._transient and model._auto
    ]
    for name in sorted(names):
        kept = get_kept(env[name])
        role, record = find_writable(users, name) if kept else (None, None)
        if not record:
            if any(env[name].with_user(user).has_access("write") for user in users.values()):
                untried += [name] if kept else []
            continue
        user = users[role]
        forged = {field: forge(field, record.sudo()) for field in kept}
        of_copy = {}

        def copy_of_copy():
            [new] = rpc(user, name, "copy", record.ids, {})
            new = env[name].browse(new)
            env.flush_all()
            of_copy.update({field: forge(field, new.sudo()) for field in kept})

        refuses(copy_of_copy, Exception)
        copies += [name] if of_copy else []
        for way, call in get_ways(user, record).items():
            for field in kept:
                value = (of_copy if way in COPYING else forged).get(field)
                if value is None or (way == "load" and isinstance(value, list)):
                    continue
                tried += 1
                wanted = sorted(value[0][2]) if isinstance(value, list) else value

                def attempt():
                    written = call(field, value)
                    env.flush_all()
                    if read(written, field) == wanted:
                        holes.append(f"{role}: {name}.{field.name} by {way}")

                refuses(attempt, Exception)
    return {"holes": holes, "tried": tried, "untried": untried, "copies": copies}


# ------------------------------------------------------------
# Owners and companies
# ------------------------------------------------------------


def get_switches(model):
    """Return what a client may say yes to of a new record: a rule may let through more by it."""
    return [
        {field.name: True}
        for field in model._fields.values()
        if field.type == "boolean" and field.store and not field.readonly and is_ours(field)
    ]


def try_identity(users):
    """Return how records come to be somebody else's, or a foreign company's, and what was tried."""
    holes, tried = [], 0
    foreign = {
        "user_id": env.ref("base.user_root").id,
        "company_id": env["res.company"].create({"name": "Foreign Company"}).id,
    }
    for name in get_models():
        named = [field for field in foreign if field in env[name]._fields]
        if env[name]._transient or not env[name]._auto or not named:
            continue
        tried_by = set()
        for some in (users, *({role: users[role]} for role in POWERFUL)):
            role, record = find_writable(some, name)
            if not record or role in tried_by:
                continue
            tried_by.add(role)
            ways = list(get_ways(users[role], record).items())
            for beside in get_switches(env[name]):
                more = get_ways(users[role], record, beside)
                ways += [(f"{way} with {beside}", more[way]) for way in COPYING]
            for way, call in ways:
                for field in (env[name]._fields[each] for each in named):
                    tried += 1
                    value = foreign[field.name]

                    def attempt():
                        written = call(field, value)
                        env.flush_all()
                        if read(written, field) == value:
                            holes.append(f"{name}.{field.name} by {way} as {role}")

                    refuses(attempt, Exception)
    return {"taken": holes, "identity_tried": tried}


# ------------------------------------------------------------
# Fields that decide what one sees
# ------------------------------------------------------------


def resolve(name, path):
    """Return the fields along a path from a model."""
    found = []
    model = env[name]
    for part in path.split("."):
        field = model._fields.get(part)
        if not field:
            break
        found.append(field)
        if not field.comodel_name:
            break
        model = env[field.comodel_name]
    return found


def get_deciding():
    """Return the fields that rules on our models name, and what these follow from."""
    waiting = []
    for rule in env["ir.rule"].search([]):
        if env.registry[rule.model_id.model]._original_module in OURS:
            for path in re.findall(r"\(\s*'([\w.]+)'", rule.domain_force or ""):
                waiting += resolve(rule.model_id.model, path)
    found = set()
    while waiting:
        field = waiting.pop()
        if field in found:
            continue
        found.add(field)
        for path in env.registry.field_depends[field]:
            waiting += resolve(field.model_name, path)
    return found


def get_visible(user):
    """Return what of our models a user finds: pairs of a model and an id."""
    return {
        (name, one)
        for name in WATCHED
        if env[name].with_user(user).has_access("read")
        for one in env[name].with_user(user).with_context(active_test=False).search([]).ids
    }


WATCHED = (
    "isof.activity",
    "isof.activity.plan.run",
    "isof.segment",
    "isof.analysis",
    "isof.booking.series",
    "isof.commission.entry",
    "isof.commission.settlement",
)


def try_deciding(user, colleague):
    """Return the writes by which somebody comes to see more than before.

    :param user: who tries, with the least role, a customer and an activity of one's own
    :param colleague: whose records are written on
    """
    partners = env["res.partner"]
    own = partners.create({"name": "Own", "is_company": True, "user_id": user.id})
    child = partners.create({"name": "Own child", "parent_id": own.id})
    theirs = partners.search([("user_id", "=", colleague.id), ("is_company", "=", True)], limit=3)
    theirs += partners.create(
        [
            {"name": "Person of theirs", "parent_id": theirs[0].id},
            {
                "name": "Firm below own",
                "parent_id": own.id,
                "is_company": True,
                "user_id": colleague.id,
            },
        ]
    )
    kind = env["isof.activity.type"].search([("needs_contact", "=", False)], limit=1)
    env["isof.activity"].create(
        [
            {
                "name": "Secret",
                "type_id": kind.id,
                "partner_id": partner.id,
                "user_id": colleague.id,
            }
            for partner in theirs
        ]
    )
    env.flush_all()
    before = get_visible(user)
    samples = {"res.partner": theirs}
    for name in WATCHED:
        samples[name] = env[name].search([], limit=3)
    values = {
        "many2one": {
            "res.users": [user.id],
            "res.partner": [own.id, child.id, user.partner_id.id, False],
            "hr.department": [user.employee_id.department_id.id, False],
        },
        "boolean": {None: [True, False]},
        "many2many": {"res.users": [[Command.link(user.id)]]},
        "char": {None: ["Forged"]},
        "one2many": {None: [[Command.link(one.id)] for one in theirs]},
    }
    gained, tried, written = [], 0, []
    for field in sorted(get_deciding(), key=str):
        options = values.get(field.type, {})
        lines = field.type == "one2many" and field.comodel_name == "res.partner"
        records = samples.get(field.model_name, ())
        if lines:
            options, records = options[None], [own]
        else:
            options = options.get(field.comodel_name, [])
        for record in records:
            for value in options:
                tried += 1
                done = []

                def attempt():
                    rpc(user, record._name, "write", record.ids, {field.name: value})
                    env.flush_all()
                    env.invalidate_all()
                    done.append(True)
                    if more := get_visible(user) - before:
                        gained.append(f"{field} = {value} shows {sorted(more)[:3]}")

                refuses(attempt, Exception)
                if done:
                    written.append(str(field))
    return {
        "gained": gained,
        "decide_tried": tried,
        "deciding": sorted(map(str, get_deciding())),
        "written": sorted(set(written)),
    }


def get_unguarded():
    """Return models of ours that somebody may write and that do not inherit the guard."""
    groups = env["ir.model.access"].search([("active", "=", True)])
    writable = {
        access.model_id.model for access in groups if access.perm_write or access.perm_create
    }
    guarded = []
    for name in sorted(writable):
        model = env[name]
        needs = model._original_module in OURS or any(
            is_ours(field)
            and field.store
            and not field.inherited
            and (field.readonly or field.type in ("many2one", "many2many", "reference"))
            for field in model._fields.values()
        )
        if needs and not hasattr(model, "_check_isof_references"):
            guarded.append(name)
    return guarded


def add_missing(users):
    """Create what the demo company has none of, and what the least role may write."""
    own = env["res.partner"].create({"name": "Own", "user_id": users["user"].id})
    kind = env["isof.activity.type"].search([("needs_contact", "=", False)], limit=1)
    room = env["isof.resource"].create({"name": "Room", "resource_calendar_id": False})
    env["isof.activity"].with_user(users["user"]).create({"type_id": kind.id, "partner_id": own.id})
    env["isof.segment"].with_user(users["user"]).create({"name": "Own"})
    start = fields.Datetime.now() + timedelta(weeks=6)
    env["isof.booking"].with_user(users["user"]).create(
        {"resource_id": room.id, "start": start, "stop": start + timedelta(hours=1)}
    )
    user = users["own figures"]
    env["isof.analysis.schedule"].with_user(user).create(
        {"analysis_id": env["isof.analysis"].with_user(user).search([], limit=1).id}
    )
    env["isof.substitute"].with_user(users["user"]).create(
        {"substitute_id": users["team leader"].id, "date_to": "2190-01-01"}
    )
    env["isof.hand.over"].with_user(users["manager"])._prepare(users["user"])
    series = env["isof.booking.series"].search([], limit=1)
    env["isof.booking.series.exception"].create({"series_id": series.id, "date": "2020-01-01"})


users = create_users()
add_missing(users)
colleague = env["res.users"].search([("login", "=", "tomasz")])
env.flush_all()
tell(
    {
        "unguarded": get_unguarded(),
        **try_kept(users),
        **try_identity(users),
        **try_deciding(users["user"], colleague),
    }
)
