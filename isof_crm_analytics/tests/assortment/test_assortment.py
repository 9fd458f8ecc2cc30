from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged, users
from odoo.tests.common import freeze_time

from ..ledger.turnover_common import TurnoverCommon


@tagged("post_install", "-at_install")
class TestAssortment(TurnoverCommon):
    def _get_rows(self, user, *domain, companies=None):
        self._forget()
        report = self.env["isof.assortment.report"].with_user(user)
        if companies:
            report = report.with_context(allowed_company_ids=companies.ids)
        return report.search(list(domain), order="partner_id, product_id")

    # What a row says

    def test_first_last_how_often_and_average_price(self):
        self._invoice(self.alfa_anna, "2026-01-05", (self.bolt, 10, 8), (self.bolt, 5, 8))
        self._invoice(self.alfa, "2026-01-25", (self.bolt, 5, 12))
        self._invoice(self.alfa, "2026-02-04", (self.bolt, 4, 10), (self.transport, 1, 50))
        bolts, transport = self._get_rows(self.salesperson_a)
        self.assertRecordValues(
            bolts,
            [
                {
                    "partner_id": self.alfa.id,
                    "product_id": self.bolt.id,
                    "company_id": self.company.id,
                    "company_currency_id": self.pln.id,
                    "product_category_id": self.category.id,
                    "product_type": "goods",
                    "region_id": self.region_mazovia.id,
                    "user_id": self.salesperson_a.id,
                    "first_date": date(2026, 1, 5),
                    "last_date": date(2026, 2, 4),
                    "purchase_count": 3,
                    "repeat_count": 2,
                    "span_days": 30,
                    "average_interval": 15,
                    "days_since": 35,
                    "sold_quantity": 24,
                    "sold_net": 220,
                    "is_returned": False,
                }
            ],
        )
        self.assertAlmostEqual(bolts.sold_price, 220 / 24, 2)
        self.assertRecordValues(
            transport,
            [
                {
                    "product_type": "service",
                    "purchase_count": 1,
                    "average_interval": 0,
                    "sold_net": 50,
                }
            ],
        )

    def test_days_on_the_users_clock(self):
        self._invoice(self.alfa, "2026-03-11", (self.bolt, 1, 8))
        self.assertEqual(self._get_rows(self.salesperson_a).days_since, 0)
        # where it is already the next day
        self._forget()
        report = self.env["isof.assortment.report"].with_user(self.salesperson_a)
        with freeze_time("2026-03-11 11:00:00"):
            row = report.with_context(tz="Pacific/Kiritimati").search([])
            self.assertEqual(row.days_since, 1)

    def test_latest_seller_and_salesperson_of_the_customer(self):
        self._invoice(self.gamma, "2026-02-01", (self.bolt, 1, 8), by=self.salesperson_b)
        self._invoice(self.gamma, "2026-02-02", (self.bolt, 1, 8), by=self.salesperson_a)
        self.assertRecordValues(
            self._get_rows(self.analyst),
            [
                {
                    "user_id": self.salesperson_a.id,
                    "department_id": self.department_field.id,
                    "salesperson_id": self.salesperson_b.id,
                }
            ],
        )

    # Credit notes

    def test_partial_credit_note(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self._invoice(self.alfa, "2026-02-05", (self.bolt, 4, 8), move_type="out_refund")
        self.assertRecordValues(
            self._get_rows(self.salesperson_a),
            [
                {
                    "purchase_count": 1,
                    "last_date": date(2026, 1, 5),
                    "sold_quantity": 6,
                    "sold_net": 48,
                    "is_returned": False,
                }
            ],
        )

    def test_returned_altogether(self):
        invoice = self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self._invoice(self.alfa, "2026-01-05", (self.nut, 10, 8))
        invoice._reverse_moves(
            [{"invoice_date": date(2026, 2, 5), "invoice_user_id": self.salesperson_a.id}],
            cancel=True,
        )
        returned = self._get_rows(self.salesperson_a, ("is_returned", "=", True))
        self.assertRecordValues(
            returned,
            [
                {
                    "product_id": self.bolt.id,
                    "purchase_count": 1,
                    "sold_quantity": 0,
                    "sold_net": 0,
                    "sold_price": 0,
                }
            ],
        )
        kept = self._get_rows(self.salesperson_a, ("is_returned", "=", False))
        self.assertEqual(kept.product_id, self.nut)

    def test_draft_and_vendor_bill_do_not_count(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8)).button_draft()
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8), move_type="in_invoice")
        self.assertFalse(self._get_rows(self.analyst))

    # Groups

    def test_ratios_of_sums(self):
        self._invoice(self.alfa, "2026-01-01", (self.bolt, 1, 10))
        self._invoice(self.alfa, "2026-01-11", (self.bolt, 1, 10))
        self._invoice(self.beta, "2026-01-01", (self.bolt, 9, 20))
        self._invoice(self.beta, "2026-01-31", (self.bolt, 9, 20))
        self._forget()
        [(price, interval, partners, products, days)] = (
            self.env["isof.assortment.report"]
            .with_user(self.salesperson_a)
            ._read_group(
                [],
                [],
                [
                    "sold_price:avg",
                    "average_interval:avg",
                    "partner_count:count_distinct",
                    "product_count:count_distinct",
                    "days_since:min",
                ],
            )
        )
        self.assertAlmostEqual(price, 380 / 20, 2)
        self.assertEqual((interval, partners, products, days), (20, 2, 1, 39))

    def test_two_currencies_have_no_sum(self):
        both = self.company | self.other_company
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 40), company=self.other_company)
        rows = self._get_rows(self.analyst, companies=both)
        self.assertEqual(
            {(row.company_id, row.company_currency_id, row.sold_net) for row in rows},
            {(self.company, self.pln, 80), (self.other_company, self.czk, 400)},
        )
        report = rows.browse()
        specs = ["sold_quantity:sum", "sold_net:sum", "sold_price:avg"]
        self.assertEqual(report._read_group([], [], specs), [(20, False, False)])
        self.assertEqual(
            set(report._read_group([], ["company_currency_id"], specs)),
            {(self.pln, 10, 80, 8), (self.czk, 10, 400, 40)},
        )

    # Rights

    def test_a_row_counts_only_what_the_reader_may_read(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8), by=self.salesperson_a)
        self._invoice(self.alfa, "2026-02-05", (self.bolt, 5, 9), by=self.salesperson_b)
        for user, count, quantity in (
            (self.salesperson_a, 1, 10),
            (self.salesperson_b, 1, 5),
            (self.team_leader, 1, 10),
            (self.analyst, 2, 15),
            (self.manager, 2, 15),
        ):
            with self.subTest(user=user.name):
                self.assertRecordValues(
                    self._get_rows(user),
                    [{"purchase_count": count, "sold_quantity": quantity}],
                )

    def test_a_ratio_is_of_what_the_reader_may_read(self):
        """Also when nothing else of the row was read before."""
        # the older fact names the row of those who see both
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8), by=self.salesperson_a)
        self._invoice(self.alfa, "2026-02-05", (self.bolt, 10, 9), by=self.salesperson_b)
        for user, price in (
            (self.salesperson_a, 8),
            (self.analyst, 8.5),
            (self.salesperson_a, 8),
            (self.salesperson_b, 9),
        ):
            with self.subTest(user=user.name):
                rows = self.env["isof.assortment.report"].with_user(user).search([])
                self.assertEqual(rows.mapped("sold_price"), [price])

    def test_a_row_of_others_cannot_be_read(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8), by=self.salesperson_b)
        row = self._get_rows(self.salesperson_b)
        self.assertTrue(row)
        self._forget()
        foreign = row.with_user(self.salesperson_a)
        self.assertFalse(foreign.exists())
        self.assertFalse(foreign.search_count([]))
        self.assertFalse(foreign.formatted_read_group([], ["partner_id"], ["sold_net:sum"]))

    def test_other_company(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8), company=self.other_company)
        self.assertFalse(self._get_rows(self.analyst, companies=self.company))
        self.assertTrue(self._get_rows(self.analyst, companies=self.other_company))

    @users("isof_outsider")
    def test_no_report_without_the_role(self):
        for model in ("isof.assortment.report", "isof.assortment.suggestion"):
            with self.assertRaises(AccessError):
                self.env[model].search([])
            with self.assertRaises(AccessError):
                self.env[model].formatted_read_group([], ["product_id"], ["__count"])

    @users("isof_manager")
    def test_nobody_writes(self):
        with self.assertRaises(AccessError):
            self.env["isof.assortment.report"].create({})

    # Drill-down

    def test_drill_down_to_the_facts(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8), (self.nut, 1, 1))
        self._invoice(self.alfa, "2026-02-05", (self.bolt, 4, 8), move_type="out_refund")
        self._invoice(self.beta, "2026-02-05", (self.bolt, 4, 8))
        row = self._get_rows(
            self.salesperson_a,
            ("partner_id", "=", self.alfa.id),
            ("product_id", "=", self.bolt.id),
        )
        action = row.action_open_facts()
        facts = row.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sorted(facts.mapped("sold_quantity")), [-4, 10])

    def test_query_budget(self):
        for partner in (self.alfa, self.beta, self.gamma):
            self._invoice(partner, "2026-01-05", (self.bolt, 10, 8), (self.nut, 1, 1))
        report = self.env["isof.assortment.report"].with_user(self.salesperson_a)
        specification = {
            name: {"fields": {"display_name": {}}} if name.endswith("_id") else {}
            for name in ("partner_id", "product_id", "last_date", "sold_net", "sold_price")
        }
        report.web_search_read([], specification)  # caches of the registry
        self._forget()
        with self.assertQueryCount(12):
            result = report.web_search_read([], specification, limit=80)
        self.assertEqual(result["length"], 6)


