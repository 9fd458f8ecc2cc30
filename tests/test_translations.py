"""The templates of translations are what Odoo exports, and Polish has all of their terms."""

import io
import re
from collections import Counter

import polib
import pytest
from isof_cli import config

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

# what a translation has to keep: %s, %(name)s, {name}, ${name}, %%, and space around the text
PLACEHOLDER = re.compile(r"%\(\w+\)[-+ #0]*[\d.]*[a-zA-Z]|%[-+#0]*[\d.]*[sdif]|%%|\$?\{[^{}]*\}")
EDGES = re.compile(r"\A(\s*).*?(\s*)\Z", re.DOTALL)


def read(addon, name):
    """Return the entries of a file of an add-on that are not obsolete, by their source."""
    path = config.ROOT / addon / "i18n" / name
    return {entry.msgid: entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def marks(text):
    """Return what a translation of a text has to keep, however it is ordered.

    Space around markup is no part of what is read.
    """
    edges = () if text.lstrip().startswith("<") else EDGES.match(text).groups()
    return Counter(PLACEHOLDER.findall(text)), edges


@tagged("post_install", "-at_install")
class TestTemplates(TransactionCase):
    def test_templates_are_fresh(self):
        """Nothing is missing and nothing left over, for each add-on as it is installed."""
        for addon in config.addons():
            with self.subTest(addon=addon):
                exported = io.BytesIO()
                trans_export(None, [addon], exported, "po", self.env)
                terms = {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}
                kept = set(read(addon, f"{addon}.pot"))
                self.assertEqual(sorted(terms - kept), [], "not in the template: export it")
                self.assertEqual(sorted(kept - terms), [], "no longer in the add-on")


@pytest.mark.parametrize("addon", config.addons())
def test_polish_is_complete(addon):
    """Each term of the template has a translation that somebody has decided on."""
    polish = read(addon, "pl.po")
    assert not {msgid for msgid, entry in polish.items() if entry.fuzzy}
    translated = {msgid for msgid, entry in polish.items() if entry.msgstr}
    template = set(read(addon, f"{addon}.pot"))
    assert sorted(template - translated) == []
    assert sorted(set(polish) - template) == []


@pytest.mark.parametrize("addon", config.addons())
def test_polish_keeps_placeholders(addon):
    """A translation fills in the same values as its source, and has the same space around."""
    wrong = {
        msgid: entry.msgstr
        for msgid, entry in read(addon, "pl.po").items()
        if marks(msgid) != marks(entry.msgstr)
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("%(count)s of %(total)s", "%(count)s z %(totals)s"),
        ("%s rows", "wiersze"),
        ("100%%", "100%"),
        ("{name}", "{nazwa}"),
        ("${name}", "{name}"),
        ("Ends. ", "Koniec."),
        ("\nStarts", "Początek"),
    ],
)
def test_marks_differ(text, other):
    """What would break in another language is seen."""
    assert marks(text) != marks(other)
