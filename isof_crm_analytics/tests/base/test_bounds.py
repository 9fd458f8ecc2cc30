from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...tools import analysis_table
from ..analysis.analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestBounds(AnalysisCommon):
    """Absurd periods are refused where they are entered, and no reader suffers from old ones."""

    def test_periods_of_an_analysis(self):
        analysis = self._create_analysis("sold_net")
        with self.assertRefused(ValidationError, "“Days” has to be a number of 3,660 at most."):
            analysis.write({"period": "last_days", "period_days": 1_000_000})
        for vals in (
            {"period": "dates", "date_from": "0001-01-01", "date_to": "2026-03-11"},
            {"comparison": "dates", "comparison_date_to": "9999-12-31"},
        ):
            with self.assertRefused(ValidationError, "has to be a day from 01/01/1900"):
                analysis.write(vals)
        with self.assertRefused(ValidationError, "has to be a day from 01/01/1900"):
            self._get_table(analysis, overrides={"date_from": "0001-01-01"})
        with self.assertRefused(UserError, "There is no such period. Choose one."):
            self._get_table(analysis, overrides={"period": "no such period"})

    def test_what_is_there_already_can_be_read(self):
        analysis = self._create_analysis("sold_net", column="date:month")
        for period, comparison in (("last_days", "previous"), ("dates", "last_year")):
            self.env.flush_all()
            self.env.cr.execute(
                """UPDATE isof_analysis SET period = %s, comparison = %s, period_days = 1000000,
                          date_from = '0001-01-01', date_to = '9999-12-31' WHERE id = %s""",
                [period, comparison, analysis.id],
            )
            with self.subTest(period):
                table = self._get_table(analysis, self.salesperson_a)
                self.assertTrue(table["total"], self._get_notes(table))

    def test_too_many_columns(self):
        analysis = self._create_analysis("sold_net", period="all", column="date:day")
        with patch.object(analysis_table, "MAX_COLUMNS", 2):
            table = self._get_table(analysis)
        self.assertFalse(table["total"])
        self.assertIn(
            "columns. Divide them by something coarser, choose a shorter period or a filter.",
            self._get_notes(table),
        )

    def test_filter_without_end(self):
        analysis = self._create_analysis("sold_net")
        self.env.flush_all()
        with self.assertRefused(ValidationError, "“Filter” can have 100000 characters at most"):
            analysis.domain = repr([("id", "in", list(range(30_000)))])
        for domain, reason in (
            (repr([("id", "in", list(range(30_000)))]), "more than 100,000"),
            ("[" * 1000, "It has to|too many|owner may correct it"),
        ):
            # as an earlier version took it
            self.env.cr.execute(
                "UPDATE isof_analysis SET domain = %s WHERE id = %s", [domain, analysis.id]
            )
            table = self._get_table(analysis, self.salesperson_a)
            self.assertRegex(self._get_notes(table), reason)

    def test_periods(self):
        types = self.env["isof.period.type"].create({"name": "Test seasons"})
        with self.assertRefused(ValidationError, "“Last Day” has to be a day from 01/01/1900"):
            self.env["isof.period"].create(
                {
                    "name": "For ever",
                    "type_id": types.id,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(9999, 12, 31),
                }
            )
        with self.assertRefused(ValidationError, "“Length in Days” has to be a number of 3,660"):
            self.env["isof.period.generate"].create(
                {
                    "type_id": types.id,
                    "method": "days",
                    "date_from": "2026-01-01",
                    "date_to": "2026-12-31",
                    "days": 2**31,
                }
            )
