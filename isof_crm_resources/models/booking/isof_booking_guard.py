import logging
from contextlib import contextmanager

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.tools import SQL

from odoo.addons.isof_crm.tools import bounds

from ...tools import units
from .isof_booking import BLOCKING_STATES, DROPPED_STATES

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

    PostgreSQL keeps that, for everybody and in the same instant, too: ``_no_overlap``. The
    rest only finds a free unit, see ``isof_booking_units.py``, and says in words what is in the
    way. A unit that somebody else takes at the same moment is seen by PostgreSQL alone, since the
    transaction does not see what others commit meanwhile: then the next unit is tried, see
    ``_place``. That the resource itself does not change meanwhile is in
    ``isof_resource_meeting.py``.
    """

    _inherit = "isof.booking"

    # A resource with n interchangeable units has n lanes. Not deferrable: Odoo explains what
    # PostgreSQL refuses at once, but not what it refuses at the commit.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(resource_id, resource_id, '[]') WITH =,"
        " int4range(unit, unit, '[]') WITH =,"
        " tsrange(block_start, block_stop, '[)') WITH &&) WHERE (is_blocking)",
        # to whoever comes past _place(), which says what is in the way
        "The resource is already taken at this time.",
    )

    # ------------------------------------------------------------
    # Finding a free unit
    # ------------------------------------------------------------

    def _prepare_place_vals(self, vals):
        """Return where and when a booking takes its resource once ``vals`` are written.

        :param dict vals: all values of a new booking, or those to write on one
        :return: dict of values; ``unit`` is among them if one has to be found. Time that is given
            back needs none: whatever became of the resource, the rest stays as it was booked
        """
        if self and not {"resource_id", "start", "stop", "state"} & vals.keys():
            return {}
        # before it is counted with
        self._check_bounds(vals)
        old = {name: self[name] for name in ("start", "stop")}
        resource = self.resource_id
        if vals.get("resource_id"):
            resource = resource.browse(vals["resource_id"])
            # what refuses it below names it
            resource.check_access("read")
        # what was offered instead of a resource that is taken, see isof_booking_offers.py
        resource = self._get_instead(resource)
        start, stop = (fields.Datetime.to_datetime(vals.get(name, old[name])) for name in old)
        if not (resource and start and stop):
            raise ValidationError(
                self.env._("Choose the resource, and from when to when it is needed.")
            )
        is_moved = (resource, start, stop) != (self.resource_id, self.start, self.stop)
        state = self._get_next_state(vals.get("state"), resource, start, stop)
        if state == "released" and state != self.state:
            stop = fields.Datetime.now()
        # what was booked before there were limits can be cancelled all the same
        if is_moved or start >= stop:
            self._check_times(start, stop)
        is_within = self._is_within(resource, start, stop)
        is_blocking = state in BLOCKING_STATES and not resource.allow_overlap
        # what was checked is what is written, whichever was asked for
        placed = {"resource_id": resource.id} if "resource_id" in vals else {}
        if state != self.state:
            placed |= {"state": state, "is_dropped": vals.get("is_dropped", False)}
        if state == "requested" and (state != self.state or not is_within):
            placed["asked_on"] = fields.Datetime.now()
        if is_within and self.state in BLOCKING_STATES and state in BLOCKING_STATES:
            if is_moved or state != self.state:
                # with the preparation and clearing up with which it was booked
                placed |= {
                    "start": start,
                    "stop": stop,
                    "block_start": start - (self.start - self.block_start),
                    "block_stop": stop + (self.block_stop - self.stop),
                }
            return placed
        if state in DROPPED_STATES:
            placed["is_blocking"] = False
        if is_moved or (is_blocking and not self.is_blocking):
            before, after = resource._get_buffers()
            placed |= {
                "resource_id": resource.id,
                "start": start,
                "stop": stop,
                "block_start": start - before,
                "block_stop": stop + after,
                "is_blocking": is_blocking,
                "unit": 1,
            }
        return placed

    def _is_within(self, resource, start, stop):
        """Return whether a booking has a time already, or more than that."""
        return (
            bool(self)
            and resource == self.resource_id
            and (self.start <= start and stop <= self.stop)
        )

    @api.model
    def _check_times(self, start, stop):
        """Return the start and the end of a booking as datetimes, if they make sense.

        :raises ValidationError: if they do not
        """
        self._check_bounds({"start": start, "stop": stop})
        start, stop = map(fields.Datetime.to_datetime, (start, stop))
        if start >= stop:
            raise ValidationError(self.env._("A booking has to end after it starts."))
        if stop - start > bounds.MAX_LENGTH:
            raise ValidationError(
                self.env._("A booking lasts %(days)s days at most.", days=bounds.MAX_LENGTH.days)
            )
        return start, stop

    @api.model
    def _get_instead(self, resource):
        """Return the resource that the user has accepted instead of one that is taken."""
        # a client sends it: pairs of ids, whatever else it may be
        pairs = self.env.context.get("isof_instead")
        for pair in pairs if isinstance(pairs, list | tuple) else ():
            match pair:
                case (taken, other) if taken == resource.id and type(other) is int:
                    instead = resource.browse(other)
                    # whoever books for an activity in sudo mode
                    instead.sudo(False).check_access("read")
                    return instead
        return resource

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

    # ------------------------------------------------------------
    # Words
    # ------------------------------------------------------------

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
        """Return what is in the way of a booking, and what could be booked instead."""
        taken = self._describe_taken(resource, start, stop, ids)
        offer = resource.sudo()._describe_alternatives(start, stop, ignored)
        return "\n".join(filter(None, (taken, offer)))

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
