from odoo import fields, models

from odoo.addons.isof_crm.tools import bounds


class ResCompany(models.Model):
    _inherit = "res.company"

    isof_touch_days = fields.Integer(
        highest=bounds.MAX_DAYS,
        string="Last Touch (Days)",
        default=30,
        groups="base.group_user",
        help="A sale that names no campaign counts for the campaign of the last activity held with "
        "the customer in this many days before. 0: only for the campaign that it names.",
    )

    _isof_touch_days_not_negative = models.Constraint(
        "CHECK(isof_touch_days >= 0)", "The days of the last touch cannot be negative."
    )

    def write(self, vals):
        result = super().write(vals)
        if "isof_touch_days" in vals:
            # sudo: facts are derived; who changes the setting need not see them
            self.env["isof.trade.line"].sudo()._resync_touch_days(self)
        return result
