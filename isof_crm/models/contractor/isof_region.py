from odoo import api, fields, models
from odoo.fields import Command, Domain


class IsofRegion(models.Model):
    """A sales region: a tree that contractors and activities are assigned to."""

    _name = "isof.region"
    _description = "Region"
    _inherit = ["isof.contractor.tree.mixin"]

    _partner_field = "isof_region_id"

    parent_id = fields.Many2one(
        "isof.region",
        string="Parent Region",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    child_ids = fields.One2many("isof.region", "parent_id", string="Sub-regions")
    rule_ids = fields.One2many("isof.region.rule", "region_id", string="Rules", copy=True)
    company_id = fields.Many2one(help="Leave empty to share the region among companies.")

    @api.constrains("company_id")
    def _check_rules(self):
        self.rule_ids._check_overlap()

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id"} & vals.keys():
            self.env["res.partner"]._reassign_isof_regions(self.rule_ids.country_id)
        return result

    def _get_bound_partner_domain(self):
        """The rules move everybody whose region was not chosen by hand."""
        return Domain("isof_region_manual", "=", True)

    @api.model
    def _get_uncovered_states(self, country):
        """Return the states of a country that no region shared by all companies covers whole."""
        rules = self._get_shared_state_rules(country)
        return country.state_ids - rules.filtered("region_id.active").state_id

    @api.model
    def _get_shared_state_rules(self, country):
        """Return the rules of whole states of a country, shared by all companies."""
        return self.env["isof.region.rule"].search(
            [
                ("country_id", "=", country.id),
                ("state_id", "!=", False),
                ("zip_from", "=", False),
                ("company_id", "=", False),
            ]
        )

    @api.model
    def _generate_from_states(self, country, parent=None):
        """Create a shared region, with its rule, for each state of a country that has none yet.

        Rules of archived regions decide nothing, and a state may have only one: they make room.

        :param country: ``res.country``, for Poland the 16 voivodeships
        :param parent: the ``isof.region`` to put them under, if any
        :return: the new ``isof.region`` records
        """
        states = self._get_uncovered_states(country)
        rules = self._get_shared_state_rules(country)
        rules.filtered(lambda rule: not rule.region_id.active).unlink()
        return self.create(
            [
                {
                    "name": state.name,
                    "code": state.code,
                    "parent_id": parent.id if parent else False,
                    "rule_ids": [Command.create({"country_id": country.id, "state_id": state.id})],
                }
                for state in states
            ]
        )
