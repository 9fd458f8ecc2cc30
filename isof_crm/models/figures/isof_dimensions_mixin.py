from lxml.builder import E

from odoo import api, models
from odoo.tools import ormcache

from ...tools.search_view import find_group_by, get_end_of_fields

# Sections of the menu "Group By", in its order; a dimension names the one that it belongs to.
SECTIONS = (
    *("kind", "contractor", "product", "employee", "campaign", "document", "company", "date"),
)
# What is searched for by typing.
SEARCHED_TYPES = ("many2one", "many2many", "char", "selection")
# What can be declared of a field, and nothing else.
PARAMETERS = ("counts", "dimension", "figure", "flow", "ratio")


class IsofDimensionsMixin(models.AbstractModel):
    """Records that are divided by dimensions and counted by measures, as their fields declare.

    Parameters of a field say what it is; all that offers it follows from them: ::

        region_id = fields.Many2one("isof.region", dimension="contractor")
        sold_net = fields.Float(figure="money", flow="sale")
        sold_price = fields.Float(ratio=("sold_net", "sold_quantity"), …)
        partner_count = fields.Integer(counts="partner_id", …)

    - ``dimension``: the section of the menu "Group By" in which one divides by it, of ``SECTIONS``.
      Search views offer it there, and find by it, unless they have it already.
    - ``figure``: the kind of a measure that is added up, see ``isof.figures.mixin``.
    - ``ratio``: names of the measures whose sums a measure divides.
    - ``counts``: name of the field whose different values a measure counts.
    - ``flow``: a measure of sales (``sale``) or of purchases (``purchase``) only.

    Who may not read a field, or does not work in several companies, is not offered it.
    """

    _name = "isof.dimensions.mixin"
    _description = "Divided by Dimensions"

    def _valid_field_parameter(self, field, name):
        return name in PARAMETERS or super()._valid_field_parameter(field, name)

    @api.model
    @ormcache()
    def _get_dimension_names(self):
        """Return the names of all dimensions, in the order of the menu.

        :return: tuple of str
        """
        declared = [field for field in self._fields.values() if getattr(field, "dimension", None)]
        declared.sort(key=lambda field: SECTIONS.index(field.dimension))
        return tuple(field.name for field in declared)

    @api.model
    @ormcache()
    def _get_measure_names(self):
        """Return the names of all measures, in the order of their fields.

        :return: tuple of str
        """
        return tuple(name for name, field in self._fields.items() if self._is_measure(field))

    @api.model
    def _is_measure(self, field):
        return any(getattr(field, name, None) for name in ("figure", "ratio", "counts"))

    @api.model
    def _get_shown_dimensions(self):
        """Return the fields of the dimensions that the user is offered, in the order of the menu.

        :return: list of fields
        """
        several = self.env.user.has_group("base.group_multi_company")
        return [
            field
            for field in map(self._fields.get, self._get_dimension_names())
            if (several or field.dimension != "company") and self._has_field_access(field, "read")
        ]

    # ------------------------------------------------------------
    # Search views
    # ------------------------------------------------------------

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        if view_type != "search":
            return key
        return (
            *key,
            *((field.name, self._is_found(field)) for field in self._get_shown_dimensions()),
        )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Offer each dimension in search views: to look for, to filter dates and to group by."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "search":
            self._add_dimensions_to_search(arch)
        return arch, view

    @api.model
    def _is_found(self, field):
        """Return whether the user may look for what a dimension has, by typing its name."""
        return (
            field.type in SEARCHED_TYPES
            and field.dimension != "company"
            and (not field.relational or self.env[field.comodel_name].has_access("read"))
        )

    @api.model
    def _add_dimensions_to_search(self, arch):
        shown = self._get_shown_dimensions()
        labels = {field: field._description_string(self.env) for field in shown}
        there = set(arch.xpath("./field/@name"))
        position = get_end_of_fields(arch)
        arch[position:position] = [
            self._prepare_search_field(field)
            for field in shown
            if field.name not in there and self._is_found(field)
        ]
        group = find_group_by(arch)
        dates = set(arch.xpath("./filter/@date"))
        position = arch.index(group)
        arch[position:position] = [
            E.filter(name=field.name, string=labels[field], date=field.name)
            for field in shown
            if field.type in ("date", "datetime") and field.name not in dates
        ]
        there = set(group.xpath("./filter/@name"))
        nodes, section = [], None
        for field in shown:
            if (name := f"group_{field.name}") in there:
                continue
            if nodes and field.dimension != section:
                nodes.append(E.separator())
            section = field.dimension
            context = f"{{'group_by': '{field.name}'}}"
            nodes.append(E.filter(name=name, string=labels[field], context=context))
        group[0:0] = nodes

    @api.model
    def _prepare_search_field(self, field):
        """Return the node by which one finds what a dimension has, and all below it in a tree.

        A contractor is found with the companies and people that belong to it.
        """
        is_tree = field.relational and (
            self.env[field.comodel_name]._parent_store
            or (field.comodel_name == "res.partner" and field.dimension == "contractor")
        )
        return E.field(name=field.name, **({"operator": "child_of"} if is_tree else {}))
