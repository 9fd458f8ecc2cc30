"""What is computed, or made by SQL, is read by one after the other: does their order matter?

A script after ``client_calls.py``; ``test_reading.py`` says what is right.
"""

# names of client_calls.py and of the shell
# ruff: noqa: F821

from odoo.exceptions import AccessError, UserError

# records of a model that are read
READ = 12
REFUSED = "refused"


def get_readers():
    """Return who reads how, by role, language, clock, companies and customer: environments."""
    users = create_users()
    own = env.company
    other = env["res.company"].create({"name": "Other", "currency_id": env.ref("base.USD").id})
    roles = [users[role] for role in ("manager", "user", "own figures", "all figures")]
    for user in (*roles, env.user):
        user.company_ids += other
    manager = roles[0]
    readers = {user.login: (user, {}) for user in roles}
    readers |= {
        "in Polish": (manager, {"lang": "pl_PL"}),
        "in the far east": (manager, {"tz": "Pacific/Kiritimati"}),
        "in the far west": (manager, {"tz": "Pacific/Niue"}),
        "of both companies": (manager, {"allowed_company_ids": (own | other).ids}),
        "of the other company first": (manager, {"allowed_company_ids": (other | own).ids}),
        "of the other company": (manager, {"allowed_company_ids": other.ids}),
        "superuser": (env.user, {}),
    }
    facts = env["isof.trade.line"]
    sales = [("flow", "=", "sale"), ("company_id", "=", own.id)]
    for [customer] in facts._read_group(sales, ["partner_id"], limit=4):
        readers[f"about {customer.name}"] = (manager, {"isof_partner_id": customer.id})
    common = {"lang": "en_US", "allowed_company_ids": own.ids}
    return {
        name: env(user=user.id, su=user == env.user, context=common | context)
        for name, (user, context) in readers.items()
    }


def get_fields(model):
    """Return the fields of ours that nobody stores, and all fields of a report of ours."""
    is_report = model._table_query and model._original_module in OURS
    return [
        field
        for field in model._fields.values()
        if not field.inherited
        and (is_report or (is_ours(field) and not field.store and (field.compute or field.related)))
    ]


def read(records, fields):
    """Return the values of fields: dict of a field and an id to a value."""
    values = {}
    for field in fields:
        for record in records:
            try:
                value = record[field.name]
            except (AccessError, UserError):
                value = REFUSED
            values[field, record.id] = sorted(value.ids) if hasattr(value, "ids") else value
    return values


def find(model):
    """Return the ids of some records of a model, none where there is no right to it."""
    try:
        return model.search([], limit=READ).ids
    except (AccessError, UserError):
        return []


def read_by_all(name):
    """Yield what somebody reads otherwise after the others than alone."""
    if not (fields := get_fields(env[name])):
        return
    # a report has other rows for each reader
    is_report = bool(env[name]._table_query)
    samples, alone = {}, {}
    for reader, own in readers.items():
        env.invalidate_all()
        samples[reader] = find(own[name] if is_report else env[name])
        alone[reader] = read(own[name].browse(samples[reader]), fields)
    for order in (list(readers), list(reversed(readers))):
        env.invalidate_all()
        for reader in order:
            after = read(readers[reader][name].browse(samples[reader]), fields)
            for key, value in alone[reader].items():
                # whether one may read at all is asked when it is fetched, and not again
                if value not in (REFUSED, after[key]):
                    yield str(key[0])
    values = {}
    for found in alone.values():
        for key, value in found.items():
            values.setdefault(key, set()).add(str(value))
            tried.append(key)
    varied.update(str(field) for (field, _id), each in values.items() if len(each) > 1)


tried, varied = [], set()
readers = get_readers()
env.flush_all()
names = sorted(
    name for name, model in env.registry.items() if not (model._abstract or model._transient)
)
otherwise = sorted({field for name in names for field in read_by_all(name)})
tell({"otherwise": otherwise, "tried": len(tried), "varied": sorted(varied)})
