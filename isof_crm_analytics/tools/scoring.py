"""Limits of scores, as people write them."""

from decimal import Decimal, InvalidOperation


def parse_limits(text):
    """Return the numbers in a text, which spaces or semicolons separate.

    :raises ValueError: if something else is in it, or each is not larger than the one before

    >>> parse_limits("30 90; 182,5")
    [Decimal('30'), Decimal('90'), Decimal('182.5')]
    >>> parse_limits(False)
    []
    >>> parse_limits("30 20")
    Traceback (most recent call last):
    ValueError: 30 20
    >>> parse_limits("30 many")
    Traceback (most recent call last):
    ValueError: 30 many
    """
    words = (text or "").replace(";", " ").replace(",", ".").split()
    try:
        limits = [Decimal(word) for word in words]
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not all(limit.is_finite() for limit in limits) or limits != sorted(set(limits)):
        raise ValueError(text)
    return limits
