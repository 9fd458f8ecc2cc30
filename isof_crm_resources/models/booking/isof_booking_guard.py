import logging
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.isof_crm.tools import bounds
from odoo.addons.isof_crm.tools.searching import search_true

from ...exceptions import BookingConflict
from ...tools import units
from ..resource.isof_resource import MAX_BUFFER
from .isof_booking import BLOCKING_STATES

_logger = logging.getLogger(__name__)

GUARD_FIELDS = ["resource_id", "unit", "block_start", "block_stop", "is_blocking"]
GUARD = "isof_booking_no_overlap"
# At most this many of the bookings that are in the way are named in a message.
MAX_NAMED = 10


def _is_lost_race(error):
    """Return whether the guard has refused what somebody else has booked meanwhile."""
    return isinstance(error, ExclusionViolation) and error.diag.constraint_name == GUARD


@contextmanager
def _lost_races_unlogged():
    """Keep out of the log meanwhile that somebody else was faster, which the guard is for."""

    def is_no_lost_race(record):
        return not any(map(_is_lost_race, record.args))

    logger = logging.getLogger("odoo.sql_db")
    logger.addFilter(is_no_lost_race)
    try:
        yield
    finally:
        logger.removeFilter(is_no_lost_race)


class IsofBooking(models.Model):
    """The guard: of all bookings that block, no two overlap on one unit of a resource.

    PostgreSQL keeps that, for everybody and in the same instant, too: ``_no_overlap``. The rest
    finds a free unit, by ``tools/units.py``, and says in words what is in the way. A unit that
    somebody else takes at the same moment is seen by PostgreSQL alone, since the transaction does
    not see what others commit meanwhile: then the next unit is tried, see ``_place``. That the
    resource itself does not change meanwhile is in ``isof_resource.py``.

    What came past the guard from outside keeps PostgreSQL from creating it, and is told daily.
    That check does not rely on the guard alone, which knows units and not how many there are: it
    counts what is to come at each moment.
    """

    _inherit = "isof.booking"

    is_overlapping = fields.Boolean(
        string="Overlapping",
        compute="_compute_is_overlapping",
        search="_search_is_overlapping",
        help="Overlaps another booking of the same unit, or is to come with more others at a time "
        "than there are units, which only data from outside can do.",
    )

    # A resource with n interchangeable units has n lanes. Not deferrable: Odoo explains what
    # PostgreSQL refuses at once, but not what it refuses at the commit.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(resource_id, resource_id, '[]') WITH =,"
        " int4range(unit, unit, '[]') WITH =,"
        " tsrange(block_start, block_stop, '[)') WITH &&) WHERE (is_blocking)",
        # to whoever comes past _place(), which says what is in the way
        "The resource is already taken at this time.",
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

    # ------------------------------------------------------------
    # Finding a free unit
    # ------------------------------------------------------------

    @api.model
    def _place(self, to_place, apply):
        """Have bookings written on free units, or refuse all of them.

        :param to_place: list of dicts of values; with ``booking`` for those that exist
        :param apply: function that writes such a list, in which units are filled in
        :return: what ``apply`` returns
        :raises BookingConflict: with what is in the way and what is still free
        :raises ConcurrencyError: when that is not seen yet: Odoo tries again after a rollback, and
            sees it
        :raises SerializationFailure: when somebody has changed a resource meanwhile, as well
        """
        resources = self.env["isof.resource"].browse({vals["resource_id"] for vals in to_place})
        resources._share()
        self._check_limits(to_place)
        ignored = [vals["booking"].id for vals in to_place if "booking" in vals]
        tried = []
        while True:
            given, moves, conflicts = self._find_units(to_place, ignored, tried)
            if conflicts and tried:
                raise ConcurrencyError(
                    self.env._("Somebody else booked the resource at the same moment. Try again.")
                )
            if conflicts:
                raise self._get_conflict(to_place, conflicts, ignored)
            placed = [vals | {"unit": unit} for vals, unit in zip(to_place, given, strict=True)]
            try:
                with _lost_races_unlogged(), self.env.cr.savepoint():
                    if moves:
                        self._renumber(moves, ignored)
                    return apply(placed)
            except ExclusionViolation as error:
                if not _is_lost_race(error):
                    raise
                # who has one of them is not seen before the next transaction
                tried.append(given)

    @api.model
    def _check_limits(self, to_place):
        """Check bookings against what their resources allow.

        :param to_place: list of dicts of values
        :raises AccessError: if the user may not book a resource
        :raises ValidationError: if a resource does not allow a booking
        """
        live = [vals for vals in to_place if vals.get("state") != "released"]
        for resource in self.env["isof.resource"].browse({vals["resource_id"] for vals in live}):
            resource._check_bookable(
                [
                    (vals["start"], vals["stop"])
                    for vals in live
                    if vals["resource_id"] == resource.id
                ]
            )

    @api.model
    def _find_units(self, to_place, ignored=(), tried=()):
        """Find a free unit for each of several bookings.

        :param to_place: list of dicts of values
        :param ignored: ids of bookings that do not count as taken
        :param tried: lists of units that were found before, while somebody else took some of them
        :return: tuple of the list of units, a dict of the id of each other booking that has to
            change its unit to the new one, and a list of tuples of the values for which there is
            no unit and the ids of the bookings in the way
        """
        slots = [(v["resource_id"], v["block_start"], v["block_stop"]) for v in to_place]
        beside, by_resource = defaultdict(list), defaultdict(list)
        for position, claim in self._query_blocking(slots, ignored):
            beside[position].append(claim)
        for position in sorted(range(len(to_place)), key=lambda each: slots[each][1:]):
            if to_place[position]["is_blocking"]:
                resource_id, *times = slots[position]
                booking = to_place[position].get("booking", self.browse())
                # below zero, where no id of another booking is
                wanted = units.Claim(~position, *times, booking.unit)
                beside[position] += [units.Claim(0, *times, given[position]) for given in tried]
                by_resource[resource_id].append((wanted, beside[position]))
        found, refused = {}, {}
        for resource_id, wanted in by_resource.items():
            resource = self.env["isof.resource"].browse(resource_id)
            # whoever took a unit meanwhile is not seen, and cannot be moved
            given, conflicts = self._get_units(resource, ignored, may_move=not tried).place(wanted)
            found |= given
            refused |= conflicts
        return (
            [found.pop(~position, 1) for position in range(len(to_place))],
            found,
            [
                (to_place[~key], [id_ for id_ in refused[key] if id_])
                for key in sorted(refused, key=lambda key: slots[~key][1:])
            ],
        )

    @api.model
    def _get_units(self, resource, ignored=(), *, may_move=True):
        """Return the ``units.Units`` of a resource.

        :param ignored: ids of bookings that do not count as taken
        :param bool may_move: whether other bookings may have to change their unit
        """

        def fetch(start, stop):
            slots = [(resource.id, start, stop)]
            return [claim for _position, claim in self._query_blocking(slots, ignored)]

        return units.Units(resource.quantity, fields.Datetime.now(), fetch if may_move else None)

    @api.model
    def _query_blocking(self, slots, ignored=()):
        """Find what blocks resources at some times, by the index of the guard.

        :param slots: list of tuples of resource id, start and stop
        :param ignored: ids of bookings that do not count
        :return: list of tuples of the position in ``slots`` and ``units.Claim``
        """
        if not slots:
            return []
        self.flush_model(GUARD_FIELDS)
        rows = SQL(", ").join(
            SQL("(%s, %s::int4, %s::timestamp, %s::timestamp)", position, *slot)
            for position, slot in enumerate(slots)
        )
        self.env.cr.execute(
            SQL(
                """
                SELECT slot.position, booking.id,
                       booking.block_start, booking.block_stop, booking.unit
                  FROM (VALUES %(rows)s) AS slot (position, resource_id, start, stop)
                  JOIN isof_booking AS booking
                    ON booking.is_blocking
                   AND int4range(booking.resource_id, booking.resource_id, '[]')
                       = int4range(slot.resource_id, slot.resource_id, '[]')
                   AND tsrange(booking.block_start, booking.block_stop, '[)')
                       && tsrange(slot.start, slot.stop, '[)')
                 WHERE booking.id <> ALL(%(ignored)s)
                 ORDER BY booking.block_start, booking.id
                """,
                rows=rows,
                ignored=list(ignored),
            )
        )
        return [(position, units.Claim(*row)) for position, *row in self.env.cr.fetchall()]

    @api.model
    def _renumber(self, changes, making_way=()):
        """Put bookings on other units, and nothing else about them is touched.

        :param changes: dict of booking id to unit
        :param making_way: ids of bookings that are about to be written, and not in the way
        """
        self.flush_model(GUARD_FIELDS)
        # plain SQL: nobody has changed these bookings, and nobody is told; in two steps, as
        # otherwise one would be refused for another that is about to make way
        self.env.cr.execute(
            SQL(
                "UPDATE isof_booking SET is_blocking = FALSE WHERE id = ANY(%s)",
                [*changes, *making_way],
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE isof_booking AS booking SET unit = change.unit, is_blocking = TRUE
                  FROM unnest(%s::int4[], %s::int4[]) AS change (id, unit)
                 WHERE booking.id = change.id
                """,
                list(changes),
                list(changes.values()),
            )
        )
        self.browse({*changes, *making_way}).invalidate_recordset(["unit", "is_blocking"])

    def _refit(self, resource):
        """Put the bookings to come on as many units as there are now.

        :return: the bookings for which there is no unit
        """
        now = fields.Datetime.now()
        # sudo: everybody's bookings of the resource
        coming = self.sudo().search(
            [
                ("resource_id", "=", resource.id),
                ("state", "in", BLOCKING_STATES),
                ("block_stop", ">", now),
            ],
            order="block_start, id",
        )
        if resource.allow_overlap or not coming:
            return self.browse()
        claims = [
            units.Claim(
                booking.id,
                booking.block_start,
                booking.block_stop,
                booking.unit if booking.is_blocking else None,
            )
            for booking in coming
        ]
        changes, lacking = self._get_units(resource, coming.ids).refit(claims)
        if changes:
            self._renumber(changes)
        return self.browse(lacking)

    # ------------------------------------------------------------
    # What is in the way, in words
    # ------------------------------------------------------------

    @api.model
    def _get_conflict(self, to_place, conflicts, ignored=()):
        """Return the exception about bookings that are not possible; see ``_find_units``."""
        return BookingConflict(
            self._describe_conflicts(conflicts, ignored),
            to_place,
            taken=self._describe_all_taken(conflicts),
        )

    @api.model
    def _describe_conflicts(self, conflicts, ignored=()):
        """Return the message about bookings that are not possible; see ``_find_units``."""
        return "\n\n".join(
            self._describe_conflict(
                self.env["isof.resource"].browse(vals["resource_id"]),
                vals["start"],
                vals["stop"],
                ids,
                ignored,
            )
            for vals, ids in conflicts[:MAX_NAMED]
        )

    @api.model
    def _describe_all_taken(self, conflicts):
        """Return what is in the way of bookings, without what could be booked instead."""
        return "\n\n".join(
            self._describe_taken(
                self.env["isof.resource"].browse(vals["resource_id"]),
                vals["start"],
                vals["stop"],
                ids,
            )
            for vals, ids in conflicts[:MAX_NAMED]
        )

    @api.model
    def _describe_conflict(self, resource, start, stop, ids, ignored=()):
        """Return what is in the way of a booking; rooms above add what could be booked instead.

        :param ids: of the bookings that are in the way
        :param ignored: ids of bookings that do not count as taken
        """
        return self._describe_taken(resource, start, stop, ids)

    @api.model
    def _describe_taken(self, resource, start, stop, ids):
        """Return what is in the way of a booking, as far as the reader may see it."""
        # as the reader sees it, whoever books
        bookings = self.browse(ids[:MAX_NAMED]).sudo(False)._filtered_access("read")
        # sudo: what is taken, and how long it is kept free around a booking
        resource = resource.sudo()
        before, after = resource._get_buffers()
        lines = [
            self.env._(
                "“%(resource)s” is already taken at the time you chose, %(time)s:",
                resource=resource.name,
                time=self._format_blocked((start, stop), (start - before, stop + after)),
            ),
            *(f"– {booking._describe()}" for booking in bookings),
        ]
        if not ids:
            lines.append(self.env._("– another of the bookings that you make at once"))
        elif not bookings:
            lines.append(self.env._("– reserved"))
        return "\n".join(lines)

    def _describe(self):
        """Return time and holder, and purpose and address if the reader may see what it is for."""
        self.ensure_one()
        times = self._format_blocked((self.start, self.stop), (self.block_start, self.block_stop))
        # sudo: the name of a colleague
        who = f"{times}, {self.sudo().user_id.name}"
        if not self.name:
            return self.env._("%(who)s: reserved", who=who)
        return f"{who}: {self.name} {self.get_base_url()}/odoo/{self._name}/{self.id}"

    @api.model
    def _format_blocked(self, times, blocked):
        """Return a time on the user's clock, and the longer one in which nobody else can book.

        :param times: tuple of start and stop
        :param blocked: the same with preparation and clearing up
        """
        if times == blocked:
            return self._format_period(*times)
        return self.env._(
            "%(times)s (with preparation and clearing up %(blocked)s)",
            times=self._format_period(*times),
            blocked=self._format_period(*blocked),
        )

    # ------------------------------------------------------------
    # What came past the guard
    # ------------------------------------------------------------

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
            SELECT earlier.id, later.id
              FROM isof_booking AS earlier
              JOIN isof_booking AS later
                ON later.resource_id = earlier.resource_id
               AND later.unit = earlier.unit
               AND later.id > earlier.id
               AND later.is_blocking
               AND tsrange(later.block_start, later.block_stop, '[)')
                   && tsrange(earlier.block_start, earlier.block_stop, '[)')
             WHERE earlier.is_blocking
             ORDER BY earlier.id, later.id
            """
        )
        return self.env.cr.fetchall()

    @api.model
    def _has_guard(self):
        """Return whether the exclusion constraint is in the database."""
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass",
            [GUARD, self._table],
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
        self._table_objects[GUARD].apply_to_database(self)
        if not self._has_guard():
            raise UserError(self.env._("The guard against double bookings cannot be created."))
