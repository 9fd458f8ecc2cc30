from odoo import api, fields, models
from odoo.fields import Domain


class IsofAffiliation(models.Model):
    """A person's part in a company, beside the one company that Odoo puts the person in."""

    _name = "isof.affiliation"
    _description = "Affiliation"
    _order = "date_to desc nulls first, date_from desc, id desc"
    _rec_name = "organization_id"

    person_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_company", "=", False)],
    )
    organization_id = fields.Many2one(
        "res.partner",
        string="Company",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_company", "=", True)],
    )
    role_id = fields.Many2one(
        "isof.affiliation.role", string="Role", index="btree_not_null", ondelete="restrict"
    )
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="To")
    note = fields.Char()
    is_current = fields.Boolean(compute="_compute_is_current", search="_search_is_current")

    _dates_in_order = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "An affiliation cannot end before it begins.",
    )
    _two_partners = models.Constraint(
        "CHECK(person_id != organization_id)", "A person cannot be affiliated with itself."
    )

    @api.depends("date_from", "date_to")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for affiliation in self:
            affiliation.is_current = (
                not affiliation.date_from or affiliation.date_from <= today
            ) and (not affiliation.date_to or affiliation.date_to >= today)

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        today = fields.Date.context_today(self)
        return (Domain("date_from", "=", False) | Domain("date_from", "<=", today)) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", today)
        )
