"""Methods that search by fields that are not stored."""

from functools import wraps


def search_true(search):
    """Make the ``search`` of a boolean field of a function that returns whom it is true of.

    How to use: decorate ``_search_x``, which then takes no arguments but ``self``. What else is
    asked, Odoo derives from that: the negation, and both together.

    >>> class Contact:
    ...     @search_true
    ...     def _search_is_known(self):
    ...         return "known"
    >>> search = Contact()._search_is_known
    >>> search("in", [True]), search("in", [False]), search("not in", [True])
    ('known', NotImplemented, NotImplemented)
    """

    @wraps(search)
    def search_by_operator(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        return search(self)

    return search_by_operator
