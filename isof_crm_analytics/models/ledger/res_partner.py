from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import formatLang

TOP_PRODUCTS = 5


class ResPartner(models.Model):
    """Turnover of a contractor, for its form: what the facts that the reader may read say.

    Sales to the contacts of a company are sales to the company, and shown on both.
    """

    _inherit = "res.partner"

    isof_turnover = fields.Char(
        string="Turnover",
        compute="_compute_isof_turnover",
        exportable=False,
        groups="isof_crm_analytics.group_own",
        help="Net sales of this year until today, in each currency.",
    )
    isof_turnover_card = fields.Html(
        string="Turnover Card",
        compute="_compute_isof_turnover",
        sanitize=False,
        exportable=False,
        groups="isof_crm_analytics.group_own",
    )

    # ------------------------------------------------------------
    # Turnover
    # ------------------------------------------------------------

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "lang", "tz", "allowed_company_ids")
    def _compute_isof_turnover(self):
        customers = self.commercial_partner_id._origin
        turnovers = customers._get_isof_turnovers()
        products = customers._get_isof_top_products()
        sales = customers._get_isof_last_sales()
        for partner in self:
            customer = partner.commercial_partner_id._origin
            partner.isof_turnover = " · ".join(
                formatLang(self.env, figures["this_year"], currency_obj=figures["currency"])
                for figures in turnovers[customer]
            )
            partner.isof_turnover_card = customer in sales and self._render_isof_turnover_card(
                turnovers[customer], products[customer], sales[customer]
            )

    @api.model
    def _render_isof_turnover_card(self, turnover, products, last_sale):
        # sudo: the list of facts shows the names of documents and products, too
        document = last_sale.sudo().move_id
        return self.env["ir.qweb"]._render(
            "isof_crm_analytics.turnover_card",
            {
                "rows": self._prepare_isof_turnover_rows(turnover),
                "products": [
                    (
                        product.sudo().display_name,
                        formatLang(self.env, sold, currency_obj=currency),
                    )
                    for product, currency, sold in products
                ],
                "last_sale": last_sale,
                "document": document,
                "is_document_open": last_sale.move_id.has_access("read"),
            },
        )

    @api.model
    def _prepare_isof_turnover_rows(self, turnover):
        """Return the rows of the card: label, CSS classes, and a text of each currency."""

        def write(figures, name, rate=None, sign=""):
            if figures[name] is None:
                return "–"
            text = formatLang(self.env, figures[name], currency_obj=figures["currency"])
            text = (sign if figures[name] > 0 else "") + text
            if rate and figures[rate] is not None:
                percent = formatLang(self.env, 100 * figures[rate], digits=1)
                text += f" ({sign if figures[rate] > 0 else ''}{percent}%)"
            return text

        rows = [
            (self.env._("This year"), "fw-bold", ["this_year"]),
            (self.env._("Last year until this day"), "", ["last_year_to_date"]),
            (self.env._("Change"), "", ["change", "change_rate", "+"]),
            (self.env._("Whole last year"), "", ["last_year"]),
            (self.env._("Margin this year"), "", ["margin", "margin_rate"]),
            (self.env._("Turnover with known cost"), "", ["costed", "cost_coverage"]),
        ]
        return [
            (label, look, [write(figures, *spec) for figures in turnover])
            for label, look, spec in rows
            if any(spec[0] in figures for figures in turnover)
        ]

    def _get_isof_sales_domain(self):
        """Return the domain of the facts of sales to these customers."""
        return Domain("flow", "=", "sale") & Domain("partner_id", "in", self.ids)

    def _get_isof_turnovers(self):
        """Return the figures of each customer: {partner: [dict of a currency, …]}.

        They are ``this_year`` and ``last_year_to_date``, both until today, ``last_year``,
        ``change`` and ``change_rate`` of the first two, and for who may see it ``margin``,
        ``margin_rate``, ``costed`` and ``cost_coverage`` of this year. A rate is None where its
        divisor is not positive, the margin where no cost is known.
        """
        today = fields.Date.context_today(self)
        year = relativedelta(years=1)
        first_day = today.replace(month=1, day=1)
        ranges = {
            "this_year": (first_day, today),
            "last_year_to_date": (first_day - year, today - year),
            "last_year": (first_day - year, first_day - relativedelta(days=1)),
        }
        facts = self.env["isof.trade.line"]
        has_margin = facts._has_field_access(facts._fields["margin"], "read")
        measures = ("sold_net", "margin", "costed_net") if has_margin else ("sold_net",)
        found = defaultdict(lambda: dict.fromkeys(ranges, dict.fromkeys(measures, 0.0)))
        for name, (first, last) in ranges.items():
            for partner, currency, *sums in facts._read_group(
                self._get_isof_sales_domain()
                & Domain("invoice_date", ">=", first)
                & Domain("invoice_date", "<=", last),
                ["partner_id", "company_currency_id"],
                [f"{measure}:sum" for measure in measures],
            ):
                found[partner, currency][name] = dict(zip(measures, sums, strict=True))
        turnovers = defaultdict(list)
        for (partner, currency), sums in found.items():
            figures = {name: sums[name]["sold_net"] for name in ranges}
            before = figures["last_year_to_date"]
            figures["currency"] = currency
            figures["change"] = figures["this_year"] - before
            figures["change_rate"] = figures["change"] / before if before > 0 else None
            if has_margin:
                # there is no sum where nothing is known
                costed, margin = (sums["this_year"][name] for name in ("costed_net", "margin"))
                figures["margin"] = None if margin is False else margin
                figures["margin_rate"] = figures["margin"] / costed if costed > 0 else None
                figures["costed"] = costed or 0.0
                sold = figures["this_year"]
                figures["cost_coverage"] = figures["costed"] / sold if sold > 0 else None
            turnovers[partner].append(figures)
        return turnovers

    def _get_isof_top_products(self):
        """Return what each customer bought most in 12 months: {partner: [tuple, …]}.

        The tuples are of product, currency and turnover; each currency has a top of its own.
        """
        today = fields.Date.context_today(self)
        domain = (
            self._get_isof_sales_domain()
            & Domain("product_id", "!=", False)
            & Domain("invoice_date", ">", today - relativedelta(years=1))
            & Domain("invoice_date", "<=", today)
        )
        ranked = defaultdict(list)
        for partner, currency, product, sold in self.env["isof.trade.line"]._read_group(
            domain,
            ["partner_id", "company_currency_id", "product_id"],
            ["sold_net:sum"],
            having=[("sold_net:sum", ">", 0)],
            order="company_currency_id, sold_net:sum DESC",
        ):
            ranked[partner, currency].append((product, sold))
        top = defaultdict(list)
        for (partner, currency), products in ranked.items():
            top[partner] += [(product, currency, sold) for product, sold in products[:TOP_PRODUCTS]]
        return top

    def _get_isof_last_sales(self):
        """Return a fact of the latest document, no credit note, of each customer."""
        domain = self._get_isof_sales_domain() & Domain("move_type", "!=", "out_refund")
        facts = self.env["isof.trade.line"]
        latest = Domain.OR(
            Domain("partner_id", "=", partner.id) & Domain("invoice_date", "=", day)
            for partner, day in facts._read_group(domain, ["partner_id"], ["invoice_date:max"])
        )
        return {fact.partner_id: fact for fact in facts.search(domain & latest, order="move_id")}

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open_isof_turnover(self):
        """Return the action that shows the sales statement of the customer."""
        customer = self.commercial_partner_id
        return self._open_isof(
            "isof_crm_analytics.isof_trade_line_action_sale",
            name=self.env._("Turnover: %(partner)s", partner=customer.display_name),
            domain=[("partner_id", "=", customer.id)],
            context={
                "search_default_sales": 1,
                "isof_flow": "sale",
                "pivot_measures": [
                    *("sold_net", "sold_quantity", "margin", "margin_rate", "cost_coverage"),
                ],
                "pivot_row_groupby": ["product_category_id", "product_id"],
                "pivot_column_groupby": ["invoice_date:year"],
            },
        )
