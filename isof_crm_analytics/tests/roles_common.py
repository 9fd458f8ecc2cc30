from pathlib import Path

from odoo.tests import new_test_user
from odoo.tools import config

# With all add-ons, each sees another set of menus, views and filters.
ROLES = {
    "salesperson": (
        "isof_crm.group_user",
        "isof_crm_analytics.group_own",
        "sales_team.group_sale_salesman",
    ),
    "leader": (
        "isof_crm.group_team_leader",
        "isof_crm_analytics.group_own",
        "isof_crm_analytics.group_margin",
        "sales_team.group_sale_salesman_all_leads",
    ),
    "marketing": ("isof_crm.group_marketing", "isof_crm_analytics.group_all"),
    "manager": (
        "isof_crm.group_manager",
        "account.group_account_invoice",
        "purchase.group_purchase_manager",
        "sales_team.group_sale_manager",
    ),
    # who has nothing but one task
    "resource_manager": ("isof_crm_resources.group_resource_manager",),
    "own_figures": ("isof_crm_analytics.group_own",),
    "commission_manager": ("isof_crm_analytics.group_commission_manager",),
}
# As these the robot of Odoo clicks on every filter: between them they see all of the views.
CLICKED_AS = ("salesperson", "admin")
APP = "isof_crm.isof_crm_menu_root"


def get_pictures_folder():
    """Return where ``--screenshots`` wants pictures, or None where it is not given.

    Without it the roles are tried less thoroughly, as that takes many minutes.
    """
    folder = config["screenshots"]
    return None if folder == config._default_options["screenshots"] else Path(folder)


class EachRole:
    """For a case: a test for each role, of what the case's ``_test_as(role, user)`` tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # not a screen: it compares, tells what it found and stays where it is
        cls.env.ref("isof_crm_analytics.isof_trade_line_action_compare_menu").active = False

    def _get_menus(self, user):
        """Return path and facts of each menu with an action that a user sees, from the top."""
        menus = self.env["ir.ui.menu"].with_user(user).load_web_menus(False)

        def walk(menu, path):
            if menu["actionID"] and not menu["children"]:
                yield " ".join(path), menu
            for child in menu["children"]:
                yield from walk(menus[child], (*path, menus[child]["name"]))

        return list(walk(menus[self.env.ref(APP).id], ()))

    def _test_role(self, role):
        if not all(self.env.ref(group, raise_if_not_found=False) for group in ROLES[role]):
            self.skipTest("an add-on with a group of the role is not installed")
        groups = ",".join(("base.group_user", *ROLES[role]))
        user = new_test_user(self.env, f"test_{role}", groups, name=role.capitalize())
        self._test_as(role, user)

    def test_salesperson(self):
        self._test_role("salesperson")

    def test_leader(self):
        self._test_role("leader")

    def test_marketing(self):
        self._test_role("marketing")

    def test_manager(self):
        self._test_role("manager")

    def test_resource_manager(self):
        self._test_role("resource_manager")

    def test_own_figures(self):
        self._test_role("own_figures")

    def test_commission_manager(self):
        self._test_role("commission_manager")

    def test_admin(self):
        self._test_as("admin", self.env.ref("base.user_admin"))
