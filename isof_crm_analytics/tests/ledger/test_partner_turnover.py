from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .turnover_common import TurnoverCommon


@tagged("post_install", "-at_install")
class TestPartnerTurnover(TurnoverCommon):
    def _get_card(self, user, partner=None, companies=None, lang=None):
        """Return the texts of the rows of the card that the user sees, or None."""
        self._forget()
        partner = (partner or self.alfa).with_user(user).with_context(lang=lang)
        if companies:
            partner = partner.with_context(allowed_company_ids=companies.ids)
        card = partner.isof_turnover_card
        if not card:
            return None
        rows = html.fromstring(card).xpath("//tr | //p")
        return [" ".join(row.text_content().split()) for row in rows]

    # What it says

    def test_this_year_and_last_year(self):
        self._invoice(self.alfa, "2025-03-11", (self.bolt, 10, 10))
        self._invoice(self.alfa, "2025-03-12", (self.bolt, 10, 20))
        self._invoice(self.alfa, "2024-12-31", (self.bolt, 10, 99))
        self._invoice(self.alfa, "2026-01-01", (self.bolt, 10, 9))
        last = self._invoice(self.alfa, "2026-03-11", (self.bolt, 10, 6), (self.nut, 1, 0))
        self.assertEqual(
            self._get_card(self.salesperson_a),
            [
                "This year 150.00 zł",
                "Last year until this day 100.00 zł",
                "Change +50.00 zł (+50.0%)",
                "Whole last year 300.00 zł",
                f"Last purchase: 03/11/2026 {last.name}",
                "Top products of 12 months",
                "Test bolt 350.00 zł",
            ],
        )

    def test_sales_to_contacts_are_sales_to_the_company(self):
        self._invoice(self.alfa_anna, "2026-01-05", (self.bolt, 10, 8))
        self._invoice(self.alfa_adam, "2026-01-05", (self.bolt, 1, 8))
        self._invoice(self.beta_barbara, "2026-01-05", (self.bolt, 100, 8))
        for partner in (self.alfa, self.alfa_anna):
            with self.subTest(partner=partner.name):
                card = self._get_card(self.salesperson_a, partner)
                self.assertEqual(card[0], "This year 88.00 zł")

    def test_credit_notes(self):
        invoice = self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8), (self.nut, 1, 5))
        self._invoice(self.alfa, "2026-02-05", (self.bolt, 10, 8), move_type="out_refund")
        card = self._get_card(self.salesperson_a)
        self.assertEqual(card[0], "This year 5.00 zł")
        self.assertIn(f"Last purchase: 01/05/2026 {invoice.name}", card)
        self.assertIn("Test nut 5.00 zł", card)
        self.assertNotIn("Test bolt", " ".join(card))

    def test_nothing_to_compare_with(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self.assertEqual(self._get_card(self.salesperson_a)[2], "Change +80.00 zł")

    def test_less_than_last_year(self):
        self._invoice(self.alfa, "2025-01-05", (self.bolt, 10, 8))
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 5, 8))
        self.assertEqual(self._get_card(self.salesperson_a)[2], "Change -40.00 zł (-50.0%)")

    def test_only_a_sale_of_long_ago(self):
        invoice = self._invoice(self.alfa, "2020-01-05", (self.bolt, 10, 8))
        self.assertEqual(
            self._get_card(self.salesperson_a), [f"Last purchase: 01/05/2020 {invoice.name}"]
        )

    def test_five_top_products(self):
        products = self.env["product.product"].create(
            [{"name": f"Product {number}", "taxes_id": False} for number in range(1, 7)]
        )
        self._invoice(
            self.alfa,
            "2026-01-05",
            *[(product, 1, 10 * number) for number, product in enumerate(products, 1)],
        )
        card = self._get_card(self.salesperson_a)
        self.assertEqual(
            card[card.index("Top products of 12 months") + 1 :],
            [f"Product {number} {number * 10}.00 zł" for number in (6, 5, 4, 3, 2)],
        )

    def test_last_day_of_february(self):
        self._invoice(self.alfa, "2023-02-28", (self.bolt, 1, 8))
        self._forget()
        partner = self.alfa.with_user(self.salesperson_a)
        with freeze_time("2024-02-29 12:00:00"):
            [figures] = partner._get_isof_turnovers()[partner]
        self.assertEqual(figures["last_year_to_date"], 8)

    def test_no_sales(self):
        self.assertIsNone(self._get_card(self.salesperson_a))
        self.assertEqual(self.alfa.with_user(self.salesperson_a).isof_turnover, "")

    def test_new_contractor(self):
        with Form(self.env["res.partner"].with_user(self.salesperson_a)) as form:
            form.name = "Delta"
            self.assertFalse(form.isof_turnover_card)

    # Companies and currencies

    def test_a_column_a_currency(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self._invoice(self.alfa, "2026-01-05", (self.nut, 10, 40), company=self.other_company)
        both = self.company | self.other_company
        card = self._get_card(self.analyst, companies=both)
        self.assertEqual(card[0].split(" ", 2)[:2], ["This", "year"])
        for text in ("80.00 zł", "400.00 Kč"):
            self.assertIn(text, card[0])
        self.assertIn("Test bolt 80.00 zł", card)
        self.assertIn("Test nut 400.00 Kč", card)
        alfa = self.alfa.with_user(self.analyst).with_context(allowed_company_ids=both.ids)
        self.assertEqual(
            set(alfa.isof_turnover.replace("\xa0", " ").split(" · ")), {"80.00 zł", "400.00 Kč"}
        )

    def test_only_the_companies_in_use(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 40), company=self.other_company)
        for company, text in ((self.company, "80.00 zł"), (self.other_company, "400.00 Kč")):
            with self.subTest(company=company.name):
                card = self._get_card(self.analyst, companies=company)
                self.assertEqual(card[0], f"This year {text}")

    # Rights

    def test_own_team_and_all(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8), by=self.salesperson_a)
        self._invoice(self.alfa, "2026-02-05", (self.bolt, 5, 9), by=self.salesperson_b)
        for user, amount in (
            (self.salesperson_a, 80),
            (self.salesperson_b, 45),
            (self.team_leader, 80),
            (self.analyst, 125),
            (self.manager, 125),
        ):
            with self.subTest(user=user.name):
                self.assertEqual(self._get_card(user)[0], f"This year {amount}.00 zł")

    def test_margin_by_role(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self.assertIn("Margin this year 20.00 zł (25.0%)", self._get_card(self.manager))
        for user in (self.salesperson_a, self.team_leader, self.analyst):
            with self.subTest(user=user.name):
                self.assertNotIn("Margin", " ".join(self._get_card(user)))

    def test_margin_is_of_what_has_a_known_cost(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self.bolt.standard_price = 0
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 5, 8))
        self._invoice(self.beta, "2026-01-05", (self.bolt, 5, 8))
        card = self._get_card(self.manager)
        self.assertIn("Margin this year 20.00 zł (25.0%)", card)
        self.assertIn("Turnover with known cost 80.00 zł (66.7%)", card)
        card = self._get_card(self.manager, self.beta)
        self.assertIn("Margin this year –", card)
        self.assertIn("Turnover with known cost 0.00 zł (0.0%)", card)

    def test_not_without_the_role(self):
        self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        self._forget()
        alfa = self.alfa.with_user(self.outsider)
        self.assertNotIn("isof_turnover_card", alfa.fields_get())
        for name in ("isof_turnover_card", "isof_turnover"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                alfa.read([name])
        self.assertNotIn("isof_turnover_card", alfa.get_view(view_type="form")["arch"])

    def test_link_only_to_a_document_that_opens(self):
        invoice = self._invoice(self.alfa, "2026-01-05", (self.bolt, 10, 8))
        link = f'href="/odoo/account.move/{invoice.id}"'
        self._forget()
        self.assertNotIn(link, self.alfa.with_user(self.salesperson_a).isof_turnover_card)
        self.manager.group_ids += self.env.ref("account.group_account_readonly")
        self._forget()
        self.assertIn(link, self.alfa.with_user(self.manager).isof_turnover_card)

    # Actions

    def test_statement_of_the_customer(self):
        self._invoice(self.alfa_anna, "2026-01-05", (self.bolt, 10, 8))
        self._invoice(self.beta, "2026-01-05", (self.bolt, 1, 8))
        self._forget()
        action = self.alfa_anna.with_user(self.salesperson_a).action_open_isof_turnover()
        facts = self.env[action["res_model"]].with_user(self.salesperson_a)
        self.assertEqual(facts.search(action["domain"]).mapped("sold_net"), [80])

    def test_assortment_of_the_customer(self):
        self._invoice(self.alfa_anna, "2026-01-05", (self.bolt, 10, 8))
        self._invoice(self.beta, "2026-01-05", (self.nut, 1, 8))
        self._forget()
        action = self.alfa_anna.with_user(self.salesperson_a).action_open_isof_assortment()
        report = self.env[action["res_model"]].with_user(self.salesperson_a)
        self.assertEqual(report.search(action["domain"]).product_id, self.bolt)

    # Speed

    def test_query_budget(self):
        partners = self.alfa | self.beta | self.gamma
        for partner in partners:
            self._invoice(partner, "2025-02-05", (self.bolt, 10, 8), (self.nut, 1, 1))
            self._invoice(partner, "2026-01-05", (self.bolt, 10, 8), (self.nut, 1, 1))
        for users_partners in (self.alfa, partners):
            readers = users_partners.with_user(self.manager)
            readers.mapped("isof_turnover_card")  # caches of the registry
            self._forget()
            with self.subTest(partners=len(readers)), self.assertQueryCount(25):
                readers.mapped("isof_turnover_card")
