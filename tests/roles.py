"""What each role may do with each model, tried in the demo company by the calls of clients.

A script after ``client_calls.py``; ``test_roles.py`` says what is right.
"""

# names of client_calls.py and of the shell; calls that are made at once, within their loop
# ruff: noqa: B023, F821

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tools import SQL

DEMO_USERS = ("anna", "ewa", "magda", "marek")
# models of Odoo that ours belong to, with a company
OWNERS = ("res.partner", "account.move")
# records of a model that are tried: enough for the rules on them to differ
TRIED = 20
READING = {
    "search",
    "search_read",
    "search_count",
    "web_search_read",
    "read",
    "web_read",
    "read_group",
    "web_read_group",
    "formatted_read_group",
    "formatted_read_grouping_sets",
    "name_search",
    "export_data",
}


def get_rights(user, name):
    """Return the letters of what a user may do with some record of a model: read, write…"""
    rights = ""
    ids = []
    if not refuses(lambda: ids.extend(rpc(user, name, "search", [], limit=TRIED)), AccessError):
        rights += "r"
    # where the user finds nothing, only the rights on the model can be asked for
    for letter, method, operation, args in (
        ("w", "write", "write", ({},)),
        ("d", "unlink", "unlink", ()),
    ):
        if ids:
            may = any(
                not refuses(lambda: rpc(user, name, method, [one], *args), AccessError)
                for one in ids
            )
        else:
            may = env[name].with_user(user).has_access(operation)
        if may:
            rights += letter
    # what is required is missing, which may be refused before the rights are looked at
    may = env[name].with_user(user).has_access("create")
    if not refuses(lambda: rpc(user, name, "create", {}), AccessError) and may:
        rights += "c"
    return "".join(sorted(rights, key="rcwd".index))


def find_company_path(name, seen=()):
    """Return the fields from a model to its company, or None."""
    model = env[name]
    if "company_id" in model._fields and model._fields["company_id"].store:
        return "company_id"
    for field in model._fields.values():
        to = field.comodel_name
        if field.type == "many2one" and field.store and field.required and to not in (*seen, name):
            is_owner = to.startswith("isof.") or to in OWNERS
            path = is_owner and find_company_path(to, (*seen, name))
            if path:
                return f"{field.name}.{path}"
    return None


def give_to(company, names):
    """Have a company own what belongs to all of them: rules must tell that apart, too.

    By SQL, as what has been used may not change its company.
    """
    env.flush_all()
    for name in (*OWNERS, *names):
        field = env[name]._fields.get("company_id")
        if env[name]._auto and field and field.store:
            table = SQL.identifier(env[name]._table)
            env.cr.execute(
                SQL("UPDATE %s SET company_id = %s WHERE company_id IS NULL", table, company.id)
            )
    env.invalidate_all()


def add_record(name):
    """Add a record to a model that the demo company does not use; its fields have simple types."""
    model = env[name]
    required = [field for field in model._fields.values() if field.store and field.required]
    vals = model.default_get([field.name for field in required])
    for field in required:
        if field.type == "many2one":
            vals.setdefault(field.name, env[field.comodel_name].search([], limit=1).id)
        elif field.type in ("date", "datetime"):
            vals.setdefault(field.name, fields.Datetime.now())
        elif field.type in ("float", "integer", "monetary"):
            vals.setdefault(field.name, 1)
        elif field.type == "char":
            vals.setdefault(field.name, "x")
    if name == "isof.substitute":
        # somebody else, for a day
        vals["substitute_id"] = env["res.users"].search([("id", "!=", vals["user_id"])], limit=1).id
        vals["date_to"] = vals["date_from"]
    model.create(vals)


def get_paths(name, ids):
    """Return functions that count as a user what each path gives of records."""
    domain, one = [("id", "in", ids)], ids[:1]
    stored = [field for field in env[name]._fields.values() if field.store and not field.groups]
    groups = [field.name for field in stored if field.type in ("many2one", "char")]
    group = "company_id" if "company_id" in groups else groups[0]
    # the name of a company or a document may be refused where the record itself is not
    plain = [field.name for field in stored if field.type in ("char", "float", "date", "datetime")]
    column = (plain or groups)[0]
    return {
        "search": lambda user: len(rpc(user, name, "search", domain)),
        "web_search_read": lambda user: rpc(user, name, "web_search_read", domain, {})["length"],
        "read_group": lambda user: len(rpc(user, name, "read_group", domain, [], [group])),
        "formatted_read_grouping_sets": lambda user: rpc(
            user, name, "formatted_read_grouping_sets", domain, [[]], ["__count"]
        )[0][0]["__count"],
        "search_read": lambda user: len(rpc(user, name, "search_read", domain, ["id"])),
        "search_count": lambda user: rpc(user, name, "search_count", domain),
        "read": lambda user: len(rpc(user, name, "read", one, [column])),
        "web_read": lambda user: len(rpc(user, name, "web_read", one, {column: {}})),
        "web_read_group": lambda user: rpc(user, name, "web_read_group", domain, [group])["length"],
        "formatted_read_group": lambda user: rpc(
            user, name, "formatted_read_group", domain, [], ["__count"]
        )[0]["__count"],
        "name_search": lambda user: len(rpc(user, name, "name_search", "", domain)),
        "export_data": lambda user: len(rpc(user, name, "export_data", one, [column])["datas"]),
        "write": lambda user: rpc(user, name, "write", one, {}),
        "web_save": lambda user: len(rpc(user, name, "web_save", one, {}, {})),
        "unlink": lambda user: rpc(user, name, "unlink", one),
    }


