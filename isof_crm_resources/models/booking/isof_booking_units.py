from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import units
from .isof_booking import BLOCKING_STATES
from .isof_booking_guard import GUARD_FIELDS


class IsofBooking(models.Model):
    """Units are interchangeable: they are counted, and bookings to come are moved among them.

    A booking is refused only if at one moment more units would be needed than there are. Where
    none is free all the time, but one at each moment, bookings to come change their unit for it.
    What goes on keeps the unit that somebody has; so does what is over, unless something is
    entered for that time.
    """

    _inherit = "isof.booking"

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
                wanted = units.Claim(~position, *times, booking.unit)
                beside[position] += [units.Claim(0, *times, given[position]) for given in tried]
                by_resource[resource_id].append((wanted, beside[position]))
        found, refused = {}, {}
        for resource_id, wanted in by_resource.items():
            resource = self.env["isof.resource"].browse(resource_id)
            lanes = units.Units(resource.quantity)
            if conflicts := lanes.find_refused(wanted):
                refused |= conflicts
            elif free := lanes.find_free(wanted):
                found |= free
            elif tried:
                # whoever has those is not seen, and cannot be moved
                refused |= {claim.key: [] for claim, _beside in wanted}
            else:
                claims = [claim._replace(unit=None) for claim, _beside in wanted]
                found |= self._rearrange(resource, claims, ignored)
        return (
            [found.pop(~position, 1) for position in range(len(to_place))],
            found,
            [
                (to_place[~key], [id_ for id_ in refused[key] if id_])
                for key in sorted(refused, key=lambda key: slots[~key][1:])
            ],
        )

    @api.model
    def _rearrange(self, resource, claims, ignored):
        """Find units for bookings by moving others of the resource; see ``units.Units``.

        :param ignored: ids of bookings that do not count as taken
        """

        def fetch(start, stop):
            slots = [(resource.id, start, stop)]
            return [claim for _position, claim in self._query_blocking(slots, ignored)]

        return units.Units(resource.quantity).rearrange(claims, fields.Datetime.now(), fetch)

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
        # what was needed before does not matter any more
        needed = [(claim._replace(start=max(claim.start, now)), ()) for claim in claims]
        if lacking := units.Units(resource.quantity).find_refused(needed):
            return self.browse(lacking)
        arranged = self._rearrange(resource, claims, coming.ids)
        held = {claim.key: claim.unit for claim in claims}
        changes = {key: unit for key, unit in arranged.items() if held.get(key) != unit}
        if changes:
            self._renumber(changes)
        return self.browse()
