from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.isof_crm.models.activity.isof_activity_status import HELD_STATES
from odoo.addons.isof_crm.tools import activity_time


class IsofActivity(models.Model):
    """Activities by periods, and as touches of campaigns: by the day on which they start.

    An all-day activity is the same day for everybody, whatever their time zone.
    """

    _name = "isof.activity"
    _inherit = ["isof.activity", "isof.period.mixin"]
    _isof_period_date = "start"

    touch_day = fields.Date(
        string="Day of the Touch",
        compute="_compute_touch_day",
        store=True,
        export_string_translation=False,
        help="When the activity was held with a customer for a campaign, on the company's clock. "
        "What the customer buys soon after may count for the campaign.",
    )

    _touch_idx = models.Index("(commercial_partner_id, touch_day) WHERE touch_day IS NOT NULL")

    # ------------------------------------------------------------
    # Touches of campaigns
    # ------------------------------------------------------------

    @api.depends(
        *("active", "allday", "campaign_id", "commercial_partner_id", "start", "state"),
        "company_id.resource_calendar_id.tz",
    )
    def _compute_touch_day(self):
        """Have sales count for the right campaign: whatever decides it, the ORM comes here."""
        touches = self.filtered("touch_day")  # until now
        for activity in self:
            is_touch = (
                activity.active
                and activity.state in HELD_STATES
                and activity.campaign_id
                and activity.commercial_partner_id
            )
            activity.touch_day = is_touch and activity._get_touch_day()
        touches |= self.filtered("touch_day")
        if touches := touches.filtered("id"):  # not while somebody fills in the form
            facts = self.env["isof.trade.line"]
            facts._resync_moves(facts._get_touched_moves(touches))

    @api.model
    def _get_merged_fields(self):
        return [*super()._get_merged_fields(), "touch_day"]

    def _get_touch_day(self):
        if self.allday:
            return self.start.date()
        # sudo: the working hours of a company are no secret, its calendar may be
        tz = self.company_id.sudo().resource_calendar_id.tz or "UTC"
        return activity_time.local_day(self.start, tz)

    def unlink(self):
        touches = self.filtered("touch_day")
        facts = self.env["isof.trade.line"]
        move_ids = facts._get_touched_moves(touches)
        result = super().unlink()
        if touches:
            facts._resync_moves(move_ids)
        return result

    # ------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------

    @api.depends("allday")
    def _compute_isof_period(self):
        return super()._compute_isof_period()

    def _get_isof_period_day(self):
        return self.start.date() if self.allday and self.start else super()._get_isof_period_day()

    @api.model
    def _isof_period_day_to_sql(self, alias, query):
        return SQL(
            "CASE WHEN %s THEN %s::date ELSE %s END",
            self._field_to_sql(alias, "allday", query),
            self._field_to_sql(alias, "start", query),
            super()._isof_period_day_to_sql(alias, query),
        )

    @api.model
    def _get_isof_period_domain(self, first, last):
        start = fields.Datetime.to_datetime(first)
        stop = fields.Datetime.to_datetime(last) + timedelta(days=1)
        by_day = Domain("start", ">=", start) & Domain("start", "<", stop)
        by_clock = super()._get_isof_period_domain(first, last)
        is_allday = Domain("allday", "=", True)
        return (is_allday & by_day) | (~is_allday & by_clock)
