from . import controllers, demo, models, reports, wizards


def uninstall_hook(env):
    """Empty the register first, and let nobody stay in the demo company.

    Odoo deletes what the add-on brought (types, statuses, plans) before it drops the tables;
    activities that refer to those records would hold them.
    """
    env.cr.execute("UPDATE isof_activity SET previous_id = NULL, root_id = NULL")
    env.cr.execute("DELETE FROM isof_activity")
    env.cr.execute("DELETE FROM isof_activity_plan_run")
    env["isof.demo"]._unload_company()
