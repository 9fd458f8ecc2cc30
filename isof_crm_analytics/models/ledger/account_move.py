from odoo import api, fields, models
from odoo.exceptions import AccessError

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
    isof_is_grouped = fields.Boolean(
        string="Of Several Orders",
        compute="_compute_isof_is_grouped",
        store=True,
        copy=False,
        export_string_translation=False,
        groups="base.group_user",
        help="Salesperson, team and campaign are those of each order.",
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

    @api.model
    def _get_isof_trade_fields(self):
        """Return what the facts of a document depend on."""
        names = [
            *("state", "move_type", "invoice_date", "date", "company_id"),
            *("currency_id", "invoice_currency_rate", "partner_id", "commercial_partner_id"),
            *("invoice_user_id", "team_id", "campaign_id", "source_id", "medium_id"),
            *("reversed_entry_id", "isof_is_grouped", "isof_correction"),
        ]
        fields_ = self.env["isof.trade.line"]._fields.values()
        declared = {name for field in fields_ for name in getattr(field, "follows", ())}
        return [*names, *self._get_isof_debit_fields(), *sorted(declared)]

    @api.depends(
        lambda self: [
            *self._get_isof_trade_fields(),
            *(
                f"line_ids.{name}"
                for name in self.env["account.move.line"]._get_isof_trade_fields()
            ),
            "reversed_entry_id.campaign_id",
            "reversed_entry_id.invoice_date",
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

    @api.model
    def _get_isof_derived_names(self):
        """Return the computed fields by which something is derived from documents, in its order.

        Other rooms add theirs.
        """
        return ["isof_trade_line_count"]

    def button_draft(self):
        res = super().button_draft()
        # what is changed and posted in the same transaction says so of what was, too
        self.flush_recordset(self._get_isof_derived_names())
        return res

    @api.depends("line_ids.sale_line_ids.order_id")
    def _compute_isof_is_grouped(self):
        for move in self:
            move.isof_is_grouped = len(move.line_ids.sale_line_ids.order_id) > 1

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

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
