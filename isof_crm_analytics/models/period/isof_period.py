from odoo import api, fields, models


class IsofPeriod(models.Model):
    _name = "isof.period"
    _description = "Period"
    _inherit = ["isof.guard.mixin"]
    # of groups in pivots, too: a many2one sorts by the order of its model
    _order = "date_from, id"

    name = fields.Char(required=True)
    type_id = fields.Many2one(
        "isof.period.type", string="Type", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="type_id.company_id", store=True, precompute=True)
    date_from = fields.Date(string="First Day", required=True)
    date_to = fields.Date(string="Last Day", required=True)
    position = fields.Selection(
        [("previous", "Previous"), ("current", "Current"), ("next", "Next")],
        string="Seen from Today",
        compute="_compute_position",
        search="_search_position",
        help="The period that lasts, the latest one that is over and the first one to come.",
    )

    _days_order = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A period cannot end before it begins: set the last day to the first day or later.",
    )
    # Deferrable, so that a form may move the border between two periods. It is checked within
    # the call all the same, see _check_overlap(), which also says in words what overlaps.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(type_id, type_id, '[]') WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&) DEFERRABLE INITIALLY IMMEDIATE",
        "Somebody else has just saved a period of this type with the same days. "
        "Reload the page and check the dates.",
    )

    @api.depends("type_id", "date_from", "date_to")
    @api.depends_context("tz", "uid", "allowed_company_ids")
    def _compute_position(self):
        positions = self._get_positions(self.type_id)
        for period in self:
            period.position = positions.get(period._origin.id)

    @api.model
    def _search_position(self, operator, value):
        if operator != "in":
            return NotImplemented
        positions = self._get_positions()
        domain = [("id", "in", [key for key, position in positions.items() if position in value])]
        if False in value:
            domain = ["|", ("id", "not in", list(positions)), *domain]
        return domain

    @api.model
    def _get_positions(self, types=None):
        """Return where the periods around today are, seen from today.

        :param types: the types of periods to look at, all of them if not given
        :return: dict of period id to ``previous``, ``current`` or ``next``; no others are in it
        """
        today = fields.Date.context_today(self)
        domain = [("type_id", "in", types.ids)] if types else []
        positions = {}
        for position, condition, aggregate in (
            ("previous", ("date_to", "<", today), "date_to:max"),
            ("next", ("date_from", ">", today), "date_from:min"),
        ):
            days = self._read_group([*domain, condition], ["type_id"], [aggregate])
            bound = aggregate.partition(":")[0]
            nearest = [[("type_id", "=", one.id), (bound, "=", day)] for one, day in days]
            positions |= dict.fromkeys(self.search(fields.Domain.OR(nearest)).ids, position)
        current = self.search([*domain, ("date_from", "<=", today), ("date_to", ">=", today)])
        return positions | dict.fromkeys(current.ids, "current")

    @api.model_create_multi
    def create(self, vals_list):
        self._defer_overlap()
        periods = super().create(vals_list)
        periods.type_id._check_overlap()
        self._invalidate_grouped()
        return periods

    def write(self, vals):
        if not vals.keys() & {"type_id", "date_from", "date_to"}:
            return super().write(vals)
        self._defer_overlap()
        res = super().write(vals)
        self.type_id._check_overlap()
        self._invalidate_grouped()
        return res

    def unlink(self):
        res = super().unlink()
        self._invalidate_grouped()
        return res

    @api.model
    def _defer_overlap(self):
        """Let periods overlap until ``_check_overlap`` of their type."""
        self.env.cr.execute("SET CONSTRAINTS isof_period_no_overlap DEFERRED")

    @api.model
    def _invalidate_grouped(self):
        """Forget in which periods records lie; the ORM cannot know that they follow from dates."""
        Type = self.env["isof.period.type"]
        for model in map(self.env.__getitem__, Type._get_grouped_models()):
            names = [name for name in Type._get_field_companies() if name in model._fields]
            model.invalidate_model(names, flush=False)
