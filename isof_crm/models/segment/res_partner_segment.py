from odoo import fields, models

from ..base.isof_guard_mixin import search_readable


class ResPartner(models.Model):
    """Segments as a field of contacts: kept by the segments, and as private as they are."""

    _inherit = "res.partner"

    isof_segment_ids = fields.Many2many(
        "isof.segment",
        "isof_segment_member",
        "partner_id",
        "segment_id",
        string="Segments",
        readonly=True,
        copy=False,
        groups="isof_crm.group_user",
        search=search_readable("isof_segment_ids"),
        # each reader has other segments, whoever has read the contact before
        depends_context=("uid", "allowed_company_ids"),
    )

    def _auto_init(self):
        # the relation is a model: its table has to be there before the field makes a bare one
        self.env["isof.segment.member"]._auto_init()
        return super()._auto_init()
