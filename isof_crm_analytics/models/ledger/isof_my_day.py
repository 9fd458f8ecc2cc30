from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import formatLang


class IsofMyDay(models.AbstractModel):
    _inherit = "isof.my.day"

    @api.model
    def _get_panels(self):
        panels = super()._get_panels()
        if self.env["isof.trade.line"].has_access("read"):
            panels.append(self._get_sales_panel())
        return panels

    @api.model
    def _get_sales_panel(self):
        """Return what was sold this month so far, of all that the user may read."""
        return self._prepare_panel(
            self.env._("Sales This Month so Far"),
            self._get_sales_rows(),
            action="isof_crm_analytics.isof_trade_line_action_sale",
            empty=self.env._("Nothing has been invoiced this month."),
        )

    @api.model
    def _get_sales_rows(self):
        """Return the rows of the panel of sales; other rooms add theirs."""
        today = fields.Date.context_today(self)
        first, year = today.replace(day=1), relativedelta(years=1)
        now = self._get_sales(first, today)
        before = self._get_sales(first - year, today - year)
        labels = {"sold_net": self.env._("Sold"), "margin": self.env._("Margin")}
        rows = []
        for currency in sorted(now.keys() | before.keys(), key=lambda currency: currency.name):
            for name, label in labels.items():
                if name in now.get(currency, before.get(currency)):
                    figures = (sums.get(currency, {}).get(name, 0.0) for sums in (now, before))
                    rows.append(self._prepare_sales_row(label, currency, *figures))
        return rows

    @api.model
    def _get_sales(self, first, last):
        """Return the sums of the sales of some days: dict of currency to dict of measure."""
        facts = self.env["isof.trade.line"]
        names = [
            name
            for name in ("sold_net", "margin")
            if facts._has_field_access(facts._fields[name], "read")
        ]
        domain = (
            Domain("flow", "=", "sale")
            & Domain("invoice_date", ">=", first)
            & Domain("invoice_date", "<=", last)
        )
        return {
            currency: dict(zip(names, (figure or 0.0 for figure in sums), strict=True))
            for currency, *sums in facts._read_group(
                domain, ["company_currency_id"], [f"{name}:sum" for name in names]
            )
        }

    @api.model
    def _prepare_sales_row(self, label, currency, now, before):
        row = {"label": label, "value": formatLang(self.env, now, currency_obj=currency)}
        if before > 0:
            percent = formatLang(self.env, abs(100 * (now - before) / before), digits=1)
            row["trend"] = "up" if now >= before else "down"
            row["detail"] = self.env._("%(percent)s %% to last year", percent=percent)
        return row
