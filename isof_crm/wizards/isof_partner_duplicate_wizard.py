from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..tools.grouping import connected

# How alike two names must be, from 0 to 1, by pg_trgm's similarity.
NAME_SIMILARITY = 0.6
MAX_GROUPS = 200


class IsofPartnerDuplicateWizard(models.TransientModel):
    """Find contacts that are probably one and the same, and hand them to Odoo's own merge."""

    _name = "isof.partner.duplicate.wizard"
    _description = "Find Duplicates"

    partner_id = fields.Many2one(
        "res.partner",
        string="Only Duplicates Of",
        default=lambda self: (
            self.env.context.get("active_id")
            if self.env.context.get("active_model") == "res.partner"
            else False
        ),
        help="Leave empty to look through all contacts.",
    )
    by_vat = fields.Boolean(string="Same Tax ID", default=True)
    by_email = fields.Boolean(string="Same E-mail", default=True)
    by_phone = fields.Boolean(string="Same Phone", default=True)
    by_name = fields.Boolean(
        string="Similar Name", default=True, help="Similar names in the same town or ZIP area."
    )
    line_ids = fields.One2many("isof.partner.duplicate.line", "wizard_id", string="Found")
    is_searched = fields.Boolean()

    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Find Duplicates")

    def action_search(self):
        """Look for duplicates by the chosen criteria and show them.

        :raises UserError: if no criterion is chosen
        """
        self.ensure_one()
        pairs = self._get_pairs()
        reasons = {}
        for first, second, reason in pairs:
            reasons.setdefault(first, set()).add(reason)
            reasons.setdefault(second, set()).add(reason)
        labels = {
            "vat": self.env._("same tax ID"),
            "email": self.env._("same e-mail"),
            "phone": self.env._("same phone"),
            "name": self.env._("similar name"),
        }
        groups = connected((first, second) for first, second, _reason in pairs)
        self.write(
            {
                "is_searched": True,
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "partner_ids": [Command.set(group)],
                                "reason": ", ".join(
                                    label
                                    for key, label in labels.items()
                                    if any(key in reasons[partner] for partner in group)
                                ),
                            }
                        )
                        for group in groups[:MAX_GROUPS]
                    ),
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find Duplicates"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _get_pairs(self):
        """Return tuples of two contact ids and why they look alike, as far as the user may read."""
        self.ensure_one()
        keys = {
            "vat": SQL("regexp_replace(upper(vat), '^([A-Z]{2})?|[^0-9A-Z]', '', 'g')"),
            "email": SQL("email_normalized"),
            "phone": SQL("phone_sanitized"),
        }
        criteria = [name for name in keys if self[f"by_{name}"]]
        if not (criteria or self.by_name):
            raise UserError(self.env._("Choose at least one sign by which to find duplicates."))
        partners = self.env["res.partner"]
        partners.flush_model()
        readable = partners._search([]).select(
            *(
                SQL("res_partner.%s", SQL.identifier(name))
                for name in (
                    "id",
                    "vat",
                    "email_normalized",
                    "phone_sanitized",
                    "complete_name",
                    "name",
                    "city",
                    "zip",
                    "parent_id",
                    "commercial_partner_id",
                    "is_company",
                )
            )
        )
        queries = [
            SQL(
                """
                SELECT a.id, b.id, %(reason)s
                  FROM (SELECT id, commercial_partner_id, %(key)s AS key FROM readable) a
                  JOIN (SELECT id, commercial_partner_id, %(key)s AS key FROM readable) b
                    ON a.key = b.key AND a.id < b.id
                       -- people of one company share its tax ID, and often phone and e-mail
                   AND a.commercial_partner_id <> b.commercial_partner_id
                 WHERE a.key <> '' AND %(scope)s
                """,
                reason=name,
                key=keys[name],
                scope=self._get_scope_sql(),
            )
            for name in criteria
        ]
        if self.by_name and self.env.registry.has_trigram:
            # only within a town or ZIP area: comparing everybody with everybody never ends
            queries.append(
                SQL(
                    """
                    SELECT a.id, b.id, 'name'
                      FROM readable a
                      JOIN readable b
                        ON a.id < b.id AND a.is_company = b.is_company
                       AND a.parent_id IS NOT DISTINCT FROM b.parent_id
                       AND (lower(a.city) = lower(b.city) OR left(a.zip, 2) = left(b.zip, 2))
                       AND similarity(a.name, b.name) >= %(similarity)s
                     WHERE %(scope)s
                    """,
                    similarity=NAME_SIMILARITY,
                    scope=self._get_scope_sql(),
                )
            )
        return self.env.execute_query(
            SQL(
                "WITH readable AS (%s) %s",
                readable,
                SQL(" UNION ALL ").join(queries),
            )
        )

    def _get_scope_sql(self):
        if not self.partner_id:
            return SQL("TRUE")
        return SQL("%s IN (a.id, b.id)", self.partner_id.id)


class IsofPartnerDuplicateLine(models.TransientModel):
    """Contacts that look like one and the same."""

    _name = "isof.partner.duplicate.line"
    _description = "Possible Duplicates"

    wizard_id = fields.Many2one(
        "isof.partner.duplicate.wizard", required=True, ondelete="cascade", index=True
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts")
    reason = fields.Char(string="Why")

    def action_merge(self):
        """Return Odoo's own merge dialogue for the contacts."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge"),
            "res_model": "base.partner.merge.automatic.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_model": "res.partner",
                "active_ids": self.partner_ids.ids,
            },
        }
