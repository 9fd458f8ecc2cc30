from odoo import api, fields, models

ACTIVITY_STATES = [
    ("planned", "Planned"),
    ("in_progress", "In progress"),
    ("done", "Done"),
    ("not_held", "Not held"),
    ("postponed", "Postponed"),
    ("cancelled", "Cancelled"),
]
# An activity in one of these states still waits for somebody to act.
OPEN_STATES = ("planned", "in_progress", "postponed")
# An activity in one of these states will not take place: struck through in calendars.
DROPPED_STATES = ("not_held", "cancelled")


class IsofActivityStatus(models.Model):
    """The company's own word for where an activity stands; the state is what it means."""

    _name = "isof.activity.status"
    _description = "Activity Status"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        ACTIVITY_STATES,
        required=True,
        default="planned",
        copy=True,  # Odoo resets whatever is called state
        index=True,
        help="What the status means to the system: filters, calendars and analyses rely on it.",
    )
    fold = fields.Boolean(
        string="Folded in Kanban",
        help="The column of this status is folded in the kanban view.",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty to offer the status in every company.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            # the state of the activities follows by itself, but unseen by their events
            # sudo: the events of everybody's activities
            self.env["isof.activity"].sudo().search(
                [("status_id", "in", self.ids), ("is_mirrored", "=", True)]
            )._sync_calendar_event()
        return result

    @api.model
    def _get_first(self, state, company):
        """Return the status that stands for a state in a company.

        :param str state: one of ``ACTIVITY_STATES``
        :param company: the ``res.company`` whose statuses count, beside the shared ones
        :return: the first status of that state by sequence; empty if there is none
        """
        return self.search(
            [("state", "=", state), ("company_id", "in", (company.id, False))], limit=1
        )
