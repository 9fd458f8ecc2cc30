import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .isof_booking_guard import GUARD_FIELDS

_logger = logging.getLogger(__name__)


class IsofBooking(models.Model):
    """Bookings that came past the guard from outside, and keep PostgreSQL from creating it."""

    _inherit = "isof.booking"

    is_overlapping = fields.Boolean(
        string="Overlapping",
        compute="_compute_is_overlapping",
        search="_search_is_overlapping",
        help="Overlaps another booking of the same unit, which only data from outside can do.",
    )

    def init(self):
        """Tell in the log what is in the way of the guard, which Odoo leaves out silently."""
        self._report_overlaps()
        return super().init()

    def _compute_is_overlapping(self):
        overlapping = {id_ for pair in self._find_overlaps() for id_ in pair}
        for booking in self:
            booking.is_overlapping = booking.id in overlapping

    @api.model
    def _search_is_overlapping(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        return Domain("id", "in", [id_ for pair in self._find_overlaps() for id_ in pair])

    @api.model
    def _find_overlaps(self):
        """Return the pairs of ids of bookings that the guard would not allow; none while it is."""
        if self._has_guard():
            return []
        self.flush_model(GUARD_FIELDS)
        self.env.cr.execute(
            """
            SELECT one.id, other.id
              FROM isof_booking AS one
              JOIN isof_booking AS other
                ON other.resource_id = one.resource_id
               AND other.unit = one.unit
               AND other.id > one.id
               AND other.is_blocking
               AND tsrange(other.block_start, other.block_stop, '[)')
                   && tsrange(one.block_start, one.block_stop, '[)')
             WHERE one.is_blocking
             ORDER BY one.id, other.id
            """
        )
        return self.env.cr.fetchall()

    @api.model
    def _has_guard(self):
        """Return whether the exclusion constraint is in the database."""
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass",
            ["isof_booking_no_overlap", self._table],
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _report_overlaps(self):
        """Log the bookings that are in the way of the guard.

        :return: the pairs of ids
        """
        if pairs := self._find_overlaps():
            _logger.error(
                "Bookings can be made twice: the constraint isof_booking_no_overlap cannot be "
                "created, because these bookings overlap on the same unit of a resource. Cancel "
                "or move one of each pair (filter “Overlapping” in the list of bookings); the "
                "constraint is created within a day, or by an update of isof_crm_resources.\n%s",
                "\n".join(self._describe_pair(*pair) for pair in pairs[:100]),
            )
        return pairs

    @api.model
    def _describe_pair(self, *ids):
        """Return a line of the log about two bookings that overlap."""
        self.env.cr.execute(
            """
            SELECT 'resource ' || resource_id || ', unit ' || unit || ': booking ' || string_agg(
                       id || ' from ' || block_start || ' to ' || block_stop, ' and ' ORDER BY id)
              FROM isof_booking WHERE id IN %s GROUP BY resource_id, unit
            """,
            [ids],
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _cron_ensure_guard(self):
        """Create the guard if it is missing, as soon as the data allow it."""
        if self._has_guard() or self._report_overlaps():
            return
        self._table_objects["isof_booking_no_overlap"].apply_to_database(self)
        if not self._has_guard():
            raise UserError(self.env._("The guard against double bookings cannot be created."))
