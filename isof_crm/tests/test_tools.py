import doctest

from odoo.tests.common import BaseCase, tagged

from ..tools import activity_time, report_period, xlsx


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples(self):
        """The examples in the docstrings are true."""
        for module in (activity_time, report_period, xlsx):
            with self.subTest(module.__name__):
                failed, attempted = doctest.testmod(module)
                self.assertTrue(attempted)
                self.assertFalse(failed)
