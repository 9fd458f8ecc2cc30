import json
from datetime import date

from odoo.tests import HttpCase, tagged

from ..common import TradeCommon
from .dashboard_common import OPEN_DASHBOARD

# Checks the cards of a dashboard (title to figure and comparison), the first row of each chart
# and table, and the line below the cards.
CHECK = (
    OPEN_DASHBOARD
    + """
    const wanted = %s;
    const check = (what, found, expected) => {
        if (JSON.stringify(found) !== JSON.stringify(expected)) {
            throw new Error(
                `${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
        }
    };
    (async () => {
        const { getters } = await open(wanted.name);
        const [sheetId] = getters.getSheetIds();
        const read = (xc) => {
            const [col, row] = [xc.charCodeAt(0) - 65, Number(xc.slice(1)) - 1];
            return getters.getEvaluatedCell({ sheetId, col, row }).formattedValue;
        };
        const charts = getters.getChartIds(sheetId).map((id) => getters.getChartRuntime(id));
        const cards = charts
            .filter((chart) => chart.keyValue !== undefined)
            .map(({ title, keyValue, baselineDisplay }) => [title.text, keyValue, baselineDisplay]);
        check("cards", cards, wanted.cards);
        check("reason", read("A6"), wanted.reason);
        const bars = charts.filter((chart) => chart.chartJsConfig);
        const drawn = bars.map(({ chartJsConfig }) => chartJsConfig.data.datasets
            .some((dataset) => dataset.data.some((value) => value)));
        check("charts", drawn, wanted.drawn);
        // the first cells below the headings and the titles of the columns
        const tables = ["A24", "F24"].map((xc) => read(xc) !== "–");
        check("tables", tables, [!wanted.reason, !wanted.reason]);
        console.log("test successful");
    })().catch((error) => console.error(error.message));
"""
)
REASON = (
    "Amounts of several currencies are never added up: switch on companies of one currency only."
)


@tagged("post_install", "-at_install")
class TestDashboardCurrencies(TradeCommon, HttpCase):
    """Dashboards of two companies that keep their books in zloty and in koruna.

    The first sold 10 bolts for 80 that cost 50 this year, and 5 for 40 the year before. The other
    began this year with 20 bolts for 160, which cost 100.
    """

    freeze_time = None  # the browser has a clock of its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_analysts()
        cls.controller.company_ids += cls.other_company
        today = date.today()
        before = date(today.year - 1, 1, 1)
        cls._create_invoice(invoice_date=today)
        cls._create_invoice({"quantity": 5}, invoice_date=before)
        cls._create_invoice({"quantity": 20}, invoice_date=today, company=cls.other_company)

    def _check(self, companies, cards, *, reason="", drawn=(True, True), name="margins"):
        dashboard = self.env.ref(f"isof_crm_analytics.spreadsheet_dashboard_{name}")
        wanted = {
            "name": dashboard.name,
            "cards": cards,
            "reason": reason,
            "drawn": drawn,
        }
        self.browser_js(
            "/odoo/dashboards",
            CHECK % json.dumps(wanted),
            "Boolean(document.querySelector('.o_spreadsheet_dashboard_search_panel li'))",
            login=self.controller.login,
            cookies={"cids": "-".join(map(str, companies.ids))},
            timeout=120,
        )

    def test_one_currency(self):
        """Figures, compared with those of the year before."""
        self._check(
            self.company,
            [
                ["Margin", "30", "100.0%"],
                ["Margin Rate", "37.5%", "0.0%"],
                ["Cost", "50", "100.0%"],
                ["Known Cost", "100.0%", "0.0%"],
                ["Discount", "0", "–"],
            ],
        )

    def test_two_currencies_show_nothing_and_say_why(self):
        """No amount is 0, and nothing is compared with it; what is counted is shown."""
        companies = self.company + self.other_company
        self._check(
            companies,
            [
                [title, "–", "–"]
                for title in ("Margin", "Margin Rate", "Cost", "Known Cost", "Discount")
            ],
            reason=REASON,
            drawn=(True, False),  # the year before is of one currency
        )
        self._check(
            companies,
            [
                ["Sold", "–", "–"],
                ["Ordered", "0", "–"],
                ["Customers", "1", "0.0%"],
                ["Documents", "2", "100.0%"],
                ["Discount", "–", "–"],
            ],
            reason=REASON,
            drawn=(True, False),  # the year before is of one currency
            name="sales",
        )

    def test_nothing_before_is_compared_with_nothing(self):
        """There is no percentage of 0."""
        self._check(
            self.other_company,
            [
                ["Margin", "60", "–"],
                ["Margin Rate", "37.5%", "–"],
                ["Cost", "100", "–"],
                ["Known Cost", "100.0%", "–"],
                ["Discount", "0", "–"],
            ],
        )

    def test_unknown_cost_is_not_0(self):
        """Where no product has a cost there is neither a cost nor a margin."""
        company = self._create_company(name="Towary Slovakia s.r.o.", currency_id=self.eur.id)
        self._set_up_books(company)
        self.controller.company_ids += company
        self._create_invoice(invoice_date=date.today(), company=company)
        self._check(
            company,
            [
                ["Margin", "–", "–"],
                ["Margin Rate", "–", "–"],
                ["Cost", "–", "–"],
                ["Known Cost", "0.0%", "–"],
                ["Discount", "0", "–"],
            ],
            drawn=(False, False),
        )
