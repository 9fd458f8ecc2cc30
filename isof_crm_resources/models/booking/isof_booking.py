from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import frozendict

from odoo.addons.isof_crm.tools import activity_time, bounds, moments

from ...exceptions import BookingConflict

BOOKING_STATES = [
    ("requested", "Requested"),
    ("confirmed", "Confirmed"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
    ("released", "Released Early"),
]
# A booking in one of these states still counts on the resource.
LIVE_STATES = ("requested", "confirmed")
# A booking in one of these states will not take place: struck through in calendars.
DROPPED_STATES = ("refused", "cancelled")
# A booking in one of these states takes the resource from everybody else.
BLOCKING_STATES = (*LIVE_STATES, "released")
# What planners show of a booking.
SHOWN_FIELDS = {"activity_id", "name", "resource_id", "start", "state", "stop", "user_id"}
# What an activity says of its bookings.
BOOKED_FIELDS = ["booking_ids", "resource_ids", "has_bookings"]


class IsofBooking(models.Model):
    """A resource taken by somebody for some time, for an activity or on its own.

    Everybody sees that it is taken, until when and by whom; what for is in
    ``isof_booking_purpose.py``. Why no two bookings overlap is in ``isof_booking_guard.py``, who
    brings them into which state, and who hears of it, in ``isof_booking_state.py``.
    """

    _name = "isof.booking"
    _description = "Booking"
    _inherit = ["mail.thread", "mail.activity.mixin", "isof.guard.mixin"]
    _order = "start desc, id desc"
    _rec_names_search = ["name", "resource_id"]
    _check_company_auto = True

    # What is taken by whom
    resource_id = fields.Many2one(
        "isof.resource",
        string="Resource",
        required=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    unit = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="Which of the interchangeable units; the product chooses a free one.",
    )
    kind_id = fields.Many2one(related="resource_id.kind_id")
    place_id = fields.Many2one(related="resource_id.place_id")
    color = fields.Integer(related="resource_id.color", export_string_translation=False)
    user_id = fields.Many2one(
        "res.users",
        string="Booked For",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="restrict",
        tracking=True,
        help="The holder, who may change and cancel the booking.",
    )
    department_id = fields.Many2one(
        "hr.department",
        string="Department",
        compute="_compute_department_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        help="The holder's department on the day of the booking.",
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    attendee_count = fields.Integer(
        string="Participants", help="How many people come; compared with the seats."
    )

    # When
    start = fields.Datetime(required=True, tracking=True)
    stop = fields.Datetime(required=True, tracking=True)
    duration = fields.Float(
        string="Hours", compute="_compute_duration", store=True, precompute=True
    )
    block_start = fields.Datetime(
        string="Taken From",
        required=True,
        readonly=True,
        copy=False,
        help="With the preparation that the resource needed when it was booked.",
    )
    block_stop = fields.Datetime(
        string="Taken Until",
        required=True,
        readonly=True,
        copy=False,
        help="With the clearing up that the resource needed when it was booked.",
    )
    # Stored for utilisation: PostgreSQL needs longer to tell the days than to sum the hours.
    first_day = fields.Date(
        compute="_compute_days",
        store=True,
        precompute=True,
        export_string_translation=False,
        help="On the clock of the resource.",
    )
    last_day = fields.Date(
        compute="_compute_days",
        store=True,
        precompute=True,
        export_string_translation=False,
        help="On the clock of the resource.",
    )

    # How it stands
    state = fields.Selection(BOOKING_STATES, required=True, copy=False, tracking=True)
    is_blocking = fields.Boolean(
        string="Takes the Resource", required=True, readonly=True, copy=False
    )
    asked_on = fields.Datetime(
        string="Requested On",
        readonly=True,
        copy=False,
        help="Since when those who approve have been asked about this time.",
    )
    is_dropped = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Cancelled because its activity does not take place; comes back with it.",
    )
    is_striked = fields.Boolean(compute="_compute_is_striked", export_string_translation=False)
    is_hatched = fields.Boolean(compute="_compute_is_striked", export_string_translation=False)

    _stop_after_start = models.Constraint(
        "CHECK(stop > start AND block_start <= start AND block_stop >= stop)",
        "A booking has to end after it starts.",
    )
    _attendees_not_negative = models.Constraint(
        "CHECK(attendee_count >= 0)", "The number of participants cannot be negative."
    )
    # My bookings, and utilisation by department and holder.
    _user_start_idx = models.Index("(user_id, start, stop)")
    # The planner and lists of one resource, whatever the state.
    _resource_start_idx = models.Index("(resource_id, start, stop)")
    # The planner of all resources: what ends after the first moment shown.
    _start_idx = models.Index("(start, stop)")
    # Utilisation of a period: bookings by their day, and apart from them the few of several days.
    _first_day_idx = models.Index("(first_day)")
    _several_days_idx = models.Index("(last_day) WHERE first_day < last_day")

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("user_id", "company_id", "start")
    def _compute_department_id(self):
        departments = self.user_id._get_isof_departments(self.company_id)
        for booking in self:
            day = booking.start and fields.Datetime.context_timestamp(booking, booking.start).date()
            booking.department_id = departments(booking.user_id, booking.company_id, day)

    @api.depends("start", "stop")
    def _compute_duration(self):
        for booking in self:
            booking.duration = (
                (booking.stop - booking.start).total_seconds() / 3600
                if booking.start and booking.stop
                else 0.0
            )

    @api.depends("start", "stop", "resource_id.tz")
    def _compute_days(self):
        for booking in self:
            tz = booking.resource_id.tz or "UTC"
            booking.first_day = booking.start and activity_time.local_day(booking.start, tz)
            # who leaves at midnight is not there on the day that begins
            last_moment = booking.stop and booking.stop - timedelta(microseconds=1)
            booking.last_day = last_moment and activity_time.local_day(last_moment, tz)

    @api.depends("state")
    def _compute_is_striked(self):
        for booking in self:
            booking.is_striked = booking.state in DROPPED_STATES
            booking.is_hatched = booking.state == "requested"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        # of none that exists: a copy is created by its original
        prepared = [self._split(self.browse()._prepare_create_vals(vals)) for vals in vals_list]
        # sudo: what the booking is for is stored where nobody reaches it, see the class
        creating = super(IsofBooking, self.sudo())
        to_place = [checked for checked, _others in prepared]
        bookings = self._place(to_place, creating.create).with_env(self.env)
        for booking, (_checked, others) in zip(bookings, prepared, strict=True):
            booking._write_others(others)
        # they were not told by the ORM, which does not see the hidden link
        bookings.sudo().held_activity_id.invalidate_recordset(BOOKED_FIELDS)
        bookings.check_access("create")
        bookings._follow_up({})
        bookings._note_change()
        return bookings

    def write(self, vals):  # pylint: disable=method-required-super
        self._check_isof_given(vals)
        return self._write_all(vals)

    def unlink(self):
        self._note_change()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live(self):
        if live := self.filtered(lambda booking: booking.state in BLOCKING_STATES):
            raise UserError(
                self.env._(
                    "Cancel a booking instead of deleting it. Only cancelled and refused ones can "
                    "be deleted, and these are not:\n%(bookings)s",
                    bookings="\n".join(
                        f"{booking.resource_id.name}, {booking._format_times()}"
                        for booking in live[:10]
                    ),
                )
            )

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

    # ------------------------------------------------------------
    # Values
    # ------------------------------------------------------------

    @api.model
    def _prepare_create_vals(self, vals):
        """Return all values of a new booking, checked, but for the unit.

        :raises ValidationError: when the times make no sense or the resource does not allow them
        """
        self._check_isof_given(vals)
        vals = self._add_missing_default_values(
            {name: value for name, value in vals.items() if value or name != "user_id"}
            | self._prepare_holder_vals(vals)
        )
        vals = self._prepare_purpose_vals(vals)
        activity = self.env["isof.activity"].browse(vals.get("held_activity_id"))
        resource = self.env["isof.resource"].browse(vals.get("resource_id"))
        if resource and activity and not (vals.get("start") and vals.get("stop")):
            start, stop = activity._get_booking_times(resource)
            vals |= {"start": vals.get("start") or start, "stop": vals.get("stop") or stop}
        if activity and not vals.get("attendee_count"):
            vals["attendee_count"] = activity._count_attendees()
        if not vals.get("company_id"):
            company = resource.sudo().company_id or activity.company_id or self.env.company
            vals["company_id"] = company.id
        return vals | self._prepare_place_vals(vals)

    def _prepare_holder_vals(self, vals):
        """Return the holder that is proposed: the one in charge of the activity, or the user."""
        if vals.get("user_id") or self.env.context.get("default_user_id"):
            return {}
        activity_id = vals.get("activity_id") or self.env.context.get("default_activity_id")
        activity = self.env["isof.activity"].browse(activity_id if type(activity_id) is int else ())
        return {"user_id": (activity._get_next_user() if activity else self.env.user).id}

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
        # what was offered instead of a resource that is taken
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

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    def _write_all(self, vals, reason=None):
        """Write the same values on all of the bookings; see ``_write_each``."""
        return self._write_each(dict.fromkeys(self, vals), reason)

    def _write_each(self, vals_by_booking, reason=None):
        """Write values on each of several bookings: all of them or none.

        :param vals_by_booking: dict of booking to values; those that take or move the time of
            a resource are placed together, so that they may change places
        :param reason: why, for those whom it concerns; see ``_follow_up``
        :raises ValidationError: with what is in the way
        """
        self.check_access("write")
        before = {booking: booking._get_stand() for booking in vals_by_booking}
        to_place, groups = [], {}
        for booking, vals in vals_by_booking.items():
            place_vals = frozendict(booking._prepare_place_vals(vals))
            state = place_vals.get("state", booking.state)
            if "unit" in place_vals and state in BLOCKING_STATES:
                to_place.append(vals | place_vals | {"booking": booking})
            else:
                group = groups.setdefault((id(vals), place_vals), (vals | place_vals, []))
                group[1].append(booking.id)
        # who makes way comes first
        for vals, ids in groups.values():
            self.browse(ids)._write_checked(vals)
        if to_place:
            self._place(to_place, self._write_placed)
        self.union(*before)._follow_up(before, reason)
        return True

    def _write_placed(self, placed):
        """Write bookings that have got a unit.

        :param placed: list of values, with the ``booking`` itself among them
        """
        bookings = self.browse().union(*(vals["booking"] for vals in placed))
        if len(bookings) > 1:
            # otherwise one would be refused for another that is about to make way
            bookings._write_checked({"is_blocking": False})
            bookings.flush_recordset()
        for vals in placed:
            others = {name: value for name, value in vals.items() if name != "booking"}
            vals["booking"]._write_checked(others)
        bookings.flush_recordset()
        return bookings

    def _write_checked(self, vals):
        """Write values that have been through the guard; everything else goes through ``write``."""
        is_shown = bool(SHOWN_FIELDS & vals.keys())
        if is_shown:
            # where they were
            self._note_change()
        checked, others = self._split(self._prepare_purpose_vals(vals))
        # sudo: what was given is checked; with it goes what follows from it. Who gets a booking
        # hears of it by _follow_up(), and not from Odoo as well.
        bookings = self.sudo().with_context(mail_auto_subscribe_no_notify=True)
        super(IsofBooking, bookings).write(checked)  # pylint: disable=super-method-mismatch
        result = self._write_others(others)
        if is_shown:
            self._note_change()
        return result

    def _write_others(self, vals):
        """Write with the user's own rights what has nothing to do with the guard."""
        return not vals or super().write(vals)  # pylint: disable=super-method-mismatch

    @api.model
    def _split(self, vals):
        """Return what is written in sudo mode, and everything else: tuple of two dicts.

        The former are plain values of our own fields, which were checked. Lists of records are
        commands that would be carried out on records of whomever, such as messages of Odoo's.
        """
        ours = self._get_isof_field_names()
        lists = ("one2many", "many2many")
        plain = {
            name: value
            for name, value in vals.items()
            if name in ours and self._fields[name].type not in lists
        }
        return plain, {name: value for name, value in vals.items() if name not in plain}

    # ------------------------------------------------------------
    # Words
    # ------------------------------------------------------------

    def _format_times(self):
        """Return from when to when the booking is, on the user's clock."""
        self.ensure_one()
        return self._format_period(self.start, self.stop)

    @api.model
    def _format_period(self, start, stop):
        """Return a time from one moment to another on the user's clock, the day once if it can."""
        begin, end = (fields.Datetime.context_timestamp(self, moment) for moment in (start, stop))
        first = moments.format_moment(self.env, start)
        if begin.date() == end.date():
            return f"{first}–{moments.format_clock(self.env, stop)}"
        return f"{first} – {moments.format_moment(self.env, stop)}"
