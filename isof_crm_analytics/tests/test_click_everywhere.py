from odoo.tests import HttpCase, tagged

from .roles_common import EachRole, get_pictures_folder

CLICK_EVERYWHERE = (
    "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
    ".startClickEverywhere('isof_crm.isof_crm_menu_root', %s);"
)
# Between them salesperson and administrator see all of the views and filters that these see.
MIDDLE_ROLES = ("leader", "marketing", "manager")


@tagged("post_install", "-at_install")
class TestClickEverywhere(EachRole, HttpCase):
    """Odoo's robot opens every menu of ours, every view of it and every filter, as each role.

    As the roles in the middle it opens the menus alone, unless ``--screenshots`` is given.
    """

    allow_end_on_form = True

    def _test_as(self, role, user):
        menus_only = role in MIDDLE_ROLES and not get_pictures_folder()
        self.browser_js(
            "/odoo",
            CLICK_EVERYWHERE % ("true" if menus_only else "false"),
            "odoo.isReady === true",
            login=user.login,
            timeout=600,
            success_signal="clickbot test succeeded",
        )
