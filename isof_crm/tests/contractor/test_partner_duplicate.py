from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestPartnerDuplicate(ActivityCommon):
    """Contacts that are probably one and the same are found and handed to the merge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Zephyr Trade", "Quantum Ltd")]
        )

    def _search(self, *criteria, user=None, partner=None):
        return self._create_wizard(*criteria, user=user, partner=partner or self.first).line_ids

    def _create_wizard(self, *criteria, user=None, partner=None):
        wizard = (
            self.env["isof.partner.duplicate.wizard"]
            .with_user(user or self.salesperson_a)
            .create(
                {
                    "partner_id": partner.id if partner else False,
                    **{
                        f"by_{name}": name in criteria for name in ("vat", "email", "phone", "name")
                    },
                }
            )
        )
        wizard.action_search()
        return wizard

    def _create_companies(self, *vals_list):
        return (
            self.env["res.partner"]
            .with_context(no_vat_validation=True)
            .create([{"name": "Company", "is_company": True, **vals} for vals in vals_list])
        )

    def test_tax_ids_with_and_without_country(self):
        polish, bare, czech, other = self._create_companies(
            {"vat": "PL5250001090"},
            {"vat": "525-000-10-90"},
            {"vat": "CZ5250001091"},
            {"vat": "SK5250001091"},
        )
        self.assertEqual(self._search("vat", partner=polish).partner_ids, polish | bare)
        self.assertFalse(self._search("vat", partner=czech), "two countries, two numbers")
        self.assertFalse(self._search("vat", partner=other))

    def test_phones_however_they_are_written(self):
        first, second = self._create_companies(
            {"phone": "(22) 333-44-55"}, {"phone": "22 333 44 55"}
        )
        self.assertEqual(self._search("phone", partner=first).partner_ids, first | second)

    def test_names_by_their_telling_words(self):
        """What most companies of a town are called does not make two of them alike."""
        town = {"city": "Łódź"}
        names = ("Wektor", "Omikron", "Zefir", "Kalina", "Brzoza", "Modrzew")
        companies = self._create_companies(
            *(
                {"name": f"Przedsiębiorstwo Handlowe {name} Sp. z o.o.", **town}
                for name in names * 4
            )
        )
        for number, company in enumerate(companies):
            company.city = f"Łódź {number // len(names)}"
        wizard = self._create_wizard("name")
        self.assertFalse(companies & wizard.line_ids.partner_ids)
        double = self._create_companies({"name": "WEKTOR s.c.", "city": "łódź 0"})
        line = self._search("name", partner=double)
        self.assertEqual(line.partner_ids, companies[0] | double)

    def test_names_of_common_words_only(self):
        module = "odoo.addons.isof_crm.wizards.contractor.isof_partner_duplicate_wizard"
        first, second, other = self._create_companies(
            {"name": "Hurtownia Budowlana", "zip": "90-001"},
            {"name": "hurtownia budowlana", "zip": "90-999"},
            {"name": "Hurtownia Budowlana", "zip": "80-001"},
        )
        with patch(f"{module}.COMMON_CONTACTS", 0), patch(f"{module}.COMMON_SHARE", 10**6):
            found = self._search("name", partner=first)
        self.assertEqual(found.partner_ids, first | second)
        self.assertNotIn(other, found.partner_ids)

    def test_more_groups_than_shown(self):
        self._create_companies(*({"email": f"{n // 2}@dup.example.com"} for n in range(6)))
        with patch(
            "odoo.addons.isof_crm.wizards.contractor.isof_partner_duplicate_wizard.MAX_GROUPS", 2
        ):
            wizard = self._create_wizard("email")
        self.assertGreaterEqual(wizard.group_count, 3)
        self.assertEqual((wizard.shown_count, len(wizard.line_ids)), (2, 2))

    def test_what_was_found_is_for_the_finder(self):
        (self.first | self.second).email = "z@example.com"
        line = self._search("email")
        with self.assertRefused(AccessError, "Possible Duplicates"):
            line.with_user(self.salesperson_b).read(["reason"])
        with self.assertRefused(AccessError, "Find Duplicates"):
            line.wizard_id.with_user(self.salesperson_b).action_search()
        with self.assertRefused(AccessError, "Find Duplicates"):
            self._search("email", user=self.outsider)

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

    def test_names_without_the_extension(self):
        self.patch(self.env.registry, "has_trigram", False)
        with self.assertRefused(UserError, "the database has no extension pg_trgm"):
            self._search("name")
        (self.first | self.second).email = "z@example.com"
        self.assertEqual(self._search("name", "email").reason, "same e-mail")

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

    def test_no_more_handed_over_than_are_merged(self):
        companies = self._create_companies(*({"email": "many@dup.example.com"} for _n in range(4)))
        line = self._search("email", partner=companies[0])
        self.assertEqual(line.partner_ids, companies)
        ids = line.action_merge()["context"]["active_ids"]
        self.assertEqual(len(ids), 3)
        self.env["base.partner.merge.automatic.wizard"]._merge(ids, companies.browse(ids[0]))
        self.assertEqual(len(companies.exists()), 2)


@tagged("post_install", "-at_install")
class TestPartnerDuplicateMerge(ActivityCommon):
    """Odoo's merge keeps what hangs on the contacts; consents, segments and activities are
    tested with them too.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.role = cls.env["isof.affiliation.role"].create({"name": "Test adviser"})

    def _merge(self, source, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (source | target).ids, target, extra_checks=False
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(source.exists())

    def _affiliate(self, person, organization, **vals):
        return self.env["isof.affiliation"].create(
            {"person_id": person.id, "organization_id": organization.id, **vals}
        )

    def test_affiliations_of_companies(self):
        anna, barbara = self.alfa_anna, self.beta_barbara
        kept = self._affiliate(anna, self.beta, role_id=self.role.id)
        twice = self._affiliate(anna, self.gamma, role_id=self.role.id)
        earlier = self._affiliate(anna, self.gamma, role_id=self.role.id, date_to=date(2020, 1, 1))
        moved = self._affiliate(barbara, self.gamma)
        self._merge(self.gamma, self.beta)
        self.assertFalse(twice.exists(), "the same as another one")
        self.assertEqual((kept | earlier | moved).organization_id, self.beta)
        self.assertEqual(self.beta.isof_affiliated_person_ids, kept | earlier | moved)

    def test_affiliations_of_persons(self):
        first = self._affiliate(self.alfa_adam, self.gamma)
        second = self._affiliate(self.beta_barbara, self.gamma, role_id=self.role.id)
        third = self._affiliate(self.beta_barbara, self.alfa)
        self._merge(self.beta_barbara, self.alfa_adam)
        self.assertEqual(self.alfa_adam.isof_affiliation_ids, first | second | third)

    def test_affiliation_with_oneself_is_dropped_alone(self):
        """A one-person business entered twice, as a person and as a company."""
        person = self.env["res.partner"].create({"name": "Jan Kowal"})
        business = self.env["res.partner"].create({"name": "Kowal", "is_company": True})
        own = self._affiliate(person, business)
        other = self._affiliate(person, self.alfa)
        staff = self._affiliate(self.alfa_adam, business)
        self._merge(person, business)
        self.assertFalse(own.exists())
        self.assertEqual((other | staff).exists(), other | staff)
        self.assertEqual(other.person_id, business)

    def test_segments_keep_what_was_put_in_by_hand(self):
        added, excluded = self.env["isof.segment"].create(
            [
                {
                    "name": "Added",
                    "mode": "static",
                    "addition_ids": [Command.set((self.alfa | self.beta).ids)],
                },
                {
                    "name": "Excluded",
                    "domain": "[('is_company', '=', True)]",
                    "exclusion_ids": [Command.set(self.beta.ids)],
                },
            ]
        )
        self._merge(self.beta, self.alfa)
        self.assertEqual(added.addition_ids, self.alfa)
        self.assertEqual(excluded.exclusion_ids, self.alfa)
        (added | excluded).action_refresh()
        self.assertEqual(added.member_ids, self.alfa)
        self.assertNotIn(self.alfa, excluded.member_ids)

    def test_plan_goes_on_with_the_one_that_is_left(self):
        plan = self.env["isof.activity.plan"].create({"name": "Test plan"})
        only, both = self.env["isof.activity.plan.run"].create(
            [
                {"plan_id": plan.id, "pending_partner_ids": [Command.set(partners.ids)]}
                for partners in (self.beta, self.alfa | self.beta)
            ]
        )
        self._merge(self.beta, self.alfa)
        self.assertEqual(only.pending_partner_ids, self.alfa)
        self.assertEqual(both.pending_partner_ids, self.alfa)

    def test_region_chosen_by_hand_stays_chosen(self):
        self.assertTrue(self.beta.isof_region_manual)
        self._merge(self.beta, self.gamma)
        self.assertEqual(self.gamma.isof_region_id, self.region_pomerania)
        self.assertTrue(self.gamma.isof_region_manual)

    def test_merge_takes_no_colleagues_customer(self):
        """The customer's salesperson sees all activities, so a merge must not hand them over."""
        decoy = self.env["res.partner"].create(
            {"name": "Gamma Stal", "is_company": True, "user_id": self.salesperson_a.id}
        )
        wizard = self.env["base.partner.merge.automatic.wizard"]
        with self.assertRefused(AccessError, "Gamma Stal is a customer of"):
            wizard.with_user(self.salesperson_a)._merge((self.gamma | decoy).ids, decoy)
        self.assertTrue(self.gamma.exists())
        (self.gamma | decoy).with_user(self.team_leader)._check_isof_salesperson()
