from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import ActivityCommon


@tagged("post_install", "-at_install")
class TestAffiliation(ActivityCommon):
    """A person with a part in several companies."""

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
            self._affiliate() | self._affiliate(date_from=today) | self._affiliate(date_to=today)
        )
        past = self._affiliate(date_to=date(2026, 3, 10))
        future = self._affiliate(date_from=date(2026, 3, 12))
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
