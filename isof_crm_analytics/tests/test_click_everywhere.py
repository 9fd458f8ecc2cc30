from odoo.tests import HttpCase, tagged

from .roles_common import EachRole

CLICK_EVERYWHERE = (
    "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
    ".startClickEverywhere('isof_crm.isof_crm_menu_root');"
)


@tagged("post_install", "-at_install")
class TestClickEverywhere(EachRole, HttpCase):
    """Odoo's robot opens every menu of ours, every view of it and every filter, as each role."""

    allow_end_on_form = True

    def _test_as(self, role, user):
        self.browser_js(
            "/odoo",
            CLICK_EVERYWHERE,
            "odoo.isReady === true",
            login=user.login,
            timeout=600,
            success_signal="clickbot test succeeded",
        )
