from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from .account_move_line import CAMPAIGN_COSTS
from .isof_trade_mixin import MARGIN_GROUP


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "isof.guard.mixin"]

    isof_trade_line_count = fields.Integer(
        string="Lines in Analyses",
        compute="_compute_isof_trade_line_count",
        store=True,
        copy=False,
        export_string_translation=False,
        groups="base.group_user",
        help="How many lines of the document the analyses count.",
    )
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
    isof_is_grouped = fields.Boolean(
        string="Of Several Orders",
        compute="_compute_isof_is_grouped",
        store=True,
        copy=False,
        export_string_translation=False,
        groups="base.group_user",
        help="Salesperson, team and campaign are those of each order.",
    )
    isof_campaign_cost_ids = fields.One2many(
        "isof.campaign.cost",
        "move_id",
        string="Campaign Costs",
        copy=False,  # the lines copy theirs
        groups=CAMPAIGN_COSTS,
        help="Which campaigns bear the cost of lines of the bill.",
    )
    isof_correction = fields.Selection(
        [("goods", "Goods returned"), ("price", "Price only")],
        string="Corrects",
        copy=False,
        groups="base.group_user",
        help="What a credit note gives back, for analyses: goods lower quantity and cost, a "
        "price alone does not. Empty: price only if the price after discount is lower than that of "
        "any row of the product, and not what earlier corrections left. A debit note charges a "
        "price only for products of its invoice, unless this says goods.",
    )

    isof_is_correction = fields.Boolean(
        compute="_compute_isof_is_correction",
        export_string_translation=False,
        groups="base.group_user",
    )

    @api.depends(lambda self: ["move_type", *self._get_isof_debit_fields()])
    def _compute_isof_is_correction(self):
        for move in self:
            move.isof_is_correction = move.move_type in ("out_refund", "in_refund") or any(
                move[name] for name in self._get_isof_debit_fields()
            )

    @api.model
    def _get_isof_debit_fields(self):
        """Return the field of what a debit note charges, where Odoo's add-on is installed."""
        return [name for name in ("debit_origin_id",) if name in self._fields]

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        for name in self._get_isof_debit_fields():
            for move in moves.filtered(name):
                move._share_isof_commission_as(move[name])
        return moves

    @api.model
    def _get_isof_trade_fields(self):
        """Return what the facts of a document depend on."""
        names = [
            *("state", "move_type", "invoice_date", "date", "journal_id", "company_id"),
            *("currency_id", "invoice_currency_rate", "partner_id", "commercial_partner_id"),
            *("invoice_user_id", "team_id", "campaign_id", "source_id", "medium_id"),
            *("reversed_entry_id", "isof_is_grouped", "isof_correction"),
        ]
        return names + self._get_isof_debit_fields()

    @api.depends(
        lambda self: [
            *self._get_isof_trade_fields(),
            *(
                f"line_ids.{name}"
                for name in self.env["account.move.line"]._get_isof_trade_fields()
            ),
            "commercial_partner_id.country_id",
            "reversed_entry_id.campaign_id",
            "reversed_entry_id.invoice_date",
            "line_ids.product_id.categ_id",
            "line_ids.product_id.type",
            *(
                ["line_ids.product_id.is_storable"]
                if "is_storable" in self.env["product.template"]._fields
                else []
            ),
            "line_ids.product_id.uom_id.factor",
            "line_ids.product_uom_id.factor",
            "line_ids.purchase_line_id.is_downpayment",
            "line_ids.purchase_line_id.order_id.user_id",
            "line_ids.sale_line_ids.is_downpayment",
            *(
                f"line_ids.sale_line_ids.order_id.{name}"
                for name in ("user_id", "team_id", "campaign_id", "source_id", "medium_id")
            ),
        ]
    )
    def _compute_isof_trade_line_count(self):
        """Have the facts derived anew: whatever they depend on, the ORM comes here.

        It does so before anybody reads the facts and before the commit, once for all documents
        that have changed.
        """
        facts = self.env["isof.trade.line"]
        counts = {}
        documents = self.filtered(lambda move: move.id and move.is_invoice(include_receipts=True))
        posted = documents.filtered(lambda move: move.state == "posted")
        if others := documents - posted:
            facts._delete_facts(others.ids)
        if posted:
            facts._sync(posted.ids)
            counts = facts._get_counts(posted.ids)
        for move in self:
            move.isof_trade_line_count = counts.get(move.id, 0)

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

    def button_draft(self):
        res = super().button_draft()
        # what is changed and posted in the same transaction says so of what was, too
        self.flush_recordset(["isof_trade_line_count", "isof_commission_count"])
        return res

    def unlink(self):
        # entries of a document that was reset only now are taken back as long as they have it
        self.flush_recordset(["isof_commission_count"])
        return super().unlink()

    @api.depends("line_ids.sale_line_ids.order_id")
    def _compute_isof_is_grouped(self):
        for move in self:
            move.isof_is_grouped = len(move.line_ids.sale_line_ids.order_id) > 1

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

    def action_take_isof_cost(self):
        """Have what was sold cost what it costs today, and note on the documents that it does.

        That is what a posting would find now: the entry of the cost of goods, deliveries, the
        order, the product. What credits the documents follows.

        :raises AccessError: for who may not change the documents or not see costs
        """
        self.check_access("write")
        if not self.env.user.has_group(MARGIN_GROUP):
            raise AccessError(
                self.env._(
                    "Costs are changed by who may see them: the role “Costs and Margins in "
                    "Analyses”."
                )
            )
        # sudo: facts are derived; who is asked above may have them derived anew
        posted = self.filtered(lambda move: move.state == "posted")
        changed = self.env["isof.trade.line"].sudo()._take_costs(posted.ids)
        for move in self.browse(changed):
            move.message_post(body=self.env._("Its cost in analyses has been taken anew."))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The cost is that of today.")
                if changed
                else self.env._("The cost was that of today already."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.readonly
    def action_open_isof_commissions(self):
        """Return the action that shows what the document earned whom."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "isof_crm_analytics.isof_commission_entry_action"
        )
        return action | {
            "display_name": self.display_name,
            "domain": [("move_id", "=", self.id)],
            "context": {},
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
        }
