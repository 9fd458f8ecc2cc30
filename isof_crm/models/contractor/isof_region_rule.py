from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import regions


class IsofRegionRule(models.Model):
    """Which addresses belong to a region: a country, a state, or a range of ZIP codes.

    The nearest rule wins: ZIP before state before country. Among equally near ones a rule of the
    contact's own company wins over one that all companies share; see ``tools/regions.py``. So a
    place may have one shared rule and one in each company, never two of the same company.
    """

    _name = "isof.region.rule"
    _description = "Region Rule"
    _inherit = ["isof.guard.mixin"]
    _order = "region_id, country_id, state_id, zip_from, id"

    region_id = fields.Many2one("isof.region", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="region_id.company_id", store=True, precompute=True)
    country_id = fields.Many2one(
        "res.country",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company.country_id,
    )
    state_id = fields.Many2one(
        "res.country.state",
        string="State",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('country_id', '=?', country_id)]",
    )
    zip_from = fields.Char(string="ZIP from", help="First ZIP code, for example 00-000.")
    zip_to = fields.Char(string="ZIP to", help="Last ZIP code, for example 05-999.")

    _place_uniq = models.UniqueIndex(
        "(coalesce(company_id, 0), country_id, coalesce(state_id, 0), coalesce(zip_from, ''))",
        "Another region rule covers the same country, state and ZIP codes already.",
    )

    @api.depends("country_id", "state_id", "zip_from", "zip_to")
    def _compute_display_name(self):
        for rule in self:
            place = rule.state_id.name or rule.country_id.name or ""
            rule.display_name = (
                f"{place} {rule.zip_from} – {rule.zip_to}" if rule.zip_from else place
            )

    @api.constrains("country_id", "state_id", "zip_from", "zip_to")
    def _check_place(self):
        for rule in self:
            if rule.state_id and rule.state_id.country_id != rule.country_id:
                raise ValidationError(
                    self.env._(
                        "%(state)s does not lie in %(country)s.",
                        state=rule.state_id.name,
                        country=rule.country_id.name,
                    )
                )
            if not (rule.zip_from or rule.zip_to):
                continue
            problem = (
                "format"
                if not (rule.zip_from and rule.zip_to)
                else regions.check_range(rule.zip_from, rule.zip_to, rule.country_id.code)
            )
            if problem:
                raise ValidationError(
                    self._get_range_message(problem)
                    % {"first": rule.zip_from or "", "last": rule.zip_to or ""}
                )
        self._check_overlap()

    def _check_overlap(self):
        """Refuse ranges of one company, or shared by all, that have a ZIP code in common."""
        rules = self.search(
            [
                ("company_id", "in", [False, *self.company_id.ids]),
                ("country_id", "in", self.country_id.ids),
                ("zip_from", "not in", (False, "")),
            ]
        )
        for (_company, country, _state), group in rules.grouped(
            lambda rule: (rule.company_id, rule.country_id, rule.state_id)
        ).items():
            overlap = regions.find_overlap(
                [
                    (*(regions.zip_key(end, country.code) for end in (r.zip_from, r.zip_to)), r)
                    for r in group
                ]
            )
            if overlap:
                first, second = (entry[2] for entry in overlap)
                raise ValidationError(
                    self.env._(
                        "ZIP ranges in %(country)s overlap: %(first)s (%(first_region)s) and "
                        "%(second)s (%(second_region)s). Change one of them.",
                        country=country.name,
                        first=f"{first.zip_from} – {first.zip_to}",
                        first_region=first.region_id.complete_name,
                        second=f"{second.zip_from} – {second.zip_to}",
                        second_region=second.region_id.complete_name,
                    )
                )

    def _get_range_message(self, problem):
        return {
            "format": self.env._(
                "“%(first)s – %(last)s” is no range of ZIP codes of this country: give the first "
                "and the last one in full, in Poland as 00-000."
            ),
            "length": self.env._(
                "“%(first)s – %(last)s”: both ends of a ZIP range need the same number of "
                "characters."
            ),
            "reversed": self.env._("“%(first)s – %(last)s”: the first ZIP code is after the last."),
        }[problem]

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env["res.partner"]._reassign_isof_regions(rules.country_id)
        return rules

    def write(self, vals):
        countries = self.country_id
        result = super().write(vals)
        self.env["res.partner"]._reassign_isof_regions(countries | self.country_id)
        return result

    def unlink(self):
        countries = self.country_id
        result = super().unlink()
        self.env["res.partner"]._reassign_isof_regions(countries)
        return result

    @api.model
    def _get_finder(self, company):
        """Return the ``RegionFinder`` over the rules of the active regions.

        :param company: ``res.company`` of the contacts; empty: shared by all companies, as
            the regions for them have to be
        """
        # sudo: the rules decide the same for everybody
        rules = self.sudo().search(
            [("region_id.active", "=", True), ("company_id", "in", (False, *company.ids))]
        )
        return regions.RegionFinder(
            (
                (
                    rule.region_id.id,
                    rule.country_id.id,
                    rule.state_id.id,
                    rule.zip_from,
                    rule.zip_to,
                    bool(rule.company_id),
                )
                for rule in rules
            ),
            codes={country.id: country.code for country in rules.country_id},
            home=self._get_home_country(company).id,
        )

    @api.model
    def _get_home_country(self, company):
        """Return the ``res.country`` of contacts without one: that of their company.

        Contacts that all companies share are of the first company, whoever works with them.
        """
        # sudo: the address of a company decides the same for everybody
        companies = self.env["res.company"].sudo()
        home = companies.browse(company.id) or companies.search([], order="id", limit=1)
        return home.country_id or home.root_id.country_id
