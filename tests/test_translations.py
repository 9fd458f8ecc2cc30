"""The templates of translations are what Odoo exports, and Polish has all of their terms."""

import io
import re
from collections import Counter, defaultdict

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

    def test_models_of_odoo_keep_its_names(self):
        """An update that overwrites translations must not rename what is not ours."""
        renamed = {}
        models = self.env["ir.model"].with_context(lang=config.LANGUAGE)
        for addon in config.addons():
            for entry in read(addon, "pl.po").values():
                for place, _line in entry.occurrences:
                    kind, _colon, name = place.rpartition(":")
                    model = self.env.ref(name, False) if kind == "model:ir.model,name" else models
                    if model and not model.model.startswith("isof."):
                        name = model.with_context(lang=config.LANGUAGE).name
                        if name != entry.msgstr:
                            renamed[place] = (entry.msgstr, name)
        self.assertEqual(renamed, {}, "take Odoo's name, or the place out of pl.po")

    def test_what_two_addons_translate_reads_alike(self):
        """Of a field that one extends, whoever was loaded last would decide."""
        found = defaultdict(set)
        for addon in config.addons():
            for entry in read(addon, "pl.po").values():
                for place, _line in entry.occurrences:
                    kind, _colon, name = place.rpartition(":")
                    if kind.startswith("model:ir.model.fields,"):
                        found[kind, name.partition(".")[2], entry.msgid].add(entry.msgstr)
        self.assertEqual([key for key, texts in found.items() if len(texts) > 1], [])


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
