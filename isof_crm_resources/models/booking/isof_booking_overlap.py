import logging
from datetime import timedelta
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.isof_crm.tools import bounds
from odoo.addons.isof_crm.tools.searching import search_true

from ..resource.isof_resource import MAX_BUFFER
from .isof_booking import BLOCKING_STATES
from .isof_booking_guard import GUARD_FIELDS

_logger = logging.getLogger(__name__)


class IsofBooking(models.Model):
    """Bookings that came past the guard from outside, and keep PostgreSQL from creating it.

    The daily check does not rely on the guard alone, which knows units and not how many there
    are: it counts what is to come at each moment.
    """

    _inherit = "isof.booking"

    is_overlapping = fields.Boolean(
        string="Overlapping",
        compute="_compute_is_overlapping",
        search="_search_is_overlapping",
        help="Overlaps another booking of the same unit, or is to come with more others at a time "
        "than there are units, which only data from outside can do.",
    )

    def init(self):
        """Tell in the log what is in the way of the guard, which Odoo leaves out silently."""
        self._report_overlaps()
        return super().init()

    def _compute_is_overlapping(self):
        overlapping = self._find_wrong_ids()
        for booking in self:
            booking.is_overlapping = booking.id in overlapping

    @api.model
    @search_true
    def _search_is_overlapping(self):
        return Domain("id", "in", self._find_wrong_ids())

    @api.model
    def _find_wrong_ids(self):
        """Return the ids of bookings that overlap another on their unit, or are too many."""
        pairs = chain.from_iterable(self._find_overlaps())
        return {*pairs, *chain.from_iterable(self._find_surplus().values())}

    @api.model
    def _find_surplus(self):
        """Return the bookings to come of which there are more at a moment than units.

        They are counted by what they are, whatever says that they take a unit.

        :return: dict of resource id to list of booking ids
        """
        self.flush_model(["resource_id", "state", "start", "block_start", "block_stop"])
        self.env["isof.resource"].flush_model(["quantity", "allow_overlap"])
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                WITH coming AS (
                    SELECT booking.id, booking.resource_id, resource.quantity,
                           GREATEST(booking.block_start, %(now)s) AS start,
                           booking.block_stop AS stop
                      FROM isof_booking AS booking
                      JOIN isof_resource AS resource ON resource.id = booking.resource_id
                     WHERE booking.state = ANY(%(states)s)
                       AND NOT COALESCE(resource.allow_overlap, FALSE)
                       AND booking.block_stop > %(now)s
                       -- by the index: none lasts longer
                       AND booking.start > %(longest_ago)s
                ), demand AS (
                    SELECT resource_id, quantity, moment,
                           SUM(SUM(change)) OVER (
                               PARTITION BY resource_id ORDER BY moment
                           ) AS number
                      FROM (SELECT resource_id, quantity, start AS moment, 1 AS change
                              FROM coming
                             UNION ALL
                            SELECT resource_id, quantity, stop, -1
                              FROM coming) AS changes
                     GROUP BY resource_id, quantity, moment
                ), surplus AS MATERIALIZED (
                    -- as a rule there is none, so that nothing is joined
                    SELECT resource_id, moment
                      FROM demand
                     WHERE number > quantity
                )
                SELECT coming.resource_id, array_agg(DISTINCT coming.id ORDER BY coming.id)
                  FROM surplus
                  JOIN coming
                    ON coming.resource_id = surplus.resource_id
                   AND coming.start <= surplus.moment
                   AND coming.stop > surplus.moment
                 GROUP BY coming.resource_id
                 ORDER BY coming.resource_id
                """,
                now=now,
                states=list(BLOCKING_STATES),
                longest_ago=now - bounds.MAX_LENGTH - timedelta(minutes=MAX_BUFFER),
            )
        )
        return dict(self.env.cr.fetchall())

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
    def _report_surplus(self):
        """Log the bookings to come of which there are more at a moment than units."""
        surplus = self._find_surplus()
        if not surplus:
            return
        # sudo: what is wrong is told, whoever runs the check
        resources = self.env["isof.resource"].sudo().browse(surplus)
        _logger.error(
            "More is booked at a time than there are units. Cancel or move some of these bookings "
            "(filter “Overlapping” in the list of bookings):\n%s",
            "\n".join(
                f"resource {resource.id}, {resource.quantity} units: bookings "
                + ", ".join(map(str, surplus[resource.id][:100]))
                for resource in resources[:100]
            ),
        )

    @api.model
    def _cron_ensure_guard(self):
        """Create the guard if it is missing, as soon as the data allow it, and count."""
        self._report_surplus()
        if self._has_guard() or self._report_overlaps():
            return
        self._table_objects["isof_booking_no_overlap"].apply_to_database(self)
        if not self._has_guard():
            raise UserError(self.env._("The guard against double bookings cannot be created."))
