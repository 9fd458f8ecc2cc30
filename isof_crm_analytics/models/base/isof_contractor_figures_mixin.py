from odoo import fields, models


class IsofContractorFiguresMixin(models.AbstractModel):
    """Figures about a contractor, divided by what the contractor is."""

    _name = "isof.contractor.figures.mixin"
    _description = "Figures about a Contractor"
    _inherit = ["isof.figures.mixin"]

    partner_id = fields.Many2one(
        "res.partner", string="Contractor", readonly=True, dimension="contractor"
    )
    group_id = fields.Many2one(
        "isof.partner.group", string="Contractor Group", readonly=True, dimension="contractor"
    )
    # They overlap: as many2many fields they never change the grand total.
    partner_tag_ids = fields.Many2many(
        related="partner_id.category_id",
        string="Contractor Tags",
        readonly=True,
        dimension="contractor",
    )
    segment_ids = fields.Many2many(
        related="partner_id.isof_segment_ids",
        string="Segments",
        readonly=True,
        dimension="contractor",
    )
    region_id = fields.Many2one(
        "isof.region", string="Region", readonly=True, dimension="contractor"
    )
    country_id = fields.Many2one(
        "res.country", string="Country", readonly=True, dimension="contractor"
    )
