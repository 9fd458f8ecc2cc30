import doctest
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tests.common import BaseCase, tagged, users
from odoo.tools.date_utils import get_fiscal_year

from odoo.addons.isof_crm.tests.common import ActivityCommon

from ...tools import periods
from ...wizards.period.isof_period_generate import MAX_PERIODS

# a busy machine is no failure, and nothing is to be left in the checkout
PROPERTY = settings(deadline=None, database=None)
DAYS = st.dates(date(1996, 1, 1), date(2060, 12, 31))
BOUNDS = st.tuples(DAYS, st.integers(0, 1500)).map(
    lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
)


@tagged("post_install", "-at_install")
class TestPeriodTools(BaseCase):
    def test_examples(self):
        """The examples in the docstrings are true."""
        failed, attempted = doctest.testmod(periods)
        self.assertTrue(attempted)
        self.assertFalse(failed)

    def assertWhole(self, spans, first, last):  # noqa: N802
        """Check that periods follow each other, and that each of them has a day asked for."""
        spans = list(spans)
        self.assertTrue(spans)
        for span in spans:
            self.assertLessEqual(span.first, span.last)
            self.assertTrue(span.first <= last and span.last >= first, span)
        for before, after in pairwise(spans):
            self.assertEqual(after.first - before.last, timedelta(days=1))
        self.assertLessEqual(spans[0].first, first)
        self.assertGreaterEqual(spans[-1].last, last)
        self.assertEqual(len({span[2:] for span in spans}), len(spans), "names are unique")

    @PROPERTY
    @given(BOUNDS, st.sampled_from([1, 3]))
    def test_calendar_spans(self, bounds, months):
        self.assertWhole(periods.calendar_spans(*bounds, months), *bounds)

    @PROPERTY
    @given(BOUNDS, st.integers(1, 100))
    def test_day_spans(self, bounds, days):
        spans = list(periods.day_spans(*bounds, days))
        self.assertWhole(spans, *bounds)
        self.assertEqual({(span.last - span.first).days + 1 for span in spans}, {days})

    @PROPERTY
    @given(BOUNDS, st.integers(1, 31), st.integers(1, 12), st.sampled_from([None, 3]))
    def test_fiscal_spans(self, bounds, day, month, months):
        spans = periods.fiscal_spans(
            *bounds, lambda today: get_fiscal_year(today, day=day, month=month), months
        )
        self.assertWhole(spans, *bounds)

    @PROPERTY
    @given(
        BOUNDS,
        st.sampled_from([periods.RETAIL_MONTHS, periods.RETAIL_QUARTERS]),
        st.dates(date(2025, 1, 1), date(2025, 12, 31)),
        st.integers(0, 6),
    )
    def test_retail_spans(self, bounds, parts, start, weekday):
        spans = list(periods.retail_spans(*bounds, parts, start.month, start.day, weekday))
        self.assertWhole(spans, *bounds)
        for span in spans:
            self.assertEqual(span.first.weekday(), weekday)
            weeks, days = divmod((span.last - span.first).days + 1, 7)
            usual = parts[(span.number - 1) % len(parts)]
            self.assertEqual(days, 0)
            longest = usual + (span.number == 4 * len(parts))
            self.assertIn(weeks, (usual, longest))

    def test_retail_year_of_53_weeks(self):
        """The weeks of a year from Monday, nearest to 1 January, are those of ISO 8601."""
        spans = periods.retail_spans(date(2026, 1, 1), date(2026, 12, 31), periods.RETAIL_QUARTERS)
        self.assertEqual(
            [(str(span.first), str(span.last)) for span in spans],
            [
                ("2025-12-29", "2026-03-29"),
                ("2026-03-30", "2026-06-28"),
                ("2026-06-29", "2026-09-27"),
                ("2026-09-28", "2027-01-03"),
            ],
        )

    @PROPERTY
    @given(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6), st.integers(0, 40)
    )
    def test_merge_and_find(self, gaps, offset):
        """A day is found in a range exactly if it is in the merged ranges."""
        ranges, day = [], date(2026, 1, 1)
        for gap, length in gaps:
            first = day + timedelta(days=gap)
            ranges.append((first, first + timedelta(days=length)))
            day = ranges[-1][1] + timedelta(days=1)
        wanted = date(2026, 1, 1) + timedelta(days=offset)
        found = periods.find(ranges, wanted)
        if found is not None:
            self.assertTrue(ranges[found][0] <= wanted <= ranges[found][1])
        merged = periods.merge(reversed(ranges))
        self.assertEqual(any(first <= wanted <= last for first, last in merged), found is not None)
        for before, after in pairwise(merged):
            self.assertGreater(after[0] - before[1], timedelta(days=1))


