from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.isof_crm.tools.searching import search_true

from .isof_booking import DROPPED_STATES, LIVE_STATES


class IsofBooking(models.Model):
    """Requests, and who decides on them."""

    _inherit = "isof.booking"

    # Odoo takes for granted that who reads a record reads what is said about it: here it is
    # searched, and shown, with the reader's rights, see
    # _mail_get_operation_for_mail_message_operation().
    message_ids = fields.One2many(bypass_search_access=False)
    activity_ids = fields.One2many(bypass_search_access=False)
    activity_summary = fields.Char(related_sudo=False)

    may_decide = fields.Boolean(
        string="To Be Approved by Me",
        compute="_compute_may_decide",
        search="_search_may_decide",
        help="A request that I may confirm or refuse.",
    )
    is_going_on = fields.Boolean(compute="_compute_is_going_on", export_string_translation=False)

    @api.depends("state", "resource_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        for booking in self:
            booking.may_decide = booking.state == "requested" and booking.resource_id._is_in_care()

    @api.model
    @search_true
    def _search_may_decide(self):
        in_care = self.env["isof.resource"]._get_in_care_domain()
        return Domain("state", "=", "requested") & Domain("resource_id", "any!", in_care)

    @api.depends("state", "start", "stop")
    def _compute_is_going_on(self):
        now = fields.Datetime.now()
        for booking in self:
            booking.is_going_on = bool(
                booking.state == "confirmed" and booking.start < now < booking.stop
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_confirm(self):
        """Approve requests; what is no request stays as it is."""
        self.check_access("write")
        self.filtered(lambda booking: booking.state == "requested").write({"state": "confirmed"})

    def action_ask_refusal(self):
        """Ask why requests are refused, which their holders are told."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse Bookings"),
            "res_model": "isof.booking.refusal",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_booking_ids": self.ids},
        }

    def action_refuse(self):
        """Refuse requests, or take back what was confirmed: the time is free again."""
        self._refuse()

    def _refuse(self, reason=None):
        """Refuse bookings; see ``action_refuse``.

        :param str reason: why, which the holders are told
        """
        self.check_access("write")
        live = self.filtered(lambda booking: booking.state in LIVE_STATES)
        live._write_all({"state": "refused"}, reason)

    def action_cancel(self):
        """Cancel what is still booked: the time is free again."""
        self.check_access("write")
        self.filtered(lambda booking: booking.state in LIVE_STATES).write({"state": "cancelled"})

    def action_release(self):
        """End bookings that are going on, now: the resource is free again."""
        self.check_access("write")
        self.write({"state": "released"})

    def action_reopen(self):
        """Book again what was cancelled or refused, as a request where that needs approval."""
        self.check_access("write")
        dropped = self.filtered(lambda booking: booking.state in DROPPED_STATES)
        dropped._write_each({booking: {"state": booking._get_first_state()} for booking in dropped})

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _get_first_state(self, resource=None):
        """Return the state of a booking that the user makes: a request, or confirmed at once."""
        resource = resource or self.resource_id
        return "requested" if resource._asks_approval() else "confirmed"

    @api.model
    def _prepare_approved(self, resource, start, stop):
        """Return what was approved, as JSON has it."""
        return [resource.id, *map(fields.Datetime.to_string, (start, stop))]

    def _is_approved(self, resource, start, stop):
        """Return whether it had been approved as it comes back, as its activity was not done.

        So it is as long as the user may undo it: it was the same user who gave it up.
        """
        # sudo: what its own activity was marked with
        mark = self.sudo().held_activity_id._get_mark() if self.is_dropped else {}
        approved = mark.get("approved", {}).get(str(self.id))
        return approved == self._prepare_approved(resource, start, stop)

    def _get_next_state(self, wanted, resource, start, stop):
        """Return the state of a booking that the user makes or changes.

        :param str wanted: the state that was given, if any
        :param resource: the ``isof.resource`` it will be of
        :param datetime start: when it will start
        :param datetime stop: when it will stop
        :raises AccessError: if the user may not bring it into that state
        :raises UserError: if nobody can
        """
        first = self._get_first_state(resource)
        # those who answer for one resource do not for another
        is_other = bool(self) and self.state == "requested" and resource != self.resource_id
        if not wanted and (not self or is_other):
            return first
        state = wanted or self.state
        if state == self.state:
            if state == "released" and (start, stop) != (self.start, self.stop):
                raise UserError(self.env._("What was released is over and cannot be changed."))
            # what was approved was another time
            is_within = self._is_within(resource, start, stop)
            return first if state == "confirmed" and not is_within else state
        if state == "released" and not self.is_going_on:
            raise UserError(
                self.env._("Only what is going on can be released. Cancel the booking instead.")
            )
        allowed = {"cancelled", "requested", "released", first}
        if self._is_approved(resource, start, stop):
            allowed.add("confirmed")
        if self.state == "released":
            raise UserError(self.env._("What was released is over and cannot be changed."))
        is_over = self.state == "confirmed" and self.stop <= fields.Datetime.now()
        # sudo: the activity tells that it did not take place
        if state in DROPPED_STATES and is_over and not self.env.su:
            raise UserError(
                self.env._(
                    "The booking of “%(resource)s”, %(time)s, is over and cannot be cancelled any "
                    "more: it stays in the history of the resource.",
                    resource=resource.name,
                    time=self._format_times(),
                )
            )
        if state not in allowed and not resource._is_in_care():
            raise AccessError(
                self.env._(
                    "Only those who look after “%(resource)s” confirm and refuse its bookings: "
                    "%(approvers)s.",
                    resource=resource.name,
                    approvers=", ".join(resource._get_approvers().mapped("name"))
                    or self.env._("resource managers"),
                )
            )
        return state

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # everybody sees that a resource is taken; what is said about it only who may change it
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        return dict.fromkeys(operations, "write")
