from unittest.mock import patch

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestPrefetchedNames(TransactionCase):
    """What is read at once is what Odoo computes for each contractor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"].with_context(tracking_disable=True)
        company = partners.create({"name": "Alfa Hurt", "is_company": True, "vat": "PL5250001009"})
        cls.named = company | partners.create(
            [
                {"name": "Anna Nowak", "parent_id": company.id},
                {"name": "Jan Lis", "company_name": "Lis i Syn", "email": "jan@lis.example"},
                {"name": "Branch", "parent_id": company.id, "is_company": True, "active": False},
            ]
        )
        cls.unnamed = partners.create(
            [
                {"parent_id": company.id, "type": "delivery"},
                {"company_name": "Nobody's", "type": "invoice"},
            ]
        )
        cls.partners = cls.named | cls.unnamed
        cls.env["res.lang"]._activate_lang("pl_PL")

    def _read(self, partners, is_prefetched):
        """Return what contractors are called, and how many of them Odoo had to compute."""
        partners.invalidate_recordset(flush=True)
        if is_prefetched:
            partners._isof_prefetch_names()
        compute, computed = type(partners)._compute_display_name, []

        def count(records):
            computed.extend(records.ids)
            return compute(records)

        with patch.object(type(partners), "_compute_display_name", count):
            names = [partner.display_name for partner in partners]
        return names, len(computed)

    def test_names_are_those_of_odoo(self):
        for lang in ("en_US", "pl_PL"):
            with self.subTest(lang):
                partners = self.partners.with_context(lang=lang)
                expected, computed = self._read(partners, False)
                self.assertEqual(computed, len(partners))
                self.assertEqual(self._read(partners, True)[0], expected)
        self.assertEqual(self._read(self.named, True)[1], 0)
        with self.assertQueryCount(1):
            self._read(self.named, True)

    def test_more_than_names_is_left_to_odoo(self):
        for key in ("show_vat", "show_email", "show_address", "formatted_display_name"):
            with self.subTest(key):
                partners = self.partners.with_context(**{key: True})
                expected, computed = self._read(partners, False)
                self.assertEqual(self._read(partners, True), (expected, computed))

    def test_pending_change_is_read(self):
        self.named[0].name = "Beta Hurt"
        self.named._isof_prefetch_names()
        self.assertEqual(self.named[0].display_name, "Beta Hurt")
        self.assertEqual(self.named[1].display_name, "Beta Hurt, Anna Nowak")

    def test_another_add_on_names_them(self):
        """Whatever the add-on says, all is left to it."""
        model = type(self.named)
        other = type("Other", (), {"_compute_display_name": lambda records: None})
        other.__module__ = "odoo.addons.other.models.res_partner"
        with patch.object(model, "mro", lambda: [other, *model.__mro__]):
            self.assertFalse(self.named._isof_is_named_by("base", ()))
        self.assertTrue(self.named._isof_is_named_by("base", ()))
