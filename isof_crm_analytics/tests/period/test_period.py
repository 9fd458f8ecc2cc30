from datetime import datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tests.common import freeze_time, tagged, users

from odoo.addons.isof_crm.tests.common import ActivityCommon


class PeriodCommon(ActivityCommon):
    """Seasons with days between them, and quarters that overlap the seasons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analyst = cls._create_user("analyst", "isof_crm_analytics.group_all")
        cls.seasons, cls.quarters = cls.env["isof.period.type"].create(
            [
                {"name": "Test seasons", "sequence": -20},
                {"name": "Test quarters", "sequence": -10},
            ]
        )
        # not in the order of their days
        cls.fairs, cls.winter, cls.spring = cls.env["isof.period"].create(
            [
                cls._prepare_period(cls.seasons, "Fairs", "2026-05-10", "2026-06-15"),
                cls._prepare_period(cls.seasons, "Winter", "2026-01-01", "2026-02-28"),
                cls._prepare_period(cls.seasons, "Spring", "2026-03-10", "2026-05-09"),
            ]
        )
        cls.q1, cls.q2 = cls.env["isof.period"].create(
            [
                cls._prepare_period(cls.quarters, "Test Q1", "2026-01-01", "2026-03-31"),
                cls._prepare_period(cls.quarters, "Test Q2", "2026-04-01", "2026-06-30"),
            ]
        )
        cls.season, cls.quarter = (one._get_field_name() for one in (cls.seasons, cls.quarters))

    @classmethod
    def _prepare_period(cls, period_type, name, first, last):
        return {"name": name, "type_id": period_type.id, "date_from": first, "date_to": last}


@tagged("post_install", "-at_install")
class TestPeriod(PeriodCommon):
    def test_constraint_exists(self):
        """Odoo only logs that PostgreSQL has refused a constraint."""
        self.env.cr.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            ["isof_period_no_overlap"],
        )
        [(definition,)] = self.env.cr.fetchall()
        self.assertIn("EXCLUDE USING gist", definition)

    def test_overlap_is_refused_by_name(self):
        with self.assertRefused(
            ValidationError,
            r"(?s)must not overlap.*“Winter” \(01/01/2026 – 02/28/2026\) "
            r"and “Thaw” \(02/28/2026 – 03/05/2026\)",
        ):
            self.env["isof.period"].create(
                self._prepare_period(self.seasons, "Thaw", "2026-02-28", "2026-03-05")
            )

    def test_overlap_among_new_periods_is_refused(self):
        with self.assertRefused(ValidationError, "“A” .* and “B” "):
            self.env["isof.period"].create(
                [
                    self._prepare_period(self.seasons, "A", "2030-01-01", "2030-01-01"),
                    self._prepare_period(self.seasons, "B", "2030-01-01", "2030-01-01"),
                ]
            )

    def test_moved_period_must_not_overlap(self):
        with self.assertRefused(ValidationError, "“Spring” .* and “Fairs” "):
            self.fairs.date_from = "2026-05-09"
        with self.assertRefused(ValidationError, "“Winter” .* and “Test Q1” "):
            self.q1.type_id = self.seasons

    def test_overlap_of_types_is_allowed(self):
        self.assertLess(self.winter.date_from, self.q1.date_to)
        self.assertGreater(self.winter.date_to, self.q1.date_from)

    def test_database_refuses_overlap(self):
        """However it gets there, such as by two people at once; and after a check, too."""
        self.winter.date_to = "2026-02-27"
        with self.assertDatabaseRefuses("Somebody else has just saved"):
            self.env.cr.execute(
                "UPDATE isof_period SET date_to = '2026-04-01' WHERE id = %s", [self.winter.id]
            )

    def test_ends_after_it_begins(self):
        with self.assertDatabaseRefuses("A period cannot end before it begins"):
            self.winter.date_to = "2025-12-31"

    @users("isof_analyst")
    def test_border_moves_in_the_form(self):
        """The border between two periods moves in one go, in either direction."""
        for last, first in (("2026-03-31", "2026-04-01"), ("2026-02-15", "2026-02-16")):
            with Form(self.seasons.with_env(self.env)) as form:
                lines = {line["name"]: index for index, line in enumerate(form.period_ids._records)}
                with form.period_ids.edit(lines["Winter"]) as line:
                    line.date_to = last
                with form.period_ids.edit(lines["Spring"]) as line:
                    line.date_from = first
            self.env.invalidate_all()
            self.assertEqual(str(self.winter.date_to), last)
            self.assertEqual(str(self.spring.date_from), first)

    @users("isof_analyst")
    def test_overlap_in_the_form(self):
        with (
            self.assertRefused(ValidationError, "“Winter” .* and “Spring” "),
            Form(self.seasons.with_env(self.env)) as form,
            form.period_ids.edit(0) as line,
        ):
            line.date_to = "2026-12-31" if line.name == "Winter" else "2026-03-31"
            line.date_from = "2026-01-01"

    def test_position(self):
        """Seen from 11 March, Spring lasts; on 5 March there is none."""
        Period = self.env["isof.period"]
        mine = [("type_id", "=", self.seasons.id)]
        for moment, expected in (
            (datetime(2026, 3, 11, 9), ("previous", "current", "next")),
            (datetime(2026, 3, 5, 9), ("previous", "next", False)),
            # 10 March in Warsaw already
            (datetime(2026, 3, 9, 23, 30), ("previous", "current", "next")),
            (datetime(2027, 1, 1, 9), (False, False, "previous")),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.env.invalidate_all()
                periods = self.winter + self.spring + self.fairs
                self.assertEqual(tuple(periods.mapped("position")), expected)
                for position in ("previous", "current", "next", False):
                    self.assertEqual(
                        Period.search([*mine, ("position", "=", position)]),
                        periods.filtered(lambda one, wanted=position: one.position == wanted),
                    )
        self.assertEqual(
            Period.search([*mine, ("position", "!=", "current")]), self.winter + self.fairs
        )

    @users("isof_analyst")
    def test_copied_type_has_its_own_periods(self):
        copy = self.seasons.with_env(self.env).copy()
        self.assertEqual(copy.name, "Test seasons (copy)")
        self.assertEqual(copy.period_count, 3)
        self.assertEqual(self.seasons.period_count, 3)

    @users("isof_salesperson_a")
    def test_salesperson_reads_only(self):
        seasons = self.seasons.with_env(self.env)
        self.assertEqual(seasons.period_ids[0].name, "Winter")
        for call in (
            lambda: seasons.write({"name": "Mine"}),
            lambda: self.winter.with_env(self.env).write({"name": "Mine"}),
            lambda: seasons.create({"name": "Mine"}),
            lambda: self.winter.with_env(self.env).unlink(),
            seasons.unlink,
        ):
            with self.assertRefused(AccessError, "not allowed"):
                call()

    @users("isof_outsider")
    def test_outsider_reads_nothing(self):
        with self.assertRefused(AccessError, "not allowed"):
            self.env["isof.period"].search([])

    @users("isof_foreign_salesperson")
    def test_other_company(self):
        self.assertEqual(self.seasons.with_env(self.env).name, "Test seasons")
        self.seasons.company_id = self.company
        self.env.invalidate_all()
        self.assertNotIn(self.winter, self.env["isof.period"].search([]))
        for record in (self.seasons, self.winter):
            with self.assertRefused(AccessError, "isof_foreign_salesperson|Foreign"):
                record.with_env(self.env).name  # noqa: B018

    def test_periods_go_with_their_type(self):
        self.env["isof.period.type"].create(
            {
                "name": "Short-lived",
                "period_ids": [
                    Command.create(
                        {"name": "Day", "date_from": "2026-01-01", "date_to": "2026-01-01"}
                    )
                ],
            }
        ).unlink()
        self.assertFalse(self.env["isof.period"].search([("name", "=", "Day")]))
