from odoo import api, fields, models
from odoo.fields import Command


class AccountMove(models.Model):
    """What a document earns for whom, in step with its facts."""

    _inherit = "account.move"

    isof_commission_count = fields.Integer(
        string="Commission Entries",
        compute="_compute_isof_commission_count",
        store=True,
        copy=False,
        export_string_translation=False,
        groups="base.group_user",
        help="How many entries of the ledger of commissions are of the document.",
    )
    isof_commission_share_ids = fields.One2many(
        "isof.commission.share",
        "move_id",
        string="Shares in the Commission",
        readonly=True,
        copy=False,  # a credit note follows the document that it credits
        groups="isof_crm_analytics.group_commission_manager",
        help="Who shares the commission of the salespeople on this document. Empty: as the plans "
        "say.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        for name in self._get_isof_debit_fields():
            for move in moves.filtered(name):
                move._share_isof_commission_as(move[name])
        return moves

    def unlink(self):
        # entries of a document that was reset only now are taken back as long as they have it
        self.flush_recordset(["isof_commission_count"])
        return super().unlink()

    @api.depends(
        "isof_trade_line_count",
        "isof_commission_share_ids.partner_id",
        "isof_commission_share_ids.percent",
        "line_ids.matched_debit_ids.debit_move_id.parent_state",
        "line_ids.matched_credit_ids.credit_move_id.parent_state",
        "matched_payment_ids.state",
        "matched_payment_ids.amount",
    )
    def _compute_isof_commission_count(self):
        """Have the ledger of commissions complemented, like the facts that it follows from."""
        names = self._fields["name"]
        if any(self.env.is_protected(names, move) for move in self):
            # Odoo comes here while it numbers the documents, one by one: wait for all numbers
            self.env.add_to_compute(self._fields["isof_commission_count"], self)
            return
        self.mapped("isof_trade_line_count")  # the facts first
        documents = self.filtered(
            lambda move: move.id and move.is_sale_document(include_receipts=True)
        )
        counts = {}
        if documents and self.env["isof.commission.plan"]._get_specs():
            # sudo: the ledger is derived, whoever changes a document
            entries = self.env["isof.commission.entry"].sudo()
            # what was never posted earned nothing, and nothing was due by its money
            documents = documents.filtered(
                lambda move: move.state == "posted" or move.posted_before
            )
            entries._sync(documents.ids)
            counts = entries._get_counts(documents.ids)
        for move in self:
            move.isof_commission_count = counts.get(move.id, 0)

    @api.model
    def _get_isof_derived_names(self):
        return [*super()._get_isof_derived_names(), "isof_commission_count"]

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _share_isof_commission_as(self, origin):
        """Have a document that replaces or corrects another share its commission as that does."""
        self.ensure_one()
        # sudo: it is the split of a document that the user corrects, whoever may change it
        shares = origin.sudo().isof_commission_share_ids
        if shares and (self.move_type, self.commercial_partner_id) == (
            origin.move_type,
            origin.commercial_partner_id,
        ):
            self.sudo().isof_commission_share_ids = [
                Command.create({"partner_id": share.partner_id.id, "percent": share.percent})
                for share in shares
            ]

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_divide_isof_commission(self):
        """Return the action that asks who shares the commission on the document."""
        self.ensure_one()
        self.check_access("read")
        return self.env["isof.commission.division"]._prepare_action(self)

    @api.readonly
    def action_open_isof_commissions(self):
        """Return the action that shows what the document earned whom."""
        return self._open_isof(
            "isof_crm_analytics.isof_commission_entry_action",
            display_name=self.display_name,
            domain=[("move_id", "=", self.id)],
            context={},
            views=[(False, "list"), (False, "pivot"), (False, "graph")],
        )
