from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..common import ActivityCommon


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
        self.assertEqual(self.customer.isof_region_id, self.region_poland, "by its state")
        self.customer.state_id = False
        self.assertFalse(self.customer.isof_region_id)

    def test_zip_codes_with_the_letters_of_the_country(self):
        """Who writes the country before the ZIP code is in the same region as who does not."""
        self._set_up_poland()
        for zip_code in ("80-299", "80299", " 80-299 Gdańsk", "PL-80-299", "pl 80-299", "PL80299"):
            with self.subTest(zip_code):
                customer = self._create_customer(country_id=self.poland.id, zip=zip_code)
                self.assertEqual(customer.isof_region_id, self.region_coast)

    def _set_up_poland(self):
        self.poland = self.env.ref("base.pl")
        self.region_coast = self.env["isof.region"].create({"name": "Coast"})
        self._create_rule(
            self.region_coast, country_id=self.poland.id, zip_from="PL-80-000", zip_to="84-999"
        )

    def test_without_a_country(self):
        """A contact without a country is of its company's, unless the ZIP code says otherwise."""
        self._set_up_poland()
        first = self.env["res.company"].search([], order="id", limit=1)
        first.country_id = self.poland
        self.other_company.country_id = self.env.ref("base.cz")
        shared, foreign, theirs = (
            self._create_customer(country_id=False, zip=zip_code, company_id=company)
            for zip_code, company in (
                ("80-299", False),
                ("CZ-802 99", False),
                ("80-299", self.other_company.id),
            )
        )
        self.assertEqual(shared.isof_region_id, self.region_coast)
        self.assertFalse((foreign | theirs).isof_region_id)
        self.other_company.country_id = self.poland
        self.assertEqual(theirs.isof_region_id, self.region_coast, "the company has moved")
        first.country_id = self.country
        self.assertEqual(shared.isof_region_id, self.region_poland, "the rule of that country")
        self.assertEqual(theirs.isof_region_id, self.region_coast)
        self.assertFalse(self.env["res.partner"]._find_isof_region_moves(SQL("TRUE")))

    def test_the_same_zip_codes_written_otherwise_overlap(self):
        self._set_up_poland()
        with self.assertRefused(ValidationError, "overlap"):
            self._create_rule(
                self.region_zip, country_id=self.poland.id, zip_from="80-000", zip_to="80-999"
            )

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

    def test_only_those_that_move_are_touched(self):
        """A rule for one town is no work for the whole country."""
        stays = self._create_customer(zip="20000")
        archived = self._create_customer(zip="15000", active=False)
        before = datetime(2020, 1, 1)
        (self.customer | stays | archived).flush_recordset()
        self.env.cr.execute("UPDATE res_partner SET write_date = %s", [before])
        self.env.invalidate_all()
        self.rule_zip.region_id = self.region_mazovia
        self.assertEqual((self.customer | archived).isof_region_id, self.region_mazovia)
        self.assertEqual(stays.isof_region_id, self.region_poland)
        self.assertEqual(stays.write_date, before)
        self.assertGreater(self.customer.write_date, before)

    def test_rules_leave_no_trace_in_the_chatter(self):
        """Who chooses a region is told there; what rules do to thousands is not."""
        customer, rule = (record.with_context({}) for record in (self.customer, self.rule_zip))
        self.env.flush_all()
        self.env.cr.flush()
        before = customer.message_ids
        rule.region_id = self.region_mazovia
        self.env.cr.flush()
        self.assertEqual(customer.isof_region_id, self.region_mazovia)
        self.assertEqual(customer.message_ids, before)
        customer.isof_region_id = self.region_pomerania
        self.env.flush_all()
        self.env.cr.flush()
        tracked = (customer.message_ids - before).sudo().tracking_value_ids
        self.assertIn(self.region_pomerania.complete_name, tracked.mapped("new_value_char"))

    def test_many_contacts_left_to_the_scheduled_action(self):
        chosen = self._create_customer(zip="15000")
        customers = self.customer | self._create_customer(zip="15000")
        cron = self.env.ref("isof_crm.ir_cron_region")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        module = "odoo.addons.isof_crm.models.contractor.res_partner_marketing"
        with patch(f"{module}.INLINE_LIMIT", 1):
            self.rule_zip.region_id = self.region_mazovia
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), before + 1
        )
        self.assertEqual(customers.isof_region_id, self.region_zip)
        batches = []

        def keep(cron, processed=0, **_kwargs):
            batches.extend([processed] if processed else [])
            # somebody works on while the first batch is kept
            if not chosen.isof_region_manual:
                chosen.isof_region_id = self.region_pomerania
                self.env.flush_all()
            return 60.0

        with (
            patch(f"{module}.BATCH_SIZE", 2),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", keep),
        ):
            self.env["res.partner"]._cron_refresh_isof_regions()
        self.assertEqual(batches, [2, 1])
        self.assertEqual(customers.isof_region_id, self.region_mazovia)
        self.assertRecordValues(
            chosen, [{"isof_region_id": self.region_pomerania.id, "isof_region_manual": True}]
        )

    def test_region_of_a_company_is_for_its_contacts(self):
        self.region_zip.company_id = self.other_company
        self.assertEqual(self.customer.isof_region_id, self.region_state)
        foreign = self._create_customer(zip="15000", company_id=self.other_company.id)
        self.assertEqual(foreign.isof_region_id, self.region_zip)
        own = self._create_customer(zip="15000", company_id=self.company.id)
        self.assertEqual(own.isof_region_id, self.region_poland)

    def _create_own_region(self, name, company=None):
        return self.env["isof.region"].create(
            {"name": name, "company_id": (company or self.company).id}
        )

    def test_own_rule_wins_over_a_shared_one(self):
        """Of the same place; a nearer one wins, whoever's it is."""
        own_zip = self._create_own_region("Own ZIP")
        own_state = self._create_own_region("Own state")
        own_country = self._create_own_region("Own country")
        self._create_rule(own_zip, zip_from="14000", zip_to="15999")
        self._create_rule(own_state, state_id=self.state.id)
        self._create_rule(own_country)
        company = self.company.id
        for vals, region in (
            ({"zip": "15000"}, own_zip),
            ({"zip": "17000", "state_id": self.state.id}, self.region_zip),
            ({"zip": "50000", "state_id": self.state.id}, own_state),
            ({"zip": "50000"}, own_country),
        ):
            with self.subTest(vals=vals):
                own = self._create_customer(company_id=company, **vals)
                self.assertEqual(own.isof_region_id, region)
                for other in (False, self.other_company.id):
                    shared = self._create_customer(company_id=other, **vals)
                    self.assertFalse(shared.isof_region_id.company_id)

    def test_places_are_taken_within_a_company(self):
        first, second = self._create_own_region("First"), self._create_own_region("Second")
        foreign = self._create_own_region("Foreign", self.other_company)
        self._create_rule(first, state_id=self.state.id)
        self._create_rule(foreign, state_id=self.state.id)
        self._create_rule(first, zip_from="10000", zip_to="14999")
        self._create_rule(foreign, zip_from="12000", zip_to="16999")
        with self.assertRefused(ValidationError, "overlap: .*First.*Second"):
            self._create_rule(second, zip_from="13000", zip_to="13999")
        with self.assertDatabaseRefuses("Another region rule covers the same"):
            self._create_rule(second, state_id=self.state.id)

    def test_region_given_to_a_company_where_its_place_is_taken(self):
        own = self._create_own_region("Own")
        self._create_rule(own, zip_from="15000", zip_to="15999")
        with (
            self.assertRefused(ValidationError, "overlap: .*Test ZIP.*Own"),
            self.env.cr.savepoint(),
        ):
            self.region_zip.company_id = self.company
        self._create_rule(own, state_id=self.state.id)
        with self.assertDatabaseRefuses("Another region rule covers the same"):
            self.region_state.company_id = self.company

    def test_place_is_unique_in_the_database(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'isof_region_rule_place_uniq'"
        )
        [definition] = self.env.cr.fetchone() or self.fail("no index keeps places unique")
        self.assertIn("UNIQUE", definition)
        self.assertIn("company_id", definition)

    def test_generator_covers_for_all_companies(self):
        poland = self.env.ref("base.pl")
        own = self._create_own_region("Own Silesia")
        silesia = self.env.ref("base.state_pl_sl")
        self._create_rule(own, country_id=poland.id, state_id=silesia.id)
        wizard = self.env["isof.region.generate"].create({"country_id": poland.id})
        self.assertIn(silesia, wizard.state_ids)

    def test_generator_does_not_count_archived_regions(self):
        poland = self.env.ref("base.pl")
        old = self.env["isof.region"].create({"name": "Old Silesia"})
        silesia = self.env.ref("base.state_pl_sl")
        self._create_rule(old, country_id=poland.id, state_id=silesia.id)
        wizard = self.env["isof.region.generate"].create({"country_id": poland.id})
        self.assertNotIn(silesia, wizard.state_ids)
        old.active = False
        wizard = self.env["isof.region.generate"].create({"country_id": poland.id})
        self.assertIn(silesia, wizard.state_ids)
        wizard.action_generate()
        rule = self.env["isof.region.rule"].search([("state_id", "=", silesia.id)])
        self.assertTrue(rule.region_id.active)
        self.assertEqual(len(rule), 1)

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


