from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class IsofContractorTreeMixin(models.AbstractModel):
    """A tree that contractors are put in: regions and contractor groups.

    How to use: inherit it, define ``parent_id`` and ``child_ids`` with the model itself as comodel,
    and name in ``_partner_field`` the field of ``res.partner`` that refers to the tree.

    A node without a company is shared among all; one with a company takes only contractors of that
    company, and only nodes of that company below it.
    """

    _name = "isof.contractor.tree.mixin"
    _description = "Tree of Contractors"
    _inherit = ["isof.tree.mixin", "isof.guard.mixin"]
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]
    _check_company_auto = True

    _partner_field = None

    name = fields.Char(required=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True, index="trigram"
    )
    code = fields.Char()
    parent_path = fields.Char(index=True)
    partner_count = fields.Integer(
        string="Contractors",
        compute="_compute_partner_count",
        help="Here and in everything below.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for node in self:
            node.complete_name = (
                f"{node.parent_id.complete_name} / {node.name}" if node.parent_id else node.name
            )

    @api.depends("complete_name", "name")
    @api.depends_context("hierarchical_naming")
    def _compute_display_name(self):
        """Leave out what lies above where the tree is shown, as departments of Odoo do."""
        is_short = not self.env.context.get("hierarchical_naming", True)
        for node in self:
            node.display_name = node.name if is_short else node.complete_name

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_partner_count(self):
        counts = self._count_below("res.partner", self._partner_field)
        for node in self:
            node.partner_count = counts.get(node.id, 0)

    @api.constrains("company_id")
    def _check_company_of_tree(self):
        """What already hangs on a node has to be of its company too."""
        self.child_ids._check_company(["parent_id"])
        # sudo: contractors that the user may not see count too
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        for node in self.filtered("company_id"):
            count = partners.search_count(
                self._get_bound_partner_domain()
                & Domain(self._partner_field, "=", node.id)
                & Domain("company_id", "!=", node.company_id.id)
            )
            if count:
                raise ValidationError(
                    self.env._(
                        "“%(node)s” cannot be for %(company)s alone. Contractors in it that are "
                        "shared or of another company: %(count)s. Move them elsewhere first.",
                        node=node.complete_name,
                        company=node.company_id.name,
                        count=count,
                    )
                )

    def _get_bound_partner_domain(self):
        """Return the domain of the contractors that stay in a node until somebody moves them."""
        return Domain.TRUE

    def action_open_partners(self):
        """Return the action that shows the contractors of the node and those below it."""
        return self._open_isof(
            "isof_crm.res_partner_action",
            domain=[(self._partner_field, "child_of", self.id)],
            context={},
        )