@tagged("post_install", "-at_install")
class TestAssortmentSuggestion(TurnoverCommon):
    """Alfa and three other wholesalers; Alfa buys bolts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wholesalers = cls.env["isof.partner.group"].create({"name": "Test Wholesalers"})
        cls.others = cls.env["res.partner"].create(
            [{"name": f"Wholesaler {number}", "is_company": True} for number in range(3)]
        )
        (cls.alfa | cls.others).isof_group_id = cls.wholesalers
        cls._invoice(cls.alfa, "2026-01-05", (cls.bolt, 1, 8))
        for other in cls.others:
            cls._invoice(other, "2026-01-06", (cls.bolt, 1, 8), (cls.nut, 10, 3))
        cls._invoice(cls.others[0], "2026-02-06", (cls.transport, 1, 50), (cls.nut, 10, 6))

    def _get_suggestions(self, user, partner, companies=None):
        self._forget()
        suggestions = (
            self.env["isof.assortment.suggestion"]
            .with_user(user)
            .with_context(**partner.with_user(user).action_open_isof_suggestions()["context"])
        )
        if companies:
            suggestions = suggestions.with_context(allowed_company_ids=companies.ids)
        return suggestions.search([])

    def test_what_the_group_buys(self):
        rows = self._get_suggestions(self.salesperson_a, self.alfa)
        self.assertRecordValues(
            rows,
            [
                {
                    "product_id": self.nut.id,
                    "basis": "group",
                    "similar_count": 3,
                    "customer_count": 3,
                    "share": 1,
                    "turnover": 150,
                    "turnover_per_customer": 50,
                    "company_currency_id": self.pln.id,
                    "last_date": date(2026, 2, 6),
                },
                {
                    "product_id": self.transport.id,
                    "basis": "group",
                    "similar_count": 3,
                    "customer_count": 1,
                    "share": 1 / 3,
                    "turnover": 50,
                    "turnover_per_customer": 50,
                    "company_currency_id": self.pln.id,
                    "last_date": date(2026, 2, 6),
                },
            ],
        )

    def test_each_customer_has_its_own_whoever_was_read_before(self):
        """Also in one transaction, where nobody forgets anything."""
        small = self.env["res.partner"].create({"name": "Small shop", "is_company": True})
        suggestions = self.env["isof.assortment.suggestion"].with_user(self.salesperson_a)
        found = {}
        for customer in (self.alfa, small, self.alfa):
            rows = suggestions.with_context(isof_partner_id=customer.id).search([])
            found[customer] = {row.product_id: (row.basis, row.similar_count) for row in rows}
        self.assertEqual(found[self.alfa][self.nut], ("group", 3))
        self.assertEqual(found[small][self.nut], ("all", 4))

    def test_for_a_contact_as_for_the_company(self):
        rows = self._get_suggestions(self.salesperson_a, self.alfa_anna)
        self.assertEqual(rows.product_id, self.nut | self.transport)

    def test_a_group_or_region_means_what_is_below_too(self):
        below = self.env["isof.partner.group"].create(
            {"name": "Test Retail", "parent_id": self.wholesalers.id}
        )
        self.others[:2].isof_group_id = below
        rows = self._get_suggestions(self.salesperson_a, self.alfa)
        self.assertEqual(set(rows.mapped("basis")), {"group"})
        self.assertEqual(set(rows.mapped("similar_count")), {3})
        row = rows.filtered(lambda row: row.product_id == self.nut)
        facts = self.env["isof.trade.line"].search(
            row.with_context(isof_partner_id=self.alfa.id).action_open_facts()["domain"]
        )
        self.assertEqual(facts.partner_id, self.others)
        with self.subTest("region"):
            self.others.isof_group_id = False
            (self.others | self.alfa).isof_region_id = self.region_mazovia
            self.alfa.isof_region_id = self.region_mazovia.parent_id
            rows = self._get_suggestions(self.salesperson_a, self.alfa)
            self.assertEqual(set(rows.mapped("basis")), {"region"})
        with self.subTest("not what is above"):
            self.others.isof_region_id = self.region_mazovia.parent_id
            self.alfa.isof_region_id = self.region_mazovia
            rows = self._get_suggestions(self.salesperson_a, self.alfa)
            self.assertEqual(set(rows.mapped("basis")), {"all"})

    def test_region_if_the_group_is_too_small(self):
        self.others[0].isof_group_id = False
        self.others.isof_region_id = self.region_mazovia
        rows = self._get_suggestions(self.salesperson_a, self.alfa)
        self.assertEqual(set(rows.mapped("basis")), {"region"})
        self.assertEqual(set(rows.mapped("similar_count")), {3})

    def test_all_if_the_region_is_too_small(self):
        self.others[0].isof_group_id = False
        rows = self._get_suggestions(self.salesperson_a, self.alfa)
        self.assertEqual(set(rows.mapped("basis")), {"all"})

    def test_nothing_if_there_are_too_few_customers(self):
        self.env["isof.trade.line"].search(
            [("partner_id", "=", self.others[0].id)]
        ).move_id.button_draft()
        self.assertFalse(self._get_suggestions(self.salesperson_a, self.alfa))

    def test_nothing_without_a_customer(self):
        self._forget()
        suggestions = self.env["isof.assortment.suggestion"].with_user(self.salesperson_a)
        self.assertFalse(suggestions.search([]))

    def test_what_was_returned_or_long_ago_does_not_count(self):
        for other in self.others:
            self._invoice(other, "2026-02-07", (self.nut, 20, 1), move_type="out_refund")
        old = self.env["product.product"].create({"name": "Test old"})
        for other in self.others:
            self._invoice(other, "2025-03-11", (old, 1, 1))
        rows = self._get_suggestions(self.salesperson_a, self.alfa)
        self.assertEqual(rows.product_id, self.transport)

    def test_what_the_customer_returned_is_not_suggested(self):
        self._invoice(self.alfa, "2026-01-06", (self.nut, 1, 8))
        self._invoice(self.alfa, "2026-01-07", (self.nut, 1, 8), move_type="out_refund")
        rows = self._get_suggestions(self.salesperson_a, self.alfa)
        self.assertEqual(rows.product_id, self.transport)

    def test_what_is_not_sold_any_more_is_not_suggested(self):
        self.nut.sale_ok = False
        self.transport.active = False
        self.assertFalse(self._get_suggestions(self.salesperson_a, self.alfa))

    def test_turnover_of_several_currencies_is_empty(self):
        both = self.company | self.other_company
        self._invoice(self.others[0], "2026-01-05", (self.nut, 1, 8), company=self.other_company)
        nut, transport = self._get_suggestions(self.analyst, self.alfa, both)
        self.assertRecordValues(
            nut, [{"customer_count": 3, "company_currency_id": False, "turnover": 0}]
        )
        self.assertRecordValues(transport, [{"company_currency_id": self.pln.id, "turnover": 50}])

    def test_only_from_what_the_reader_may_read(self):
        self.assertFalse(self._get_suggestions(self.salesperson_b, self.alfa))
        for user in (self.team_leader, self.analyst):
            with self.subTest(user=user.name):
                rows = self._get_suggestions(user, self.alfa)
                self.assertEqual(rows.product_id, self.nut | self.transport)
        # what another salesperson sold to the customer is unknown to salesperson A
        self._invoice(self.alfa, "2026-01-06", (self.nut, 1, 8), by=self.salesperson_b)
        rows = self._get_suggestions(self.salesperson_a, self.alfa)
        self.assertEqual(rows.product_id, self.nut | self.transport)
        rows = self._get_suggestions(self.analyst, self.alfa)
        self.assertEqual(rows.product_id, self.transport)

    def test_customer_that_may_not_be_read(self):
        self.alfa.company_id = self.other_company
        suggestions = self.env["isof.assortment.suggestion"].with_user(self.salesperson_a)
        self._forget()
        with self.assertRaises(AccessError):
            suggestions.with_context(isof_partner_id=self.alfa.id).search([])

    def test_drill_down_to_the_facts(self):
        self._invoice(self.beta, "2026-02-05", (self.nut, 4, 8))
        nut = self._get_suggestions(self.salesperson_a, self.alfa)[0]
        action = nut.action_open_facts()
        facts = nut.env[action["res_model"]].search(action["domain"])
        self.assertEqual(facts.partner_id, self.others)
        self.assertEqual(facts.product_id, self.nut)
        self.assertEqual(sum(facts.mapped("sold_net")), nut.turnover)

    def test_query_budget(self):
        suggestions = self.env["isof.assortment.suggestion"].with_user(self.salesperson_a)
        suggestions = suggestions.with_context(isof_partner_id=self.alfa.id)
        specification = {"product_id": {"fields": {"display_name": {}}}, "share": {}}
        suggestions.web_search_read([], specification)  # caches of the registry
        self._forget()
        with self.assertQueryCount(10):
            result = suggestions.web_search_read([], specification, limit=80)
        self.assertEqual(result["length"], 2)
