from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class IsofActivity(models.Model):
    """Activities by periods: that of the day on which they start.

    An all-day activity is the same day for everybody, whatever their time zone.
    """

    _name = "isof.activity"
    _inherit = ["isof.activity", "isof.period.mixin"]
    _isof_period_date = "start"

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
