"""What commissions can be of: each basis is declared here, and nowhere else.

Plans offer it, facts are read for it, rates, credit notes and targets follow it, and who may not
see it does not. See the recipe in ``docs/recipes.md``.
"""

from typing import NamedTuple

from .commission import scale


class Basis(NamedTuple):
    """A basis is one measure of the facts, or several less others.

    What counts of a price correction or a down payment is up to its measures. What a credit note
    has of it takes back the same part of a commission.

    :param label: what users call it
    :param measures: names of measures of ``isof.trade.mixin`` that are added up; a line where one
        is not known has nothing of the basis
    :param less: names of measures that are subtracted
    :param is_per_unit: whether it is a quantity: a rate is an amount for each unit, not percents
    :param is_less_cost: whether a cost can be told from it: only who sees margins sees it
    """

    label: str
    measures: tuple
    less: tuple = ()
    is_per_unit: bool = False
    is_less_cost: bool = False

    def at_rate_of_exchange(self, amount, net, other_net):
        """Return what a credit note has of the basis, at another rate of exchange.

        Quantities have none, and a cost is in the currency of the company already.

        :param net: what the credit note gives back, at its own rate
        :param other_net: the same at the other one

        >>> amounts = Decimal(-90), Decimal(-100), Decimal(-80)
        >>> [int(BASES[name].at_rate_of_exchange(*amounts)) for name in ("net", "margin")]
        [-72, -70]
        >>> int(BASES["quantity"].at_rate_of_exchange(*amounts))
        -90
        """
        if self.is_per_unit:
            return amount
        if self.is_less_cost or not net:
            return amount + other_net - net
        return scale(amount, other_net, net)


# By the value in the database. The measures are those of isof_trade_mixin.py.
BASES = {
    "net": Basis("Net sales", ("sold_net",)),
    "margin": Basis("Margin", ("margin",), is_less_cost=True),
    "quantity": Basis("Quantity", ("sold_quantity",), is_per_unit=True),
}
