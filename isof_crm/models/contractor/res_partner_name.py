from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every
from odoo.tools.sql import column_exists, create_column

from ...tools import names

# Names spelled at a time when the column is new.
BATCH_SIZE = 20_000
# Less of a name fits too many.
MIN_SEARCHED = 3


class ResPartner(models.Model):
    """Contacts are found by their name however it is written; see ``tools/names.py``."""

    _inherit = "res.partner"

    isof_name_key = fields.Char(
        string="Name as Compared",
        compute="_compute_isof_name_key",
        store=True,
        precompute=True,
        index="trigram",
        copy=False,
        groups="base.group_user",
        export_string_translation=False,
    )

    # the other one finds parts of a name
    _isof_name_key_idx = models.Index("(isof_name_key)")

    def _auto_init(self):
        """Spell the names of a database that had none by batches, not record by record."""
        if not column_exists(self.env.cr, self._table, "isof_name_key"):
            create_column(self.env.cr, self._table, "isof_name_key", "varchar")
            self._spell_isof_names()
        return super()._auto_init()

    @api.model
    def _spell_isof_names(self):
        """Fill in the keys of the names of all contacts."""
        self.env.cr.execute("SELECT id, name FROM res_partner WHERE name IS NOT NULL")
        for rows in split_every(BATCH_SIZE, self.env.cr.fetchall()):
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE res_partner AS partner SET isof_name_key = spelled.key
                      FROM unnest(%s::int[], %s::text[]) AS spelled(id, key)
                     WHERE partner.id = spelled.id
                    """,
                    [id_ for id_, _name in rows],
                    [names.key(name) for _id, name in rows],
                )
            )

    @api.depends("name")
    def _compute_isof_name_key(self):
        for partner in self:
            partner.isof_name_key = names.key(partner.name)

    @api.model
    def _search_display_name(self, operator, value):
        """Find a name whatever legal form, trade, hyphens or accents are written there."""
        domain = super()._search_display_name(operator, value)
        if operator not in ("ilike", "not ilike") or not self._has_isof_names():
            return domain
        if len(key := names.key(value)) < MIN_SEARCHED:
            return domain
        by_key = Domain("isof_name_key", operator, key)
        return Domain(domain) | by_key if operator == "ilike" else Domain(domain) & by_key

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Let an import find who is written otherwise there, where it can be only one."""
        found = super().name_search(name, domain, operator, limit)
        if found or operator != "=" or not self._has_isof_names():
            return found
        # a client sends it, whatever it may be
        if not isinstance(name, str) or not (key := names.key(name)):
            return found
        alike = self.search_fetch(
            Domain("isof_name_key", "=", key) & Domain(domain or Domain.TRUE),
            ["name", "display_name"],
        ).filtered(lambda partner: names.is_same(name, partner.name))
        return [(alike.id, alike.display_name)] if len(alike) == 1 else []

    @api.model
    def _has_isof_names(self):
        """Return whether the user may search by it: somebody of the portal searches as in Odoo."""
        return self._has_field_access(self._fields["isof_name_key"], "read")
