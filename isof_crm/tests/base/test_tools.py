import doctest
import importlib
import pkgutil

from odoo.tests.common import BaseCase, tagged

from ... import tools
from ...tools import bounds, domain_text


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples(self):
        """The examples in the docstrings are true; every module has some."""
        for found in pkgutil.iter_modules(tools.__path__, f"{tools.__name__}."):
            module = importlib.import_module(found.name)
            with self.subTest(module.__name__):
                failed, attempted = doctest.testmod(module)
                self.assertTrue(attempted)
                self.assertFalse(failed)

    def test_domain_text(self):
        """What is no list of plain values, or has no end, is a ValueError and nothing else."""
        many = "1" * (bounds.MAX_TEXT + 1)
        for text in ("[('id', '=', uid)]", "[" * 5000, "[(", "1 1", "-" * 50_000 + "1", many):
            with self.subTest(text[:20]), self.assertRaises(ValueError):
                domain_text.parse(text)