@tagged("post_install", "-at_install")
class TestPeriodGenerate(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["isof.period.type"].create({"name": "Test periods"})
        cls._create_user("analyst", "isof_crm_analytics.group_all")

    def _generate(self, method, date_from, date_to, **vals):
        """Make periods in the form, and return them as (name, first day, last day)."""
        form = Form(self.env["isof.period.generate"].with_context(default_type_id=self.type.id))
        form.method = method
        form.date_from = date_from
        form.date_to = date_to
        for name, value in vals.items():
            form[name] = value
        form.save().action_generate()
        return [
            (period.name, str(period.date_from), str(period.date_to))
            for period in self.type.period_ids.sorted("date_from")
        ]

    @users("isof_analyst")
    def test_months(self):
        """By default the months of the fiscal year; each is whole."""
        form = Form(self.env["isof.period.generate"].with_context(default_type_id=self.type.id))
        self.assertEqual((form.date_from, form.date_to), (date(2026, 1, 1), date(2026, 12, 31)))
        self.assertEqual(len(form.line_ids), 12)
        self.assertEqual(
            self._generate("month", "2026-01-15", "2026-02-10"),
            [
                ("January 2026", "2026-01-01", "2026-01-31"),
                ("February 2026", "2026-02-01", "2026-02-28"),
            ],
        )

    def test_quarters(self):
        self.assertEqual(
            self._generate("quarter", "2026-02-01", "2026-02-01"),
            [("Q1 2026", "2026-01-01", "2026-03-31")],
        )

    def test_fiscal_year_of_the_company(self):
        """The type's own company says when its fiscal year begins."""
        self.other_company.write({"fiscalyear_last_month": "6", "fiscalyear_last_day": 30})
        self.type.company_id = self.other_company
        self.assertEqual(
            self._generate("fiscal_year", "2026-02-01", "2026-02-01"),
            [("2025/26", "2025-07-01", "2026-06-30")],
        )
        self.type.period_ids.unlink()
        self.assertEqual(
            self._generate("fiscal_quarter", "2026-02-01", "2026-04-01"),
            [
                ("Q3 2025/26", "2026-01-01", "2026-03-31"),
                ("Q4 2025/26", "2026-04-01", "2026-06-30"),
            ],
        )

    def test_retail(self):
        self.assertEqual(
            self._generate("retail_month", "2026-01-05", "2026-02-28"),
            [
                ("P01 2026", "2025-12-29", "2026-01-25"),
                ("P02 2026", "2026-01-26", "2026-02-22"),
                ("P03 2026", "2026-02-23", "2026-03-29"),
            ],
        )
        self.type.period_ids.unlink()
        self.assertEqual(
            self._generate("retail_quarter", "2026-01-05", "2026-02-28", weekday="6"),
            [("Q1 2026", "2026-01-04", "2026-04-04")],
        )

    def test_days(self):
        self.assertEqual(
            self._generate("days", "2026-03-01", "2026-03-15", days=14),
            [
                ("03/01/2026 – 03/14/2026", "2026-03-01", "2026-03-14"),
                ("03/15/2026 – 03/28/2026", "2026-03-15", "2026-03-28"),
            ],
        )

    def test_existing_periods_are_kept(self):
        """What is there already is skipped, and the preview says so."""
        kept = self.env["isof.period"].create(
            {
                "name": "Fair",
                "type_id": self.type.id,
                "date_from": "2026-02-10",
                "date_to": "2026-02-12",
            }
        )
        form = Form(self.env["isof.period.generate"].with_context(default_type_id=self.type.id))
        form.date_from = "2026-01-01"
        form.date_to = "2026-03-31"
        with form.line_ids.edit(0) as line:
            self.assertFalse(line.conflict)
            line.name = "A month of my own"
        with form.line_ids.edit(1) as line:
            self.assertEqual(line.conflict, "Fair")
        self.assertEqual((form.new_count, form.skipped_count), (2, 1))
        form.save().action_generate()
        self.assertEqual(
            self.type.period_ids.sorted("date_from").mapped("name"),
            ["A month of my own", "Fair", "March 2026"],
        )
        self.assertTrue(kept.exists())
        form = Form(self.env["isof.period.generate"].with_context(default_type_id=self.type.id))
        form.date_from = "2026-01-01"
        form.date_to = "2026-03-31"
        wizard = form.save()
        self.assertEqual(wizard.new_count, 0)
        with self.assertRefused(UserError, "There is nothing to create"):
            wizard.action_generate()

    def test_bounds(self):
        """The form explains why there is nothing to make, and never makes too much."""
        wizard = self.env["isof.period.generate"].new(
            {"type_id": self.type.id, "date_from": "2026-03-02", "date_to": "2026-03-01"}
        )
        self.assertIn("The last day", wizard._onchange_bounds()["warning"]["message"])
        self.assertFalse(wizard.line_ids)
        wizard.update({"method": "days", "days": 0, "date_to": "2026-03-03"})
        self.assertIn("for a day at least", wizard._onchange_bounds()["warning"]["message"])
        self.assertFalse(wizard.line_ids)
        wizard.update({"days": 1, "date_to": "2086-03-03"})
        self.assertEqual(len(wizard.line_ids), MAX_PERIODS)
        self.assertIn(str(MAX_PERIODS), wizard._onchange_bounds()["warning"]["message"])
        wizard.days = 30
        self.assertIsNone(wizard._onchange_bounds())

    @users("isof_salesperson_a")
    def test_salesperson_generates_nothing(self):
        with self.assertRefused(AccessError, "Generate Periods"):
            self.env["isof.period.generate"].create({"type_id": self.type.id})
