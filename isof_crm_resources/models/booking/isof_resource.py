from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .isof_booking import LIVE_STATES

# Whom requests are put to, until when, and in what words follows from these.
ASKING_FIELDS = {"approver_ids", "company_id", "name", "request_hours", "user_id"}
# When it is open; whoever changes Odoo's own resource comes by resource_resource.py.
HOURS_FIELDS = {"company_id", "resource_calendar_id", "tz"}


class IsofResource(models.Model):
    """What is booked of a resource, and what becomes of it when the resource changes."""

    _inherit = "isof.resource"

    booking_ids = fields.One2many("isof.booking", "resource_id", string="Bookings")

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    @api.constrains("company_id")
    def _check_company_of_bookings(self):
        # sudo: bookings of every company count
        bookings = self.env["isof.booking"].sudo()
        for resource in self.filtered("company_id"):
            if bookings.search_count(
                [("resource_id", "=", resource.id), ("company_id", "!=", resource.company_id.id)],
                limit=1,
            ):
                raise ValidationError(
                    self.env._(
                        "“%(resource)s” has bookings of other companies and cannot be given to "
                        "%(company)s alone. Archive it and create a new one instead.",
                        resource=resource.name,
                        company=resource.company_id.name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        if HOURS_FIELDS & vals.keys():
            # while the fields still say what they did
            self.env["isof.booking"]._watch_hours(self.sudo())
        result = super().write(vals)
        if "quantity" in vals:
            self._fit_bookings()
        if "allow_overlap" in vals and not vals["allow_overlap"]:
            self._fit_bookings()
        if ASKING_FIELDS & vals.keys():
            # sudo: everybody's requests; who is asked follows from the resource
            requests = self.env["isof.booking"].sudo()
            requests.search(
                [("resource_id", "in", self.ids), ("state", "=", "requested")]
            )._settle()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        # sudo: bookings of every company count
        booked = self.env["isof.booking"].sudo().search([("resource_id", "in", self.ids)])
        if booked:
            raise UserError(
                self.env._(
                    "Archive a resource instead of deleting it: these have bookings, which are "
                    "kept:\n%(resources)s",
                    resources="\n".join(booked.resource_id[:10].mapped("name")),
                )
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_archive(self):
        """Archive the resources, or ask what becomes of what is booked of them."""
        self.check_access("write")
        if not self._get_bookings_to_come():
            return super().action_archive()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Archive Resources"),
            "res_model": "isof.resource.archiving",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_resource_ids": self.ids},
        }

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _get_bookings_to_come(self):
        """Return what is booked of the resources and not over, the first first."""
        # sudo: bookings of every company count
        coming = self.env["isof.booking"].sudo()
        domain = [
            ("resource_id", "in", self.ids),
            ("state", "in", LIVE_STATES),
            ("stop", ">", fields.Datetime.now()),
        ]
        return coming.search(domain, order="start, id").with_env(self.env)

    def _check_nothing_to_come(self):
        """Check that the resources may be archived.

        :raises UserError: with the list of the bookings that are to come
        """
        if coming := self._get_bookings_to_come():
            raise UserError(
                self.env._(
                    "What is booked cannot be archived. Cancel or move these bookings first, or "
                    "choose Archive in the menu of the resource, which asks whether they are to "
                    "be cancelled:\n%(bookings)s",
                    bookings="\n".join(
                        f"{booking.resource_id.name}, {booking._format_times()}, "
                        f"{booking.user_id.name}"
                        for booking in coming[:10]
                    ),
                )
            )

    def _cancel_to_come(self, reason=None):
        """Cancel what is booked of the resources, end what is going on, and tell the holders.

        :param str reason: why they are archived
        """
        coming = self._get_bookings_to_come()
        going_on = coming.filtered("is_going_on")
        with self.env["isof.notifier"]._gather():
            going_on._write_all({"state": "released"}, reason or _explain_archiving)
            (coming - going_on)._write_all({"state": "cancelled"}, reason or _explain_archiving)

    def _fit_bookings(self):
        """Put the bookings to come on the units that there are now.

        :raises UserError: with the list of those for which there is no unit any more
        """
        for resource in self:
            if lacking := resource.booking_ids._refit(resource):
                raise UserError(
                    self.env._(
                        "“%(resource)s” is booked more often at a time than it could be. Cancel or "
                        "move these bookings first:\n%(bookings)s",
                        resource=resource.name,
                        bookings="\n".join(
                            f"{booking.user_id.name}, {booking._format_times()}"
                            for booking in lacking[:10]
                        ),
                    )
                )


def _explain_archiving(env):
    return env._("It cannot be booked any more.")
