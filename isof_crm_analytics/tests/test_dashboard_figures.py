import json
import re
from datetime import date, datetime

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import file_open

from .common import TradeCommon


@tagged("post_install", "-at_install")
class TestDashboardFigures(TradeCommon):
    """What the sales cockpit shows on 11 March, read as its file says, is what a hand adds up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_analysts()
        cls.group = cls.env["isof.partner.group"].create({"name": "Test Wholesale"})
        cls.alfa.isof_group_id = cls.group
        cls.transport.categ_id = cls.env["product.category"].create({"name": "Test Services"})
        with file_open("isof_crm_analytics/data/files/sales_dashboard.json") as stream:
            cls.spreadsheet = json.load(stream)
        cls.dashboard, cls.data = (sheet["cells"] for sheet in cls.spreadsheet["sheets"])
        # 72 net of 80 for Alfa, of which a fifth comes back, and 200 for Beta
        invoice = cls._create_invoice({"discount": 10})
        cls._create_credit_note(invoice, quantity=2, invoice_user_id=cls.salesperson_a.id)
        cls._create_invoice(
            {"product_id": cls.transport.id, "quantity": 2, "price_unit": 100},
            partner_id=cls.beta.id,
            invoice_user_id=cls.salesperson_b.id,
            invoice_date=date(2026, 1, 1),
        )
        # 40 in the year before, up to the same day
        cls._create_invoice({"quantity": 5}, invoice_date=date(2025, 3, 11))
        # outside both periods, and no sales
        for day in (date(2026, 3, 12), date(2025, 12, 31), date(2025, 3, 12), date(2024, 12, 31)):
            cls._create_invoice(invoice_date=day)
        cls._create_invoice(post=False)
        cls._create_bill()
        # 80 ordered and 48 of it outstanding, promised for ten days ago; 40 the year before
        cls._create_sale(
            date_order=datetime(2026, 2, 1, 12),
            commitment_date=datetime(2026, 3, 1, 12),
            delivered=4,
        )
        cls._create_sale({"product_uom_qty": 5}, date_order=datetime(2025, 2, 1, 12), delivered=5)
        cls._create_sale(confirm=False)

    def _read_pivot(self, number):
        """Return the rows of a pivot in its period, as tuples of the group and the measures."""
        pivot = self.spreadsheet["pivots"][number]
        groupby = [
            ":".join(filter(None, (row["fieldName"], row.get("granularity"))))
            for row in pivot["rows"]
        ]
        measures = [measure["id"] for measure in pivot["measures"]]
        order = pivot["sortedColumn"] and "{measure} {order}".format(**pivot["sortedColumn"])
        rows = (
            self.env[pivot["model"]]
            .with_user(self.analyst)
            .formatted_read_group(
                pivot["domain"] + self._get_period(pivot), groupby, measures, order=order
            )
        )
        return [
            tuple(
                row[key][0] if isinstance(row[key], tuple) else row[key]
                for key in (*groupby, *measures)
            )
            for row in rows
        ]

    def _get_period(self, pivot):
        """Return the domain of the filter on the period with its default value."""
        values = {
            item["id"]: item.get("defaultValue") for item in self.spreadsheet["globalFilters"]
        }
        self.assertEqual(values.pop("period"), "year_to_date")
        self.assertFalse(any(values.values()), "another filter has a default value")
        matching = pivot["fieldMatching"].get("period")
        if not matching:
            return []
        years = relativedelta(years=matching["offset"])
        today = fields.Date.today() + years
        return [
            (matching["chain"], ">=", date(today.year, 1, 1)),
            (matching["chain"], "<=", today),
        ]

    def _find_pivot(self, formula):
        return re.search(r"PIVOT(?:\.VALUE|\.HEADER)?\((\d+),", formula)[1]

    def _read_cards(self):
        """Return the figures of the cards of the period and of that before, by title."""
        cards = {}
        for number in range(2, 7):
            title = re.fullmatch(r'=_t\("(.*)"\)', self.data[f"A{number}"])[1]
            pivots = (self._find_pivot(self.data[f"{column}{number}"]) for column in "BC")
            cards[title] = tuple(self._read_pivot(pivot)[0][0] for pivot in pivots)
        return cards

    def _read_tables(self):
        """Return the rows of the tables, by the heading above each."""
        tables = {}
        for cell, content in self.dashboard.items():
            heading = re.match(r"\[(.*?)\]\(odoo://", content)
            below = f"{cell[0]}{int(cell[1:]) + 2}"
            if heading and below in self.dashboard:
                tables[heading[1]] = self._read_pivot(self._find_pivot(self.dashboard[below]))
        return tables

    def _assert_rows(self, found, expected):
        """Check rows of figures, which are floats."""
        self.assertEqual(len(found), len(expected), found)
        for row, wanted in zip(found, expected, strict=True):
            self.assertEqual(len(row), len(wanted))
            for value, figure in zip(row, wanted, strict=True):
                self.assertAlmostEqual(value or 0, figure)

    def test_cards(self):
        cards = self._read_cards()
        expected = {
            "Sold": (72 - 14.4 + 200, 40),
            "Ordered": (80, 40),
            "Customers": (2, 1),
            "Documents": (3, 1),
            "Discount": ((8 - 1.6) / (80 - 16 + 200), 0),
        }
        self.assertEqual(cards.keys(), expected.keys())
        for title, figures in expected.items():
            with self.subTest(title=title):
                self._assert_rows([cards[title]], [figures])

    def test_tables(self):
        tables = self._read_tables()
        a, b = self.salesperson_a.id, self.salesperson_b.id
        expected = {
            "Top Customers": [(self.beta.id, 200, 1, 0), (self.alfa.id, 57.6, 2, 6.4 / 64)],
            "Top Products": [(self.transport.id, 200, 2, 1), (self.bolt.id, 57.6, 8, 1)],
            "Top Salespeople": [(b, 200, 1, 1), (a, 57.6, 1, 2)],
            "Top Regions": [
                (self.region_pomerania.id, 200, 1, 1),
                (self.region_mazovia.id, 57.6, 1, 2),
            ],
            "Top Contractor Groups": [(self.group.id, 57.6, 1, 2)],
            "Outstanding Orders": [(self.alfa.id, 48, 48, 10)],
        }
        self.assertEqual(tables.keys(), expected.keys())
        for title, rows in expected.items():
            with self.subTest(title=title):
                self._assert_rows([row for row in tables[title] if row[0]], rows)

    def test_charts(self):
        pivots = {pivot["name"]: number for number, pivot in self.spreadsheet["pivots"].items()}
        self._assert_rows(self._read_pivot(pivots["Sold by Month"]), [(1, 200), (3, 57.6)])
        self._assert_rows(self._read_pivot(pivots["Sold by Month: period before"]), [(3, 40)])
        parts = next(formula for formula in self.data.values() if formula.startswith("=PIVOT("))
        self._assert_rows(
            self._read_pivot(self._find_pivot(parts)),
            [(self.transport.categ_id.id, 200), (self.category.id, 57.6)],
        )
