import json
import re
from datetime import date, timedelta
from math import inf

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tools import file_open

from odoo.addons.isof_crm.tools import activity_time

from ..common import TradeCommon

# Opens a dashboard in the client, waits until nothing is loading, and fails on a cell with an
# error.
OPEN_DASHBOARD = """
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const getItem = (name) =>
        document.querySelector(`.o_spreadsheet_dashboard_search_panel li[data-name="${name}"]`);
    const getCells = (model) =>
        model.getters.getSheetIds().flatMap((id) =>
            Object.values(model.getters.getEvaluatedCells(id)));
    async function open(name) {
        getItem(name).click();
        for (let tries = 0; tries < 300; tries++) {
            await sleep(100);
            const dashboard = services.spreadsheet_dashboard_loader.getActiveDashboard();
            if (dashboard?.data.name !== name || dashboard.status !== "Loaded") {
                continue;
            }
            const cells = getCells(dashboard.model);
            if (!cells.some((cell) => String(cell.value).startsWith("Loading"))) {
                const wrong = cells.filter((cell) => cell.type === "error");
                if (wrong.length) {
                    throw new Error(`${name}: ${wrong[0].message || wrong[0].value}`);
                }
                return dashboard.model;
            }
        }
        throw new Error(`${name} does not load`);
    }
"""


class DashboardMixin:
    """What a dashboard shows on 11 March, read as its file says and as the client reads it.

    A test class names the file, sets ``reader``, who looks at it, and writes down what a hand
    adds up.
    """

    dashboard = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.manager
        with file_open(f"isof_crm_analytics/data/files/{cls.dashboard}_dashboard.json") as stream:
            cls.spreadsheet = json.load(stream)
        page, data = cls.spreadsheet["sheets"]
        cls.cells, cls.data = page["cells"], data["cells"]
        cls.figures = {figure["id"]: figure["data"] for figure in page["figures"]}

    def _read(self, model, domain, matching, groupby, measures):
        """Return groups in the period of the dashboard, as tuples of the group and the measures."""
        rows = (
            self.env[model]
            .with_user(self.reader)
            .with_context(tz=self.reader.tz)
            .formatted_read_group(domain + self._get_period(matching), groupby, measures)
        )
        return [
            tuple(
                row[key][0] if isinstance(row[key], tuple) else row[key]
                for key in (*groupby, *measures)
            )
            for row in rows
        ]

    def _get_period(self, matching):
        """Return the domain of the filter on the period with its default value."""
        values = {
            item["id"]: item.get("defaultValue") for item in self.spreadsheet["globalFilters"]
        }
        self.assertEqual(values.pop("period"), "year_to_date")
        self.assertFalse(any(values.values()), "another filter has a default value")
        period = matching.get("period")
        if not period:
            return []
        last = fields.Date.today() + relativedelta(years=period["offset"])
        first = date(last.year, 1, 1)
        if period["type"] == "datetime":
            first, _next = activity_time.day_bounds(first, self.reader.tz)
            _first, last = activity_time.day_bounds(last, self.reader.tz)
            last -= timedelta(seconds=1)
        return [(period["chain"], ">=", first), (period["chain"], "<=", last)]

    def _read_pivot(self, formula):
        """Return the rows of the pivot of a formula."""
        number = re.search(r"PIVOT(?:\.VALUE|\.HEADER)?\((\d+),", formula)[1]
        pivot = self.spreadsheet["pivots"][number]
        groupby = [
            ":".join(filter(None, (row["fieldName"], row.get("granularity"))))
            for row in pivot["rows"]
        ]
        computed = {
            measure["id"]: measure["computedBy"]["formula"]
            for measure in pivot["measures"]
            if "computedBy" in measure
        }
        measures = [item["id"] for item in pivot["measures"] if item["id"] not in computed]
        rows = self._read(
            pivot["model"], pivot["domain"], pivot["fieldMatching"], groupby, measures
        )
        if order := pivot["sortedColumn"]:
            name, missing = order["measure"], -inf
            if name in computed:  # of another measure, with a huge figure where that has none
                formula = computed[name]
                name, missing = re.search("'(.*?)'", formula)[1], inf
                self.assertEqual(formula, f"=IF(ISNUMBER('{name}'),'{name}',10^15)")
            column = [*groupby, *measures].index(name)
            rows.sort(
                key=lambda row: missing if row[column] is False else row[column],
                reverse=order["order"] == "desc",
            )
        return rows

    def _read_range(self, text, below=0):
        """Return the rows of the pivot whose formula is some rows below the first of a range."""
        column, row = re.match(r"Data!([A-Z])(\d+):", text).groups()
        return self._read_pivot(self.data[f"{column}{int(row) + below}"])

    def assertFigures(self, found, expected):  # noqa: N802
        """Check rows of figures, which are floats; ``None`` is no figure, which is not 0."""
        self.assertEqual(len(found), len(expected), found)
        for row, wanted in zip(found, expected, strict=True):
            self.assertEqual(len(row), len(wanted))
            for value, figure in zip(row, wanted, strict=True):
                if isinstance(figure, str):
                    self.assertEqual(value, figure)
                    continue
                value = None if value is False else value
                self.assertEqual(value is None, figure is None, found)
                if figure is not None:
                    self.assertAlmostEqual(value, figure, msg=f"{found}")

    def assertCards(self, expected):  # noqa: N802
        """Check all cards: the title to the figures of the period and, if any, of that before."""
        cards = {}
        for number in range(2, 2 + sum(name.startswith("card-") for name in self.figures)):
            title = re.fullmatch(r'=_t\("(.*)"\)', self.data[f"A{number}"])[1]
            formulas = [self.data.get(f"{column}{number}") for column in "BC"]
            cards[title] = [self._read_pivot(formula)[0][0] for formula in formulas if formula]
        self.assertEqual(cards.keys(), expected.keys())
        for title, figures in expected.items():
            with self.subTest(title):
                self.assertFigures([cards[title]], [figures])

    def assertTables(self, expected):  # noqa: N802
        """Check all tables: the heading above each to its rows in their order."""
        tables = {}
        for cell, content in self.cells.items():
            heading = re.match(r"\[(.*?)\]\(odoo://", content)
            below = f"{cell[0]}{int(cell[1:]) + 2}"
            if heading and below in self.cells:
                tables[heading[1]] = self._read_pivot(self.cells[below])
        self.assertEqual(tables.keys(), expected.keys())
        for title, rows in expected.items():
            with self.subTest(title):
                self.assertFigures(tables[title], rows)

    def assertMonths(self, now, before):  # noqa: N802
        """Check the chart by months: tuples of the month and its figure."""
        for bars, rows in zip(self.figures["chart-1"]["dataSets"], (before, now), strict=True):
            self.assertFigures(self._read_range(bars["dataRange"], below=1), rows)

    def assertParts(self, expected):  # noqa: N802
        """Check the chart of parts, the largest first."""
        chart = self.figures["chart-2"]
        if chart["type"] != "odoo_pie":
            self.assertFigures(self._read_range(chart["labelRange"]), expected)
            return
        shown, model = chart["metaData"], chart["metaData"]["resModel"]
        measure = shown["measure"]
        if measure != "__count":
            measure += f":{self.env[model]._fields[measure].aggregator}"
        domain = chart["searchParams"]["domain"]
        rows = self._read(model, domain, chart["fieldMatching"], shown["groupBy"], [measure])
        self.assertFigures(sorted(rows, key=lambda row: -row[1]), expected)


