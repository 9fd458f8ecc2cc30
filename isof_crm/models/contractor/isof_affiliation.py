from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.searching import search_true


class IsofAffiliation(models.Model):
    """A person's part in a company, beside the one company that Odoo puts the person in."""

    _name = "isof.affiliation"
    _description = "Affiliation"
    _inherit = ["isof.guard.mixin"]
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
    _open_uniq = models.UniqueIndex(
        "(person_id, organization_id, coalesce(role_id, 0)) WHERE date_to IS NULL",
        "This person is in this company in the same role already, without an end. Change that "
        "entry, or give it an end first.",
    )

    @api.depends("date_from", "date_to")
    @api.depends_context("tz", "uid")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for affiliation in self:
            affiliation.is_current = (
                not affiliation.date_from or affiliation.date_from <= today
            ) and (not affiliation.date_to or affiliation.date_to >= today)

    @api.model
    @search_true
    def _search_is_current(self):
        today = fields.Date.context_today(self)
        return (Domain("date_from", "=", False) | Domain("date_from", "<=", today)) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", today)
        )

    @api.model
    def _merge_partners(self, sources, target):
        """Leave one of what would be there twice, and nothing with itself, once contacts are one.

        Of what has no end, the first day and all notes are kept. Called before their relations are
        moved by SQL: Odoo deletes every affiliation of the merged contacts if a single one of them
        breaks a constraint.

        :param sources: the ``res.partner`` records that are about to be deleted
        :param target: the one that is left
        """
        self.env["isof.affiliation"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH merged AS (
                    SELECT id, role_id, date_from, date_to, nullif(note, '') AS note,
                           CASE WHEN person_id = ANY(%(sources)s)
                                THEN %(target)s ELSE person_id END AS person_id,
                           CASE WHEN organization_id = ANY(%(sources)s)
                                THEN %(target)s ELSE organization_id END AS organization_id
                      FROM isof_affiliation
                     WHERE person_id = ANY(%(all)s) OR organization_id = ANY(%(all)s)
                ),
                doubled AS (
                    SELECT min(id) AS kept_id, array_agg(id) AS ids, min(date_from) AS date_from,
                           bool_or(date_from IS NULL) AS has_no_start,
                           string_agg(DISTINCT note, '; ') AS note
                      FROM merged
                     GROUP BY person_id, organization_id, role_id, date_to,
                              CASE WHEN date_to IS NOT NULL THEN date_from END,
                              CASE WHEN date_to IS NOT NULL THEN note END
                    HAVING count(*) > 1
                ),
                kept AS (
                    UPDATE isof_affiliation AS affiliation
                       SET note = doubled.note,
                           date_from = CASE WHEN NOT has_no_start THEN doubled.date_from END
                      FROM doubled
                     WHERE affiliation.id = doubled.kept_id
                )
                DELETE FROM isof_affiliation
                 WHERE id IN (SELECT id FROM merged WHERE person_id = organization_id)
                    OR id IN (SELECT unnest(ids) FROM doubled EXCEPT SELECT kept_id FROM doubled)
                """,
                sources=sources.ids,
                target=target.id,
                all=(sources | target).ids,
            )
        )
        self.env["isof.affiliation"].invalidate_model(flush=False)