@tagged("post_install", "-at_install")
class TestRegionRights(ActivityCommon):
    """Who may change regions and groups, and whose they may be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = cls._create_user("marketer", "isof_crm.group_marketing")
        cls.country = cls.env["res.country"].create({"name": "Testland", "code": "ZZ"})
        cls.rule = cls.env["isof.region.rule"].create(
            {"region_id": cls.region_mazovia.id, "country_id": cls.country.id}
        )
        cls.group = cls.env["isof.partner.group"].create({"name": "Test Wholesale"})
        cls.own_region, cls.foreign_region = cls.env["isof.region"].create(
            [
                {"name": company.name, "company_id": company.id}
                for company in (cls.company, cls.other_company)
            ]
        )
        cls.foreign_group = cls.env["isof.partner.group"].create(
            {"name": "Foreign", "company_id": cls.other_company.id}
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Omega", "is_company": True, "country_id": cls.country.id}
        )

    def test_only_marketing_changes_them(self):
        for record, vals in (
            (self.region_mazovia, {"name": "Changed"}),
            (self.rule, {"region_id": self.region_pomerania.id}),
            (self.group, {"name": "Changed"}),
        ):
            for user in (self.outsider, self.salesperson_a, self.team_leader):
                with self.subTest(model=record._name, user=user.login):
                    own = record.with_user(user)
                    self.assertTrue(own.read(["display_name"]), "everybody reads it")
                    for operation in (
                        lambda own=own, vals=vals: own.write(vals),
                        lambda own=own: own.copy(),
                        lambda own=own: own.unlink(),
                    ):
                        with self.assertRefused(AccessError, record._description):
                            operation()
            record.with_user(self.marketer).write(vals)
        self.assertEqual(self.customer.isof_region_id, self.region_pomerania)

    def test_salesperson_chooses_a_region_by_hand(self):
        customer = self.customer.with_user(self.salesperson_a)
        customer.isof_region_id = self.region_pomerania
        self.assertTrue(self.customer.isof_region_manual)
        customer.isof_region_id = False
        self.assertEqual(self.customer.isof_region_id, self.region_mazovia)
        self.assertFalse(self.customer.isof_region_manual)

    def test_mark_is_taken_from_nobody(self):
        customer = self.customer.with_user(self.salesperson_a)
        customer.write({"isof_region_manual": True, "ref": "X"})
        self.assertRecordValues(self.customer, [{"isof_region_manual": False, "ref": "X"}])
        self.rule.region_id = self.region_pomerania
        self.assertEqual(self.customer.isof_region_id, self.region_pomerania)
        customer.write({"isof_region_id": self.region_mazovia.id, "isof_region_manual": False})
        self.assertTrue(self.customer.isof_region_manual)
        customer.write({"isof_region_manual": False})
        self.assertEqual(self.customer.isof_region_id, self.region_mazovia)
        self.assertTrue(self.customer.isof_region_manual)
        created = self.env["res.partner"].with_user(self.salesperson_a)
        forged = created.create({"name": "Forged", "isof_region_manual": True})
        self.assertFalse(forged.isof_region_manual)

    def test_of_another_company_neither_seen_nor_given(self):
        own = self.env["res.partner"].create({"name": "Own", "company_id": self.company.id})
        for field, foreign in (
            ("isof_region_id", self.foreign_region),
            ("isof_group_id", self.foreign_group),
        ):
            with self.subTest(field=field):
                theirs = foreign.with_user(self.salesperson_a)
                self.assertFalse(theirs.search([("id", "=", foreign.id)]))
                with self.assertRefused(AccessError, foreign._description):
                    theirs.read(["name"])
                for customer in (self.customer, own):
                    with (
                        self.assertRefused(AccessError, "you may not see what was chosen"),
                        self.env.cr.savepoint(),
                    ):
                        customer.with_user(self.salesperson_a).write({field: foreign.id})
        own.with_user(self.salesperson_a).isof_region_id = self.own_region
        self.assertEqual(own.isof_region_id, self.own_region)

    def test_trees_do_not_mix_companies(self):
        for model in ("isof.region", "isof.partner.group"):
            with self.subTest(model=model):
                foreign = self.env[model].create(
                    {"name": "Parent", "company_id": self.other_company.id}
                )
                with self.assertRefused(UserError, "company"), self.env.cr.savepoint():
                    self.env[model].create(
                        {"name": "Child", "parent_id": foreign.id, "company_id": self.company.id}
                    )
                child = self.env[model].create(
                    {"name": "Child", "parent_id": foreign.id, "company_id": self.other_company.id}
                )
                self.assertEqual(child.complete_name, "Parent / Child")
                with self.assertRefused(UserError, "company"), self.env.cr.savepoint():
                    foreign.company_id = self.company

    def test_not_given_to_a_company_over_the_heads_of_others(self):
        self.customer.isof_group_id = self.group
        self.customer.isof_region_id = self.region_pomerania
        for node in (self.group, self.region_pomerania):
            with (
                self.subTest(model=node._name),
                self.assertRefused(ValidationError, "shared or of another company: "),
                self.env.cr.savepoint(),
            ):
                node.company_id = self.company
        self.customer.write(
            {"company_id": self.company.id, "isof_group_id": False, "isof_region_id": False}
        )
        self.group.company_id = self.company
        self.customer.isof_group_id = self.group
        self.assertEqual(self.group.partner_count, 1)