class TradeDashboardCommon(DashboardMixin, TradeCommon):
    """Sales of this year up to today, of the year before, and what is neither.

    ==========  ========  ===========  ============  ======  ====  ========
    Day         Customer  Who          Goods         Sold    Cost  Discount
    ==========  ========  ===========  ============  ======  ====  ========
    2026-01-01  Beta      B            2 transports  200       80         0
    2026-03-10  Alfa      A, his team  10 bolts       72       50         8
    2026-03-11  Alfa      A, his team  2 come back   -14.40   -10     -1.60
    2025-03-11  Alfa      A            5 bolts        40       25         0
    ==========  ========  ===========  ============  ======  ====  ========

    Alfa is in a group and in Mazovia, Beta in Pomerania. Invoices of 80 are of the days around
    the two periods, one is a draft, another is the other company's.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_analysts()
        cls.reader = cls.analyst
        cls.group = cls.env["isof.partner.group"].create({"name": "Test Wholesale"})
        cls.alfa.isof_group_id = cls.group
        cls.transport.categ_id = cls.env["product.category"].create({"name": "Test Services"})
        cls._create_invoice(
            {"product_id": cls.transport.id, "quantity": 2, "price_unit": 100},
            partner_id=cls.beta.id,
            invoice_user_id=cls.salesperson_b.id,
            invoice_date=date(2026, 1, 1),
        )
        invoice = cls._create_invoice({"discount": 10}, team_id=cls.team.id)
        cls._create_credit_note(
            invoice, quantity=2, invoice_user_id=cls.salesperson_a.id, team_id=cls.team.id
        )
        cls._create_invoice({"quantity": 5}, invoice_date=date(2025, 3, 11))
        for day in (date(2026, 3, 12), date(2025, 12, 31), date(2025, 3, 12), date(2024, 12, 31)):
            cls._create_invoice(invoice_date=day)
        cls._create_invoice(post=False)
        cls._create_invoice(company=cls.other_company)
        cls._create_bill()
