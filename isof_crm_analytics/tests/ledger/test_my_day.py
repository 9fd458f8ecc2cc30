from datetime import date

from ..common import TradeCommon


class TestMyDay(TradeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson_a.group_ids += cls.env.ref("isof_crm_analytics.group_own")
        # March 11 is today: 80 this month, 40 by March 11 last year
        cls.invoice = cls._create_invoice()
        cls._create_invoice({"quantity": 5}, invoice_date=date(2025, 3, 11))
        cls._create_invoice({"quantity": 7}, invoice_date=date(2025, 3, 12))
        cls._create_invoice({"quantity": 9}, invoice_date=date(2026, 2, 28))
        cls._create_invoice({"quantity": 2}, invoice_user_id=cls.salesperson_b.id)

    def _get_rows(self, user):
        panels = self.env["isof.my.day"].with_user(user).with_context(lang="en_US").get_day()
        titled = [p for p in panels["panels"] if p["title"] == "Sales This Month so Far"]
        return titled and {row["label"]: row for row in titled[0]["rows"]}

    def _get_figure(self, row):
        return "".join(sign for sign in row["value"] if sign in "0123456789.")

    def test_own_sales_against_last_year(self):
        rows = self._get_rows(self.salesperson_a)
        self.assertEqual(self._get_figure(rows["Sold"]), "80.00")
        self.assertEqual(rows["Sold"]["trend"], "up")
        self.assertEqual(rows["Sold"]["detail"], "100.0 % to last year")
        self.assertNotIn("Margin", rows)

    def test_managers_see_all_with_margin(self):
        """12 bolts are sold for 96 and cost 60; last year 5 for 40 and cost 25."""
        rows = self._get_rows(self.manager)
        self.assertEqual(self._get_figure(rows["Sold"]), "96.00")
        self.assertEqual(self._get_figure(rows["Margin"]), "36.00")
        self.assertEqual(rows["Margin"]["detail"], "140.0 % to last year")

    def test_less_than_last_year(self):
        """Without the 80 that are credited 16 are left of the 40 of last year."""
        self._create_credit_note(self.invoice)
        row = self._get_rows(self.manager)["Sold"]
        self.assertEqual(self._get_figure(row), "16.00")
        self.assertEqual((row["trend"], row["detail"]), ("down", "60.0 % to last year"))

    def test_who_sees_no_figures_has_no_panel(self):
        plain = self._create_user("plain", "isof_crm.group_user")
        self.assertEqual(self._get_rows(plain), [])
