from odoo import api, fields, models


class IsofPartnerBatch(models.AbstractModel):
    """A dialogue on contacts: those chosen in a list or form, or the members of segments.

    A segment stands for its members, so that thousands of them do not travel with the dialogue.
    """

    _name = "isof.partner.batch"
    _description = "Chosen Contacts"
    _inherit = ["isof.guard.mixin"]
    _check_company_auto = True

    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    segment_ids = fields.Many2many(
        "isof.segment",
        string="Segments",
        default=lambda self: self.env["isof.segment"]._get_isof_chosen(),
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Contacts",
        default=lambda self: self.env["res.partner"]._get_isof_chosen(),
    )
    partner_count = fields.Integer(string="Number of Contacts", compute="_compute_partner_count")

    @api.depends("partner_ids", "segment_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_partner_count(self):
        for wizard in self:
            wizard.partner_count = len(wizard._get_partners())

    def _get_partners(self):
        """Return the chosen contacts and the members of the chosen segments."""
        self.ensure_one()
        partners = self.partner_ids._origin
        if self.segment_ids:
            partners |= self.env["res.partner"].search(
                [("isof_segment_ids", "in", self.segment_ids._origin.ids)]
            )
        return partners
