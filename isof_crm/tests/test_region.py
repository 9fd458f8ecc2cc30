from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ActivityCommon


@tagged("post_install", "-at_install")
class TestRegion(ActivityCommon):
    """Contractors are put in regions by the nearest rule, or by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["isof.region.rule"].search([]).unlink()
        cls.country = cls.env["res.country"].create({"name": "Testland", "code": "ZZ"})
        cls.state, cls.other_state = cls.env["res.country.state"].create(
            [
                {"name": name, "code": code, "country_id": cls.country.id}
                for name, code in (("North", "N"), ("South", "S"))
            ]
        )
        cls.region_state, cls.region_zip = cls.env["isof.region"].create(
            [{"name": "Test State"}, {"name": "Test ZIP"}]
        )
        cls.rule_country = cls._create_rule(cls.region_poland)
        cls.rule_state = cls._create_rule(cls.region_state, state_id=cls.state.id)
        cls.rule_zip = cls._create_rule(cls.region_zip, zip_from="10000", zip_to="19999")
        cls.customer = cls._create_customer(state_id=cls.state.id, zip="15-000")

    @classmethod
    def _create_rule(cls, region, **vals):
        return cls.env["isof.region.rule"].create(
            {"region_id": region.id, "country_id": cls.country.id, **vals}
        )

    @classmethod
    def _create_customer(cls, **vals):
        return cls.env["res.partner"].create(
            {"name": "Omega", "is_company": True, "country_id": cls.country.id, **vals}
        )

    def test_nearest_rule_wins(self):
        self.assertEqual(self.customer.isof_region_id, self.region_zip)
        self.customer.zip = "20000"
        self.assertEqual(self.customer.isof_region_id, self.region_state)
        self.customer.state_id = self.other_state
        self.assertEqual(self.customer.isof_region_id, self.region_poland)
        self.customer.country_id = False
        self.assertFalse(self.customer.isof_region_id)

    def test_zip_ranges_refused(self):
        for first, last, message in (
            ("30000", "20000", "the first ZIP code is after the last"),
            ("3000", "40000", "same number of characters"),
            ("30000", False, "is no range of ZIP codes"),
            ("19000", "20000", "overlap: .*10000 – 19999 .Test ZIP. and 19000 – 20000"),
        ):
            with (
                self.subTest(first=first, last=last),
                self.assertRefused(ValidationError, message),
                self.env.cr.savepoint(),
            ):
                self._create_rule(self.region_state, zip_from=first, zip_to=last)

    def test_polish_zip_format(self):
        poland = self.env.ref("base.pl")
        with self.assertRefused(ValidationError, "in Poland as 00-000"):
            self._create_rule(
                self.region_zip, country_id=poland.id, zip_from="0-000", zip_to="05-999"
            )

    def test_state_of_another_country_refused(self):
        with self.assertRefused(ValidationError, "North does not lie in Poland"):
            self._create_rule(
                self.region_zip, country_id=self.env.ref("base.pl").id, state_id=self.state.id
            )

    def test_same_rule_twice_refused(self):
        with self.assertDatabaseRefuses("Another region rule covers the same"):
            self._create_rule(self.region_zip, state_id=self.state.id)

    def test_manual_choice_kept_until_cleared(self):
        self.customer.isof_region_id = self.region_mazovia
        self.assertTrue(self.customer.isof_region_manual)
        self.customer.zip = "20000"
        self.rule_zip.zip_to = "29999"
        self.assertEqual(self.customer.isof_region_id, self.region_mazovia)
        self.customer.isof_region_id = False
        self.assertFalse(self.customer.isof_region_manual)
        self.assertEqual(self.customer.isof_region_id, self.region_zip)

    def test_form_does_not_mark_what_the_rules_found(self):
        form = Form(self.env["res.partner"])
        form.name = "Sigma"
        form.country_id = self.country
        form.zip = "15000"
        customer = form.save()
        self.assertEqual(customer.isof_region_id, self.region_zip)
        self.assertFalse(customer.isof_region_manual)
        with Form(customer) as form:
            form.isof_region_id = self.region_mazovia
        self.assertTrue(customer.isof_region_manual)
        self.assertEqual(customer.isof_region_id, self.region_mazovia)

    def test_rule_changes_reassign(self):
        self.rule_zip.zip_to = "14999"
        self.assertEqual(self.customer.isof_region_id, self.region_state)
        rule = self._create_rule(self.region_mazovia, zip_from="15000", zip_to="15999")
        self.assertEqual(self.customer.isof_region_id, self.region_mazovia)
        rule.unlink()
        self.assertEqual(self.customer.isof_region_id, self.region_state)
        self.region_state.active = False
        self.assertEqual(self.customer.isof_region_id, self.region_poland)
        self.region_state.active = True
        self.assertEqual(self.customer.isof_region_id, self.region_state)

    def test_region_without_rules_can_be_archived(self):
        self.region_pomerania.active = False
        self.assertFalse(self.region_pomerania.active)

    def test_many_contacts_left_to_the_scheduled_action(self):
        customers = self.customer | self._create_customer(zip="15000")
        cron = self.env.ref("isof_crm.ir_cron_region")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        module = "odoo.addons.isof_crm.models.res_partner_marketing"
        with patch(f"{module}.INLINE_LIMIT", 1):
            self.rule_zip.region_id = self.region_mazovia
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), before + 1
        )
        self.assertEqual(customers.mapped("isof_region_stale"), [True, True])
        self.assertEqual(customers.isof_region_id, self.region_zip)
        batches = []

        def keep(cron, processed=0, **_kwargs):
            batches.append(processed)
            return 60.0

        with (
            patch(f"{module}.BATCH_SIZE", 1),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", keep),
        ):
            self.env["res.partner"]._cron_refresh_isof_regions()
        self.assertEqual(batches, [0, 1, 1])
        self.assertEqual(customers.mapped("isof_region_stale"), [False, False])
        self.assertEqual(customers.isof_region_id, self.region_mazovia)

    def test_region_of_a_company_is_for_its_contacts(self):
        self.region_zip.company_id = self.other_company
        self.assertEqual(self.customer.isof_region_id, self.region_state)
        foreign = self._create_customer(zip="15000", company_id=self.other_company.id)
        self.assertEqual(foreign.isof_region_id, self.region_zip)
        own = self._create_customer(zip="15000", company_id=self.company.id)
        self.assertEqual(own.isof_region_id, self.region_poland)

    def test_generator(self):
        poland = self.env.ref("base.pl")
        wizard = self.env["isof.region.generate"].create(
            {"country_id": poland.id, "parent_id": self.region_poland.id}
        )
        self.assertEqual(len(wizard.state_ids), 16)
        before = self.region_poland.child_ids
        wizard.action_generate()
        regions = self.region_poland.child_ids - before
        self.assertEqual(regions.rule_ids.state_id, poland.state_ids)
        self.env["isof.region.generate"].create({"country_id": poland.id}).action_generate()
        self.assertEqual(
            self.env["isof.region.rule"].search_count([("country_id", "=", poland.id)]), 16
        )

    def test_cycle_refused(self):
        with self.assertRefused(UserError, "Recursion Detected"):
            self.region_poland.parent_id = self.region_mazovia

    def test_rights(self):
        marketer = self._create_user("marketer", "isof_crm.group_marketing")
        self.region_zip.with_user(marketer).write(
            {"rule_ids": [Command.update(self.rule_zip.id, {"zip_to": "14999"})]}
        )
        self.assertEqual(self.customer.isof_region_id, self.region_state)
        with self.assertRefused(AccessError, "Region Rule"):
            self.rule_zip.with_user(self.team_leader).zip_to = "19999"
