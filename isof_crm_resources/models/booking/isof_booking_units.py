from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import intervals, units
from .isof_booking import BLOCKING_STATES
from .isof_booking_guard import GUARD_FIELDS, Blocking

# So far around what is wanted it is looked first who may have to change the unit.
MARGIN = timedelta(days=7)


class IsofBooking(models.Model):
    """Units are interchangeable: they are counted, and bookings to come are moved among them.

    A booking is refused only if at one moment more units would be needed than there are. Where
    none is free all the time, but one at each moment, bookings to come change their unit for it.
    What goes on keeps the unit that somebody has; so does what is over, unless something is
    entered for that time.
    """

    _inherit = "isof.booking"

    @api.model
    def _find_units(self, to_place, ignored=(), taken=()):
        """Find a free unit for each of several bookings.

        :param to_place: list of dicts of values
        :param ignored: ids of bookings that do not count as taken
        :param taken: list of tuples of resource id and ``Blocking``: what others took meanwhile
        :return: tuple of the list of units, a dict of the id of each other booking that has to
            change its unit to the new one, and a list of tuples of the values for which there is
            no unit and the ids of the bookings in the way
        """
        slots = [(v["resource_id"], v["block_start"], v["block_stop"]) for v in to_place]
        beside = defaultdict(list)
        for position, row in self._query_blocking(slots, ignored):
            beside[position].append(row)
        by_resource = defaultdict(list)
        for position in sorted(range(len(to_place)), key=lambda each: slots[each][1:]):
            resource_id, start, stop = slots[position]
            beside[position] += [
                row
                for taken_id, row in taken
                if taken_id == resource_id and row.block_start < stop and row.block_stop > start
            ]
            if to_place[position]["is_blocking"]:
                booking = to_place[position].get("booking")
                wanted = Blocking(~position, booking.unit if booking else 0, start, stop)
                by_resource[resource_id].append((wanted, beside[position]))
        found, refused = {}, {}
        for resource_id, wanted in by_resource.items():
            quantity = self.env["isof.resource"].browse(resource_id).quantity
            if unfit := self._find_unfit(wanted, quantity):
                refused |= unfit
            elif free := self._find_free_units(wanted, quantity):
                found |= free
            elif taken:
                # what others took meanwhile is not seen, and cannot be moved
                refused |= {booking.id: [] for booking, _rows in wanted}
            else:
                claims = [units.Claim(each.id, *each[2:]) for each, _rows in wanted]
                found |= self._arrange(resource_id, claims, ignored)
        return (
            [found.pop(~position, 1) for position in range(len(to_place))],
            found,
            [
                (to_place[~key], refused[key])
                for key in sorted(refused, key=lambda k: slots[~k][1:])
            ],
        )

    @api.model
    def _find_unfit(self, wanted, quantity):
        """Find the bookings for which there is no unit at some moment.

        :param wanted: list of tuples of ``Blocking``, in order, and the list of those beside it
        :return: dict of their ids to the ids of the bookings in the way
        """
        placed, unfit = [], {}
        for booking, rows in wanted:
            _id, _unit, start, stop = booking
            # those that come later do not start earlier
            placed = [row for row in placed if row.block_stop > start]
            spans = [
                (max(row.block_start, start), min(row.block_stop, stop)) for row in rows + placed
            ]
            full = intervals.normalise(
                span for *span, number in intervals.stack(spans) if number >= quantity
            )
            if full:
                unfit[booking.id] = [
                    row.id
                    for row in rows
                    if row.id and intervals.overlaps(full, row.block_start, row.block_stop)
                ]
            else:
                placed.append(booking)
        return unfit

    @api.model
    def _find_free_units(self, wanted, quantity):
        """Find units that are free all the time.

        :param wanted: see ``_find_unfit``
        :return: dict of the ids of the bookings to the units, None if not each finds one
        """
        placed, found = [], {}
        for booking, rows in wanted:
            placed = [row for row in placed if row.block_stop > booking.block_start]
            used = {row.unit for row in rows + placed}
            # whoever has a unit keeps it if possible
            own = [booking.unit] if 1 <= booking.unit <= quantity else []
            unit = next(
                (unit for unit in (*own, *range(1, quantity + 1)) if unit not in used), None
            )
            if unit is None:
                return None
            found[booking.id] = unit
            placed.append(booking._replace(unit=unit))
        return found

    @api.model
    def _arrange(self, resource_id, claims, ignored):
        """Find units for bookings of a resource by moving others to other units.

        :param claims: list of ``units.Claim``, for which there are units at each moment
        :param ignored: ids of bookings that do not count as taken
        :return: dict of the keys of the claims, and of the ids of the bookings that have to
            change their unit, to the unit
        """
        quantity = self.env["isof.resource"].browse(resource_id).quantity
        now = fields.Datetime.now()
        first = min(claim.start for claim in claims)
        last = max(claim.stop for claim in claims)
        pivot = min(max(first, now), last)
        margin = MARGIN
        while True:
            start = first - margin if first < pivot else first
            stop = last + margin if last > pivot else last
            rows = [row for _, row in self._query_blocking([(resource_id, start, stop)], ignored)]
            others = [
                units.Claim(row.id, row.block_start, row.block_stop, row.unit) for row in rows
            ]
            arranged = units.arrange(claims + others, quantity, pivot)
            moved = {row.id: row for row in rows if arranged[row.id] != row.unit}
            # who has to move may be in the way of somebody further away
            if all(start <= row.block_start and row.block_stop <= stop for row in moved.values()):
                return {key: arranged[key] for key in (*moved, *(each.key for each in claims))}
            margin *= 4

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
        lacking, at_once = self.browse(), []
        for booking in coming:
            # what was needed before does not matter any more
            start = max(booking.block_start, now)
            at_once = [stop for stop in at_once if stop > start]
            if len(at_once) < resource.quantity:
                at_once.append(booking.block_stop)
            else:
                lacking += booking
        if lacking:
            return lacking
        claims = [
            units.Claim(
                booking.id,
                booking.block_start,
                booking.block_stop,
                booking.unit if booking.is_blocking else None,
            )
            for booking in coming
        ]
        arranged = self._arrange(resource.id, claims, coming.ids)
        changes = {
            id_: unit
            for id_, unit in arranged.items()
            if (booking := self.sudo().browse(id_)).unit != unit or not booking.is_blocking
        }
        if changes:
            self._renumber(changes)
        return lacking
