"""Commission plans without a database: which plan and rule a sale earns by, at what rate, and why.

A plan is looked at as a whole: its rules in their order, the first that fits decides. Plans are
values that can be cached and compared; nothing in them is a record.
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from .commission import ZERO, Tier, scale
from .commission_basis import BASES

MONTHS = {"month": 1, "quarter": 3, "year": 12}
QUANTITY_UNIT = Decimal("0.0001")


class Line(NamedTuple):
    """A fact of a sale, and what rules ask about it. Trees are paths such as ``1/5/12/``."""

    line_id: int
    move_id: int
    move_name: str
    move_type: str
    origin_line_id: int | None
    origin_move_id: int | None
    day: date
    company_id: int
    currency_id: int
    customer_id: int | None
    product_id: int | None
    category_id: int | None
    category_path: str | None
    group_path: str | None
    segment_ids: frozenset
    team_id: int | None
    department_id: int | None
    user_id: int | None
    user_partner_id: int | None
    leader_partner_id: int | None
    agent_id: int | None
    order_id: int | None
    is_down_payment: bool
    document_currency_id: int
    # whether a document that was reset says the same of it: product and quantity
    is_as_before: bool
    net: Decimal
    quantity: Decimal
    bases: dict  # of what it has, by the names of BASES
    margin_rate: Decimal | None
    # of the document, in its currency and in the company's
    total: Decimal
    company_total: Decimal
    # what ``net`` is in the currency of the document; None in the company's
    amount: Decimal | None = None
    # who shares the commission of the document, tuples of a partner and percents; empty: by plan
    shares: tuple = ()

    @property
    def is_credit(self):
        """Return whether it gives back what another document sold.

        A line of an invoice does so, too, if it takes back what was delivered.

        >>> example_line(move_type="out_invoice", origin_move_id=1, net=Decimal(-8)).is_credit
        True
        >>> example_line(move_type="out_invoice", origin_move_id=1, net=Decimal(8)).is_credit
        False
        """
        return self.origin_move_id is not None and (
            self.move_type == "out_refund" or self.net < 0 or self.quantity < 0
        )

    def get_basis(self, basis):
        """Return what the line has of a basis, by its name."""
        return self.bases[basis]

    def at_rate_of(self, origin):
        """Return the line of a credit note at the rate of exchange of what it credits.

        What gives back the whole in the currency of the documents takes back all that was earned;
        what the currency gained or lost meanwhile was not sold by anybody.

        :param origin: a line of the document that is credited; if the line credits just that one,
            they agree to the cent

        >>> sold = example_line(line_id=1, net=Decimal(320), amount=Decimal(80))
        >>> back = example_line(net=Decimal(-500), amount=Decimal(-100), origin_line_id=1)
        >>> int(back.at_rate_of(sold).net)
        -400
        """
        if (
            self.amount is None
            or not origin.amount
            or self.document_currency_id != origin.document_currency_id
        ):
            return self
        net = scale(origin.net, self.amount, origin.amount)
        bases = {
            # where no cost is known there is nothing less a cost
            name: amount
            if BASES[name].is_less_cost and self.margin_rate is None
            else BASES[name].at_rate_of_exchange(amount, self.net, net)
            for name, amount in self.bases.items()
        }
        return self._replace(net=net, bases=bases)


class Rule(NamedTuple):
    """Which sales earn how. Conditions that are empty let everything pass."""

    id: int
    method: str  # rate, tiers or excluded
    rate: Decimal
    product_ids: frozenset = frozenset()
    category_ids: frozenset = frozenset()
    group_ids: frozenset = frozenset()
    segment_ids: frozenset = frozenset()
    margin_from: Decimal | None = None
    margin_to: Decimal | None = None

    def fits(self, line):
        """Return whether the rule is about a sale.

        >>> rule = Rule(1, "rate", Decimal("0.05"), category_ids=frozenset([5]))
        >>> rule.fits(example_line(category_path="1/5/12/")), rule.fits(example_line())
        (True, False)
        """
        return (
            (not self.product_ids or line.product_id in self.product_ids)
            and (not self.category_ids or _is_below(line.category_path, self.category_ids))
            and (not self.group_ids or _is_below(line.group_path, self.group_ids))
            and (not self.segment_ids or not self.segment_ids.isdisjoint(line.segment_ids))
            and self._has_margin(line)
        )

    def _has_margin(self, line):
        if self.margin_from is None and self.margin_to is None:
            return True
        rate = line.margin_rate
        # where the cost is unknown, there is no margin that could be in a band
        return rate is not None and (
            (self.margin_from is None or rate >= self.margin_from)
            and (self.margin_to is None or rate < self.margin_to)
        )


class Target(NamedTuple):
    """What a person or a team is to reach in each period that begins within some days."""

    partner_id: int | None
    team_id: int | None
    first: date
    last: date
    amount: Decimal


class Share(NamedTuple):
    """A part of a commission, in percent: the salesperson's, the team leader's, or somebody's."""

    kind: str
    partner_id: int | None
    percent: Decimal


