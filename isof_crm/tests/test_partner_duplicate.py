from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ActivityCommon


@tagged("post_install", "-at_install")
class TestPartnerDuplicate(ActivityCommon):
    """Contacts that are probably one and the same are found and handed to the merge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Zephyr Trade", "Quantum Ltd")]
        )

    def _search(self, *criteria, user=None):
        wizard = (
            self.env["isof.partner.duplicate.wizard"]
            .with_user(user or self.salesperson_a)
            .create(
                {
                    "partner_id": self.first.id,
                    **{
                        f"by_{name}": name in criteria for name in ("vat", "email", "phone", "name")
                    },
                }
            )
        )
        wizard.action_search()
        return wizard.line_ids

    def test_each_criterion(self):
        for criterion, values, reason in (
            ("email", ({"email": "Z@example.com"}, {"email": "z@example.com"}), "same e-mail"),
            (
                "phone",
                ({"phone": "+48 22 333 44 55"}, {"phone": "+48223334455"}),
                "same phone",
            ),
            ("vat", ({"vat": "PL 525-000-10-90"}, {"vat": "5250001090"}), "same tax ID"),
            (
                "name",
                (
                    {"name": "Zephyr Trade", "city": "Gdynia"},
                    {"name": "Zephyr Trades", "city": "gdynia"},
                ),
                "similar name",
            ),
        ):
            with self.subTest(criterion=criterion):
                self.assertFalse(self._search(criterion))
                self.first.with_context(no_vat_validation=True).write(values[0])
                self.second.with_context(no_vat_validation=True).write(values[1])
                line = self._search(criterion)
                self.assertEqual(line.partner_ids, self.first | self.second)
                self.assertEqual(line.reason, reason)

    def test_no_criterion(self):
        with self.assertRefused(UserError, "Choose at least one sign"):
            self._search()

    def test_colleagues_are_no_duplicates(self):
        (self.alfa_anna | self.alfa_adam).email = "office@example.com"
        self.first = self.alfa_anna
        self.assertFalse(self._search("email"))

    def test_only_readable(self):
        self.second.company_id = self.other_company
        (self.first | self.second).email = "z@example.com"
        self.assertFalse(self._search("email"))

    def test_merge_handed_over(self):
        (self.first | self.second).email = "z@example.com"
        action = self._search("email").action_merge()
        self.assertEqual(action["res_model"], "base.partner.merge.automatic.wizard")
        self.assertEqual(set(action["context"]["active_ids"]), {self.first.id, self.second.id})
