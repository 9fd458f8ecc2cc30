from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestAffiliation(ActivityCommon):
    """A person with a part in several companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.role, cls.other_role = cls.env["isof.affiliation.role"].create(
            [{"name": "Adviser"}, {"name": "Owner"}]
        )

    @classmethod
    def _affiliate(cls, **vals):
        return cls.env["isof.affiliation"].create(
            {"person_id": cls.alfa_anna.id, "organization_id": cls.beta.id, **vals}
        )

    def test_companies(self):
        theirs = self.env["res.partner"].create(
            {"name": "Theirs", "is_company": True, "company_id": self.other_company.id}
        )
        ours = self._affiliate()
        affiliations = ours | self._affiliate(organization_id=theirs.id)
        domain = [("id", "in", affiliations.ids)]
        Affiliation = self.env["isof.affiliation"]
        self.assertEqual(Affiliation.with_user(self.salesperson_a).search(domain), ours)
        self.assertEqual(
            Affiliation.with_user(self.foreign_salesperson).search(domain), affiliations
        )
        with self.assertRefused(AccessError, "Affiliation"):
            (affiliations - ours).with_user(self.salesperson_a).write({"note": "x"})
        with self.assertRefused(AccessError, "Affiliation"):
            ours.with_user(self.outsider).write({"note": "x"})

    def test_current_by_dates(self):
        today = date(2026, 3, 11)
        current = (
            self._affiliate()
            | self._affiliate(date_from=today, role_id=self.role.id)
            | self._affiliate(date_to=today)
        )
        past = self._affiliate(date_to=date(2026, 3, 10))
        future = self._affiliate(date_from=date(2026, 3, 12), role_id=self.other_role.id)
        self.assertEqual(self.alfa_anna.isof_affiliation_ids, current | past | future)
        self.assertEqual(self.beta.isof_affiliated_person_ids, current | past | future)
        self.assertEqual(self.beta.isof_affiliated_person_ids.filtered("is_current"), current)
        found = self.env["isof.affiliation"].search(
            [("is_current", "=", True), ("organization_id", "=", self.beta.id)]
        )
        self.assertEqual(found, current)
        self.assertEqual(
            self.env["isof.affiliation"].search(
                [("is_current", "=", False), ("organization_id", "=", self.beta.id)]
            ),
            past | future,
        )

    def test_dates_in_order(self):
        with self.assertDatabaseRefuses("cannot end before it begins"):
            self._affiliate(date_from=date(2026, 3, 11), date_to=date(2026, 3, 10))

    def test_the_same_without_an_end_once(self):
        """With an end, or in another role, a person may be in a company again."""
        for role in (self.env["isof.affiliation.role"], self.role):
            self._affiliate(role_id=role.id)
            self._affiliate(role_id=role.id, date_to=date(2026, 3, 10))
            with (
                self.subTest(role=role.name),
                self.assertDatabaseRefuses("in the same role already, without an end"),
                self.env.cr.savepoint(),
            ):
                self._affiliate(role_id=role.id, date_from=date(2026, 3, 11))
        self._affiliate(role_id=self.other_role.id)
        self.env.cr.execute(
            "SELECT FROM pg_indexes WHERE indexname = 'isof_affiliation_open_uniq'"
            " AND indexdef LIKE 'CREATE UNIQUE INDEX%%'"
        )
        self.assertTrue(self.env.cr.rowcount)

    def test_merged_without_an_end_once(self):
        double = self.env["res.partner"].create({"name": "Beta", "is_company": True})
        kept = self._affiliate(date_from=date(2026, 2, 1), note="since the fair")
        self._affiliate(
            organization_id=double.id, date_from=date(2026, 1, 1), note="knows the owner"
        )
        past = self._affiliate(organization_id=double.id, date_to=date(2025, 1, 1))
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.beta | double).ids, self.beta, extra_checks=False
        )
        self.assertEqual(self.alfa_anna.isof_affiliation_ids, kept | past)
        self.assertRecordValues(
            kept, [{"date_from": date(2026, 1, 1), "note": "knows the owner; since the fair"}]
        )

    def test_not_with_itself(self):
        with self.assertDatabaseRefuses("cannot be affiliated with itself"):
            self._affiliate(organization_id=self.alfa_anna.id)

    def test_contact_person_of_each_company(self):
        affiliation = self._affiliate()
        form = Form(self.env["isof.activity"].with_user(self.salesperson_a))
        form.partner_id = self.alfa
        form.contact_id = self.alfa_anna
        form.partner_id = self.beta
        self.assertEqual(form.contact_id, self.alfa_anna)
        affiliation.date_to = date(2026, 3, 10)
        form.partner_id = self.alfa
        form.partner_id = self.beta
        self.assertFalse(form.contact_id)
