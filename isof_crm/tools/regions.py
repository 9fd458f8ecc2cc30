"""Which region an address lies in: pure functions, no ORM.

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

POLISH_ZIP = re.compile(r"\d{2}-?\d{3}")


def zip_key(value):
    """Return a ZIP code as it is compared: capital letters and digits only.

    >>> zip_key("00-950"), zip_key(" sw1a 1aa "), zip_key(None)
    ('00950', 'SW1A1AA', '')
    """
    return re.sub(r"[^A-Z0-9]", "", (value or "").upper())


def check_range(first, last, country_code=None):
    """Return what is wrong with a ZIP range, or None.

    :return: ``format`` (not written as ZIP codes of the country are), ``length`` (ends of
        different length cannot be compared), ``reversed``, or None

    >>> check_range("00-000", "05-999", "PL")
    >>> check_range("00-000", "5-999", "PL")
    'format'
    >>> check_range("10115", "9999")
    'length'
    >>> check_range("20000", "10000", "DE")
    'reversed'
    """
    if country_code == "PL" and not all(POLISH_ZIP.fullmatch(z.strip()) for z in (first, last)):
        return "format"
    low, high = zip_key(first), zip_key(last)
    if not low or not high:
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
    """

    def __init__(self, rules):
        self._countries = {}
        self._states = {}
        self._ranges = defaultdict(list)
        # own rules last, so that they take the place of shared ones
        for region, country, state, first, last, is_own in sorted(rules, key=itemgetter(5)):
            if first:
                low, high = zip_key(first), zip_key(last)
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
            return None
        key = zip_key(zip_code)
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
