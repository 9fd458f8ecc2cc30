from contextlib import contextmanager
from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TradeCommon

INVOICED = date(2026, 3, 10)


class CampaignCommon(TradeCommon):
    """Two campaigns of the first company; a sale to Alfa is 80, on March 10."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fair, cls.mailing = cls.env["utm.campaign"].create(
            [
                {"title": name, "company_id": cls.company.id, "user_id": cls.manager.id}
                for name in ("Test Fair", "Test Mailing")
            ]
        )
        cls.company.isof_touch_days = 30
        cls.company.isof_lookback_months = 12
        cls.analyst = cls._create_user("analyst", "isof_crm_analytics.group_all")
        cls.accountant = cls._create_user("accountant", "account.group_account_invoice")

    @classmethod
    def _touch(cls, campaign=False, day=INVOICED, **vals):
        """Return an activity of an hour that was held with Alfa."""
        return cls.env["isof.activity"].create(
            {
                "name": "Test call",
                "type_id": cls.type_call.id,
                "status_id": cls.status_done.id,
                "partner_id": cls.alfa.id,
                "campaign_id": (campaign or cls.fair).id,
                "user_id": cls.salesperson_a.id,
                "company_id": cls.company.id,
                "start": datetime(day.year, day.month, day.day, 8),
                "stop": datetime(day.year, day.month, day.day, 9),
                **vals,
            }
        )

    @contextmanager
    def assertRefused(self, message):  # noqa: N802
        with self.assertRaisesRegex(ValidationError, message), self.env.cr.savepoint():
            yield

    def assertCountsFor(self, move, *campaigns):  # noqa: N802
        """Check for which campaigns the lines of a document count, and that it is derived so."""
        facts = self._get_facts(move)
        self.assertEqual(
            [fact.attributed_campaign_id.title for fact in facts],
            [campaign and campaign.title for campaign in campaigns],
        )
        self.assertInStep()


@tagged("post_install", "-at_install")
class TestAttribution(CampaignCommon):
    """One line of an invoice counts for one campaign."""

    def test_the_named_campaign_counts(self):
        self._touch(self.mailing)
        move = self._create_invoice(campaign_id=self.fair.id)
        self.assertCountsFor(move, self.fair)
        self.assertFalse(self._get_facts(move).touch_id)
        move.campaign_id = self.mailing
        self.assertCountsFor(move, self.mailing)

    def test_the_last_touch_counts(self):
        self._touch(self.mailing, INVOICED - timedelta(days=2))
        last = self._touch(self.fair, INVOICED - timedelta(days=1))
        self._touch(self.mailing, INVOICED + timedelta(days=1))
        move = self._create_invoice()
        self.assertCountsFor(move, self.fair)
        self.assertRecordValues(
            self._get_facts(move), [{"touch_id": last.id, "campaign_id": False}]
        )

    def test_the_window(self):
        move = self._create_invoice()
        touch = self._touch(day=INVOICED - timedelta(days=30))
        self.assertCountsFor(move, self.fair)
        touch.write({"start": "2026-02-07 08:00:00", "stop": "2026-02-07 09:00:00"})
        self.assertCountsFor(move, False)
        self.company.isof_touch_days = 31
        self.assertCountsFor(move, self.fair)
        self.company.isof_touch_days = 0
        self.assertCountsFor(move, False)

    def test_the_day_is_that_of_the_company(self):
        """23:30 UTC on March 10 is March 11 in Warsaw, after the invoice."""
        self.company.resource_calendar_id.tz = "Europe/Warsaw"
        touch = self._touch(start=datetime(2026, 3, 10, 23, 30), stop=datetime(2026, 3, 10, 23, 45))
        move = self._create_invoice()
        self.assertCountsFor(move, False)
        self.company.resource_calendar_id.tz = "UTC"
        self.assertCountsFor(move, self.fair)
        touch.write({"allday": True, "start_date": INVOICED, "stop_date": INVOICED})
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        self.assertCountsFor(move, self.fair)

    def test_only_a_held_activity_with_the_customer_is_a_touch(self):
        move = self._create_invoice()
        touch = self._touch(partner_id=self.alfa_anna.id)
        self.assertCountsFor(move, self.fair)
        for name, value, back in (
            ("status_id", self.status_planned.id, self.status_done.id),
            ("active", False, True),
            ("campaign_id", False, self.fair.id),
            ("partner_id", self.beta.id, self.alfa.id),
        ):
            with self.subTest(name):
                touch[name] = value
                self.assertCountsFor(move, False)
                touch[name] = back
                self.assertCountsFor(move, self.fair)
        touch.campaign_id = self.mailing
        self.assertCountsFor(move, self.mailing)
        touch.status_id = self.status_cancelled
        touch.unlink()
        self.assertCountsFor(move, False)

    def test_a_contact_moves_to_another_company(self):
        move_alfa, move_beta = (
            self._create_invoice(partner_id=partner.id) for partner in (self.alfa, self.beta)
        )
        self._touch(partner_id=self.alfa_anna.id, contact_id=False)
        self.assertCountsFor(move_alfa, self.fair)
        self.alfa_anna.parent_id = self.beta
        # the touch was at Alfa, which bought
        self.assertCountsFor(move_alfa, self.fair)
        self.assertCountsFor(move_beta, False)

    def test_each_company_has_its_own_touches(self):
        self._touch()
        self.assertCountsFor(self._create_invoice(company=self.other_company), False)

    def test_a_credit_note_counts_for_what_it_credits(self):
        """Also if it comes long after the touch, and after another one."""
        move = self._create_invoice({}, {"price_unit": 3})
        refund = self._create_credit_note(move, invoice_date=date(2026, 8, 1))
        touch = self._touch()
        self._touch(self.mailing, date(2026, 7, 31))
        self.assertCountsFor(refund, self.fair, self.fair)
        self.assertNothingLeft(move | refund)
        touch.campaign_id = self.mailing
        self.assertCountsFor(move, self.mailing, self.mailing)
        self.assertCountsFor(refund, self.mailing, self.mailing)
        move.campaign_id = self.fair
        self.assertCountsFor(refund, self.fair, self.fair)

    def test_each_order_of_a_grouped_invoice_counts_for_its_own(self):
        orders = self.env["sale.order"].union(
            *(
                self._create_sale(delivered=10, campaign_id=campaign and campaign.id)
                for campaign in (self.fair, self.mailing, False)
            )
        )
        move = orders._create_invoices()
        move.invoice_date = INVOICED
        move.action_post()
        self._touch(self.campaign)
        self.assertCountsFor(move, self.fair, self.mailing, self.campaign)
        refund = self._create_credit_note(move)
        self.assertCountsFor(refund, self.fair, self.mailing, self.campaign)

    def test_purchases_count_for_none(self):
        self._touch()
        self.assertCountsFor(self._create_bill(campaign_id=self.fair.id), False)

    def test_a_deleted_campaign_leaves_its_sales_to_the_touch_before(self):
        self._touch(self.mailing, INVOICED - timedelta(days=1))
        self._touch(self.fair)
        touched, named = self._create_invoice(), self._create_invoice(campaign_id=self.fair.id)
        self.assertCountsFor(touched, self.fair)
        self.fair.unlink()
        self.assertCountsFor(touched, self.mailing)
        self.assertCountsFor(named, self.mailing)

    def test_merged_customers(self):
        self._touch(partner_id=self.beta.id)
        move = self._create_invoice()
        self.assertCountsFor(move, False)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.beta | self.alfa).ids, self.alfa
        )
        self.assertCountsFor(move, self.fair)

    def test_who_held_it_needs_no_right_to_the_facts(self):
        move = self._create_invoice()
        seller = self._create_user("newcomer", "isof_crm.group_user")
        self._touch()
        activity = self._touch(user_id=seller.id, campaign=self.mailing, day=date(2026, 3, 9))
        self.assertCountsFor(move, self.fair)
        activity.with_user(seller).write(
            {"start": "2026-03-10 10:00:00", "stop": "2026-03-10 11:00:00"}
        )
        self.assertCountsFor(move, self.mailing)

    def test_the_touch_is_no_way_to_others_activities(self):
        self._touch(name="Secret")
        fact = self._get_facts(self._create_invoice())
        for user in (self.salesperson_a, self.analyst):
            with self.subTest(user.login), self.assertRaises(AccessError):
                fact.with_user(user).read(["touch_id"])
        self.assertTrue(fact.with_user(self.manager).read(["touch_id"])[0]["touch_id"])


@tagged("post_install", "-at_install")
class TestCampaignCost(CampaignCommon):
    """Costs by hand, of bills and of hours."""

    def _assign(self, line, share, campaign=False, **vals):
        return self.env["isof.campaign.cost"].create(
            {
                "campaign_id": (campaign or self.fair).id,
                "move_line_id": line.id,
                "share": share,
                **vals,
            }
        )

    def test_by_hand(self):
        cost = self.env["isof.campaign.cost"].create(
            {"campaign_id": self.fair.id, "name": "Stand", "entered_amount": 700, "kind": "planned"}
        )
        self.assertRecordValues(
            cost,
            [
                {
                    "amount": 700,
                    "source": "manual",
                    "currency_id": self.pln.id,
                    "date": date(2026, 3, 11),
                }
            ],
        )

    def test_parts_of_a_bill_add_up_to_it(self):
        bill = self._create_bill({"quantity": 1, "price_unit": 100.01, "name": "Leaflets"})
        line = bill.invoice_line_ids
        parts = self.env["isof.campaign.cost"]
        for share in (33.33, 33.33, 33.34):
            parts += self._assign(line, share, self.fair if share > 33.33 else self.mailing)
        self.assertEqual(parts.mapped("amount"), [33.33, 33.34, 33.34])
        self.assertAlmostEqual(sum(parts.mapped("amount")), 100.01)
        self.assertRecordValues(
            parts[0],
            [{"name": "Leaflets", "date": INVOICED, "source": "bill", "move_id": bill.id}],
        )

    def test_parts_cannot_exceed_the_line(self):
        line = self._create_bill().invoice_line_ids
        first = self._assign(line, 60)
        message = "more than all of"
        with self.assertRefused(message):
            self._assign(line, 40.01)
        second = self._assign(line, 40)
        with self.assertRefused(message):
            second.share = 41
        with self.assertRefused(message):
            self.env["isof.campaign.cost"].create(
                [
                    {"campaign_id": self.fair.id, "move_line_id": line.id, "share": 1},
                    {"campaign_id": self.mailing.id, "move_line_id": line.id, "share": 1},
                ]
            )
        first.unlink()
        self.assertEqual(
            self.env["isof.campaign.cost"]
            .create({"campaign_id": self.fair.id, "move_line_id": line.id})
            .share,
            60,
            "what is left is proposed",
        )

    def test_a_part_is_a_percentage(self):
        line = self._create_bill().invoice_line_ids
        for share in (0, -1, 101):
            with (
                self.subTest(share),
                mute_logger("odoo.sql_db"),
                self.assertRaises(Exception),  # noqa: B017
                self.env.cr.savepoint(),
            ):
                self._assign(line, share or -0.5).flush_recordset()

    def test_the_part_follows_the_bill(self):
        bill = self._create_bill(
            {"quantity": 1, "price_unit": 100}, post=False, currency_id=self.eur.id
        )
        part = self._assign(bill.invoice_line_ids, 50)
        self.assertEqual(part.amount, 200, "a euro is 4 zloty")
        bill.invoice_line_ids.price_unit = 300
        self.assertEqual(part.amount, 600)

    def test_only_bills_are_costs(self):
        with self.assertRefused("Only lines of vendor bills"):
            self._assign(self._create_invoice().invoice_line_ids, 50)
        with self.assertRefused("is an actual cost"):
            self._assign(self._create_bill().invoice_line_ids, 50, kind="planned")
        bill, other = self._create_bill(), self._create_bill()
        part = self._assign(bill.invoice_line_ids, 50, move_id=other.id)
        part.flush_recordset()
        part.invalidate_recordset()
        self.assertEqual(part.move_id, bill)
        with self.assertRefused("is that of the bill"):
            part.company_id = self.other_company
        with self.assertRefused("belongs to"):
            self._assign(self._create_bill(company=self.other_company).invoice_line_ids, 50)

    def test_a_credit_note_takes_back_the_cost(self):
        bill = self._create_bill()
        self._assign(bill.invoice_line_ids, 25)
        refund = self._create_credit_note(bill)
        self.assertEqual(refund.isof_campaign_cost_ids.mapped("amount"), [-20])
        self.assertEqual(bill.isof_campaign_cost_ids.mapped("amount"), [20])

    def test_hours(self):
        self.company.isof_hour_cost = 90
        planned, actual = self.env["isof.campaign.cost"].create(
            [
                {"campaign_id": self.fair.id, "source": "activity", "kind": kind}
                for kind in ("planned", "actual")
            ]
        )
        held = self._touch()
        self._touch(status_id=self.status_planned.id)
        self._touch(status_id=self.status_cancelled.id)
        self._touch(self.mailing)
        self.assertEqual((planned.hours, actual.hours), (2, 1))
        self.assertEqual((planned.amount, actual.amount), (180, 90))
        self.company.isof_hour_cost = 100
        self.assertEqual(actual.hourly_rate, 90, "what is set stays")
        held.duration = 2.5
        self.assertEqual(actual.amount, 225)
        held.campaign_id = self.mailing
        self.assertEqual((planned.hours, actual.hours), (1, 0))
        with self.assertRaises(Exception), mute_logger("odoo.sql_db"), self.env.cr.savepoint():  # noqa: B017
            actual.copy().flush_recordset()

    def test_rights(self):
        Cost = self.env["isof.campaign.cost"]
        by_hand = Cost.create({"campaign_id": self.fair.id, "name": "x", "entered_amount": 1})
        bill = self._create_bill()
        billed = self._assign(bill.invoice_line_ids, 10)
        for user in (self.salesperson_a, self.team_leader):
            with self.subTest(user.login), self.assertRaises(AccessError):
                by_hand.with_user(user).read(["amount"])
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.fair.with_user(user).read(["isof_cost_ids"])
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.fair.with_user(user).isof_budget = 1
        billed.with_user(self.accountant).share = 20
        self.assertEqual(billed.amount, 16)
        with self.assertRaises(AccessError):
            by_hand.with_user(self.accountant).read(["amount"])
        with self.assertRaises(AccessError):
            Cost.with_user(self.accountant).create(
                {"campaign_id": self.fair.id, "name": "x", "entered_amount": 1}
            )
        by_hand.with_user(self.analyst).entered_amount = 5
        self.assertEqual(by_hand.amount, 5)
        with self.assertRaises(AccessError):
            by_hand.with_user(self.analyst).amount = 7
        foreign = self._create_user(
            "foreign_analyst", "isof_crm_analytics.group_all", company=self.other_company
        )
        self.assertFalse(Cost.with_user(foreign).search([("id", "in", (by_hand + billed).ids)]))


@tagged("post_install", "-at_install")
class TestCampaignReport(CampaignCommon):
    """The fair: what it cost and what it brought.

    It has a budget of 1000. Alfa bought in March for 80 by the fair and had never bought before;
    Beta bought for 160 by the fair and for 8 in January; Gamma's purchase of 40 was credited.
    Bolts are sold for 8 and cost 5. The stand cost 200, of which 100 on a bill of 200.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fair.write(
            {"isof_budget": 1000, "isof_goal": "win", "isof_date_from": date(2026, 3, 1)}
        )
        cls._touch()
        cls._touch(partner_id=cls.beta.id, direction="in")
        cls._touch(partner_id=cls.gamma.id, status_id=cls.status_planned.id)
        cls._touch(partner_id=cls.gamma.id, status_id=cls.status_cancelled.id)
        cls._create_invoice({"quantity": 1}, partner_id=cls.beta.id, invoice_date=date(2026, 1, 5))
        cls.move_alfa = cls._create_invoice()
        cls.move_beta = cls._create_invoice(
            {"quantity": 20}, partner_id=cls.beta.id, invoice_user_id=cls.salesperson_b.id
        )
        cls._create_credit_note(
            cls._create_invoice({"quantity": 5}, partner_id=cls.gamma.id, campaign_id=cls.fair.id),
            invoice_user_id=cls.salesperson_a.id,
        )
        cls._create_sale(campaign_id=cls.fair.id, date_order=datetime(2026, 3, 10, 9))
        cls.env["isof.campaign.cost"].create(
            [
                {"campaign_id": cls.fair.id, "name": "Stand", "entered_amount": 100},
                {
                    "campaign_id": cls.fair.id,
                    "name": "Stand",
                    "entered_amount": 250,
                    "kind": "planned",
                },
            ]
        )
        bill = cls._create_bill({"quantity": 1, "price_unit": 200})
        draft = cls._create_bill({"quantity": 1, "price_unit": 900}, post=False)
        cls.env["isof.campaign.cost"].create(
            [
                {
                    "campaign_id": cls.fair.id,
                    "move_line_id": move.invoice_line_ids.id,
                    "share": 50,
                }
                for move in (bill, draft)
            ]
        )
        cls.report = cls.env["isof.campaign.report"]
        cls.domain = [("campaign_id", "=", cls.fair.id)]

    def _read(self, *measures, user=False, domain=False, groupby=()):
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.report.with_user(user or self.manager)
        return report._read_group(domain or self.domain, list(groupby), list(measures))

    def test_results(self):
        names = (
            *("activity_count:sum", "reached_count:count_distinct"),
            *("responded_count:count_distinct", "order_count:sum", "ordered_net:sum"),
            *("won_count:sum", "kept_count:sum", "turnover:sum", "margin:sum"),
            *("won_turnover:sum", "kept_turnover:sum"),
            *("planned_cost:sum", "actual_cost:sum", "budget:sum", "profit:sum"),
            *("cost_per_win:avg", "return_on_cost:avg", "budget_used:avg"),
        )
        [row] = self._read(*names)
        figures = {
            name.partition(":")[0]: float(value) for name, value in zip(names, row, strict=True)
        }
        self.assertEqual(
            figures,
            {
                "activity_count": 3,
                "reached_count": 2,
                "responded_count": 2,  # Beta's call, and Alfa's order
                "order_count": 1,
                "ordered_net": 80,
                "won_count": 1,
                "kept_count": 1,
                "turnover": 240,
                "margin": 90,
                "won_turnover": 80,
                "kept_turnover": 160,
                "planned_cost": 250,
                "actual_cost": 200,
                "budget": 1000,
                "profit": -110,
                "cost_per_win": 200,
                "return_on_cost": -0.55,
                "budget_used": 0.2,
            },
        )

    def test_what_has_no_divisor_is_empty(self):
        self._create_invoice(partner_id=self.beta.id, campaign_id=self.mailing.id)
        measures = ("turnover:sum", "cost_per_win:avg", "return_on_cost:avg", "budget_used:avg")
        [row] = self._read(*measures, domain=[("campaign_id", "=", self.mailing.id)])
        self.assertEqual(row, (80, False, False, False))
        self.assertRecordValues(
            self.mailing.with_user(self.manager),
            [
                {
                    "isof_cost_per_win": "",
                    "isof_return_on_cost": "",
                    "isof_budget_used": "",
                    "isof_actual_cost": "",
                }
            ],
        )

    def test_acquisition_against_retention(self):
        rows = self._read(
            "turnover:sum",
            groupby=["customer_kind"],
            domain=[*self.domain, ("kind", "=", "sale")],
        )
        self.assertEqual(rows, [("kept", 160), ("won", 80), (False, 0)])

    def test_look_back(self):
        def count():
            return self._read("won_count:sum", "kept_count:sum")[0]

        self.assertEqual(count(), (1, 1))
        self.company.isof_lookback_months = 2
        self.assertEqual(count(), (2, False), "Beta's sale in January is too old")
        early = self._create_invoice(invoice_date=date(2026, 1, 10))
        self.assertEqual(count(), (1, 1), "on the first day of the look-back")
        self._create_credit_note(early)
        self.assertEqual(count(), (2, False), "it was credited in full")
        self.company.isof_lookback_months = 12
        self._create_credit_note(self.move_alfa)
        self.assertEqual(count(), (False, 1), "who gave everything back was not won")

    def test_the_first_sale_counts_once(self):
        """A customer who buys twice is won once, and in the month of the first sale."""
        self._create_invoice(invoice_date=date(2026, 4, 1), campaign_id=self.fair.id)
        rows = self._read(
            "won_count:sum",
            "turnover:sum",
            groupby=["date:month"],
            domain=[*self.domain, ("partner_id", "=", self.alfa.id), ("kind", "=", "sale")],
        )
        self.assertEqual(rows, [(date(2026, 3, 1), 1, 80), (date(2026, 4, 1), False, 80)])

    def test_a_sale_by_another_campaign_before_keeps_the_customer(self):
        self._create_invoice(invoice_date=date(2026, 3, 20), campaign_id=self.mailing.id)
        self.assertEqual(
            self._read(
                "won_count:sum", "kept_count:sum", domain=[("campaign_id", "=", self.mailing.id)]
            ),
            [(False, 1)],
        )

    def test_companies_and_currencies(self):
        shared = self.env["utm.campaign"].create({"title": "Test Shared", "company_id": False})
        self._create_invoice(campaign_id=shared.id)
        self._create_invoice(company=self.other_company, campaign_id=shared.id)
        self.manager.company_ids += self.other_company
        both = (self.company | self.other_company).ids
        report = self.report.with_user(self.manager).with_context(allowed_company_ids=both)
        domain = [("campaign_id", "=", shared.id)]
        measures = ["turnover:sum", "won_count:sum"]
        self.assertEqual(report._read_group(domain, [], measures), [(False, 2)])
        self.assertEqual(
            report._read_group(domain, ["company_currency_id"], measures),
            [(self.pln, 80, 1), (self.czk, 80, 1)]
            if self.pln.id < self.czk.id
            else [(self.czk, 80, 1), (self.pln, 80, 1)],
        )
        one = report.with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(one._read_group(domain, [], measures), [(80, 1)])
        text = shared.with_user(self.manager).with_context(allowed_company_ids=both).isof_turnover
        self.assertIn("·", text)
        with self.assertRefused("has no currency"):
            shared.isof_budget = 5

    def test_each_role(self):
        measures = ("turnover:sum", "won_count:sum", "kept_count:sum", "activity_count:sum")
        for user, expected in (
            (self.salesperson_a, (80, 1, False, 3)),
            (self.salesperson_b, (160, False, 1, False)),
            (self.team_leader, (80, 1, False, 3)),
            (self.analyst, (240, 1, 1, 3)),
            (self.manager, (240, 1, 1, 3)),
            (self.foreign_salesperson, (False, False, False, False)),
        ):
            user.group_ids += self.env.ref("isof_crm_analytics.group_own")
            with self.subTest(user.login):
                self.assertEqual(self._read(*measures, user=user), [expected])
        with self.assertRaises(AccessError):
            self._read("turnover:sum", user=self.outsider)

    def test_costs_and_margins_are_not_for_everybody(self):
        costs = ("planned_cost", "actual_cost", "budget", "cost_per_win", "budget_used")
        controller = self._create_user(
            "margin", "isof_crm_analytics.group_own,isof_crm_analytics.group_margin"
        )
        hidden = {
            self.salesperson_a: (*costs, "margin", "profit", "return_on_cost"),
            self.analyst: ("margin", "profit", "return_on_cost"),
            controller: (*costs, "profit", "return_on_cost"),
            self.manager: (),
        }
        for user, names in hidden.items():
            report = self.report.with_user(user)
            visible = report.fields_get()
            for name in (*costs, "margin", "profit", "return_on_cost"):
                with self.subTest(user.login, name=name):
                    self.assertEqual(name in visible, name not in names)
                    field = self.report._fields[name]
                    spec = f"{name}:{field.aggregator}"
                    if name not in names:
                        report._read_group(self.domain, [], [spec])
                        continue
                    with self.assertRaises(AccessError):
                        report._read_group(self.domain, [], [spec])
                    with self.assertRaises(AccessError):
                        call_kw(report, "search_read", [self.domain, [name]], {})
        self.env.invalidate_all()
        self.assertIn("200", self.fair.with_user(self.analyst).isof_actual_cost)
        for name in ("isof_actual_cost", "isof_margin", "isof_return_on_cost"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.fair.with_user(self.salesperson_a).read([name])
        self.assertFalse(self.fair.with_user(controller).isof_return_on_cost)
        self.assertIn("-55", self.fair.with_user(self.manager).isof_return_on_cost)

    def test_every_row_opens(self):
        self.manager.group_ids += self.env.ref("sales_team.group_sale_manager")
        rows = self.report.with_user(self.manager).search(self.domain)
        self.assertEqual(set(rows.mapped("kind")), {"activity", "order", "sale", "cost", "budget"})
        self.assertEqual(len(rows), len(set(rows.ids)))
        for row in rows:
            action = row.action_open_source()
            with self.subTest(row.kind):
                self.assertTrue(self.env[action["res_model"]].browse(action["res_id"]).exists())
        sale = rows.filtered(lambda row: row.kind == "sale" and row.partner_id == self.alfa)
        self.assertEqual(sale.action_open_source()["res_id"], self.move_alfa.id)

    def test_dates(self):
        with self.assertRefused("cannot end before"):
            self.fair.isof_date_to = date(2026, 2, 1)

    def test_copy_of_a_campaign_costs_nothing(self):
        self.assertFalse(self.fair.copy().isof_cost_ids)

    def test_bill_form(self):
        bill = self._create_bill(post=False)
        bill.with_user(self.accountant).write(
            {
                "isof_campaign_cost_ids": [
                    Command.create(
                        {
                            "campaign_id": self.fair.id,
                            "move_line_id": bill.invoice_line_ids.id,
                            "share": 50,
                        }
                    )
                ]
            }
        )
        self.assertEqual(bill.isof_campaign_cost_ids.amount, 40)


@tagged("post_install", "-at_install")
class TestCampaignCopy(CampaignCommon):
    """Whoever may duplicate a campaign in Odoo may do so here, without what is kept from them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_user("employee", "base.group_user")
        cls.segment = cls.env["isof.segment"].create({"name": "Test Targets", "is_shared": True})
        cls.fair.write(
            {
                "isof_goal": "win",
                "isof_date_from": date(2026, 2, 1),
                "isof_segment_id": cls.segment.id,
                "isof_budget": 500,
                "isof_cost_ids": [
                    Command.create({"name": "Stand", "kind": "planned", "amount": 5})
                ],
            }
        )

    def _copy(self, user, **default):
        return self.fair.with_user(user).copy(default).sudo()

    def test_employee_copies_what_is_odoos(self):
        copy = self._copy(self.employee, title="Test Fair 2")
        self.assertRecordValues(
            copy,
            [
                {
                    "title": "Test Fair 2",
                    "company_id": self.company.id,
                    "user_id": self.manager.id,
                    "isof_goal": False,
                    "isof_segment_id": False,
                    "isof_budget": 0,
                }
            ],
        )

    def test_what_may_be_read_and_written_is_copied(self):
        for user, budget in ((self.salesperson_a, 0), (self.analyst, 500)):
            with self.subTest(user.login):
                self.assertRecordValues(
                    self._copy(user),
                    [
                        {
                            "isof_goal": "win",
                            "isof_segment_id": self.segment.id,
                            "isof_date_from": False,
                            "isof_budget": budget,
                        }
                    ],
                )

    def test_a_segment_that_one_may_not_read_is_left_out(self):
        self.segment.is_shared = False
        self.assertRecordValues(
            self._copy(self.salesperson_a), [{"isof_goal": "win", "isof_segment_id": False}]
        )

    def test_what_is_given_for_a_copy_is_not_left_out(self):
        self.assertEqual(self._copy(self.analyst, isof_budget=7).isof_budget, 7)
        with self.assertRaisesRegex(AccessError, "isof_budget"):
            self._copy(self.employee, isof_budget=7)

    def test_lines_are_left_out_as_well(self):
        """Odoo reads lines twice: to copy them, and to copy their translations."""
        self.patch(self.fair._fields["isof_cost_ids"], "copy", True)
        self.assertFalse(self._copy(self.employee).isof_cost_ids)
        self.assertEqual(self._copy(self.analyst).isof_cost_ids.name, "Stand")
