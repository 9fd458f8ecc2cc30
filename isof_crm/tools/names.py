"""How a name is compared, whoever wrote it: the one place for search, duplicates and imports.

``key()`` and ``legal_forms()`` are Python only: contacts keep their key in an indexed column,
``res.partner.isof_name_key``, so that SQL compares what was spelled here and needs no second
definition of it. ``fold()`` and ``fold_sql()``, for other texts, do the same in Python and SQL.
"""

import re
import unicodedata

from odoo.tools import SQL


def _iter_letters():
    """Yield the Latin letters with accents, and the plain ones that they are read as."""
    for letter in map(chr, range(0xC0, 0x180)):
        plain = unicodedata.normalize("NFKD", letter)[0]
        if plain.isascii() and plain.isalpha():
            yield letter, plain
    yield from zip("ŁłØøĐđ", "LlOoDd", strict=True)


ACCENTED, PLAIN = map("".join, zip(*_iter_letters(), strict=True))
_TABLE = str.maketrans(ACCENTED, PLAIN)

# How much of a key is compared: an index takes no more than 2,700 bytes.
MAX_KEY = 200
# Between two letters they part nothing: Eko-Bud is Ekobud, P.H.U. is PHU.
_JOINTS = re.compile("(?<=[^\\W_])[-.'\u2019\u2010-\u2013](?=[^\\W_])")
_GAPS = re.compile(r"(?:[^\w.]|_|(?<![^\W_])\.|\.(?![^\W_]))+")

# How each legal form is written. A space stands for a space, a dot or nothing.
LEGAL_FORMS = {
    "sp z o o": ("spolka z ograniczona odpowiedzialnoscia", "spolka z o o", "z o o"),
    "s k a": ("spolka komandytowo akcyjna", "sp k a"),
    "p s a": ("prosta spolka akcyjna",),
    "s a": ("spolka akcyjna",),
    "s c": ("spolka cywilna", "sp c"),
    "sp j": ("spolka jawna", "sp jawna", "s j"),
    "sp k": ("spolka komandytowa", "sp komandytowa", "s k"),
    "sp p": ("spolka partnerska", "sp partnerska"),
    "gmbh": (),
    "inc": (),
    "llc": (),
    "ltd": (),
    "s r o": (),
}
ADDITIONS = (
    *("w likwidacji", "w organizacji", "w restrukturyzacji", "w spadku", "w upadlosci"),
    *("i s ka", "i spolka"),
)
TRADES = (
    *("f h u", "f h u p", "f p h", "f p h u", "f t h u", "f u h", "f h p u", "f u h p"),
    *("p h u", "p h u p", "p h p", "p h p u", "p h t", "p p h", "p p h u", "p p u h", "p p u"),
    *("p t h", "p t h u", "p u h", "p u h p", "p w p h u", "p b u", "p u p h"),
    *("z p h", "z p h u", "z p u", "z p u h", "z u h", "z h u", "z u p h", "z p c h"),
)
# Only at the beginning of a name: elsewhere they may be initials.
SHORT_TRADES = ("f h", "f p", "f u", "p h", "p p", "p t", "p u", "p w", "z h", "z p", "z u")
_TRADE = "(?:handl|produkcyj|prywatn|transport|uslug|wielobranz|wytworcz)[a-z]*"
_TRADE_WORDS = (
    rf"(?:(?:firma|przedsiebiorstwo)(?:[ .](?:i )?{_TRADE})*|zaklad(?:[ .](?:i )?{_TRADE})+)"
)

_FORM_OF = {
    written.replace(" ", ""): form
    for form, others in LEGAL_FORMS.items()
    for written in (form, *others)
}


def _alternatives(forms):
    longest_first = sorted(forms, key=len, reverse=True)
    return "|".join(form.replace(" ", "[ .]?") for form in longest_first)


_ALL_FORMS = [written for form, others in LEGAL_FORMS.items() for written in (form, *others)]
_TELLING_NOTHING = re.compile(
    # of letters alone only after a name: before one they may be initials
    rf"(?:(?<=[ .])(?P<short>{_alternatives(f for f in _ALL_FORMS if len(f) <= 5)})"
    rf"|(?<![^ .])(?P<long>{_alternatives(f for f in _ALL_FORMS if len(f) > 5)})"
    rf"|(?<![^ .])(?:{_alternatives((*ADDITIONS, *TRADES))}|{_TRADE_WORDS})"
    rf"|^(?:{_alternatives(SHORT_TRADES)}))(?![^ .])"
)


