from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import clean_context

from odoo.addons.isof_crm.tools import activity_time

# How many requests one run of the cron looks at before it commits.
EXPIRE_BATCH = 100
# Odoo would tell each user of each to-do.
QUIET = {"mail_activity_quick_update": True}
# What of a to-do follows from its request.
TO_DO_FIELDS = ("date_deadline", "summary")


class Owed(NamedTuple):
    """What is owed for a booking: until when and by whom it is answered."""

    expiry: fields.Datetime
    asked: models.BaseModel


class IsofBooking(models.Model):
    """What is owed for a booking, which follows from how it stands and is never remembered.

    ``_get_owed`` says it. Every change of a booking, of its resource and of those who approve
    compares it with the deadlines and the to-dos that there are (``_settle``), and so does the
    cron. What substitutes decide and change says for whom they did.
    """

    _inherit = "isof.booking"

    expiry = fields.Datetime(
        string="Lapses",
        readonly=True,
        copy=False,
        help="When the request is cancelled unless somebody answers it.",
    )

    # Approvals to do, and requests to cancel.
    _expiry_idx = models.Index("(expiry) WHERE state = 'requested'")

    # ------------------------------------------------------------
    # What is owed
    # ------------------------------------------------------------

    def _get_owed(self):
        """Return what is ``Owed`` for the booking as it is."""
        self.ensure_one()
        if self.state != "requested":
            return Owed(False, self.env["res.users"])
        resource, expiry = self.resource_id, self.start
        if resource.request_hours:
            asked_on = self.asked_on or self.create_date
            expiry = min(expiry, asked_on + timedelta(hours=resource.request_hours))
        return Owed(expiry, resource._get_approvers())

    def _follow_up(self, before, reason=None):
        changed = self._filter_changed(before)
        with self.env["isof.notifier"]._gather():
            changed.filtered(
                lambda booking: (
                    "requested" in (booking.state, booking in before and before[booking].state)
                )
            )._settle(is_changed=bool(before))
            result = super()._follow_up(before, reason)
        changed._note_acted_for(before)
        return result

    def _settle(self, is_changed=False):
        """Compare deadlines and to-dos of bookings with what is owed, and put right what differs.

        :param bool is_changed: whether those who were asked before hear of what is different
        """
        # sudo: the lists of others; what is on them follows from the bookings
        owed = {booking: booking._get_owed() for booking in self.sudo()}
        notifier = self.env["isof.notifier"]
        asked = self.env["res.users"].union(*(each.asked for each in owed.values()))
        readers = {user: notifier._get_reader_env(user) for user in asked}
        to_dos = self.sudo()._get_to_dos()
        by_key = {(to_do.res_id, to_do.user_id): to_do for to_do in to_dos}
        kept, missing = to_dos.browse(), defaultdict(list)
        with notifier._gather():
            for booking, (expiry, users) in owed.items():
                if booking.expiry != expiry:
                    booking._write_checked({"expiry": expiry})
                for user in users:
                    vals = booking._prepare_to_do_vals(user, readers[user])
                    if to_do := by_key.get((booking.id, user)):
                        kept |= to_do
                        if all(to_do[name] == vals[name] for name in TO_DO_FIELDS):
                            continue
                        to_do.with_context(**QUIET).write(
                            {name: vals[name] for name in TO_DO_FIELDS}
                        )
                    else:
                        missing[user].append(vals)
                    if is_changed or not to_do:
                        notifier._tell(user, booking, lambda each: each._announce_request())
        (to_dos - kept).unlink()
        for user, vals_list in missing.items():
            context = clean_context(self.env.context) | QUIET | {"lang": readers[user].lang}
            to_dos.with_context(context).create(vals_list)

    def _get_to_dos(self):
        """Return what bookings have put on the lists of those who approve."""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self._get_approval_type().id),
            ],
            order="id",
        )

    @api.model
    def _get_approval_type(self):
        """Return the type of what is on the lists of those who approve, empty if it was deleted."""
        type_ = self.env.ref("isof_crm_resources.mail_activity_type_approval", False)
        return type_ or self.env["mail.activity.type"]

    def _prepare_to_do_vals(self, user, reader):
        """Return what a request is on the list of a user with.

        :param reader: the environment of the user
        """
        self.ensure_one()
        return {
            "activity_type_id": self._get_approval_type().id,
            "automated": True,
            "date_deadline": activity_time.local_day(self.expiry, reader.tz.zone),
            "res_id": self.id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "summary": self.with_env(reader)._describe_request(),
            "user_id": user.id,
        }

    @api.model
    def _settle_requests(self):
        """Compare what is owed for all open requests, when it is not known which are concerned."""
        # what is still to be computed of users may change their roles, and comes here by that
        self.env["res.users"].flush_model()
        # sudo: everybody's requests, whoever has changed a role, a company or a substitute
        self.sudo().search([("state", "=", "requested")])._settle()

    @api.model
    def _cron_expire(self):
        """Cancel requests that nobody answered in time, and see that the others are asked for."""
        domain = [("state", "=", "requested"), ("expiry", "<=", fields.Datetime.now())]
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(domain))

        def expire():
            if lapsed := self.search(domain, limit=EXPIRE_BATCH, order="expiry, id"):
                lapsed._write_all({"state": "cancelled"}, _explain_lapse)
            return len(lapsed) or None

        if cron._isof_repeat(expire):
            self._settle_requests()

    # ------------------------------------------------------------
    # Words, in the language and on the clock of who reads them
    # ------------------------------------------------------------

    def _describe_request(self):
        """Return what those who approve have on their lists."""
        # sudo: whoever is asked may know what for
        booking = self.sudo()
        return self.env._(
            "%(resource)s: %(time)s for %(holder)s",
            resource=booking.resource_id.name,
            time=booking._format_times(),
            holder=booking.user_id.name,
        )

    def _announce_request(self):
        """Return subject and text for those who approve."""
        # sudo: the name of what they look after
        resource = self.sudo().resource_id
        subject = self.env._("Booking to approve: %(resource)s", resource=resource.name)
        return subject, self._describe_request()

    # ------------------------------------------------------------
    # Substitutes
    # ------------------------------------------------------------

    def _note_acted_for(self, before):
        """Say of bookings for whom they were changed, where a substitute did it.

        :param before: dict of booking to its ``Stand`` before
        """
        bodies = {
            booking.id: self.env._(
                "As substitute for %(users)s.", users=", ".join(users.mapped("name"))
            )
            for booking in self
            # what follows from an activity in sudo mode is no decision
            if not self.env.su
            and booking in before
            and not booking._may_change_by_own_right(before[booking])
            and (users := booking.resource_id._get_acted_for())
        }
        if bodies:
            self.browse(bodies)._message_log_batch(bodies)

    def _may_change_by_own_right(self, before):
        """Return whether the user could do what was done without looking after the resource.

        :param before: the ``Stand`` of the booking before
        """
        if before.holder == self.env.user:
            return True
        # whoever may read an activity may change its bookings, but not decide on them
        return bool(self.activity_id) and self.state in ("cancelled", before.state)


def _explain_lapse(env):
    return env._("Cancelled, because nobody answered the request in time.")
