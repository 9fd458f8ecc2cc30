from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import activity_time, moments
from .isof_activity_status import HELD_STATES, OPEN_STATES
from .isof_activity_time import TIME_FIELDS

# An activity that was marked as done before its time counts from the day after it at the latest.
COUNT_DAYS = 2


class IsofActivity(models.Model):
    """Done: what took place did so by now, and nothing to come counts as contact."""

    _inherit = "isof.activity"

    def write(self, vals):
        """Take what is only marked as done for held now where it was planned for later."""
        ahead = self._filter_held_ahead(vals)
        if not ahead:
            return super().write(vals)
        planned = ahead.grouped("allday")
        super(IsofActivity, self - ahead).write(vals)
        for activities in planned.values():
            held_vals = activities._prepare_held_vals(self._get_last_moment())
            super(IsofActivity, activities).write(vals | held_vals)
        self._tell_held_ahead(ahead)
        return True

    def _filter_held_ahead(self, vals):
        """Return which of the activities these values mark as done before they began.

        Whoever gives a time along with the status has said when it took place.
        """
        status = self.env["isof.activity.status"].browse(vals.get("status_id") or ())
        if TIME_FIELDS & vals.keys() or status.state not in HELD_STATES:
            return self.browse()
        return self.filtered(lambda activity: activity.state in OPEN_STATES)._filter_ahead()

    def _filter_ahead(self):
        """Return those that have not begun yet, on the clock of the user."""
        return self - self.filtered_domain(self._get_begun_domain())

    @api.model
    def _get_begun_domain(self):
        """Return the domain of activities that have begun; of whole days, that are not to come."""
        now = fields.Datetime.now()
        tomorrow = self._get_timeframe_bounds()[True][1]
        is_allday = Domain("allday", "=", True)
        return (is_allday & Domain("start", "<", tomorrow)) | (
            ~is_allday & Domain("start", "<=", now)
        )

    @api.model
    def _get_last_moment(self):
        """Return the last full five minutes: when something took place that is told now."""
        now = fields.Datetime.now().replace(second=0)
        return now - timedelta(minutes=now.minute % 5)

    @api.model
    def _check_held(self, moment, last):
        """Check that something took place in the past.

        :param moment: a day or a naive UTC datetime, or nothing where that is not asked for
        :param last: today, or now
        :raises UserError: if it is later
        """
        if moment and moment > last:
            raise UserError(
                self.env._("Nothing has taken place in the future. Choose a past time.")
            )

    def _prepare_held_vals(self, moment):
        """Return the values of activities, all of them all-day or none, that were held then.

        They last as long as they were to. It is not said of the first day, whose change would
        keep the last one.

        :param datetime moment: naive UTC datetime
        """
        if self[:1].allday:
            day = activity_time.local_day(moment, self._get_tz())
            return {"start": fields.Datetime.to_datetime(day)}
        return {"start": moment}

    def _tell_held_ahead(self, activities):
        """Tell the user what time was taken where nobody asked for one."""
        self.env.user._bus_send(
            "simple_notification",
            {
                "title": self.env._("Done before it was planned"),
                "message": self.env._(
                    "%(activities)s: taken for held at %(moment)s. Change the start if it was at "
                    "another time.",
                    activities=", ".join(activities[:3].mapped("display_name"))
                    + ("…" if len(activities) > 3 else ""),
                    moment=moments.format_moment(self.env, self._get_last_moment()),
                ),
            },
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_mark_done(self):
        """Mark one activity as done; ask about several, and about when one to come was held.

        :return: the dialogue that asks, if there is something to ask
        """
        self.check_access("write")
        if len(self) == 1 and not self._filter_ahead():
            if self.state in OPEN_STATES:
                self._mark_done(self._get_last_moment())
            return None
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mark as Done"),
            "res_model": "isof.activity.held.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    # ------------------------------------------------------------
    # Contact
    # ------------------------------------------------------------

    @api.model
    def _cron_count_contacts(self):
        """Count as contact what was marked as done before its time, now that its time has come."""
        now = fields.Datetime.now()
        begun = self.search(
            Domain("state", "in", HELD_STATES)
            & Domain("start", ">", now - timedelta(days=COUNT_DAYS))
            & self._get_begun_domain()
        )
        companies = begun.commercial_partner_id
        self.env.add_to_compute(companies._fields["isof_last_activity_date"], companies)
