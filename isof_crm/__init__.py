from odoo.tools import SQL

from . import controllers, demo, models, reports, wizards


def uninstall_hook(env):
    """Empty the register first, and let nobody stay in the demo company.

    Odoo deletes what the add-on brought (types, statuses, plans) before it drops the tables;
    activities, consents and affiliations that refer to those records would hold them.
    """
    env.cr.execute("UPDATE isof_activity SET previous_id = NULL, root_id = NULL")
    for table in ("activity", "activity_plan_run", "consent", "affiliation"):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(f"isof_{table}")))
    env["isof.demo"]._unload_company()
