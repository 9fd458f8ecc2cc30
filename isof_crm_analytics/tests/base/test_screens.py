import base64
import re
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from ..roles_common import EachRole, get_pictures_folder

OPEN_MENU = "odoo.loader.modules.get('@isof_crm_analytics/../tests/open_menu').openMenu(%d)"
PATIENCE = 60  # seconds: more than the page itself has


@tagged("post_install", "-at_install")
class TestScreens(EachRole, HttpCase):
    """Every menu of each role opens a screen without errors, with a picture.

    Without ``--screenshots`` only the manager's: the robot opens those of all roles anyway.
    """

    def _test_as(self, role, user):
        menus = self._get_menus(user)
        self.assertGreater(len(menus), 20)
        folder = get_pictures_folder()
        if not folder and role != "manager":
            self.skipTest("opened by the robot; pictures are taken with --screenshots")
        if folder:
            folder /= role
            folder.mkdir(parents=True, exist_ok=True)
        wait_code_ok = ChromeBrowser._wait_code_ok

        def open_menus(browser, *args, **kwargs):
            for number, (path, menu) in enumerate(menus, start=1):
                self._open_menu(browser, path, menu["id"])
                if folder:
                    name = re.sub(r"\W+", "-", path.lower()).strip("-")
                    self._take_picture(browser, folder / f"{number:02}-{name}.png")
            return wait_code_ok(browser, *args, **kwargs)

        with patch.object(ChromeBrowser, "_wait_code_ok", open_menus):
            self.browser_js(
                "/odoo",
                "console.log('test successful')",
                "odoo.isReady === true",
                login=user.login,
            )

    def _open_menu(self, browser, path, menu_id):
        answer = browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": OPEN_MENU % menu_id, "awaitPromise": True},
            timeout=PATIENCE,
        )["result"]
        trouble = answer.get("value", answer.get("description"))
        if browser._result.done():  # by an error in the console, which tells more
            trouble = browser._result.exception()
        self.assertFalse(trouble, f"{path}: {trouble}")

    def _take_picture(self, browser, file):
        answer = browser._websocket_request("Page.captureScreenshot", timeout=PATIENCE)
        file.write_bytes(base64.b64decode(answer["data"]))
