from odoo.tests import HttpCase, tagged

from ..roles_common import CLICKED_AS, EachRole, get_pictures_folder

CLICK_EVERYWHERE = (
    "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
    ".startClickEverywhere('isof_crm.isof_crm_menu_root', %s);"
)


@tagged("post_install", "-at_install")
class TestClickEverywhere(EachRole, HttpCase):
    """Odoo's robot opens every menu of ours, every view of it and every filter, as each role.

    As most roles it opens the menus alone, unless ``--screenshots`` is given: what the server
    answers to their filters is tested by ``test_filters.py``.
    """

    allow_end_on_form = True

    def _test_as(self, role, user):
        menus_only = role not in CLICKED_AS and not get_pictures_folder()
        self.browser_js(
            "/odoo",
            CLICK_EVERYWHERE % ("true" if menus_only else "false"),
            "odoo.isReady === true",
            login=user.login,
            timeout=600,
            success_signal="clickbot test succeeded",
        )
