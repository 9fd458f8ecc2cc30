"""What of commissions is due as the money for it comes in.

There is one definition. Of what the lines of a sale earn after credit notes, that part is due
that the money received for the sale is of its total after credit notes. 600 received of 1000
make 60 of 100 due, whatever became of the other 400.

A sale, here called a deal, is all documents that belong together: an invoice and what credits
it, and the down payments of an order with the invoices that settle them. Their money counts
together, and so do their totals. What is received for a deal beyond its total pays those
documents with which its credit notes were matched.

How it works: documents and payments are events. After each of them the definition says what is
due of the whole deal, which is handed out exactly to who earns and to what was sold, each getting
the part that the deal got. What an event changes is due since its day, on the document that is
the event, or else on what was sold. What was due before stays where it was.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from .commission import ZERO, apportion, distribute, round_money, scale

# Keys of what a document changed of what was due for the lines of others.
DOCUMENT_KEY = "document,"


class Payment(NamedTuple):
    """What was received for a document, or paid back, in the currency of the document.

    ``cash`` came in by bank or cash, and ``netted`` is what was set against a debt of ours. Where
    the document was matched with the credit note of another deal, ``credit_id`` is that one,
    ``given`` the amount in its currency, and ``cash`` the same in the currency of the document.
    """

    key: str
    move_id: int
    day: date
    credit_id: int | None = None
    # what the bank brings can be the money that a payment without a journal entry announced
    is_announced: bool = False
    journal_id: int | None = None
    created: datetime | None = None
    entered: date | None = None
    cash: Decimal = ZERO
    netted: Decimal = ZERO
    given: Decimal = ZERO

    @property
    def moment(self):
        return self.created and (self.created, self.entered)


class Event(NamedTuple):
    """A document of a deal, or a payment, and what the deal totals and received since then."""

    day: date
    key: str
    move_id: int | None
    total: Decimal
    received: Decimal


@dataclass(slots=True)
class Position:
    """What somebody earns by something sold and by what credits it: ``Earning``s."""

    payee_id: int
    earnings: list
    earned: Decimal = ZERO
    due: Decimal = ZERO

    def add_step(self, due, event, moves, unit):
        """Note what an event changed of what is due.

        :param moves: the documents up to the event
        """
        step, self.due = due - self.due, due
        if not step:
            return
        known = [earning for earning in self.earnings if earning.line.move_id in moves]
        own = [earning for earning in known if earning.line.move_id == event.move_id]
        sold = [earning for earning in known if not earning.is_taken_back]
        chosen, key = (own, None) if own else (sold or known, event.key)
        parts = distribute(step, [earning.accrued for earning in chosen], unit)
        for earning, part in zip(chosen, parts, strict=True):
            if part:
                # one payment may pay several documents of a deal
                before, _day = earning.dues.get(key, (ZERO, None))
                earning.dues[key] = (before + part, event.day)


class Deals:
    """Which documents are one sale, and what was received for each.

    :param lines: list of ``Line``, of each deal all
    :param payments: list of ``Payment`` for them
    """

    def __init__(self, lines, payments):
        self.documents = {line.move_id: line for line in lines}
        self.payments = count_once(
            [payment for payment in payments if payment.move_id in self.documents]
        )
        self.by_move = group_documents(lines)
        self.factors = self._get_factors()
        self.totals = defaultdict(Decimal)
        for move_id, deal in self.by_move.items():
            self.totals[deal] += self._get_total(move_id)
        self._events = {}  # whether debts count that were netted, to dict of deal to events

    def _get_factors(self):
        """Return what makes amounts of documents comparable within their deal."""
        currencies = defaultdict(set)
        for move_id, document in self.documents.items():
            currencies[self.by_move[move_id]].add(document.document_currency_id)
        return {
            move_id: scale(document.company_total, 1, document.total)
            if document.total and len(currencies[self.by_move[move_id]]) > 1
            else Decimal(1)
            for move_id, document in self.documents.items()
        }

    def _get_sign(self, move_id):
        return -1 if self.documents[move_id].move_type == "out_refund" else 1

    def _get_total(self, move_id):
        return self._get_sign(move_id) * self.documents[move_id].total * self.factors[move_id]

    def get_events(self, deal, counts_netting):
        """Return the documents and payments of a deal in order, as ``Event``.

        :param bool counts_netting: whether debts that were netted are received
        """
        if counts_netting not in self._events:
            self._events[counts_netting] = self._find_events(counts_netting)
        return self._events[counts_netting][deal]

    def _find_events(self, counts_netting):
        # on one day: an invoice, what is paid of it, what credits it, and what is paid back
        rows = defaultdict(list)
        for move_id, deal in self.by_move.items():
            rank = 0 if self._get_sign(move_id) > 0 else 2
            key = f"{DOCUMENT_KEY}{move_id}"
            rows[deal].append((self.documents[move_id].day, rank, move_id, key, ZERO))
        for payment, amount in self._get_received(counts_netting):
            rank = 1 if self._get_sign(payment.move_id) > 0 else 3
            day = max(payment.day, self.documents[payment.move_id].day)
            deal = self.by_move[payment.move_id]
            rows[deal].append((day, rank, payment.move_id, payment.key, amount))
        found = {}
        for deal, own in rows.items():
            total = received = ZERO
            found[deal] = events = []
            for day, rank, move_id, key, amount in sorted(own):
                is_document = not rank % 2
                if is_document:
                    total += self._get_total(move_id)
                received += amount
                events.append(Event(day, key, move_id if is_document else None, total, received))
        return found

    def _get_received(self, counts_netting):
        """Return what each payment brings its deal: list of tuples of a payment and an amount."""
        found, received, last = [], defaultdict(Decimal), {}
        transfers = []
        for payment in self.payments:
            deal = self.by_move[payment.move_id]
            if payment.credit_id is not None:
                if self.by_move.get(payment.credit_id, deal) != deal:
                    transfers.append(payment)
                continue
            amount = payment.cash + (payment.netted if counts_netting else ZERO)
            amount *= self._get_sign(payment.move_id) * self.factors[payment.move_id]
            found.append((payment, amount))
            received[deal] += amount
            last[deal] = max(payment.day, last.get(deal, payment.day))
        return found + self._transfer(transfers, received, last)

    def _transfer(self, transfers, received, last):
        """Return what credit notes pay of the documents of other deals, see ``_get_received``.

        That is no more than what their own deal has received beyond its total, be it from yet
        another deal. A credit note that is a deal of its own has all that it credits to give.

        :param received: dict of deal to what it received in money
        :param last: dict of deal to the day when it last did
        """
        left = [payment.given * self.factors[payment.credit_id] for payment in transfers]
        given = [ZERO] * len(transfers)
        for _round in transfers:
            before = list(given)
            for position, payment in enumerate(transfers):
                source = self.by_move[payment.credit_id]
                excess = received[source] - self.totals[source]
                amount = min(left[position] - given[position], excess)
                if amount > 0:
                    given[position] += amount
                    received[source] -= amount
                    received[self.by_move[payment.move_id]] += self._get_value(
                        payment, amount, left[position]
                    )
            if given == before:
                break
        return [
            (
                payment._replace(
                    day=max(payment.day, last.get(self.by_move[payment.credit_id], payment.day))
                ),
                self._get_value(payment, amount, whole),
            )
            for payment, amount, whole in zip(transfers, given, left, strict=True)
            if amount
        ]

    def _get_value(self, payment, amount, whole):
        return scale(payment.cash * self.factors[payment.move_id], amount, whole)


def count_once(payments):
    """Return payments without the money that the bank brings after it was announced.

    A payment without a journal entry announces money; the statement that follows brings it. What
    was announced counts since then, and of the statement only what is more than that.

    >>> when = {"day": date(2026, 3, 1), "created": datetime(2026, 3, 1), "entered": date.min}
    >>> announced = Payment("payment,1", 5, cash=Decimal(400), is_announced=True, **when)
    >>> brought = Payment("match,1", 5, cash=Decimal(600), **when)
    >>> [str(payment.cash) for payment in count_once([announced, brought])]
    ['400', '200']
    """
    announced = defaultdict(list)
    for payment in payments:
        if payment.is_announced:
            announced[payment.move_id, payment.journal_id].append([payment.moment, payment.cash])
    if not announced:
        return payments
    known = {}
    brought = [payment for payment in payments if payment.moment and not payment.is_announced]
    for payment in sorted(brought, key=lambda payment: (payment.moment, payment.key)):
        cash = payment.cash
        for entry in sorted(announced[payment.move_id, payment.journal_id]):
            moment, left = entry
            if moment <= payment.moment:
                entry[1] = max(left - cash, ZERO)
                cash = max(cash - left, ZERO)
        known[payment.key, payment.move_id] = cash
    return [
        payment._replace(cash=known.get((payment.key, payment.move_id), payment.cash))
        for payment in payments
    ]


def group_documents(lines):
    """Return which documents are one deal: dict of document to the first one of its deal.

    They are those that credit one another, and those of an order with a down payment.
    """
    with_down_payment = {line.order_id for line in lines if line.is_down_payment} - {None}
    moves = {line.move_id for line in lines}
    links = [(line.move_id, line.origin_move_id) for line in lines if line.origin_move_id in moves]
    first = {}
    links += [
        (line.move_id, first.setdefault(line.order_id, line.move_id))
        for line in lines
        if line.order_id in with_down_payment
    ]
    return group(moves, links)


def group(items, links):
    """Return what is linked, in however many steps: dict of item to the least one of its group.

    >>> group([1, 2, 3, 4], [(3, 2), (4, 3)])
    {1: 1, 2: 2, 3: 2, 4: 2}
    """
    upper = {item: item for item in items}

    def find(item):
        while upper[item] != item:
            upper[item] = item = upper[upper[item]]
        return item

    for one, other in links:
        least, greater = sorted((find(one), find(other)))
        upper[greater] = least
    return {item: find(item) for item in upper}


def hand_out(earnings, events):
    """Say what is due of what a deal earns by a plan: fills their ``dues``.

    :param earnings: list of ``Earning`` of one plan
    :param events: list of ``Event`` of the deal
    """
    unit = earnings[0].terms.plan.unit
    moves = set()
    by_payee = defaultdict(list)
    for position in get_positions(earnings):
        by_payee[position.payee_id].append(position)
    earning_moves = {earning.line.move_id for earning in earnings}
    for event in events:
        if event.move_id is not None:
            moves.add(event.move_id)
        if event.move_id in earning_moves:
            for position in (position for own in by_payee.values() for position in own):
                position.earned = sum(
                    earning.accrued
                    for earning in position.earnings
                    if earning.line.move_id in moves
                )
        for positions, dues in zip(
            by_payee.values(), _get_dues(by_payee.values(), event, unit), strict=True
        ):
            for position, due in zip(positions, dues, strict=True):
                position.add_step(due, event, moves, unit)


def get_positions(earnings):
    """Return what was sold with what credits it, for each who earns: list of ``Position``.

    What credits a document, and none of its lines, belongs to all of them.
    """
    by_move = defaultdict(list)
    for earning in earnings:
        by_move[earning.line.move_id].append(earning.line.line_id)
    lines = {earning.line.line_id for earning in earnings}
    links = []
    for earning in earnings:
        line = earning.line
        if earning.is_taken_back:
            origins = (
                [line.origin_line_id]
                if line.origin_line_id in lines
                else by_move.get(line.origin_move_id, ())
            )
            links += [(line.line_id, origin_id) for origin_id in origins]
    belongs = group(lines, links)
    positions = {}
    for earning in earnings:
        key = (earning.payee_id, belongs[earning.line.line_id])
        positions.setdefault(key, Position(earning.payee_id, [])).earnings.append(earning)
    return list(positions.values())


def _get_dues(by_payee, event, unit):
    """Return what is due of positions after an event: for each payee a list of amounts."""
    total, received = event.total, event.received
    if total <= 0 or received >= total:  # nothing is still to come in
        return [[position.earned for position in own] for own in by_payee]
    if received <= 0:
        return [[ZERO] * len(own) for own in by_payee]
    exact = [[scale(position.earned, received, total) for position in own] for own in by_payee]
    sums = [sum(own) for own in exact]
    whole = round_money(sum(sums), unit)
    return [
        apportion(due, own, unit)
        for due, own in zip(apportion(whole, sums, unit), exact, strict=True)
    ]
