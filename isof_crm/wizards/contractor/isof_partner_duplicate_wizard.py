from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ...tools import names, regions
from ...tools.grouping import connected

# How alike the telling words of two names must be, from 0 to 1, by pg_trgm's similarity.
NAME_SIMILARITY = 0.6
# Most contacts that Odoo merges at a time.
MAX_MERGED = 3
# A word says nothing about who it is if more contacts than this have it, or a greater share.
COMMON_CONTACTS = 20
COMMON_SHARE = 200
# Where more contacts than that share a word in one place, the word does not make them compared.
MAX_BLOCK = 200
MAX_GROUPS = 200


class IsofPartnerDuplicateWizard(models.TransientModel):
    """Find contacts that are probably one and the same, and hand them to Odoo's own merge."""

    _name = "isof.partner.duplicate.wizard"
    _description = "Find Duplicates"
    _inherit = ["isof.guard.mixin"]

    partner_id = fields.Many2one(
        "res.partner",
        string="Only Duplicates Of",
        default=lambda self: self.env["res.partner"]._get_isof_chosen()[:1],
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
    group_count = fields.Integer(string="Groups Found")
    shown_count = fields.Integer(string="Groups Shown")

    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Find Duplicates")

    def action_search(self):
        """Look for duplicates by the chosen criteria and show them.

        :raises UserError: if no criterion is chosen
        """
        self.ensure_one()
        alike = self._find_alike()
        reasons = {}
        for ids, reason in alike:
            for partner_id in ids:
                reasons.setdefault(partner_id, set()).add(reason)
        labels = {
            "vat": self.env._("same tax ID"),
            "email": self.env._("same e-mail"),
            "phone": self.env._("same phone"),
            "name": self.env._("similar name"),
        }
        groups = connected((ids[0], other) for ids, _reason in alike for other in ids[1:])
        shown = groups[:MAX_GROUPS]
        self.write(
            {
                "is_searched": True,
                "group_count": len(groups),
                "shown_count": len(shown),
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
                        for group in shown
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

    def _find_alike(self):
        """Return tuples of contact ids and why they look alike, as far as the user may read."""
        self.ensure_one()
        keys = {
            # prefixes of countries are not compared where one of the two numbers has none
            "vat": SQL(
                """coalesce(vat_country, max(vat_country) OVER (PARTITION BY vat_number), '')
                   || nullif(vat_number, '')"""
            ),
            "email": SQL("email_normalized"),
            "phone": SQL("phone_number"),
        }
        criteria = [name for name in keys if self[f"by_{name}"]]
        if not (criteria or self.by_name):
            raise UserError(self.env._("Choose at least one sign by which to find duplicates."))
        if not (criteria or self.env.registry.has_trigram):
            raise UserError(
                self.env._(
                    "Similar names cannot be found, because the database has no extension "
                    "pg_trgm. Choose another sign, or ask an administrator to install it."
                )
            )
        queries = [
            SQL(
                """
                SELECT array_agg(id ORDER BY id), %(reason)s
                  FROM (SELECT id, commercial_partner_id, %(key)s AS key FROM readable) AS keyed
                 WHERE key <> ''
                 GROUP BY key
                       -- people of one company share its tax ID, and often phone and e-mail
                HAVING count(DISTINCT commercial_partner_id) > 1 AND %(scope)s
                """,
                reason=name,
                key=keys[name],
                scope=SQL("bool_or(id = %s)", self.partner_id.id)
                if self.partner_id
                else SQL("TRUE"),
            )
            for name in criteria
        ]
        if self.by_name and self.env.registry.has_trigram:
            queries.append(self._get_similar_names_query())
        return self.env.execute_query(
            SQL(
                "WITH readable AS MATERIALIZED (%s) %s",
                self._get_readable_query(),
                SQL(" UNION ALL ").join(
                    SQL("SELECT * FROM (%s) AS alike", query) for query in queries
                ),
            )
        )

    def _get_readable_query(self):
        """Return the query of what is compared of the contacts that the user may read."""
        partners = self.env["res.partner"]
        partners.flush_model()
        return SQL(
            r"""
            SELECT id, commercial_partner_id, is_company, coalesce(parent_id, 0) AS parent_id,
                   substring(upper(vat) FROM '^\s*([A-Z]{2})') AS vat_country,
                   regexp_replace(upper(vat), '^\s*[A-Z]{2}|[^0-9A-Z]', '', 'g') AS vat_number,
                   email_normalized,
                   coalesce(phone_sanitized, regexp_replace(phone, '[^0-9+]', '', 'g'))
                       AS phone_number,
                   isof_name_key AS name,
                   ARRAY[
                       'city ' || nullif(trim(%(city)s), ''),
                       'zip ' || (regexp_match(zip, %(zip_area)s))[2]
                   ] AS places
              FROM res_partner WHERE id IN %(readable)s
            """,
            city=names.fold_sql(SQL("city")),
            zip_area=regions.ZIP_AREA,
            readable=partners._search([]).subselect(),
        )

    def _get_similar_names_query(self):
        """Return the query of two contacts in the same town or ZIP area with similar names.

        Names are compared as ``tools/names.py`` spells them. Words that many contacts have, such
        as branches of trade, are left out. Only those
        who share the beginning of one of the other words are compared: comparing everybody with
        everybody never ends.
        """
        return SQL(
            """
            WITH words AS MATERIALIZED (
                SELECT id, word, number, left(word, 4) AS beginning
                  FROM readable,
                       regexp_split_to_table(name, ' ')
                            WITH ORDINALITY AS split(word, number)
                 WHERE word <> ''
            ),
            common AS MATERIALIZED (
                SELECT beginning FROM words
                 GROUP BY beginning
                HAVING count(*) > GREATEST(
                    %(common)s, (SELECT count(*) FROM readable) / %(share)s
                )
            ),
            telling AS MATERIALIZED (
                SELECT words.* FROM words LEFT JOIN common USING (beginning)
                 WHERE common.beginning IS NULL
            ),
            named AS MATERIALIZED (
                SELECT id, is_company, parent_id, places, coalesce(told.name, readable.name) AS name
                  FROM readable
                  LEFT JOIN (
                    SELECT id, string_agg(word, ' ' ORDER BY number) AS name
                      FROM telling GROUP BY id
                  ) AS told USING (id)
                 WHERE readable.name <> ''
            ),
            token AS (
                SELECT DISTINCT named.id, is_company, parent_id, place, beginning AS part
                  FROM telling JOIN named USING (id), unnest(places) AS place
                 WHERE place IS NOT NULL
                 UNION ALL
                -- of nothing but common words: the same name only
                SELECT named.id, is_company, parent_id, place, 'all ' || named.name
                  FROM named, unnest(places) AS place
                 WHERE place IS NOT NULL
                   AND NOT EXISTS (SELECT FROM telling WHERE telling.id = named.id)
            ),
            block AS (
                SELECT array_agg(id) AS ids FROM token
                 GROUP BY is_company, parent_id, place, part
                HAVING count(*) BETWEEN 2 AND %(block)s AND %(in_block)s
            ),
            pair AS (
                SELECT DISTINCT a, b
                  FROM block, unnest(ids) AS a, unnest(ids) AS b
                 WHERE a < b AND %(in_pair)s
            )
            SELECT ARRAY[a, b], 'name'
              FROM pair JOIN named AS first ON first.id = a JOIN named AS second ON second.id = b
             WHERE similarity(first.name, second.name) >= %(similarity)s
            """,
            common=COMMON_CONTACTS,
            share=COMMON_SHARE,
            block=MAX_BLOCK,
            similarity=NAME_SIMILARITY,
            in_block=SQL("bool_or(id = %s)", self.partner_id.id)
            if self.partner_id
            else SQL("TRUE"),
            in_pair=SQL("%s IN (a, b)", self.partner_id.id) if self.partner_id else SQL("TRUE"),
        )


class IsofPartnerDuplicateLine(models.TransientModel):
    """Contacts that look like one and the same."""

    _name = "isof.partner.duplicate.line"
    _description = "Possible Duplicates"
    _inherit = ["isof.guard.mixin"]

    wizard_id = fields.Many2one(
        "isof.partner.duplicate.wizard", required=True, ondelete="cascade", index=True
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts")
    reason = fields.Char(string="Why")

    def action_merge(self):
        """Return Odoo's own merge dialogue for the contacts, as many as it takes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge"),
            "res_model": "base.partner.merge.automatic.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_model": "res.partner",
                "active_ids": self.partner_ids[:MAX_MERGED].ids,
            },
        }
