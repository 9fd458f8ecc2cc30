from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.tools import SQL

from .isof_booking import BLOCKING_STATES, LIVE_STATES

# What decides about a booking. What a resource has from Odoo's own is in resource_resource.py.
TERMS = {
    *("quantity", "allow_overlap", "buffer_before", "buffer_after"),
    *("user_id", "needs_approval", "approver_ids", "request_hours"),
    *("booker_ids", "department_ids", "max_duration", "max_days_ahead", "closed_policy"),
    "resource_id",
}
# Nobody locks the tables but who updates add-ons.
LOCK_TIMEOUT = "10s"


class IsofResource(models.Model):
    """What is booked of a resource, and what becomes of it when the resource changes.

    Bookings and changes of a resource, of its closures and hours meet on its row. Whoever books
    shares the row with others who book; whoever changes what decides about a booking claims it.
    One of the two waits for the other, and neither counts with what the other has made untrue:
    who booked looks again at the resource as it is, who changed it at the bookings that there
    are, since Odoo tries again what comes out of here as an error. A transaction does not see
    what others commit after its first query (REPEATABLE READ), so that to wait is not enough.
    """

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
        if TERMS & vals.keys():
            self._claim()
        result = super().write(vals)
        if "quantity" in vals:
            self._fit_bookings()
        if "allow_overlap" in vals and not vals["allow_overlap"]:
            self._fit_bookings()
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

    def _share(self):
        """Keep the resources as they are until the transaction ends.

        :raises SerializationFailure: when somebody has changed one since it began
        """
        self.env.cr.execute(
            SQL(
                "SELECT FROM isof_resource WHERE id = ANY(%s) ORDER BY id FOR SHARE",
                list(self._ids),
            )
        )

    def _claim(self):
        """Keep others from booking the resources until the transaction ends.

        :raises ConcurrencyError: when somebody has booked one since it began
        :raises SerializationFailure: when somebody has changed one, or a booking of it
        """
        if not self:
            return
        ids = sorted(self._ids)
        # a new version of the row, which who books now cannot overlook
        self.env.cr.execute(SQL("UPDATE isof_resource SET id = id WHERE id = ANY(%s)", ids))
        coming = SQL(
            """
            SELECT id FROM isof_booking
             WHERE resource_id = ANY(%s) AND state = ANY(%s) AND block_stop > %s
            """,
            ids,
            list(BLOCKING_STATES),
            fields.Datetime.now(),
        )
        booked = self._fetch_committed(coming)
        self.env["isof.booking"].flush_model(["resource_id", "state", "block_stop"])
        self.env.cr.execute(
            SQL(
                "SELECT id FROM isof_booking WHERE id = ANY(%s) OR id IN (%s)"
                " ORDER BY id FOR UPDATE",
                booked,
                coming,
            )
        )
        if not {id_ for (id_,) in self.env.cr.fetchall()}.issuperset(booked):
            raise ConcurrencyError(
                self.env._("Somebody booked the resource while you were changing it. Try again.")
            )

    @api.model
    def _fetch_committed(self, query):
        """Return the ids that a query finds in what everybody has committed until now.

        :raises LockNotAvailable: when the transaction itself keeps others from reading
        """
        if not self.env.registry.ready:
            # while add-ons are loaded nobody books, and tables may be there for nobody else
            return []
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
            cr.execute(query)
            return [id_ for (id_,) in cr.fetchall()]

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
        # a number of units that no resource can have is refused as that
        self.flush_recordset(["quantity"])
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
