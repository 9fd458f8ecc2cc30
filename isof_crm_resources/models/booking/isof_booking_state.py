from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.isof_crm.tools.searching import search_true

from .ir_websocket import NOTICE_CHANNEL
from .isof_booking import DROPPED_STATES, LIVE_STATES

NOTICE_TYPE = "isof_booking/changed"


class Stand(NamedTuple):
    """What people know of a booking, to compare it after a change."""

    state: str
    resource: models.BaseModel
    start: fields.Datetime
    stop: fields.Datetime
    holder: models.BaseModel


class IsofBooking(models.Model):
    """How a booking stands: who brings it into which state, and who hears of that.

    Holders are told what others did with their bookings, and open planners that something has
    changed, so that nobody chooses what is taken. Who is asked about requests is in the room of
    approval.
    """

    _inherit = "isof.booking"

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
    # From one state into another
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

    # ------------------------------------------------------------
    # Who hears of it
    # ------------------------------------------------------------

    def _get_stand(self):
        """Return how the booking stands."""
        self.ensure_one()
        return Stand(self.state, self.resource_id, self.start, self.stop, self.user_id)

    def _follow_up(self, before, reason=None):
        """Tell those whom a change concerns; rooms above add what else follows from it.

        :param before: dict of booking to its ``Stand`` before; of new ones there is none
        :param reason: why it was done: a text, or a function that returns it in the language of an
            environment
        """
        with self.env["isof.notifier"]._gather():
            for booking in self._filter_changed(before):
                if booking in before:
                    booking._tell_holders(before[booking], reason)

    def _filter_changed(self, before):
        """Return those of the bookings that stand in another way than before, or are new."""
        return self.filtered(lambda booking: booking._get_stand() != before.get(booking))

    def _tell_holders(self, before, reason=None):
        """Tell the holder, and the one before, what somebody else did with the booking.

        :param before: its ``Stand`` before
        :param reason: see ``_follow_up``
        """
        self.ensure_one()
        if reason:
            self._message_log(body=_say(reason, self.env))
        # sudo: the holder, whoever may see the booking
        self.env["isof.notifier"]._tell(
            self.sudo().user_id | before.holder,
            self,
            lambda booking: booking._describe_change(before, reason),
        )

    def _describe_change(self, before, reason=None):
        """Return subject and text about what somebody did with the booking; see the above."""
        # sudo: the holder hears of it, whatever he or she may see by now
        booking = self.sudo()
        stand = booking._get_stand()
        states = dict(self._fields["state"]._description_selection(self.env))
        names = {
            "resource": stand.resource.name,
            "state": self.env._("changed") if stand.state == before.state else states[stand.state],
        }
        lines = [
            self.env._("%(resource)s, %(time)s: %(state)s", time=booking._format_times(), **names)
        ]
        # what was released ends earlier, as its state says
        if before[1:4] != stand[1:4] and stand.state != "released":
            lines.append(
                self.env._(
                    "Until now: %(resource)s, %(time)s",
                    resource=before.resource.with_env(booking.env).name,
                    time=booking._format_period(before.start, before.stop),
                )
            )
        if before.holder != stand.holder:
            lines.append(self.env._("Booked for: %(holder)s", holder=stand.holder.name))
        if reason:
            lines.append(_say(reason, self.env))
        subject = self.env._("Booking of %(resource)s: %(state)s", **names)
        return subject, Markup("<br/>").join(lines)

    def _note_change(self):
        """Have open planners told about bookings, once the transaction is committed.

        What is changed together is one notice to each company: the resources, and from when to
        when something changed. What that is each planner reads with its user's rights.
        """
        precommit = self.env.cr.precommit
        if self and NOTICE_CHANNEL not in precommit.data:
            precommit.add(self.env["isof.booking"]._send_notices)
        # sudo: no details are told, and only those who may see the resource hear of them
        for booking in self.sudo():
            resource = booking.resource_id
            changes = precommit.data.setdefault(NOTICE_CHANNEL, {}).setdefault(
                resource.company_id, {}
            )
            first, last = changes.get(resource.id, (booking.start, booking.stop))
            changes[resource.id] = min(first, booking.start), max(last, booking.stop)

    @api.model
    def _send_notices(self):
        """Send what was noted, a notice to each company and one for what is shared."""
        for company, changes in self.env.cr.precommit.data.pop(NOTICE_CHANNEL, {}).items():
            self.env["bus.bus"]._sendone(
                (company or self._get_notice_group(), NOTICE_CHANNEL),
                NOTICE_TYPE,
                [
                    [resource_id, *map(fields.Datetime.to_string, times)]
                    for resource_id, times in changes.items()
                ],
            )

    @api.model
    def _get_notice_group(self):
        """Return the group whose members see bookings."""
        return self.env.ref("isof_crm.group_user")


def _say(reason, env):
    """Return a reason in the language of an environment; see ``_follow_up``."""
    return reason(env) if callable(reason) else reason
