from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import ActivityCommon

# Wednesday, 25 March 2026, at ten in Warsaw: four days before the clocks go forward.
START = datetime(2026, 3, 25, 9, 0)


class PlanCommon(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan("Welcome", (0, "days"), (1, "days"), (1, "weeks"))
        cls.Run = cls.env["isof.activity.plan.run"]

    @classmethod
    def _create_plan(cls, name, *delays, **step_vals):
        """Return a plan of calls, each after a delay and by the starter unless told otherwise."""
        return cls.env["isof.activity.plan"].create(
            {
                "name": name,
                "step_ids": [
                    Command.create(
                        {
                            "type_id": cls.type_call.id,
                            "name": f"{name} {number}",
                            "sequence": number,
                            "delay": delay,
                            "delay_unit": unit,
                            "responsible": "starter",
                            **step_vals,
                        }
                    )
                    for number, (delay, unit) in enumerate(delays, start=1)
                ],
            }
        )

    def _start(self, plan=None, partners=None, start=START, by=None):
        """Start a plan as a user through the dialogue; return the run."""
        before = self.Run.search([])
        wizard = Form(
            self.env["isof.activity.plan.launch"]
            .with_user(by or self.salesperson_a)
            .with_context(
                active_model="res.partner",
                active_ids=(self.alfa if partners is None else partners).ids,
            )
        )
        wizard.plan_id = plan or self.plan
        wizard.start = start
        wizard.save().action_start()
        return self.Run.search([]) - before

    def _start_anew(self, plan, *args, **kwargs):
        """Start a plan that is not under way with anybody."""
        plan.run_ids.action_cancel()
        return self._start(plan, *args, **kwargs)

    def _run_cron(self):
        """Run the scheduled action without the commits, which would outlive the test."""
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", _keep):
            self.Run._cron_plan()

    def _create_partners(self, count, **vals):
        return self.env["res.partner"].create(
            [{"name": f"Plan customer {n:03}", "is_company": True, **vals} for n in range(count)]
        )


def _keep(cron, processed=0, *, remaining=None, deactivate=False):
    cron.env.flush_all()
    cron.env.invalidate_all()
    return float("inf")


@tagged("post_install", "-at_install")
class TestPlanDelay(PlanCommon):
    def _get_starts(self, *delays, start=START):
        run = self._start(self._create_plan("Delays", *delays), start=start)
        return run.activity_line_ids.sorted("id").mapped("start")

    def test_each_delay_counts_from_the_step_before(self):
        self.assertEqual(
            self._get_starts((0, "days"), (1, "days"), (1, "weeks")),
            [
                datetime(2026, 3, 25, 9, 0),
                datetime(2026, 3, 26, 9, 0),
                # after the night of 29 March ten o'clock in Warsaw is 8:00 UTC
                datetime(2026, 4, 2, 8, 0),
            ],
        )

    def test_months_end_on_the_last_day_of_a_shorter_one(self):
        self.assertEqual(
            self._get_starts((1, "months"), (1, "months"), start=datetime(2026, 1, 31, 9, 0)),
            # 28 February is a Saturday; the second month counts from the Monday after it
            [datetime(2026, 3, 2, 9, 0), datetime(2026, 4, 2, 8, 0)],
        )

    def test_autumn_keeps_the_time_on_the_clock(self):
        self.assertEqual(
            self._get_starts((1, "weeks"), start=datetime(2026, 10, 21, 8, 0)),
            [datetime(2026, 10, 28, 9, 0)],
        )

    def test_working_days_skip_the_weekend(self):
        self.assertEqual(
            self._get_starts((2, "working_days"), (1, "working_days")),
            [datetime(2026, 3, 27, 9, 0), datetime(2026, 3, 30, 8, 0)],
        )

    def test_no_delay_on_a_sunday_is_the_next_working_day(self):
        self.assertEqual(
            self._get_starts((0, "working_days"), start=datetime(2026, 3, 29, 8, 0)),
            [datetime(2026, 3, 30, 8, 0)],
        )

    def test_working_days_follow_own_hours_holidays_and_time_off(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "No Thursdays",
                "tz": "Europe/Warsaw",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": f"Day {day}",
                            "dayofweek": day,
                            "hour_from": 8,
                            "hour_to": 16,
                            "day_period": "morning",
                        }
                    )
                    for day in "0124"
                ],
            }
        )
        self.employee_a.resource_calendar_id = calendar
        leaves = self.env["resource.calendar.leaves"]
        leaves.create(
            [
                {
                    "name": "Company holiday on a Friday",
                    "company_id": self.company.id,
                    "calendar_id": calendar.id,
                    "date_from": datetime(2026, 3, 26, 23, 0),
                    "date_to": datetime(2026, 3, 27, 22, 59),
                },
                {
                    "name": "Time off on a Monday",
                    "company_id": self.company.id,
                    "calendar_id": calendar.id,
                    "resource_id": self.employee_a.resource_id.id,
                    "date_from": datetime(2026, 3, 29, 22, 0),
                    "date_to": datetime(2026, 3, 30, 21, 59),
                },
            ]
        )
        self.assertEqual(
            self._get_starts((1, "working_days"), (1, "working_days")),
            [datetime(2026, 3, 31, 8, 0), datetime(2026, 4, 1, 8, 0)],
        )

    def test_years_of_absence_name_the_employee(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Long",
                "company_id": self.company.id,
                "calendar_id": self.employee_a.resource_calendar_id.id,
                "resource_id": self.employee_a.resource_id.id,
                "date_from": datetime(2026, 1, 1),
                "date_to": datetime(2046, 1, 1),
            }
        )
        run = self._start(self._create_plan("Never", (1, "working_days")))
        self.assertEqual((run.state, run.skipped_count, run.done_count), ("done", 1, 0))
        self.assertIn(
            "There are not enough working days to plan on in the working hours of Salesperson A",
            run.message_ids[0].body,
        )