class Plan(NamedTuple):
    """A version of a plan; ``root_id`` is what all its versions have in common.

    A version changes terms, and not the period: see ``find_deciding``.
    """

    id: int
    root_id: int
    company_id: int
    unit: Decimal
    first: date
    last: date | None
    earner: str  # salesperson or agent
    partner_ids: frozenset
    team_ids: frozenset
    basis: str  # one of BASES
    due: str  # invoiced or paid
    netting: bool  # whether debts that were netted are received
    period: str
    progressive: bool
    of_target: bool
    cap: Decimal | None
    minimum: Decimal
    rules: tuple
    tiers: tuple = ()
    targets: tuple = ()
    shares: tuple = ()

    @property
    def is_by_period(self):
        """Return whether what a sale earns depends on the others of its period."""
        return bool(self.tiers or self.cap is not None or self.minimum)

    @property
    def basis_unit(self):
        """Return the unit to which amounts of the basis are rounded."""
        return QUANTITY_UNIT if BASES[self.basis].is_per_unit else self.unit

    @property
    def series(self):
        """Return what the versions have in common whose periods are the same."""
        return self.root_id, self.period

    def get_seller(self, line):
        """Return the partner who earns by a sale: salesperson or agent."""
        return line.user_partner_id if self.earner == "salesperson" else line.agent_id

    def applies(self, line):
        """Return whether the plan is about a sale, whatever its rules say."""
        seller = self.get_seller(line)
        return bool(
            seller
            and line.company_id == self.company_id
            and self.covers(line.day)
            and (not self.partner_ids or seller in self.partner_ids)
            and (not self.team_ids or line.team_id in self.team_ids)
        )

    def covers(self, day):
        """Return whether the plan is in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)

    def find_rule(self, line):
        """Return the rule by which a sale earns, or None."""
        rule = next((rule for rule in self.rules if rule.fits(line)), None)
        return None if rule is None or rule.method == "excluded" else rule

    def get_period(self, day):
        """Return the first and last day of the period that a day is in.

        >>> plan = example_plan(period="quarter")
        >>> [str(day) for day in plan.get_period(date(2026, 5, 20))]
        ['2026-04-01', '2026-06-30']
        """
        return get_period(self.period, day)

    def get_own_shares(self, line):
        """Return the shares of the document, if it has any and they count for the plan.

        What an agent earns is not the salespeople's to share.

        >>> line = example_line(shares=((7, Decimal(60)), (8, Decimal(30)), (7, Decimal(10))))
        >>> example_plan().get_own_shares(line)
        [(7, Decimal('70')), (8, Decimal('30'))]
        >>> example_plan(earner="agent").get_own_shares(line)
        []
        """
        return _add_up(line.shares) if self.earner == "salesperson" else []

    def get_shares(self, seller_id, leader_id):
        """Return who earns which percent: list of tuples of a partner and percents.

        What is the team leader's goes to the salesperson where there is no other leader.

        >>> shares = (Share("salesperson", None, Decimal(70)), Share("leader", None, Decimal(30)))
        >>> example_plan(shares=shares).get_shares(7, None)
        [(7, Decimal('100'))]
        """
        people = {"salesperson": seller_id, "leader": leader_id or seller_id}
        return _add_up(
            (people.get(share.kind, share.partner_id), share.percent)
            for share in self.shares or (Share("salesperson", None, Decimal(100)),)
        )

    def get_target(self, seller_id, team_ids, first):
        """Return the target of a period that begins on a day: a person's own, or of a team's."""
        current = [target for target in self.targets if target.first <= first <= target.last]
        own = [target for target in current if target.partner_id == seller_id and seller_id]
        return next(iter(own or [target for target in current if target.team_id in team_ids]), None)

    def get_tiers(self, target):
        """Return the tiers in amounts; of a target they are in percent.

        Without a target only what is earned from 0 on counts.

        >>> plan = example_plan(of_target=True, tiers=(Tier(Decimal(80), Decimal("0.02")),))
        >>> plan.get_tiers(Target(None, 1, date.min, date.max, Decimal(1000)))
        [Tier(threshold=Decimal('800'), rate=Decimal('0.02'))]
        """
        if not self.of_target:
            return list(self.tiers)
        if target is None:
            return [tier for tier in self.tiers if tier.threshold <= 0]
        return [
            Tier(scale(target.amount, tier.threshold, Decimal(100)), tier.rate)
            for tier in self.tiers
        ]


def find_deciding(plans, plan, first):
    """Return the version of a plan whose minimum and cap are those of a period.

    It is the one in force on the last day of the period, or else the last one that was in force
    in it. They are of all that was sold in the period, by whichever version.

    :param plans: iterable of the approved ``Plan``s
    :param plan: any version
    :param first: first day of the period

    >>> old = example_plan(last=date(2026, 3, 14), minimum=Decimal(10))
    >>> new = example_plan(id=2, first=date(2026, 3, 15), minimum=Decimal(20))
    >>> find_deciding([old, new], old, date(2026, 3, 1)).id
    2
    >>> find_deciding([old, new], old, date(2026, 2, 1)).id
    1
    """
    return _find_last(_find_begun(plans, plan, first), plan)


def find_rating(plans, plan, first, basis=None):
    """Return the version of a plan whose tiers and targets are those of a period.

    That is the last one in the period, as for ``find_deciding``, of those that have tiers.

    :param basis: of this basis only: totals of different ones cannot be added up
    """
    begun = _find_begun(plans, plan, first)
    return _find_last(
        [other for other in begun if other.tiers and basis in (None, other.basis)], plan
    )


def _find_begun(plans, plan, first):
    last = plan.get_period(first)[1]
    return [other for other in plans if other.series == plan.series and other.first <= last]


def _find_last(plans, default):
    return max(plans, key=lambda plan: (plan.first, plan.id), default=default)


def get_period(period, day):
    """Return the first and last day of the month, quarter or year that a day is in."""
    return _get_period(MONTHS[period], day)


def _add_up(shares):
    found = {}
    for partner_id, percent in shares:
        found[partner_id] = found.get(partner_id, ZERO) + percent
    return list(found.items())


@lru_cache(maxsize=1024)
def _get_period(months, day):
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return first, first + relativedelta(months=months) - timedelta(days=1)


def _is_below(path, ids):
    return bool(path) and any(int(node) in ids for node in path.split("/") if node)


def example_line(**values):
    """Return a sale, for examples; what it has of a basis goes by the name of that."""
    defaults = dict.fromkeys(Line._fields)
    zeros = dict.fromkeys(("net", "quantity", "total", "company_total"), ZERO)
    bases = {name: values.get(name, ZERO) for name in BASES}
    values = {name: value for name, value in values.items() if name in Line._fields}
    defaults |= {
        "segment_ids": frozenset(),
        "is_down_payment": False,
        "is_as_before": False,
        "shares": (),
        "bases": bases,
    }
    return Line(**{**defaults, **zeros, "day": date(2026, 3, 10), "company_id": 1, **values})


def example_plan(**values):
    """Return a plan, for examples."""
    defaults = dict.fromkeys(Plan._fields[: Plan._fields.index("tiers")])
    defaults |= {"id": 1, "root_id": 1, "company_id": 1, "first": date(2026, 1, 1)}
    defaults |= {"earner": "salesperson", "partner_ids": frozenset(), "team_ids": frozenset()}
    return Plan(**{**defaults, "period": "month", "rules": (), **values})
