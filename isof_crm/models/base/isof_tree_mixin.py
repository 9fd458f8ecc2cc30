from collections import Counter
from collections.abc import Collection

from odoo import models
from odoo.fields import Domain

# What is asked for, and whether it is meant to be so.
EQUALITIES = {"=": True, "in": True, "!=": False, "not in": False}


class IsofTreeMixin(models.AbstractModel):
    """A tree of which a node means itself and everything below it, wherever it is chosen.

    How to use: inherit it in a model with ``_parent_store``, one of Odoo's too. Then

    - rules of segments and filters of saved analyses that name a node find what is below, by
      ``widen_trees()``;
    - what hangs on the nodes is counted by ``_count_below()``;
    - search views say ``operator="child_of"`` and search panels ``select="one"``, which the client
      shows as a tree. ``tests/base/test_tree.py`` finds those that do not.

    Groups of a list or pivot are of the node alone, so that they add up.
    """

    _name = "isof.tree.mixin"
    _description = "Tree"

    _is_isof_tree = True

    def _count_below(self, model, field_name, domain=()):
        """Return how many records hang on each node or below it, as far as the user may see them.

        :param str model: of the records
        :param str field_name: their field that refers to the tree
        :return: dict of id of a node to int
        """
        domain = Domain(domain) & Domain(field_name, "child_of", self.ids)
        counts = Counter()
        for node, count in self.env[model]._read_group(domain, [field_name], ["__count"]):
            # sudo: where a node lies, which the user may not see as such
            for id_ in node.sudo().parent_path.split("/")[:-1]:
                counts[int(id_)] += count
        return {node.id: counts[node.id] for node in self}


def widen_trees(model, domain):
    """Return a domain in which a node of a tree stands for itself and everything below it.

    :param model: the model that the domain is on
    :param domain: a ``Domain``
    """
    return domain.map_conditions(lambda condition: _widen_condition(model, condition))


def _widen_condition(model, condition):
    field = None
    for name in condition.field_expr.split("."):
        field = model._fields.get(name)
        if not (field and field.relational):
            return condition
        model = model.env[field.comodel_name]
    if condition.operator in ("any", "not any") and isinstance(condition.value, Domain | list):
        below = widen_trees(model, Domain(condition.value))
        return Domain(condition.field_expr, condition.operator, below)
    if not getattr(model, "_is_isof_tree", False) or condition.operator not in EQUALITIES:
        return condition
    value = condition.value
    values = (
        list(value) if isinstance(value, Collection) and not isinstance(value, str) else [value]
    )
    ids = [each for each in values if each]
    if not ids or not all(type(each) is int for each in ids):
        return condition  # without any, or by a name
    found = Domain(condition.field_expr, "child_of", ids)
    if len(ids) < len(values):
        found |= Domain(condition.field_expr, "=", False)
    return found if EQUALITIES[condition.operator] else ~found