def get_open_paths(user, name, ids):
    """Return the paths by which a user gets at records."""
    found = {}
    for path, count in get_paths(name, ids).items():
        refuses(lambda: found.update({path: count(user)}), Exception)
    return [path for path, count in found.items() if count]


def get_open_fields(user, name):
    """Return the fields that a user's groups do not have, with the path that gives them."""
    model = env[name]
    hidden = [
        field
        for field in model._fields.values()
        if field.groups
        and is_ours(field)
        and not model.with_user(user)._has_field_access(field, "read")
    ]
    some = []
    if refuses(lambda: some.extend(rpc(user, name, "search", [], limit=1)), AccessError):
        return [], 0
    described = model.fields_get([field.name for field in hidden])
    found = []
    tried = 0
    for field in hidden:
        facts, f = described.get(field.name, {}), field.name
        ways = {}
        if some:
            ways["read"] = lambda: rpc(user, name, "read", some, [f])
            ways["export"] = lambda: rpc(user, name, "export_data", some, [f])
        if facts.get("searchable"):
            # of what is required, Odoo would leave out that there is something
            operator, operand = ("ilike", "a") if field.required else ("!=", False)
            ways["domain"] = lambda: rpc(user, name, "search", [(f, operator, operand)])
        if facts.get("sortable"):
            ways["order"] = lambda: rpc(user, name, "search", [], order=f)
        if facts.get("groupable"):
            key = f"{f}:month" if field.type in ("date", "datetime") else f
            ways["group"] = lambda: rpc(user, name, "formatted_read_group", [], [key])
        if facts.get("aggregator"):
            key = f"{f}:{facts['aggregator']}"
            ways["aggregate"] = lambda: rpc(
                user,
                name,
                "formatted_read_group",
                [],
                [],
                [key],
            )
        tried += len(ways)
        found += [
            f"{name}.{f}: {way}" for way, call in ways.items() if not refuses(call, Exception)
        ]
    return found, tried


def get_company_facts(names, rights):
    """Return what gets through between the demo company and another one, and what was not tried.

    :param names: the models that may have a company
    :param rights: what each role may do, by role and model
    """
    company = env.ref("isof_crm.res_company_demo")
    for name in names:
        if env[name]._auto and not env[name].search([], limit=1):
            add_record(name)
    give_to(company, names)
    other = env["res.company"].create({"name": "Another Company"})
    # users of it alone, and users of both who have but one switched on
    foreigners = create_users("_other", company_id=other.id, company_ids=[Command.set(other.ids)])
    both = create_users(
        "_both", company_id=other.id, company_ids=[Command.set((company + other).ids)]
    )
    switched = {
        on: {role: user.with_context(allowed_company_ids=on.ids) for role, user in both.items()}
        for on in (company, other)
    }
    strangers = {
        "of another company": foreigners,
        "with another company switched on": switched[other],
    }
    leaks, unseen, untried = [], {}, []
    for name in names:
        path = find_company_path(name)
        if not path:
            continue
        ids = env[name].search([(path, "=", company.id)], limit=TRIED).ids
        if not ids:
            untried.append(name)
            continue
        unseen[name] = [
            way
            for way in sorted(
                READING - set(get_open_paths(switched[company]["manager"], name, ids))
            )
            if "r" in rights["manager"][name]
        ]
        for who, users in strangers.items():
            for role, user in users.items():
                ways = get_open_paths(user, name, ids)
                leaks += [f"{role} {who}: {name} by {way}" for way in ways]
    return {"leaks": leaks, "unseen": unseen, "untried": untried}


def main():
    """Try everything."""
    users = create_users()
    users |= {login: env["res.users"].search([("login", "=", login)]) for login in DEMO_USERS}
    env.flush_all()
    models = get_models()
    extended = sorted(
        name
        for name, model in env.registry.items()
        if not model._abstract
        and any(field.groups and is_ours(field) for field in model._fields.values())
    )
    rights = {
        role: {name: get_rights(user, name) for name in models} for role, user in users.items()
    }
    open_fields, tries = {}, 0
    for role, user in users.items():
        for name in extended:
            found, tried = get_open_fields(user, name)
            tries += tried
            if found:
                open_fields.setdefault(role, []).extend(found)
    kept = [name for name in models if not env.registry[name]._transient]
    tell(
        {
            "rights": rights,
            "open_fields": open_fields,
            "tries": tries,
            **get_company_facts(kept, rights),
        }
    )


main()