def fold(text):
    """Return a text in small letters without accents.

    >>> fold("Zażółć GĘŚLĄ jaźń"), fold("Škoda Ørsted"), fold(None)
    ('zazolc gesla jazn', 'skoda orsted', '')
    """
    return (text or "").translate(_TABLE).lower()


def fold_sql(text):
    """Return the ``SQL`` of ``fold()``, whatever the locale of the database.

    :param SQL text: what is folded
    """
    return SQL("lower(translate(%s, %s, %s))", text, ACCENTED, PLAIN)


def key(name):
    """Return what of a name tells who it is: no legal form, no trade, no accents, no hyphens.

    Legal forms and trades are what Polish companies write before and after their name:

    >>> key("Kwiatkowski Sp. z o.o."), key("KWIATKOWSKI spółka z ograniczoną odpowiedzialnością")
    ('kwiatkowski', 'kwiatkowski')
    >>> [key(f"Dąb {form}") for form in ("S.A.", "s. c.", "sp.j.", "Sp. K.", "P.S.A.", "spzoo")]
    ['dab', 'dab', 'dab', 'dab', 'dab', 'dab']
    >>> key("Dąb Sp. z o.o. sp. k. w likwidacji"), key("„Dąb” i S-ka Spółka z o.o. S.K.A.")
    ('dab', 'dab')
    >>> [key(f"{trade} Gżegżółka") for trade in ("FHU", "F.H.U.", "P. P. H. U.", "ZPU", "P.W.")]
    ['gzegzolka', 'gzegzolka', 'gzegzolka', 'gzegzolka', 'gzegzolka']
    >>> key("Przedsiębiorstwo Produkcyjno-Handlowe KWIATEK s.c."), key("F.H.U.Kwiatek")
    ('kwiatek', 'kwiatek')

    Hyphens, dots and apostrophes within a word part nothing, spaces do:

    >>> key("Eko-Bud"), key("EKOBUD Sp. z o.o."), key("Eko.Bud"), key("Eko Bud")
    ('ekobud', 'ekobud', 'ekobud', 'eko bud')

    A name is never emptied, and what may be initials stays:

    >>> key("FHU"), key("Spółka Akcyjna"), key("Jan P. W. Nowak"), key("S.A. Nowak"), key(None)
    ('fhu', 'spolka akcyjna', 'jan p w nowak', 'sa nowak', '')
    """
    text = _prepare(name)
    return _join(_TELLING_NOTHING.sub(" ", text)) or _join(text)


def legal_forms(name):
    """Return the legal forms that a name states, each in one way of writing: a set of str.

    >>> sorted(legal_forms("Dąb Spółka z ograniczoną odpowiedzialnością sp.k."))
    ['sp k', 'sp z o o']
    >>> legal_forms("Dąb")
    set()
    """
    return {
        _FORM_OF[re.sub("[ .]", "", written)]
        for found in _TELLING_NOTHING.finditer(_prepare(name))
        if (written := found["short"] or found["long"])
    }


def is_same(first, second):
    """Return whether two names are one, written in two ways; a legal form may be left out.

    >>> is_same("Dąb Sp. z o.o.", "DĄB spółka z o.o."), is_same("Dąb", "Dąb S.A.")
    (True, True)
    >>> is_same("Dąb Sp. z o.o.", "Dąb S.A."), is_same("Dąb", "Dąbek")
    (False, False)
    """
    forms, other_forms = legal_forms(first), legal_forms(second)
    return key(first) == key(second) and not (forms and other_forms and forms != other_forms)


def _prepare(name):
    """Return a name folded, with a dot for what joins within a word and a space for all else."""
    return _GAPS.sub(" ", _JOINTS.sub(".", fold(name))).strip()


def _join(text):
    words = (word.replace(".", "") for word in text.split())
    return " ".join(filter(None, words))[:MAX_KEY].strip()
