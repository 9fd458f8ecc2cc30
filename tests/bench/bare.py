"""A bare model with the stored fields of another one: what creating a record costs at least.

It is made as Odoo's own settings make a custom model. It has the same columns, many2many
relations and indexes, and no defaults, computes, rules, chatter or effects.
"""

from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS

BARE = "x_isof_bench_bare"
# The same with Odoo's chatter, which an activity has, too.
BARE_CHATTER = "x_isof_bench_chatter"


def define(env, model):
    """Create the bare models of ``model`` and give every employee access to them."""
    for name in (BARE, BARE_CHATTER):
        _define(env, model, name)


def _define(env, model, bare_name):
    env["ir.model"].create(
        {
            "name": "Bare",
            "model": bare_name,
            "is_mail_thread": bare_name == BARE_CHATTER,
            "field_id": [
                Command.create(_prepare_field_vals(env, field, bare_name))
                for name, field in env[model]._fields.items()
                if name not in MAGIC_COLUMNS and _is_stored(field)
            ],
            "access_ids": [
                Command.create(
                    {
                        "name": "Bare",
                        "group_id": env.ref("base.group_user").id,
                        **dict.fromkeys(
                            ("perm_read", "perm_write", "perm_create", "perm_unlink"), True
                        ),
                    }
                )
            ],
        }
    )


def bare_vals(record):
    """Return the values that make a bare record hold what ``record`` holds."""
    record.env.flush_all()
    names = [
        name
        for name, field in record._fields.items()
        if name not in MAGIC_COLUMNS and _is_stored(field)
    ]
    values = record._convert_to_write(record.sudo().read(names, load=None)[0])
    return {f"x_{name}": values[name] for name in names}


def _is_stored(field):
    return field.store and (field.column_type or field.type == "many2many")


def _prepare_field_vals(env, field, bare_name):
    vals = {
        "name": f"x_{field.name}",
        "field_description": field.string,
        "ttype": field.type,
        "index": bool(field.index) and field.type != "many2many",
        "copied": False,
    }
    if field.comodel_name:
        vals["relation"] = field.comodel_name
    if field.type == "many2one":
        vals["on_delete"] = "set null"
    if field.type == "many2many":
        vals |= {
            "relation_table": f"{bare_name}_{field.name}_rel",
            "column1": "bare_id",
            "column2": "other_id",
        }
    if field.type in ("selection", "reference"):
        options = dict(field._description_selection(env)) or {"res.partner": "Contact"}
        vals["selection_ids"] = [
            Command.create({"value": value, "name": label, "sequence": sequence})
            for sequence, (value, label) in enumerate(options.items())
        ]
    return vals
