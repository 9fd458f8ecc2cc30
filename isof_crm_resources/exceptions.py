from odoo.exceptions import ValidationError


class BookingConflict(ValidationError):  # noqa: N818
    """A booking is not possible because the resource is taken.

    The client shows what could be booked instead, see ``static/src/booking_conflict``; any
    other caller reads the message.

    :param str message: what is in the way, and what is still free
    :param offers: list of dicts: ``label``, ``booking_id`` (the one that was to be moved, or
        False) and ``vals`` to write on it or to create one with
    :param dict finder: context that opens the finder with what was wanted
    :param str taken: the part of the message that says what is in the way
    """

    def __init__(self, message, offers=(), finder=None, taken=None):
        super().__init__(message)
        # what Odoo sends to the client along with the message
        self.context = {"offers": list(offers), "finder": finder or {}, "taken": taken}
