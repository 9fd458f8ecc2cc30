"""Every list of records of ours that can be archived: is it a condition, and how is it shown?

A script after ``client_calls.py``; ``test_conditions.py`` says what is right.
"""

# names of client_calls.py and of the shell
# ruff: noqa: F821

from lxml import etree

from odoo import Command
from odoo.tools import SQL

from odoo.addons.isof_crm.models.base.condition_many2many import ConditionMany2many

WIDGETS = ("isof_conditions", "isof_conditions_avatar")


def get_lists():
    """Return our lists of records that can be archived, computed ones included."""
    return [
        field
        for name in sorted(env.registry)
        for field in env[name]._fields.values()
        if not env[name]._abstract
        and field.type in ("one2many", "many2many")
        and is_ours(field)
        and not (field.inherited or field.related)
        and env[field.comodel_name]._active_name
    ]


def keeps_archived(field):
    """Whether an archived record stays in a list, in sudo mode and without, in a copy, for RPC."""
    other = env[field.comodel_name].with_context(active_test=False).search([], limit=1)
    with env.cr.savepoint() as savepoint:
        if other.active:
            # past what a model does then
            table = SQL.identifier(other._table)
            env.cr.execute(SQL("UPDATE %s SET active = FALSE WHERE id = %s", table, other.id))
            env.invalidate_all()
        records = [
            model.new({field.name: [Command.set(other.ids)]})
            for model in (
                env[field.model_name],
                env[field.model_name].with_context(active_test=True),
                env[field.model_name].with_user(env.ref("base.user_admin")),
            )
        ]
        kept = all(record[field.name].ids == other.ids for record in records)
        savepoint.rollback()
    env.invalidate_all()
    return kept


def get_shown(field):
    """Yield the views and widgets in which a list is shown."""
    views = env["ir.ui.view"].search([("type", "in", ["form", "list", "kanban"])])
    for view in views.filtered(lambda view: (view.xml_id or "").startswith("isof_crm")):
        for node in etree.fromstring(view.arch_db).iter("field"):
            if (
                node.get("name") == field.name
                and get_model(view, node) == field.model_name
                and "1" not in (node.get("invisible"), node.get("column_invisible"))
            ):
                yield view.xml_id, node.get("widget")


def get_model(view, node):
    """Return the model that a field of a view is of, which may be that of a list within."""
    parents = [parent for parent in node.iterancestors("field") if parent.get("name") != "arch"]
    model = view.model
    for parent in reversed(parents):
        field = model in env and env[model]._fields.get(parent.get("name"))
        model = field.comodel_name if field else None
    return model


lists = get_lists()
conditions = [field for field in lists if isinstance(field, ConditionMany2many)]
shown = {str(field): sorted(get_shown(field)) for field in conditions}
tell(
    {
        "lists": sorted(str(field) for field in lists),
        "conditions": sorted(str(field) for field in conditions),
        "lost": sorted(str(field) for field in conditions if not keeps_archived(field)),
        "proposed": sorted(
            str(field)
            for field in conditions
            if "active_test"
            in env[field.model_name].fields_get([field.name])[field.name].get("context", {})
        ),
        "shown": shown,
        "unmarked": sorted(
            f"{field}: {xml_id}"
            for field, views in shown.items()
            for xml_id, widget in views
            if widget not in WIDGETS
        ),
    }
)
