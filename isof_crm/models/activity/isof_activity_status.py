from typing import NamedTuple

from odoo import api, fields, models


class ActivityState(NamedTuple):
    """What a state means to the system; all that depends on it is derived from here."""

    label: str
    color: str  # of its badge: one of Bootstrap's names
    is_open: bool  # still waits for somebody to act
    is_on: bool  # takes place at its time, or took place


# A new state is a line here; see "A state of activities" in docs/recipes.md.
ACTIVITY_STATES = {
    "planned": ActivityState("Planned", "info", is_open=True, is_on=True),
    "in_progress": ActivityState("In progress", "primary", is_open=True, is_on=True),
    "done": ActivityState("Done", "success", is_open=False, is_on=True),
    "not_held": ActivityState("Not held", "secondary", is_open=False, is_on=False),
    "postponed": ActivityState("Postponed", "warning", is_open=True, is_on=False),
    "cancelled": ActivityState("Cancelled", "secondary", is_open=False, is_on=False),
}


def find_states(**meaning):
    """Return the names of the states of a meaning, in their order.

    :param meaning: values of fields of ``ActivityState``
    """
    return tuple(
        name
        for name, state in ACTIVITY_STATES.items()
        if all(getattr(state, key) == value for key, value in meaning.items())
    )


# An activity in one of these states still waits for somebody to act.
OPEN_STATES = find_states(is_open=True)
# It took place: what counts as a contact with the customer.
HELD_STATES = find_states(is_open=False, is_on=True)
# It will not take place: struck through in calendars.
DROPPED_STATES = find_states(is_open=False, is_on=False)
# It does not take place at its time, and what it would need then is free.
FREE_STATES = find_states(is_on=False)


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
        [(name, state.label) for name, state in ACTIVITY_STATES.items()],
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
