from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..booking.isof_booking import BLOCKING_STATES

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
    """Where bookings and changes of a resource, of its closures and hours meet: on its row.

    Whoever books shares the row with others who book; whoever changes what decides about a
    booking claims it. One of the two waits for the other, and neither counts with what the other
    has made untrue: who booked looks again at the resource as it is, who changed it at the
    bookings that there are, since Odoo tries again what comes out of here as an error. A
    transaction does not see what others commit after its first query (REPEATABLE READ), so that
    to wait is not enough.
    """

    _inherit = "isof.resource"

    def write(self, vals):
        if TERMS & vals.keys():
            self._claim()
        return super().write(vals)

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
