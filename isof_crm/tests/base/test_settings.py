from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..common import ActivityCommon
from ..contractor.test_partner import PartnerCommon


class SettingsCommon(ActivityCommon):
    """Who configures: an administrator who also has the role of a manager of ISOF CRM."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls._create_user(
            "administrator", "isof_crm.group_manager,base.group_system"
        )

    def _get_blocks(self, user):
        """Return the blocks of the page that a user sees, by name."""
        page = self.env["res.config.settings"].with_user(user).get_view(view_type="form")
        return {
            block.get("name"): block
            for block in etree.fromstring(page["arch"]).iterfind(".//app[@name='isof_crm']/block")
        }

    def _check_block(self, block, models):
        """Check which lists a block leads to, and that the administrator may open each.

        :param models: names of the models of the lists, in the order of the links
        """
        links = [
            self.env["ir.actions.act_window"].browse(int(button.get("name")))
            for button in block.iterfind(".//button[@type='action']")
        ]
        self.assertEqual([link.res_model for link in links], models)
        for link in links:
            model = self.env[link.res_model].with_user(self.administrator)
            model.web_search_read([], {}, limit=1)
            for view_type in link.view_mode.split(","):
                model.get_view(view_type=view_type)

    def _save(self, **vals):
        """Save the page as the administrator, with some fields changed."""
        with Form(self.env["res.config.settings"].with_user(self.administrator)) as form:
            for name, value in vals.items():
                form[name] = value
        form.record.execute()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestSettings(SettingsCommon):
    def test_lists(self):
        """What one configures is a click away from the settings."""
        blocks = self._get_blocks(self.administrator)
        for name, models in {
            "isof_users": ["res.users", "crm.team"],
            "isof_activities": [
                "isof.activity.type",
                "isof.activity.status",
                "isof.activity.plan",
                "isof.activity.tag",
            ],
            "isof_contractors": ["isof.region", "isof.partner.group", "isof.affiliation.role"],
            "isof_marketing": ["isof.consent.purpose"],
        }.items():
            with self.subTest(block=name):
                self._check_block(blocks[name], models)

    def test_who_sees_it(self):
        """Administrators with the role of a manager; others have neither the menu nor the page."""
        menu = self.env.ref("isof_crm.res_config_settings_action_menu")
        system_only = self._create_user("system_only", "base.group_system,isof_crm.group_user")
        for user, sees in (
            (self.administrator, True),
            (self.manager, False),
            (system_only, False),
        ):
            with self.subTest(user=user.login):
                visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
                self.assertEqual(menu.id in visible, sees)
        self.assertFalse(self._get_blocks(system_only))
        with self.assertRefused(AccessError, "Settings"):
            Form(self.env["res.config.settings"].with_user(self.manager))

    def test_menu_of_a_manager(self):
        """Without being an administrator a manager has the lists in the menu."""
        visible = self.env["ir.ui.menu"].with_user(self.manager)._visible_menu_ids()
        for name in ("isof_crm_menu_configuration", "isof_activity_type_action_menu"):
            self.assertIn(self.env.ref(f"isof_crm.{name}").id, visible)

    def test_email_marketing(self):
        """Ticking Email Marketing has it installed."""
        if "mailing.list" in self.env:
            self.skipTest("it is installed")
        with patch.object(
            self.registry["ir.module.module"], "button_immediate_install", autospec=True
        ) as install:
            self._save(module_mass_mailing=True)
        self.assertEqual(install.call_args.args[0].mapped("name"), ["mass_mailing"])


@tagged("post_install", "-at_install")
class TestContactFrequency(SettingsCommon, PartnerCommon):
    """How often a company wants its customers contacted who have no number of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.alfa | cls.beta | cls.gamma
        cls.customers.isof_lifecycle = "customer"

    def _get_due(self, partners=None, company=None):
        """Return who is due, and check that search and field agree."""
        partners = (partners or self.customers).with_company(company or self.company)
        self.env.flush_all()
        self.env.invalidate_all()
        due = partners.search([("id", "in", partners.ids), ("isof_is_contact_due", "=", True)])
        self.assertEqual(due, partners.filtered("isof_is_contact_due"))
        return due.with_env(self.env)

    def test_no_target(self):
        self.assertFalse(self._get_due())

    def test_default(self):
        """It counts from the last contact; who has something planned is not due."""
        self._hold(self.alfa_anna, 29.9)
        self._hold(self.beta, 30)
        self._save(isof_contact_frequency=30)
        self.assertEqual(self.company.isof_contact_frequency, 30)
        self.assertEqual(self._get_due(), self.beta | self.gamma)
        self._plan(self.beta, 3)
        self.assertEqual(self._get_due(), self.gamma)

    def test_own_number_comes_first(self):
        self._save(isof_contact_frequency=30)
        for partner, days, last in ((self.alfa, 60, 40), (self.beta, 10, 20), (self.gamma, 0, 40)):
            partner.isof_contact_frequency = days
            self._hold(partner, last)
        self.assertEqual(self._get_due(), self.beta | self.gamma)
        self.assertEqual(self.customers.mapped("isof_contact_target"), [60, 10, 30])

    def test_only_customers(self):
        """Neither prospects nor those who were lost, and no persons in companies."""
        self._save(isof_contact_frequency=30)
        self.alfa.isof_lifecycle = "prospect"
        self.beta.isof_lifecycle = "key"
        self.gamma.isof_lifecycle = False
        self.beta_barbara.isof_lifecycle = "customer"
        trader = self.env["res.partner"].create({"name": "Trader", "isof_lifecycle": "customer"})
        everybody = self.customers | self.beta_barbara | trader
        self.assertEqual(self._get_due(everybody), self.beta | trader)

    def test_companies(self):
        """What is of a company goes by that company's number, the rest by the user's company."""
        self.company.isof_contact_frequency = 30
        self.other_company.isof_contact_frequency = 10
        self.beta.company_id = self.company
        self.gamma.company_id = self.other_company
        for partner in self.alfa | self.beta:
            self._hold(partner, 20)
        self._hold(
            self.gamma,
            20,
            company_id=self.other_company.id,
            user_id=self.foreign_salesperson.id,
        )
        self.assertEqual(self._get_due(), self.gamma)
        self.assertEqual(self._get_due(company=self.other_company), self.alfa | self.gamma)

    def test_in_a_segment(self):
        """A segment goes by its own company, whoever brings it up to date."""
        self.other_company.isof_contact_frequency = 10
        segment = self.env["isof.segment"].create(
            {
                "name": "Test due",
                "domain": repr(
                    [("id", "in", self.customers.ids), ("isof_is_contact_due", "=", True)]
                ),
                "company_id": self.company.id,
            }
        )
        segment.with_company(self.other_company).action_refresh()
        self.assertFalse(segment.member_ids)
        self.company.isof_contact_frequency = 10
        segment.with_company(self.other_company).action_refresh()
        self.assertEqual(segment.member_ids, self.customers)

    def test_reads_as_a_salesperson(self):
        """Salespeople have no rights on settings, and see who is due all the same."""
        self.company.isof_contact_frequency = 30
        partners = self.customers.with_user(self.salesperson_a)
        self.assertEqual(self._get_due(partners), self.customers)
        with Form(partners[0], "isof_crm.res_partner_view_form") as form:
            self.assertEqual(form.isof_contact_target, 30)
            form.isof_contact_frequency = 7
            self.assertEqual(form.isof_contact_target, 7)

    def test_bounds(self):
        for days in (-1, 3651):
            with (
                self.subTest(days=days),
                self.cr.savepoint(),
                self.assertDatabaseRefuses("from 0 to 3650"),
            ):
                self.company.isof_contact_frequency = days
        self.company.isof_contact_frequency = 3650
        self.assertEqual(self._get_due(), self.customers)

    def test_whatever_number(self):
        """A slip of the finger on one contractor hides nobody else."""
        self._hold(self.alfa, 40)
        self._hold(self.beta, 40)
        with self.assertRefused(ValidationError, "has to be a number of 3,660 at most"):
            self.alfa.isof_contact_frequency = 2**31 - 1
        # from before there was a limit
        with patch.object(self.registry["res.partner"], "_check_bounds"):
            self.alfa.isof_contact_frequency = 2**31 - 1
        self.beta.isof_contact_frequency = 30
        self.assertEqual(self._get_due(), self.beta)
