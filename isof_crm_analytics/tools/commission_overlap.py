"""Which commission plans would pay twice for one sale, without a database.

Plans are looked at by what they say, not by what was sold: whether there can be a sale that both
are about. Trees are dicts of the id of a node to its path, such as ``1/5/12/``.
"""

from typing import NamedTuple

from .commission import ZERO
from .commission_plan import Rule


class Trees(NamedTuple):
    """Where the things are that rules name: categories, groups, and the category of a product."""

    categories: dict
    groups: dict
    products: dict


def find_overlapping(plan, others, trees):
    """Return those of other plans that would pay for sales of a plan once more.

    Versions of one plan follow each other, and an agent's plan pays somebody else than one for
    salespeople.
    """
    return [
        other
        for other in others
        if other.root_id != plan.root_id
        and (other.company_id, other.earner) == (plan.company_id, plan.earner)
        and other.first <= (plan.last or other.first)
        and plan.first <= (other.last or plan.first)
        and _meet(plan.partner_ids, other.partner_ids)
        and _meet(plan.team_ids, other.team_ids)
        and _rules_meet(plan.rules, other.rules, trees)
    ]


def _meet(ids, others):
    """Return whether something can be in both; what is empty lets everything pass."""
    return not ids or not others or not ids.isdisjoint(others)


def _rules_meet(rules, others, trees):
    """Return whether both earn by some sale, of which no rule says before that it earns nothing."""
    return any(
        rule_meets(rule, other, trees)
        and not any(
            earlier.method == "excluded"
            and (covers(earlier, rule, trees) or covers(earlier, other, trees))
            for earlier in (*rules[:position], *others[:other_position])
        )
        for position, rule in enumerate(rules)
        for other_position, other in enumerate(others)
        if "excluded" not in (rule.method, other.method)
    )


def rule_meets(rule, other, trees):
    """Return whether there can be a sale that both rules fit. A customer may be in any segments.

    >>> trees = Trees({1: "1/", 5: "1/5/", 7: "7/"}, {}, {30: "1/5/"})
    >>> tools, bolt = example_rule(category_ids=[1]), example_rule(product_ids=[30])
    >>> rule_meets(tools, bolt, trees)
    True
    >>> rule_meets(example_rule(category_ids=[7]), bolt, trees)
    False
    """
    return (
        _meet(rule.product_ids, other.product_ids)
        and _trees_meet(rule.category_ids, other.category_ids, trees.categories)
        and _trees_meet(rule.group_ids, other.group_ids, trees.groups)
        and _products_meet(rule.product_ids, other.category_ids, trees)
        and _products_meet(other.product_ids, rule.category_ids, trees)
        and _bands_meet(rule, other)
    )


def _trees_meet(ids, others, paths):
    return (
        not ids
        or not others
        or _is_any_below(ids, others, paths)
        or _is_any_below(others, ids, paths)
    )


def _is_any_below(ids, others, paths):
    return any(_is_below(paths[id_], others) for id_ in ids)


def _is_below(path, ids):
    return any(int(node) in ids for node in (path or "").split("/") if node)


def _products_meet(product_ids, category_ids, trees):
    return (
        not product_ids
        or not category_ids
        or _is_any_below(product_ids, category_ids, trees.products)
    )


def _bands_meet(rule, other):
    return not any(
        None not in (one.margin_from, two.margin_to) and one.margin_from >= two.margin_to
        for one, two in ((rule, other), (other, rule))
    )


def covers(rule, other, trees):
    """Return whether every sale that another rule fits, fits a rule, too.

    >>> trees = Trees({1: "1/", 5: "1/5/"}, {}, {30: "1/5/"})
    >>> covers(example_rule(category_ids=[1]), example_rule(product_ids=[30]), trees)
    True
    >>> covers(example_rule(product_ids=[30]), example_rule(category_ids=[1]), trees)
    False
    """
    return (
        _includes(rule.product_ids, other.product_ids)
        and (
            _is_all_below(other.category_ids, rule.category_ids, trees.categories)
            or _is_all_below(other.product_ids, rule.category_ids, trees.products)
        )
        and _is_all_below(other.group_ids, rule.group_ids, trees.groups)
        and _includes(rule.segment_ids, other.segment_ids)
        and (rule.margin_from, rule.margin_to)
        in ((None, None), (other.margin_from, other.margin_to))
    )


def _includes(ids, others):
    return not ids or (bool(others) and others <= ids)


def _is_all_below(ids, others, paths):
    return not others or (bool(ids) and all(_is_below(paths[id_], others) for id_ in ids))


def example_rule(method="rate", **values):
    """Return a rule, for examples."""
    return Rule(1, method, ZERO, **{name: frozenset(ids) for name, ids in values.items()})
