from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.searching import search_true


class IsofSegmentMembership(models.Model):
    """From when to when a contact belonged to a segment: who is in it, and who was."""

    _name = "isof.segment.membership"
    _description = "Segment Membership"
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"
    _auto = False
    _depends = {
        "isof.segment.member": ["segment_id", "partner_id", "date_from"],
        "isof.segment.departure": ["segment_id", "partner_id", "date_from", "date_to"],
    }

    segment_id = fields.Many2one("isof.segment", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contact", readonly=True)
    date_from = fields.Datetime(string="Entered", readonly=True)
    date_to = fields.Datetime(string="Left", readonly=True)
    # For the record rule: whom a user may not read must not be known by name from here either.
    is_partner_readable = fields.Boolean(
        compute="_compute_is_partner_readable",
        search="_search_is_partner_readable",
        export_string_translation=False,
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT id, segment_id, partner_id, date_from, NULL::timestamp AS date_to
              FROM isof_segment_member
             UNION ALL
            SELECT id, segment_id, partner_id, date_from, date_to FROM isof_segment_departure
            """
        )

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_partner_readable(self):
        readable = self.partner_id.sudo(False)._filtered_access("read")
        for membership in self:
            membership.is_partner_readable = membership.partner_id.id in readable._ids

    @api.model
    @search_true
    def _search_is_partner_readable(self):
        partners = self.env["res.partner"].sudo(False).with_context(active_test=False)
        return Domain("partner_id", "in", partners._search([]))
