from . import demo, models, reports, wizards


def uninstall_hook(env):
    """Take off what would keep others' records from being deleted, or be left behind.

    Bookings and resources refer to the kinds and resources that Odoo deletes first.
    """
    env.cr.execute("DELETE FROM isof_booking")
    env.cr.execute("DELETE FROM isof_booking_series")
    env.cr.execute("DELETE FROM isof_resource RETURNING resource_id")
    resource_ids = [resource_id for (resource_id,) in env.cr.fetchall()]
    env["resource.resource"].browse(resource_ids).unlink()
    # Odoo takes it for a table of isof_crm, whose field makes it
    env.cr.execute("DROP TABLE IF EXISTS isof_resource_report_wizard_res_company_rel")
