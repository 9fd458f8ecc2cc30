from odoo import api, fields, models
from odoo.fields import Command


class IsofRegion(models.Model):
    """A sales region: a tree that contractors and activities are assigned to."""

    _name = "isof.region"
    _description = "Region"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True, index="trigram"
    )
    code = fields.Char()
    parent_id = fields.Many2one(
        "isof.region",
        string="Parent Region",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("isof.region", "parent_id", string="Sub-regions")
    rule_ids = fields.One2many("isof.region.rule", "region_id", string="Rules", copy=True)
    partner_count = fields.Integer(string="Contractors", compute="_compute_partner_count")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to share the region among companies."
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for region in self:
            region.complete_name = (
                f"{region.parent_id.complete_name} / {region.name}"
                if region.parent_id
                else region.name
            )

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("isof_region_id", "in", self.ids)], ["isof_region_id"], ["__count"]
            )
        )
        for region in self:
            region.partner_count = counts.get(region, 0)

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id"} & vals.keys():
            self.env["res.partner"]._reassign_isof_regions(self.rule_ids.country_id)
        return result

    @api.model
    def _get_uncovered_states(self, country):
        """Return the states of a country that no region covers as a whole."""
        covered = (
            self.env["isof.region.rule"]
            .search([("country_id", "=", country.id), ("zip_from", "=", False)])
            .state_id
        )
        return country.state_ids - covered

    def action_open_partners(self):
        """Return the action that shows the contractors of the region and those below it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("isof_crm.res_partner_action")
        return action | {"domain": [("isof_region_id", "child_of", self.id)], "context": {}}

    @api.model
    def _generate_from_states(self, country, parent=None):
        """Create a region, with its rule, for each state of a country that has none yet.

        :param country: ``res.country``, for Poland the 16 voivodeships
        :param parent: the ``isof.region`` to put them under, if any
        :return: the new ``isof.region`` records
        """
        return self.create(
            [
                {
                    "name": state.name,
                    "code": state.code,
                    "parent_id": parent.id if parent else False,
                    "rule_ids": [Command.create({"country_id": country.id, "state_id": state.id})],
                }
                for state in self._get_uncovered_states(country)
            ]
        )
