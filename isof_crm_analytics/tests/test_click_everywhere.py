from odoo.tests import HttpCase, new_test_user, tagged

CLICK_EVERYWHERE = (
    "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
    ".startClickEverywhere('isof_crm.isof_crm_menu_root');"
)
# Who clicks: with all add-ons, each sees another set of menus, views and filters.
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
}


@tagged("post_install", "-at_install")
class TestClickEverywhere(HttpCase):
    """Odoo's robot opens every menu of ours, every view of it and every filter, as each role."""

    allow_end_on_form = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # it tells what it found, which the robot takes for a menu that does not open
        cls.env.ref("isof_crm_analytics.isof_trade_line_action_compare_menu").active = False

    def _click_as(self, role):
        user = new_test_user(
            self.env, login=f"clicks_{role}", groups=",".join(("base.group_user", *ROLES[role]))
        )
        self._click(user.login)

    def _click(self, login):
        self.browser_js(
            "/odoo",
            CLICK_EVERYWHERE,
            "odoo.isReady === true",
            login=login,
            timeout=600,
            success_signal="clickbot test succeeded",
        )

    def test_salesperson(self):
        self._click_as("salesperson")

    def test_leader(self):
        self._click_as("leader")

    def test_marketing(self):
        self._click_as("marketing")

    def test_manager(self):
        self._click_as("manager")

    def test_admin(self):
        self._click("admin")
