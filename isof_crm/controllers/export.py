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
        """Replace the totals of each node of a tree of groups by those of our own export.

        :param tree: the root ``GroupsTreeNode`` of all groups
        :param dict params: what the client asked to export
        """
        model, groupby = tree._model, tree._groupby
        domain = params["domain"]
        if params.get("ids"):  # those that were chosen, archived ones too
            model, domain = model.with_context(active_test=False), [("id", "in", params["ids"])]
        names = [name for name in tree._get_aggregated_field_names() if name != "id"]
        aggregates = {name: model._fields[name].aggregator for name in names}
        as_listed = request.env["isof.list.export"].new({"list_domain": domain})
        for depth in range(1, len(groupby) + 1):
            keys = groupby[:depth]
            for group, figures in as_listed._read_figures(model, keys, aggregates):
                node = tree
                for key in keys:
                    node = node.child(group[key])
                node.aggregated_values.update(dict.fromkeys(names) | figures)
