from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.isof_crm.tools import moments

from ...exceptions import Alternative, BookingConflict
from ...tools import availability
from ...tools.availability import DAYS_AHEAD
from .isof_booking import LIVE_STATES


class IsofBooking(models.Model):
    """What is offered instead of bookings that are not possible, to be taken by one click.

    An offer is a call of the client through the same guard. It stands for the whole of what was
    refused: several bookings that were wanted together are possible together.
    """

    _inherit = "isof.booking"

    def web_save_multi(self, vals_list, specification):
        try:
            return super().web_save_multi(vals_list, specification)
        except BookingConflict as conflict:
            # what is offered for one of them is not the whole
            if len(self) > 1:
                conflict.advise(
                    self._name,
                    self.env._(
                        "None of the bookings has been changed. Change this one on its own: "
                        "another time or another resource is then offered for it."
                    ),
                )
            raise

    @api.model
    def _get_conflict(self, to_place, conflicts, ignored=()):
        """Return the exception about bookings that are not possible; see ``_find_units``."""
        alternatives = self._find_alternatives(to_place, conflicts, ignored)
        conflict = BookingConflict(
            self._describe_conflicts(conflicts, ignored),
            to_place,
            alternatives,
            taken=self._describe_all_taken(conflicts),
        )
        offers = filter(None, (self._prepare_offer(to_place, each) for each in alternatives))
        finder = self._prepare_finder_context(*to_place) if len(to_place) == 1 else None
        conflict.offer(self._name, offers, finder)
        return conflict

    @api.model
    def _find_alternatives(self, to_place, conflicts, ignored):
        """Return what is possible instead of bookings; see ``_find_units``.

        :return: list of ``Alternative``: the next time at which all of them are, then another
            resource in the place of the one that is taken, if it is one
        """
        # sudo: everybody's bookings count; what is offered is what the reader sees
        resources = self.env["isof.resource"].sudo().browse({v["resource_id"] for v in to_place})
        horizon = timedelta(days=DAYS_AHEAD)
        first = min(vals["start"] for vals in to_place)
        last = max(vals["stop"] for vals in to_place)
        bookables = resources._get_bookables(first, last + horizon, ignored)
        shift = availability.next_shift(
            [(bookables[v["resource_id"]], v["start"], v["stop"]) for v in to_place],
            horizon,
            tz=self.env["isof.activity"]._get_tz(),
        )
        found = [Alternative(self._label_shift(to_place, shift), shift)] if shift else []
        taken = resources.browse({vals["resource_id"] for vals, _ids in conflicts})
        if len(taken) == 1:
            times = [(v["start"], v["stop"]) for v in to_place if v["resource_id"] == taken.id]
            found += [
                Alternative(
                    self._label_instead(to_place, taken, other), instead=(taken.id, other.id)
                )
                for other in taken._find_substitutes(times, resources)
            ]
        return found

    @api.model
    def _label_shift(self, to_place, shift):
        """Return the words for bookings that are put off."""
        start = min(vals["start"] for vals in to_place) + shift
        if len(to_place) > 1:
            return self.env._(
                "All of them, starting %(time)s",
                time=moments.format_moment(self.env, start),
            )
        [wanted] = to_place
        resource = self.env["isof.resource"].browse(wanted["resource_id"])
        return f"{resource.sudo().name}, {self._format_period(start, wanted['stop'] + shift)}"

    @api.model
    def _label_instead(self, to_place, taken, other):
        """Return the words for another resource in the place of one that is taken."""
        if len(to_place) > 1:
            label = self.env._(
                "“%(other)s” instead of “%(resource)s”", other=other.name, resource=taken.name
            )
        else:
            [wanted] = to_place
            label = f"{other.name}, {self._format_period(wanted['start'], wanted['stop'])}"
        return f"{label} ({self.env._('needs approval')})" if other._asks_approval() else label

    @api.model
    def _prepare_offer(self, to_place, alternative):
        """Return what the client may call instead, None if that is not one call."""
        vals_list = [self._prepare_offer_vals(wanted, alternative) for wanted in to_place]
        if "booking" not in to_place[0]:
            return {"label": alternative.label, "method": "create", "args": [vals_list]}
        if len(to_place) > 1:
            return None
        booking = to_place[0]["booking"]
        return {"label": alternative.label, "method": "write", "args": [booking.ids, *vals_list]}

    @api.model
    def _prepare_offer_vals(self, wanted, alternative):
        """Return the values to create or write instead of those that were wanted."""
        taken_id, other_id = alternative.instead or (None, None)
        is_taken = wanted["resource_id"] == taken_id
        resource = self.env["isof.resource"].browse(other_id if is_taken else wanted["resource_id"])
        vals = {
            "resource_id": resource.id,
            "start": fields.Datetime.to_string(wanted["start"] + alternative.shift),
            "stop": fields.Datetime.to_string(wanted["stop"] + alternative.shift),
        }
        if "booking" not in wanted:
            return vals | {
                "user_id": wanted["user_id"],
                "activity_id": wanted.get("held_activity_id"),
                "name": wanted.get("title"),
                "attendee_count": wanted.get("attendee_count"),
            }
        if "state" in wanted:
            vals["state"] = wanted["booking"]._get_first_state(resource)
        kept = {field.name for field in self.sudo(False)._filter_isof_kept(wanted)}
        others = wanted.keys() - kept - vals.keys() - {"booking", "state"}
        return vals | {name: wanted[name] for name in others}

    @api.model
    def _prepare_finder_context(self, wanted):
        """Return the context that opens the finder with what was wanted."""
        start, stop = wanted["start"], wanted["stop"]
        booking = wanted.get("booking", self.browse())
        # sudo: what kind of resource it was
        resource = self.env["isof.resource"].sudo().browse(wanted["resource_id"])
        return {
            # one that was given back is none to move
            "default_booking_id": booking.state in LIVE_STATES and booking.id,
            "default_activity_id": wanted.get("held_activity_id", False),
            "default_start": fields.Datetime.to_string(start),
            "default_duration": (stop - start) / timedelta(hours=1),
            "default_need_ids": [
                Command.create({"kind_id": resource.kind_id.id, "seats": resource.seats})
            ],
        }
