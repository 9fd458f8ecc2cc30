from datetime import timedelta
from typing import NamedTuple

from odoo.exceptions import ValidationError


class Alternative(NamedTuple):
    """What is possible instead of bookings that are not: all of them later, or elsewhere.

    ``shift`` is by how much all of them are put off; ``instead`` has the id of a resource that
    is taken and the one of another to take its place.
    """

    label: str
    shift: timedelta = timedelta()
    instead: tuple[int, int] | None = None


class BookingConflict(ValidationError):  # noqa: N818
    """A booking is not possible because the resource is taken.

    The client shows what could be booked instead, see ``static/src/booking_conflict``; any
    other caller reads the message.

    :param str message: what is in the way, and what is still free
    :param wanted: list of dicts of values: all the bookings that were wanted together
    :param alternatives: list of ``Alternative``
    :param str taken: the part of the message that says what is in the way
    """

    def __init__(self, message, wanted=(), alternatives=(), taken=None):
        super().__init__(message)
        self.message = message
        self.wanted = list(wanted)
        self.alternatives = list(alternatives)
        # what Odoo sends to the client along with the message
        self.context = {"offers": [], "model": None, "finder": {}, "taken": taken}

    def offer(self, model, offers, finder=None):
        """Say what the client may call instead of what was refused, each as a whole.

        Whoever makes bookings as a part of something larger replaces what they offered.

        :param str model: the model whose call was refused
        :param offers: list of dicts: ``label``, ``method``, ``args`` and perhaps ``kwargs``
        :param dict finder: context that opens the finder with what was wanted
        """
        offers = [{"model": model} | each for each in offers]
        self.args = (self.message,)
        self.context |= {"model": model, "offers": offers, "finder": finder or {}}

    def advise(self, model, advice):
        """Say in words what to do where nothing can be offered that is the whole.

        :param str model: the model whose call was refused
        :param str advice: what to do, as a sentence
        """
        self.offer(model, [])
        self.args = (f"{self.message}\n\n{advice}",)
