from odoo import fields, models

from ...tools import bounds

DELAY_UNITS = [
    ("days", "Days"),
    ("working_days", "Working days"),
    ("weeks", "Weeks"),
    ("months", "Months"),
]


class IsofActivityTypeSuggestion(models.Model):
    """One line of 'what usually follows' of an activity type."""

    _name = "isof.activity.type.suggestion"
    _description = "Suggested Next Activity"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, id"
    _rec_name = "next_type_id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    type_id = fields.Many2one("isof.activity.type", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="type_id.company_id")
    next_type_id = fields.Many2one(
        "isof.activity.type",
        string="Next Activity",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    delay = fields.Integer(highest=bounds.MAX_DAYS, default=7)
    delay_unit = fields.Selection(DELAY_UNITS, required=True, default="days")

    _delay_not_negative = models.Constraint(
        "CHECK(delay >= 0)", "The delay of a next activity cannot be negative."
    )
