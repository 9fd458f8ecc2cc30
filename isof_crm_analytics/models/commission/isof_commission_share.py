from odoo import fields, models


class IsofCommissionShare(models.Model):
    """Who gets which part of the commission on one document; all parts together are 100 %.

    It takes the place of the split of plans for salespeople. ``isof.commission.division`` writes
    it, always the whole of a document.
    """

    _name = "isof.commission.share"
    _description = "Share in the Commission of a Document"
    _order = "move_id, id"
    _rec_name = "partner_id"

    move_id = fields.Many2one(
        "account.move", string="Document", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Who Earns", required=True, index=True, ondelete="restrict"
    )
    percent = fields.Float(string="Part in %", required=True, digits=(16, 4), min_display_digits=2)

    _percent_positive = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)", "A part is more than 0 % and at most 100 %."
    )
