from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

# They decide whose customer a contact is.
OWNER_FIELDS = {"user_id", "parent_id", "is_company"}
# Most of a colleague's customers that are named where they are refused.
NAMES_SHOWN = 10


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "isof.guard.mixin"]

    isof_region_id = fields.Many2one(
        "isof.region",
        string="Region",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        groups="base.group_user",
    )

    @api.model
    def _has_field_access(self, field, operation):
        """Whose customer a contact is follows from the hierarchy: Odoo would let it be written."""
        if operation == "write" and field.name == "commercial_partner_id" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    def write(self, vals):
        if OWNER_FIELDS & vals.keys():
            self._check_isof_salesperson(vals)
        return super().write(vals)

    def _check_isof_salesperson(self, vals=None):
        """Refuse to take a colleague's customer: directly, moved under one's own or merged with it.

        A customer's salesperson sees all activities with the customer.

        :param dict vals: what is about to be written; None for a merge
        :raises AccessError: if the user may only see own activities and a contact in ``self``
            has another salesperson
        """
        user = self.env.user
        if (
            self.env.su
            or not user.has_group("isof_crm.group_user")
            or user.has_group("isof_crm.group_team_leader")
        ):
            return
        self.check_access("read")
        # sudo: whose customer it is; the contact itself is checked by write()
        refused = [
            (partner, others)
            for partner in self.sudo()
            if (others := (partner.user_id | partner.commercial_partner_id.user_id) - user)
            and (
                vals is None
                or any(
                    vals[name] != partner._fields[name].convert_to_write(partner[name], partner)
                    for name in OWNER_FIELDS & vals.keys()
                )
            )
        ]
        if not refused:
            return
        lines = [
            self.env._(
                "%(customer)s is a customer of %(salesperson)s.",
                customer=partner.display_name,
                salesperson=", ".join(others.mapped("name")),
            )
            for partner, others in refused[:NAMES_SHOWN]
        ]
        if len(refused) > NAMES_SHOWN:
            lines.append(self.env._("And %(count)s more.", count=len(refused) - NAMES_SHOWN))
        lines.append(
            self.env._("Ask a team leader or a manager to hand over customers of colleagues.")
        )
        raise AccessError("\n".join(lines))

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Find a contact person of an imported file also without the company before the name."""
        found = super().name_search(name, domain, operator, limit)
        if found or not name or operator != "=" or not self.env.context.get("import_file"):
            return found
        partners = self.search_fetch(
            Domain(domain or Domain.TRUE) & Domain("name", "=", name), ["display_name"], limit=limit
        )
        return [(partner.id, partner.display_name) for partner in partners]
