import json

from odoo.http import request

from odoo.addons.web.controllers import export


class ExcelExport(export.ExcelExport):
    def from_group_data(self, fields, columns_headers, groups):
        """Export grouped figures with the totals that the database computes.

        The tree would add up what is in the cells below, be it ratios or amounts of several
        currencies.
        """
        if isinstance(groups._model, request.env.registry["isof.figures.mixin"]):
            self._fill_totals(groups, json.loads(request.params["data"]))
        return super().from_group_data(fields, columns_headers, groups)

    def _fill_totals(self, tree, params):
        """Replace the totals of each node of a tree of groups.

        :param tree: the root ``GroupsTreeNode`` of all groups
        :param dict params: what the client asked to export
        """
        model, groupby = tree._model, tree._groupby
        domain = [("id", "in", params["ids"])] if params.get("ids") else params["domain"]
        names = [name for name in tree._get_aggregated_field_names() if name != "id"]
        specs = {name: f"{name}:{model._fields[name].aggregator}" for name in names}
        grouping_sets = [groupby[: depth + 1] for depth in range(len(groupby))]
        levels = model.formatted_read_grouping_sets(domain, grouping_sets, list(specs.values()))
        for keys, groups in zip(grouping_sets, levels, strict=True):
            for group in groups:
                node = tree
                for key in keys:
                    node = node.child(group[key])
                node.aggregated_values.update(
                    {name: group[spec] or None for name, spec in specs.items()}
                )