@tagged("post_install", "-at_install")
class TestPlan(PlanCommon):
    def test_one_customer(self):
        run = self._start()
        self.assertRecordValues(
            run,
            [
                {
                    "state": "done",
                    "user_id": self.salesperson_a.id,
                    "company_id": self.company.id,
                    "total_count": 1,
                    "done_count": 1,
                    "skipped_count": 0,
                    "progress": 100.0,
                    "open_count": 3,
                }
            ],
        )
        first, second, third = run.activity_line_ids.sorted("id")
        self.assertEqual(
            [first.name, second.name, third.name], ["Welcome 1", "Welcome 2", "Welcome 3"]
        )
        self.assertEqual((second.previous_id, third.previous_id), (first, second))
        self.assertEqual((first | second | third).root_id, first)
        self.assertEqual((first | second | third).partner_id, self.alfa)
        self.assertEqual(first.author_id, self.salesperson_a)

    def test_plan_that_starts_now_is_still_to_do(self):
        """By the time the activities are created its start is over: that is not 'done'."""
        run = self._start(start=datetime(2026, 3, 11, 8, 0))
        self.assertEqual(set(run.activity_line_ids.mapped("state")), {"planned"})

    def test_person_stands_for_the_company(self):
        run = self._start(partners=self.alfa_anna | self.beta)
        first_steps = run.activity_line_ids.filtered(lambda a: not a.previous_id)
        self.assertEqual(
            {(a.partner_id, a.contact_id) for a in first_steps},
            {(self.alfa, self.alfa_anna), (self.beta, self.env["res.partner"])},
        )

    def test_who_does_it(self):
        plan = self._create_plan("Who", (0, "days"), responsible="salesperson")
        cases = [
            ("the salesperson", {"user_id": self.salesperson_b.id}, self.salesperson_b),
            ("nobody's customer", {"user_id": False}, self.salesperson_a),
        ]
        for message, vals, expected in cases:
            with self.subTest(message):
                self.gamma.write(vals)
                self.assertEqual(
                    self._start_anew(plan, self.gamma).activity_line_ids.user_id, expected
                )
        self.gamma.user_id = self.salesperson_b
        contact = self.env["res.partner"].create({"name": "Gamma man", "parent_id": self.gamma.id})
        with self.subTest("a person of the salesperson's company"):
            self.assertEqual(
                self._start_anew(plan, contact).activity_line_ids.user_id, self.salesperson_b
            )
        with self.subTest("archived salesperson"):
            self.salesperson_b.active = False
            self.assertEqual(
                self._start_anew(plan, self.gamma).activity_line_ids.user_id, self.salesperson_a
            )
        with self.subTest("salesperson of another company"):
            self.gamma.user_id = self.foreign_salesperson
            self.assertEqual(
                self._start_anew(plan, self.gamma).activity_line_ids.user_id, self.salesperson_a
            )

    def test_certain_employee(self):
        plan = self._create_plan(
            "Certain", (0, "days"), responsible="user", user_id=self.salesperson_b.id
        )
        run = self._start_anew(plan)
        self.assertEqual(run.activity_line_ids.user_id, self.salesperson_b)
        self.assertEqual(run.activity_line_ids.author_id, self.salesperson_a)
        self.salesperson_b.active = False
        self.assertEqual(self._start_anew(plan).activity_line_ids.user_id, self.salesperson_a)
        with self.assertRaisesRegex(ValidationError, "Choose the employee who does “Certain 1”"):
            plan.step_ids.user_id = False

    def test_nothing_to_start(self):
        with self.assertRaisesRegex(UserError, "Plan “Empty” has no steps yet: add some first"):
            self._start(self.env["isof.activity.plan"].create({"name": "Empty"}))
        with self.assertRaisesRegex(UserError, "Choose at least one customer"):
            self._start(partners=self.env["res.partner"])

    def test_started_twice_is_one_run(self):
        """By a second click, another tab or a colleague: nobody is called twice."""
        run = self._start(partners=self.alfa_anna)
        launch = self.env["isof.activity.plan.launch"].with_user(self.salesperson_b)

        def repeated(partners):
            return launch.new({"plan_id": self.plan.id, "partner_ids": partners.ids}).repeated_count

        self.assertEqual(repeated(self.alfa_anna | self.beta), 1)
        self.assertEqual(repeated(self.alfa | self.beta), 0, "the company has no plan of its own")
        with self.subTest("the same person"):
            self.assertFalse(self._start(partners=self.alfa_anna))
            self.assertEqual(len(run.activity_line_ids), 3)
            again = self.Run.with_user(self.salesperson_a)
            self.assertEqual(again._start(self.plan, self.alfa_anna, START), run)
        with (
            self.subTest("a colleague"),
            self.assertRefused(UserError, "“Welcome” is under way already with all of these"),
        ):
            self._start(partners=self.alfa_anna, by=self.salesperson_b)
        with self.subTest("a colleague, with others, too"):
            second = self._start(partners=self.alfa_anna | self.beta, by=self.salesperson_b)
            self.assertEqual(second.activity_line_ids.partner_id, self.beta)
            self.assertRecordValues(
                second, [{"total_count": 2, "done_count": 1, "skipped_count": 1, "state": "done"}]
            )
            self.assertRegex(
                str(second.message_ids[0].body), "Anna Alfowska.*the plan is under way already"
            )
        with self.subTest("another plan"):
            other = self._create_plan("Other", (0, "days"))
            self.assertTrue(self._start(other, self.alfa_anna).activity_line_ids)
        with self.subTest("once it is over"):
            self.Run.search([("plan_id", "=", self.plan.id)]).action_cancel()
            self.assertEqual(repeated(self.alfa_anna), 0)
            self.assertEqual(len(self._start(partners=self.alfa_anna).activity_line_ids), 3)

    def test_started_twice_while_many_wait(self):
        partners = self._create_partners(51)
        run = self._start(partners=partners)
        self.assertFalse(self._start(partners=partners))
        self._run_cron()
        self.assertEqual(len(run.activity_line_ids), 153)

    def test_waiting_customers_are_announced_too(self):
        partners = self._create_partners(51)
        self._start(partners=partners)
        wizard = self.env["isof.activity.plan.launch"].create(
            {"plan_id": self.plan.id, "partner_ids": [Command.set(partners[:3].ids)]}
        )
        self.assertEqual(wizard.repeated_count, 3)

    def test_cancel_the_rest_of_one_customer(self):
        run = self._start(partners=self.alfa | self.beta)
        alfas = run.activity_line_ids.filtered(lambda a: a.partner_id == self.alfa).sorted("id")
        alfas[0].with_user(self.salesperson_a).action_done()
        alfas[1].with_user(self.salesperson_a).action_cancel_plan_rest()
        self.assertEqual(alfas.mapped("state"), ["done", "cancelled", "cancelled"])
        others = run.activity_line_ids - alfas
        self.assertEqual(set(others.mapped("state")), {"planned"})

    def test_cancel_the_run(self):
        run = self._start(partners=self.alfa | self.beta)
        run.activity_line_ids[0].action_done()
        run.with_user(self.salesperson_a).action_cancel()
        self.assertEqual((run.state, run.open_count), ("cancelled", 0))
        self.assertEqual(
            sorted(run.activity_line_ids.mapped("state")), ["cancelled"] * 5 + ["done"]
        )
        self.assertIn("Undone: 5 activities are cancelled, 1 were over", run.message_ids[0].preview)

    def test_cancel_a_large_run_in_the_background(self):
        run = self._start(partners=self.alfa | self.beta)
        with patch("odoo.addons.isof_crm.models.plan.isof_activity_plan_run.CANCEL_SIZE", 2):
            run.with_user(self.manager).action_cancel()
            self.assertEqual((run.state, run.open_count), ("cancelling", 4))
            # whoever started the plan may have lost every right by then
            self.salesperson_a.group_ids = self.env.ref("base.group_user")
            self._run_cron()
        self.assertEqual((run.state, run.open_count), ("cancelled", 0))

    def test_runs_are_ones_own_and_nobody_writes_them(self):
        run = self._start()
        with self.assertRaises(AccessError):
            run.with_user(self.salesperson_b).action_cancel()
        run.with_user(self.manager).read(["state"])
        for user in (self.salesperson_a, self.manager):
            for vals in ({"user_id": self.manager.id}, {"state": "running"}):
                with self.subTest(user=user.login, vals=vals), self.assertRaises(AccessError):
                    run.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                self.Run.with_user(user).create({"plan_id": self.plan.id})
        run.with_user(self.salesperson_a).message_post(body="Noted.")

    def test_default_plan_is_of_the_present_company(self):
        self.env["isof.activity.plan"].search([]).active = False
        self.env["isof.activity.plan"].create(
            {"name": "Theirs", "sequence": 1, "company_id": self.other_company.id}
        )
        ours = self.env["isof.activity.plan"].create(
            {"name": "Ours", "sequence": 2, "company_id": self.company.id}
        )
        self.salesperson_a.company_ids |= self.other_company
        wizard = (
            self.env["isof.activity.plan.launch"]
            .with_user(self.salesperson_a)
            .with_context(allowed_company_ids=(self.company | self.other_company).ids)
            .new()
        )
        self.assertEqual(wizard.plan_id._origin or wizard.plan_id, ours)

    def test_step_of_another_companys_type(self):
        theirs = self.env["isof.activity.type"].create(
            {"name": "Theirs", "company_id": self.other_company.id}
        )
        self.plan.company_id = self.company
        with self.assertRaisesRegex(UserError, "Incompatible companies|company"):
            self.plan.step_ids[0].type_id = theirs


