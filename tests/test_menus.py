"""Every screen of the menu says what to do where it is empty."""

from odoo.tests import TransactionCase, tagged

APP = "isof_crm.isof_crm_menu_root"
# these show a form, hours and days, however few records there are
NEVER_EMPTY = ("form", "calendar", "timeline")


@tagged("post_install", "-at_install")
class TestEmptyScreens(TransactionCase):
    def test_every_screen_has_help(self):
        """What a menu opens says on an empty screen what it is for and how to begin."""
        menus = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True})
        ours = menus.search([("id", "child_of", self.env.ref(APP).id), ("action", "!=", False)])
        self.assertGreater(len(ours), 40)
        silent = {
            menu.complete_name
            for menu in ours
            if menu.action._name == "ir.actions.act_window"
            and menu.action.view_mode.split(",")[0] not in NEVER_EMPTY
            and not (menu.action.help or "").strip()
        }
        self.assertEqual(silent, set())
