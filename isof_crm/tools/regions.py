"""Which region an address lies in: pure functions, no ORM.

ZIP codes are compared without the letters of the country that some write before them. An address
without a country lies in the one whose letters stand there, else in the company's own.

The nearest rule wins: a ZIP range counts before a state, a state before a whole country. Among
equally near ones a company's own rule wins over one that all companies share. Ranges of one
country must not overlap among a company's own nor among the shared, so there is never more than
one winner.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from itertools import pairwise, product
from operator import itemgetter

# What is written before ZIP codes in place of the ISO code: the letters of vehicles.
VEHICLE_CODES = {
    "AT": "A",
    "BE": "B",
    "DE": "D",
    "ES": "E",
    "FI": "FIN",
    "FR": "F",
    "HU": "H",
    "IT": "I",
    "LI": "FL",
    "LU": "L",
    "NO": "N",
    "PT": "P",
    "SE": "S",
    "SI": "SLO",
}
_ISO_CODES = {letters: code for code, letters in VEHICLE_CODES.items()}
# The letters of a country before a ZIP code. PostgreSQL reads it as Python does.
_PREFIX = r"^\s*([A-Za-z]{1,3})[\s-]+(?=\d)"
ZIP_AREA = rf"(?:{_PREFIX}|^\s*PL(?=\d)|^\s*)([0-9A-Za-z]{{2}})"


def zip_key(value, country_code=None):
    """Return a ZIP code as it is compared: capital letters and digits only, without the country.

    :param str country_code: ISO code of the country that the address lies in

    >>> zip_key("00-950"), zip_key(" sw1a 1aa "), zip_key(None)
    ('00950', 'SW1A1AA', '')
    >>> [zip_key(text, "PL") for text in ("PL-80-299", "pl 80-299", "PL80299", "80-299 PL")]
    ['80299', '80299', '80299', '80299PL']
    >>> zip_key("D-10115", "DE"), zip_key("DE1 1AA", "GB"), zip_key("GB-DE1 1AA", "GB")
    ('10115', 'DE11AA', 'DE11AA')
    """
    text = (value or "").upper()
    if country_code:
        letters = "|".join(filter(None, (country_code, VEHICLE_CODES.get(country_code))))
        text = re.sub(rf"^\W*(?:(?:{letters})\W+|{country_code}(?=\d))", "", text)
    return re.sub(r"[^A-Z0-9]", "", text)


def find_country_code(value):
    """Return the ISO code of the country that is written before a ZIP code, or None.

    >>> find_country_code("PL-80-299"), find_country_code("d 10115"), find_country_code("SW1A 1AA")
    ('PL', 'DE', None)
    """
    found = re.match(_PREFIX, value or "")
    letters = found and found[1].upper()
    return _ISO_CODES.get(letters) or (letters if letters and len(letters) == 2 else None)


def check_range(first, last, country_code=None):
    """Return what is wrong with a ZIP range, or None.

    :return: ``format`` (not written as ZIP codes of the country are), ``length`` (ends of
        different length cannot be compared), ``reversed``, or None

    >>> check_range("00-000", "PL-05-999", "PL")
    >>> check_range("00-000", "5-999", "PL")
    'format'
    >>> check_range("10115", "9999")
    'length'
    >>> check_range("20000", "10000", "DE")
    'reversed'
    """
    low, high = zip_key(first, country_code), zip_key(last, country_code)
    if not low or not high:
        return "format"
    if country_code == "PL" and not all(re.fullmatch(r"\d{5}", key) for key in (low, high)):
        return "format"
    if len(low) != len(high):
        return "length"
    return "reversed" if low > high else None


def find_overlap(ranges):
    """Return two ranges that share a ZIP code, or None.

    :param ranges: list of tuples of first key, last key and anything else; only ranges whose
        keys are of the same length are compared

    >>> find_overlap([("00000", "05999", "a"), ("06000", "09999", "b")])
    >>> find_overlap([("00000", "05999", "a"), ("05000", "09999", "b")])
    (('00000', '05999', 'a'), ('05000', '09999', 'b'))
    """
    ordered = sorted(ranges, key=lambda r: (len(r[0]), r[0], r[1]))
    for before, after in pairwise(ordered):
        if len(before[0]) == len(after[0]) and after[0] <= before[1]:
            return before, after
    return None


class RegionFinder:
    """Finds the region of an address among rules.

    :param rules: iterable of tuples (region, country, state or None, first ZIP or None,
        last ZIP or None, whether it is the company's own), all hashable
    :param dict codes: the ISO codes of the countries, by which prefixes of ZIP codes are known
    :param home: the country of addresses that state none

    >>> finder = RegionFinder([
    ...     ("north", "PL", None, "80-000", "89-999", False),
    ...     ("sopot", "PL", "PM", None, None, False),
    ...     ("poland", "PL", None, None, None, False),
    ... ])
    >>> finder.find("PL", "PM", "81-704"), finder.find("PL", "PM", ""), finder.find("PL", None, "")
    ('north', 'sopot', 'poland')
    >>> finder.find("DE", None, "10115")

    A company's own rule counts before a shared one of the same kind, not before a nearer one:

    >>> finder = RegionFinder([
    ...     ("own gdynia", "PL", None, "81-000", "81-699", True),
    ...     ("own poland", "PL", None, None, None, True),
    ...     ("north", "PL", None, "80-000", "89-999", False),
    ...     ("poland", "PL", None, None, None, False),
    ... ])
    >>> finder.find("PL", None, "81-300"), finder.find("PL", None, "81-704")
    ('own gdynia', 'north')
    >>> finder.find("PL", None, "00-950")
    'own poland'

    An address without a country lies in the one before its ZIP code, else at home:

    >>> finder = RegionFinder(
    ...     [("north", 1, None, "80-000", "89-999", False), ("poland", 1, None, None, None, False)],
    ...     codes={1: "PL"}, home=1,
    ... )
    >>> finder.find(1, None, "PL-80-299"), finder.find(None, None, "80-299")
    ('north', 'north')
    >>> finder.find(None, None, "PL 00-950"), finder.find(None, None, "DE-80299")
    ('poland', None)
    """

    def __init__(self, rules, codes=None, home=None):
        self._codes = codes or {}
        self._by_code = {code: country for country, code in self._codes.items()}
        self._home = home
        self._countries = {}
        self._states = {}
        self._ranges = defaultdict(list)
        # own rules last, so that they take the place of shared ones
        for region, country, state, first, last, is_own in sorted(rules, key=itemgetter(5)):
            if first:
                low, high = (zip_key(end, self._codes.get(country)) for end in (first, last))
                self._ranges[country, state or None, len(low), is_own].append((low, high, region))
            elif state:
                self._states[state] = region
            else:
                self._countries[country] = region
        for ranges in self._ranges.values():
            ranges.sort()

    def find(self, country, state, zip_code):
        """Return the region of an address, or None."""
        if not country:
            stated = find_country_code(zip_code)
            country = self._by_code.get(stated) if stated else self._home
        if not country:
            return None
        key = zip_key(zip_code, self._codes.get(country))
        scopes = (state, None) if state else (None,)
        # a range may be written with the first digits only: longest first, it is the nearest
        for length, scope, is_own in product(range(len(key), 0, -1), scopes, (True, False)):
            region = self._find_in_range(
                self._ranges.get((country, scope, length, is_own)), key[:length]
            )
            if region:
                return region
        return self._states.get(state) or self._countries.get(country)

    @staticmethod
    def _find_in_range(ranges, key):
        if not ranges:
            return None
        position = bisect_right(ranges, key, key=itemgetter(0)) - 1
        if position >= 0 and ranges[position][1] >= key:
            return ranges[position][2]
        return None
