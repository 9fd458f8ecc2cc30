"""What a ledger of commissions ought to hold, and what is missing in it.

How it works: ``Earnings`` says what each line of some documents earns whom, and
``commission_due.py`` what of it is due by now. ``get_differences`` compares that with what the
ledger has. Posting, reset,
payment, a payment taken back, a credit note and a correction all are a comparison; what is
already right costs nothing.

The first time a line earns, its terms are frozen: version of the plan, rule, rate, who sold and
who shares. From then on they are read from the ledger, also after the document was reset and
posted again, as long as the line says the same. Otherwise a line that has come to nothing starts
afresh. A credit note earns by the terms of the line that it credits. What a document itself says
about who shares always counts.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from .commission import (
    ZERO,
    Sale,
    credit_parts,
    distribute,
    round_money,
    scale,
    settle_period,
    tier_rate,
)
from .commission_due import DOCUMENT_KEY, Deals, hand_out
from .commission_plan import Line, Plan, find_deciding, find_rating


@dataclass(slots=True)
class Balance:
    """What the ledger has of one line, plan and payee; ``last`` is the latest entry."""

    basis: Decimal = ZERO
    accrued: Decimal = ZERO
    dues: dict = field(default_factory=lambda: defaultdict(Decimal))
    last: dict = field(default_factory=dict)

    def add(self, row):
        """Add an entry, a dict of its columns."""
        self.basis += row["basis"]
        self.accrued += row["accrued"]
        self.dues[row["payment_key"]] += row["due"]
        self.last = row


class Terms(NamedTuple):
    """By what a line earns: the columns of an entry that its first one decides."""

    plan: Plan
    rule_id: int
    is_tiered: bool
    factor: Decimal | None
    seller_id: int
    period_start: date | None
    shares: list
    is_own_split: bool
    frozen: dict


@dataclass(slots=True)
class Earning:
    """What a line ought to have earned a payee; ``dues`` is payment to amount and day."""

    line: Line
    terms: Terms
    payee_id: int
    percent: Decimal
    basis: Decimal
    accrued: Decimal
    is_taken_back: bool = False
    dues: dict = field(default_factory=dict)


class Earnings:
    """What the lines of some documents ought to have earned.

    :param plans: iterable of ``Plan``
    :param lines: list of ``Line``; of each document all, and those of the documents that are
        one sale with it
    :param balances: dict of line to dict of plan (its first version) to dict of payee to
        ``Balance``
    :param get_rates: function of a dict of ``(plan, seller, first day, team)`` to what is sold
        in addition to the ledger, that returns a dict of the same keys to factors; the plan is
        the version whose tiers rate the period
    :param fixed: dict of line and plan (its first version) to commission and factor, which the
        total of a period has given
    """

    def __init__(self, plans, lines, balances, get_rates, fixed=None):
        self.plans = {plan.id: plan for plan in plans}
        self.lines = sorted(
            get_comparable(lines), key=lambda line: (line.day, line.move_id, line.line_id)
        )
        self.balances = balances
        self.fixed = fixed or {}
        self.found = {}  # (line, plan) to list of Earning
        credited = {line.move_id for line in lines}
        sales, credits = [], []
        for line in self.lines:
            is_credit = line.is_credit and line.origin_move_id in credited
            (credits if is_credit else sales).append(line)
        self._add_sales(sales, get_rates)
        self._add_credits(credits)

    def __iter__(self):
        return (earning for earnings in self.found.values() for earning in earnings)

    # ------------------------------------------------------------
    # Sales
    # ------------------------------------------------------------

    def _add_sales(self, lines, get_rates):
        terms_by_line = [(line, self._get_terms(line)) for line in lines]
        added = defaultdict(Decimal)
        for line, terms_list in terms_by_line:
            for terms in terms_list:
                if terms.factor is None:
                    added[self._get_key(line, terms)] += self._get_basis(line, terms.plan)
        rates = get_rates(dict(added)) if added else {}
        for line, terms_list in terms_by_line:
            for terms in terms_list:
                if terms.factor is None:
                    terms = terms._replace(factor=rates[self._get_key(line, terms)])
                self._add_sale(line, terms)

    def _get_key(self, line, terms):
        plan = find_rating(self.plans.values(), terms.plan, terms.period_start, terms.plan.basis)
        return plan, terms.seller_id, terms.period_start, line.team_id

    @staticmethod
    def _get_basis(line, plan):
        return round_money(line.get_basis(plan.basis), plan.basis_unit)

    def _get_terms(self, line):
        """Return by what a line earns: what the ledger knows, and what plans say afresh."""
        known = {}
        for root_id, by_payee in self.balances.get(line.line_id, {}).items():
            earning = {
                payee: balance
                for payee, balance in by_payee.items()
                if balance.basis or balance.accrued
            }
            if earning:
                known[root_id] = self._get_frozen_terms(line, earning)
            elif terms := self._get_former_terms(line, by_payee):
                known[root_id] = terms
        fresh = [
            self._get_fresh_terms(line, plan)
            for plan in self.plans.values()
            if plan.root_id not in known and plan.applies(line)
        ]
        return [*known.values(), *filter(None, fresh)]

    def _get_frozen_terms(self, line, by_payee):
        last = max((balance.last for balance in by_payee.values()), key=lambda row: row["id"])
        plan = self.plans[last["plan_id"]]
        own_shares = plan.get_own_shares(line)
        shares = [(payee, balance.last["percent"]) for payee, balance in by_payee.items()]
        if own_shares and dict(own_shares) != dict(shares):
            shares = own_shares
        elif last["is_own_split"] and not own_shares:
            shares = plan.get_shares(last["seller_id"], line.leader_partner_id)
        return Terms(
            plan=plan,
            rule_id=last["rule_id"],
            is_tiered=last["is_tiered"],
            factor=last["factor"],
            seller_id=last["seller_id"],
            period_start=last["period_start"],
            shares=shares,
            is_own_split=bool(own_shares),
            frozen=by_payee,
        )

    def _get_former_terms(self, line, by_payee):
        """Return the terms of a line that was reset, if it says the same as it did then."""
        lasts = sorted((balance.last for balance in by_payee.values()), key=itemgetter("id"))
        last = lasts[-1]
        plan = self.plans[last["plan_id"]]
        if not (
            line.is_as_before
            and plan.first <= line.day
            and plan.get_seller(line) == last["seller_id"]
            and last["period_start"] == plan.get_period(line.day)[0]
        ):
            return None
        # those who shared it to the end: who did before them has nothing since
        sharers, percents = {}, ZERO
        for row in reversed(lasts):
            if percents < 100:
                sharers[row["payee_id"]] = by_payee[row["payee_id"]]
                percents += row["percent"]
        sharers = dict(reversed(sharers.items()))
        return self._get_frozen_terms(line, sharers)._replace(frozen={})

    def _get_fresh_terms(self, line, plan):
        rule = plan.find_rule(line)
        seller_id, own_shares = plan.get_seller(line), plan.get_own_shares(line)
        return rule and Terms(
            plan=plan,
            rule_id=rule.id,
            is_tiered=rule.method == "tiers",
            factor=None if rule.method == "tiers" else rule.rate,
            seller_id=seller_id,
            period_start=plan.get_period(line.day)[0],
            shares=own_shares or plan.get_shares(seller_id, line.leader_partner_id),
            is_own_split=bool(own_shares),
            frozen={},
        )

    def _add_sale(self, line, terms):
        plan = terms.plan
        payees, percents = zip(*terms.shares, strict=True)
        basis = self._get_basis(line, plan)
        frozen = {payee: balance.last["percent"] for payee, balance in terms.frozen.items()}
        if fixed := self.fixed.get((line.line_id, plan.root_id)):
            commission, factor = fixed
            terms = terms._replace(factor=factor)
            parts = distribute(commission, percents, plan.unit)
        elif frozen and basis == sum(balance.basis for balance in terms.frozen.values()):
            parts = [terms.frozen[payee].accrued for payee in frozen]
            if frozen != dict(terms.shares):
                parts = distribute(sum(parts), percents, plan.unit)
        else:
            commission = round_money(basis * terms.factor, plan.unit)
            parts = distribute(commission, percents, plan.unit)
        self.found[line.line_id, plan.root_id] = [
            Earning(line, terms, *values)
            for values in zip(
                payees, percents, distribute(basis, percents, plan.basis_unit), parts, strict=True
            )
        ]

    # ------------------------------------------------------------
    # Credit notes
    # ------------------------------------------------------------

    def _add_credits(self, lines):
        """Have credit notes take back what the lines earned that they credit."""
        by_origin, by_move, whole = defaultdict(list), defaultdict(list), defaultdict(list)
        for (line_id, _root_id), earnings in list(self.found.items()):
            by_origin[line_id].append(earnings)
            by_move[earnings[0].line.move_id].append(earnings)
        credits = defaultdict(list)
        for line in lines:
            if line.origin_line_id in by_origin:
                credits[line.origin_line_id].append(line)
            else:
                whole[line.origin_move_id].append(line)
        for origin_id, credit_lines in credits.items():
            for earnings in by_origin[origin_id]:
                self._add_line_credits(earnings, credit_lines)
        left = self._get_left() if whole else {}
        for move_id, credit_lines in whole.items():
            for line in credit_lines:
                self._add_document_credit(by_move[move_id], line, left[move_id])

    def _add_line_credits(self, origins, lines):
        """Add what credit notes of one line take back, of each payee."""
        terms = origins[0].terms
        plan = terms.plan
        credited = [self._get_basis(line, plan) for line in lines]
        whole = self._get_basis(origins[0].line, plan)
        unit = plan.basis_unit
        percents = [origin.percent for origin in origins]
        bases = credit_parts(
            [origin.basis for origin in origins], whole, credited, unit, None, Decimal(1), percents
        )
        known = self._get_known_credits(origins, lines, bases)
        earned = [origin.accrued for origin in origins]
        steps = credit_parts(earned, whole, credited, plan.unit, known, terms.factor, percents)
        for origin, own_bases, own_steps in zip(origins, bases, steps, strict=True):
            for line, basis, step in zip(lines, own_bases, own_steps, strict=True):
                self._add_credit(origin, line, basis, step)

    def _get_known_credits(self, origins, lines, bases):
        """Return what of credit notes is settled already, see ``credit_parts``."""
        plan = origins[0].terms.plan
        percents = [origin.percent for origin in origins]
        known = []
        for position, origin in enumerate(origins):
            sold = self._get_balance(origin.line, plan.root_id, origin.payee_id)
            steps = []
            for line, basis in zip(lines, bases[position], strict=True):
                balance = self._get_balance(line, plan.root_id, origin.payee_id)
                if fixed := self.fixed.get((line.line_id, plan.root_id)):
                    steps.append(distribute(fixed[0], percents, plan.unit)[position])
                elif balance and sold and (balance.basis, sold.accrued) == (basis, origin.accrued):
                    steps.append(balance.accrued)
                else:
                    steps.append(None)
            known.append(steps)
        return known

    def _add_document_credit(self, documents, line, left):
        """Add what a line takes back that credits a document and none of its lines.

        It lowers all lines in the proportion of what is sold on them and not credited, each at
        its own rate.

        :param left: dict of line of the document to what is left of it
        """
        by_root = defaultdict(list)
        for earnings in documents:
            by_root[earnings[0].terms.plan.root_id].append(earnings)
        for by_line in by_root.values():
            plan = by_line[0][0].terms.plan
            unit = plan.basis_unit
            nets = [left[earnings[0].line.line_id] for earnings in by_line]
            if not any(nets):
                nets = [earnings[0].line.net for earnings in by_line]
            basis = self._get_basis(line, plan)
            # of lines by which nobody earns nothing is taken back
            if whole := sum(left.values()):
                basis = round_money(scale(basis, sum(nets), whole), unit)
            parts = distribute(basis, nets, unit)
            back = sum(
                part * self._get_rate(earnings)
                for part, earnings in zip(parts, by_line, strict=True)
            )
            by_payee = defaultdict(list)
            for earning in chain(*by_line):
                by_payee[earning.payee_id].append(earning)
            net_by_line = {
                earnings[0].line.line_id: net for earnings, net in zip(by_line, nets, strict=True)
            }
            weights = [
                sum(net_by_line[one.line.line_id] * one.percent for one in group)
                for group in by_payee.values()
            ]
            for group, part, step in zip(
                by_payee.values(),
                distribute(basis, weights, unit),
                distribute(round_money(back, plan.unit), weights, plan.unit),
                strict=True,
            ):
                self._add_credit(group[0], line, part, step)

    def _get_left(self):
        """Return what is sold on each line, less what credits just that line.

        :return: dict of document to dict of line to amount
        """
        left, documents = defaultdict(dict), {}
        for line in self.lines:
            left[line.move_id][line.line_id] = line.net
            documents[line.line_id] = line.move_id
        for line in self.lines:
            if line.origin_line_id in documents:
                left[documents[line.origin_line_id]][line.origin_line_id] += line.net
        return left

    @staticmethod
    def _get_rate(earnings):
        """Return at what rate a line earned: that of its terms, but for a cap or rounding."""
        terms = earnings[0].terms
        basis = sum(earning.basis for earning in earnings)
        earned = sum(earning.accrued for earning in earnings)
        if not basis or round_money(basis * terms.factor, terms.plan.unit) == earned:
            return terms.factor
        return scale(earned, 1, basis)

    def _add_credit(self, origin, line, basis, accrued):
        terms = origin.terms
        first = terms.plan.get_period(line.day)[0]
        if first != terms.period_start:
            terms = terms._replace(period_start=None)
        self.found.setdefault((line.line_id, terms.plan.root_id), []).append(
            Earning(line, terms, origin.payee_id, origin.percent, basis, accrued, True)
        )

    def _get_balance(self, line, root_id, payee_id):
        return self.balances.get(line.line_id, {}).get(root_id, {}).get(payee_id)

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    def add_dues(self, payments):
        """Say what of the earnings is due by now, see ``commission_due.py``.

        :param payments: list of ``Payment`` for the documents of the lines
        """
        deals = Deals(self.lines, payments)
        groups = defaultdict(list)
        for earning in self:
            line, plan = earning.line, earning.terms.plan
            if plan.due == "invoiced":
                earning.dues = {None: (earning.accrued, line.day)}
            else:
                key = (deals.by_move[line.move_id], plan.root_id, plan.netting)
                groups[key].append(earning)
        for (deal, _root_id, netting), earnings in groups.items():
            hand_out(earnings, deals.get_events(deal, netting))

    # ------------------------------------------------------------
    # The total of a period
    # ------------------------------------------------------------

    def get_sales(self, plan, seller_id, first):
        """Return the sales of a period as ``commission.Sale``, their keys being lines.

        :param plan: the version whose tiers decide; sales by tiers of another basis keep their rate
        """
        own = {}
        for (line_id, _root_id), earnings in self.found.items():
            terms = earnings[0].terms
            if (terms.plan.series, terms.seller_id, terms.period_start) == (
                plan.series,
                seller_id,
                first,
            ):
                own[line_id] = earnings
        credits, sales = defaultdict(list), []
        for line_id, earnings in own.items():
            line = earnings[0].line
            if line.is_credit and line.origin_line_id in own:
                basis = sum(earning.basis for earning in earnings)
                credits[line.origin_line_id].append((line_id, basis))
        taken = {line_id for group in credits.values() for line_id, _basis in group}
        for line_id, earnings in own.items():
            if line_id not in taken:
                terms = earnings[0].terms
                is_rated = terms.is_tiered and terms.plan.basis == plan.basis
                sales.append(
                    Sale(
                        line_id,
                        sum(earning.basis for earning in earnings),
                        None if is_rated else terms.factor,
                        tuple(credits.get(line_id, ())),
                    )
                )
        return sales

    def decide(self, plan, seller_id, first, get_team_total):
        """Return what the total of a period makes of its sales.

        :param plan: any version of the plan; see ``find_deciding``
        :param get_team_total: function of a sales team to what it sold by tiers in the period
        :return: tuple of a dict as ``fixed``, and what the minimum adds for the seller
        """
        limits = find_deciding(self.plans.values(), plan, first)
        rating = find_rating(self.plans.values(), plan, first)
        sales = self.get_sales(rating, seller_id, first)
        if not sales:
            return {}, ZERO
        teams = {
            earning.line.team_id for sale in sales for earning in self.found[sale.key, plan.root_id]
        }
        target = rating.get_target(seller_id, teams - {None}, first)
        if target and target.team_id:
            total = get_team_total(target.team_id)
        else:
            total = sum((sale.net for sale in sales if sale.rate is None), ZERO)
        tiers = rating.get_tiers(target)
        found = settle_period(sales, tiers, rating.progressive, total, limits.cap, plan.unit)
        by_tiers = tier_rate(total, tiers, rating.progressive)
        fixed = {}
        for sale in sales:
            rate = by_tiers if sale.rate is None else sale.rate
            for line_id in (sale.key, *(line_id for line_id, _basis in sale.credits)):
                fixed[line_id, plan.root_id] = found[line_id], rate
        earned = sum(found.values(), ZERO)
        missing = limits.minimum - earned
        return fixed, missing if earned > 0 and missing > 0 else ZERO


def get_rates(added, totals):
    """Return the rates that tiers give of the totals of periods.

    :param added: dict of ``(plan, seller, first day, team)`` to what is sold in addition
    :param totals: what was sold before, dict of ``(plan id, first day, "seller" or "team", its
        id)`` to total
    :return: dict of the keys of ``added`` to factors
    """
    rates = {}
    for key in added:
        plan, seller_id, first, team_id = key
        target = plan.get_target(seller_id, [team_id], first)
        own, team = (plan.id, first, "seller", seller_id), (plan.id, first, "team", team_id)
        measured = team if target and target.team_id else own
        total = totals[measured] + sum(
            amount
            for (other, other_seller, other_first, other_team), amount in added.items()
            if (other.id, other_first) == (plan.id, first)
            and (other_team == team_id if measured is team else other_seller == seller_id)
        )
        rates[key] = tier_rate(total, plan.get_tiers(target), plan.progressive)
    return rates


def get_comparable(lines):
    """Yield lines, those of credit notes at the rates of exchange of what they credit."""
    by_line = {line.line_id: line for line in lines}
    by_move = {line.move_id: line for line in lines if line.amount}
    for line in lines:
        origin = by_line.get(line.origin_line_id) or by_move.get(line.origin_move_id)
        yield line.at_rate_of(origin) if line.is_credit and origin else line


def get_differences(earnings, balances, today):
    """Yield the entries that make a ledger what it ought to be: dicts of columns.

    What is new has the day of its document or payment. What corrects something that is in the
    ledger already is of today, or later if the payment is.
    """
    seen = set()
    for earning in earnings:
        root_id = earning.terms.plan.root_id
        seen.add((earning.line.line_id, root_id, earning.payee_id))
        known = balances.get(earning.line.line_id, {}).get(root_id, {})
        yield from _compare(earning, known, today)
    for line_id, by_root in balances.items():
        for root_id, by_payee in by_root.items():
            for payee_id, balance in by_payee.items():
                if (line_id, root_id, payee_id) not in seen:
                    yield from _take_back(balance, today)


def _compare(earning, known, today):
    line = earning.line
    balance = known.get(earning.payee_id) or Balance()
    values = _describe(earning)
    # who takes a part over later corrects what is there, too
    is_new = not known
    paid = {key for other in known.values() for key in other.dues}
    due, day = earning.dues.get(None, (ZERO, line.day))
    changes = {
        "basis": earning.basis - balance.basis,
        "accrued": earning.accrued - balance.accrued,
        "due": due - balance.dues.get(None, ZERO),
    }
    if any(changes.values()):
        kind = "change" if not is_new else "credit" if line.is_credit else "sale"
        moment = day if is_new else max(today, day)
        yield values | changes | {"kind": kind, "date": moment, "payment_key": None}
    for key in {**earning.dues, **balance.dues}:
        if key is None:
            continue
        had = balance.dues.get(key, ZERO)
        due, day = earning.dues.get(key, (ZERO, today))
        if due != had:
            yield values | {
                "basis": ZERO,
                "accrued": ZERO,
                "due": due - had,
                "kind": _get_kind(key),
                "date": max(today, day) if key in paid else day,
                "payment_key": key,
            }


def _get_kind(key):
    return "change" if key.startswith(DOCUMENT_KEY) else "payment"


def _describe(earning):
    """Return the values of an entry that say what it is for."""
    line, terms = earning.line, earning.terms
    return {
        "company_id": line.company_id,
        "company_currency_id": line.currency_id,
        "payee_id": earning.payee_id,
        "seller_id": terms.seller_id,
        "team_id": line.team_id,
        "department_id": line.department_id,
        "move_id": line.move_id,
        "move_line_id": line.line_id,
        "move_name": line.move_name,
        "partner_id": line.customer_id,
        "product_id": line.product_id,
        "product_category_id": line.category_id,
        "plan_id": terms.plan.id,
        "rule_id": terms.rule_id,
        "is_tiered": terms.is_tiered,
        "is_own_split": terms.is_own_split,
        "period_start": terms.period_start,
        "factor": terms.factor,
        "percent": earning.percent,
    }


def _take_back(balance, today):
    """Yield what brings a line to nothing that earns no more."""
    values = {name: value for name, value in balance.last.items() if name not in ("id", "root_id")}
    values |= {"kind": "change", "date": today}
    dues = dict(balance.dues)
    changes = {
        "basis": -balance.basis,
        "accrued": -balance.accrued,
        "due": -dues.pop(None, ZERO),
    }
    if any(changes.values()):
        yield values | changes | {"payment_key": None}
    for key, due in dues.items():
        if due:
            yield values | {
                "basis": ZERO,
                "accrued": ZERO,
                "due": -due,
                "kind": _get_kind(key),
                "payment_key": key,
            }