@tagged("post_install", "-at_install")
class TestPlanBackground(PlanCommon):
    def test_many_customers_wait_for_the_scheduler(self):
        partners = self._create_partners(60)
        run = self._start(partners=partners)
        self.assertRecordValues(
            run, [{"state": "running", "total_count": 60, "done_count": 0, "progress": 0.0}]
        )
        self.assertFalse(run.activity_line_ids)
        self._run_cron()
        self.assertRecordValues(
            run, [{"state": "done", "done_count": 60, "skipped_count": 0, "progress": 100.0}]
        )
        self.assertEqual(len(run.activity_line_ids), 180)
        self.assertEqual(run.activity_line_ids.partner_id, partners)
        self.assertFalse(run.pending_partner_ids)

    def test_batches_show_progress_and_stop_on_cancel(self):
        run = self._start(partners=self._create_partners(60))
        seen = []

        def keep_and_cancel(cron, processed=0, **kwargs):
            _keep(cron)
            seen.append(run.progress)
            if run.done_count >= 40:
                run.with_user(self.salesperson_a).action_cancel()
                _keep(cron)
            return float("inf")

        with (
            patch("odoo.addons.isof_crm.models.plan.isof_activity_plan_run.BATCH_SIZE", 20),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", keep_and_cancel),
        ):
            self.Run._cron_plan()
        self.assertEqual([round(progress) for progress in seen], [0, 33, 67])
        self.assertEqual((run.state, run.done_count), ("cancelled", 40))
        self.assertEqual(set(run.activity_line_ids.mapped("state")), {"cancelled"})
        self._run_cron()
        self.assertEqual(len(run.activity_line_ids), 120, "a cancelled run was carried on")

    def test_who_cannot_be_planned_is_skipped_with_the_reason(self):
        partners = self._create_partners(60)
        archived, foreign = partners[0], partners[1]
        run = self._start(partners=partners)
        archived.active = False
        foreign.company_id = self.other_company
        self._run_cron()
        self.assertRecordValues(
            run, [{"state": "done", "done_count": 58, "skipped_count": 2, "progress": 100.0}]
        )
        self.assertEqual(run.activity_line_ids.partner_id, partners - archived - foreign)
        body = run.message_ids.filtered("body")[0].body
        self.assertIn("<li>Plan customer 000<br>Archived in the meantime: Plan customer 000", body)
        self.assertIn("<li>Plan customer 001<br>", body)

    def test_starters_rights_company_and_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.salesperson_a.lang = "pl_PL"
        self.type_call.with_context(lang="pl_PL").name = "Rozmowa"
        plan = self._create_plan("Polish", (0, "days"))
        run = self._start(plan, self._create_partners(51))
        self._run_cron()
        self.assertEqual(run.activity_line_ids.author_id, self.salesperson_a)
        self.assertEqual(run.activity_line_ids.create_uid, self.salesperson_a)
        self.assertEqual(run.activity_line_ids.company_id, self.company)

    def test_starter_without_rights_any_more_stops_nobody_else(self):
        lost = self._start(partners=self._create_partners(51))
        other = self._start(partners=self._create_partners(51), by=self.salesperson_b)
        self.salesperson_a.group_ids = self.env.ref("base.group_user")
        self._run_cron()
        self.assertRecordValues(
            lost | other,
            [
                {"state": "done", "done_count": 0, "skipped_count": 51},
                {"state": "done", "done_count": 51, "skipped_count": 0},
            ],
        )

    def test_steps_removed_in_the_meantime(self):
        run = self._start(partners=self._create_partners(51))
        self.plan.step_ids.unlink()
        self._run_cron()
        self.assertEqual((run.state, run.skipped_count), ("done", 51))
        self.assertIn("has no steps yet", run.message_ids.filtered("body")[0].body)

    def test_customer_deleted_in_the_meantime(self):
        partners = self._create_partners(51)
        run = self._start(partners=partners)
        partners[0].unlink()
        self._run_cron()
        self.assertRecordValues(run, [{"state": "done", "done_count": 50, "progress": 100.0}])

    def test_background_is_announced(self):
        wizard = self.env["isof.activity.plan.launch"].new(
            {"plan_id": self.plan.id, "partner_ids": self._create_partners(51).ids}
        )
        self.assertEqual(
            (wizard.partner_count, wizard.activity_count, wizard.is_background), (51, 153, True)
        )

    def test_queries_do_not_grow_with_customers_but_linearly(self):
        """Twice the customers: what is added is the writing of rows, not queries per customer."""
        few, many = self._create_partners(10), self._create_partners(40)
        self._start(partners=self._create_partners(2))  # warm the caches
        counts = []
        for partners in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._start(partners=partners)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 30 * 3, f"queries for 10 and 40 customers: {counts}")
