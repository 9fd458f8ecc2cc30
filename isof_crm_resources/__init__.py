from . import controllers, demo, models, reports, wizards


def uninstall_hook(env):
    """Empty the tables that refer to the kinds and resources that Odoo deletes first."""
    env.cr.execute("DELETE FROM isof_booking")
    env.cr.execute("DELETE FROM isof_booking_series")
    env.cr.execute("DELETE FROM isof_resource RETURNING resource_id")
    resource_ids = [resource_id for (resource_id,) in env.cr.fetchall()]
    env["resource.resource"].browse(resource_ids).unlink()
