from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests.test_js import unit_test_error_checker


@tagged("post_install", "-at_install")
class TestJs(HttpCase):
    def test_hoot(self):
        """The unit tests of the add-on's components, in static/tests."""
        with self.assertLogs(self._logger.getChild("browser"), "INFO") as console:
            self.browser_js(
                # a regular expression: Hoot would find a plain word in nearly every name
                "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
                "&filter=%2F%5E%40isof_crm%2F",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=unit_test_error_checker,
            )
        # Hoot is also content when it finds nothing to run
        self.assertRegex(
            "\n".join(console.output), r"\[HOOT\] Passed [1-9]\d* tests", "no unit test was run"
        )
