from odoo import api, fields, models


class IsofProductCostTake(models.TransientModel):
    """Shows which sales would take their cost from the history, and has them do so."""

    _name = "isof.product.cost.take"
    _description = "Take the Cost History"
    _inherit = ["isof.guard.mixin"]

    company_id = fields.Many2one(
        "res.company",
        string="Company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    line_count = fields.Integer(string="Lines", compute="_compute_counts")
    unknown_count = fields.Integer(
        string="Lines without a Cost so far",
        compute="_compute_counts",
        help="The others have a later cost of the product, or an earlier history.",
    )
    document_count = fields.Integer(string="Documents", compute="_compute_counts")

    @api.depends("company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        for wizard in self:
            changes = wizard._find_changes()
            wizard.line_count = len(changes)
            wizard.unknown_count = sum(source == "unknown" for _id, _move_id, source in changes)
            wizard.document_count = len({move_id for _id, move_id, _source in changes})

    def _find_changes(self):
        company = self.company_id._origin
        if company not in self.env.companies:
            return []
        # sudo: facts are derived; whoever may change the history may know how many would take it
        return self.env["isof.trade.line"].sudo()._find_history_changes(company)

    def action_take(self):
        """Give the sales the costs of the history, and note it on their documents.

        :raises AccessError: for who may not change the history or act for the company
        """
        self.ensure_one()
        self.env["isof.product.cost"].check_access("write")
        self.company_id._check_isof_switched_on()
        # sudo: facts are derived; who is asked above may have them take the history
        changed = self.env["isof.trade.line"].sudo()._take_cost_history(self.company_id)
        # sudo: that it happened is noted on each document, whoever may see that
        moves = self.env["account.move"].sudo().browse(changed)
        note = self.env._("Its cost in analyses has been taken from the cost history.")
        moves._message_log_batch(bodies=dict.fromkeys(moves.ids, note))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s documents have taken their cost from the history.",
                    count=len(changed),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
