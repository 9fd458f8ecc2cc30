"""Domains that users write, or have the domain editor write, and that are kept as text."""

import ast

from .bounds import MAX_TEXT


def parse(text):
    """Return the list that a text is; an empty text is the domain that everything meets.

    Plain values only: it is somebody else's text, so nothing in it is executed.

    :raises ValueError: when it is too long or no such list

    >>> parse(" [('name', '=', 'Alfa')] "), parse(False)
    ([('name', '=', 'Alfa')], [])
    """
    text = (text or "[]").strip()
    if len(text) > MAX_TEXT:
        raise ValueError(f"{len(text):,} characters, more than {MAX_TEXT:,}")
    try:
        return ast.literal_eval(text)
    except (TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(str(error) or "too many levels") from error
