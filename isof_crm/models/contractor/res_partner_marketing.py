from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import bounds

LIFECYCLES = [
    ("lead", "Lead"),
    ("prospect", "Prospect"),
    ("customer", "Customer"),
    ("key", "Key customer"),
    ("dormant", "Dormant"),
    ("lost", "Lost"),
]
# Who should be contacted as often as the company says, without a number of their own.
REGULAR_LIFECYCLES = ("customer", "key")
# Most contacts that are given their new region while the user waits.
INLINE_LIMIT = 5000
BATCH_SIZE = 50_000


class ResPartner(models.Model):
    """Marketing data of contractors and contact persons.

    In Odoo, somebody of the portal reads the contacts of the own company: not what we think of it.
    """

    _inherit = "res.partner"

    # Where
    isof_region_id = fields.Many2one(
        compute="_compute_isof_region_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Found by the region rules from country, state and ZIP code. A region chosen by "
        "hand stays; clear it to go back to the rules.",
    )
    isof_region_manual = fields.Boolean(
        string="Region Chosen by Hand", tracking=True, copy=False, groups="base.group_user"
    )

    # Who they are to us
    isof_group_id = fields.Many2one(
        "isof.partner.group",
        string="Contractor Group",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        groups="base.group_user",
        help="The main group; a contractor has one. Use tags for everything else.",
    )
    isof_lifecycle = fields.Selection(
        LIFECYCLES,
        string="Lifecycle Stage",
        index="btree_not_null",
        tracking=True,
        groups="base.group_user",
    )
    isof_source_id = fields.Many2one(
        "utm.source",
        string="Source",
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="How the contractor came to us.",
    )
    isof_potential = fields.Monetary(
        string="Yearly Potential",
        currency_field="isof_currency_id",
        groups="base.group_user",
        help="What the contractor could buy from us in a year, in the company's currency.",
    )
    isof_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of the Potential",
        compute="_compute_isof_currency_id",
        store=True,
        precompute=True,
        groups="base.group_user",
        export_string_translation=False,
    )
    isof_contact_frequency = fields.Integer(
        highest=bounds.MAX_DAYS,
        string="Contact Every (Days)",
        groups="base.group_user",
        help="How often somebody should be in touch. 0: with customers and key customers as often "
        "as the company's settings say, with others without a target.",
    )
    isof_contact_target = fields.Integer(
        string="Contact Expected Every (Days)",
        compute="_compute_isof_contact_target",
        groups="base.group_user",
        help="The contractor's own number, else the one of the company's settings.",
    )

    # In which companies
    isof_affiliation_ids = fields.One2many(
        "isof.affiliation", "person_id", string="Affiliations", groups="base.group_user"
    )
    isof_affiliated_person_ids = fields.One2many(
        "isof.affiliation",
        "organization_id",
        string="Affiliated Persons",
        groups="base.group_user",
    )

    _isof_contact_frequency_not_negative = models.Constraint(
        "CHECK(isof_contact_frequency >= 0)",
        "The number of days between two contacts cannot be negative.",
    )

    # ------------------------------------------------------------
    # Region
    # ------------------------------------------------------------

    @api.depends("company_id", "country_id", "state_id", "zip", "isof_region_manual")
    def _compute_isof_region_id(self):
        # the country of a company, which counts where there is none, is followed by write()
        partners = self.filtered(lambda partner: not partner.isof_region_manual)
        for partner, region_id in partners._find_isof_region_ids().items():
            partner.isof_region_id = region_id

    def _find_isof_region_ids(self):
        """Return by contact the id of the region that the rules find, or None."""
        found = {}
        for company, partners in self.grouped("company_id").items():
            finder = self.env["isof.region.rule"]._get_finder(company)
            for partner in partners:
                country = partner.country_id or partner.state_id.country_id
                found[partner] = finder.find(country.id, partner.state_id.id, partner.zip)
        return found

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create([self._prepare_isof_region_vals(vals) for vals in vals_list])
        partners.filtered("isof_region_manual")._unmark_isof_region()
        return partners

    def write(self, vals):
        result = super().write(self._prepare_isof_region_vals(vals))
        if vals.get("isof_region_id"):
            self._unmark_isof_region()
        # sudo: whether one of them is the address of a company of ours
        if "country_id" in vals and self.sudo().ref_company_ids:
            self._find_isof_regions_again(SQL("partner.country_id IS NULL"))
        return result

    @api.model
    def _prepare_isof_region_vals(self, vals):
        """A region given by hand is marked as such; an empty one is left to the rules again.

        The mark itself is taken from no user: it says how the region came about.
        """
        if not self.env.su:
            vals = {name: vals[name] for name in vals if name != "isof_region_manual"}
        if "isof_region_id" not in vals:
            return vals
        if vals["isof_region_id"]:
            return vals | {"isof_region_manual": True}
        vals = vals | {"isof_region_manual": False}
        del vals["isof_region_id"]
        return vals

    def _unmark_isof_region(self):
        """A region that the rules find too was not chosen by hand: forms send what they show."""
        found = self._find_isof_region_ids()
        # sudo: the mark is ours to set, see _prepare_isof_region_vals()
        self.sudo().filtered(
            lambda partner: partner.isof_region_id and partner.isof_region_id.id == found[partner]
        ).isof_region_manual = False

    @api.model
    def _reassign_isof_regions(self, countries):
        """Find the regions of the contacts of countries again, after the rules changed.

        Those without a country may lie in any of them.
        """
        if countries:
            self._find_isof_regions_again(
                SQL(
                    "(partner.country_id IN %s OR partner.country_id IS NULL)",
                    tuple(countries.ids),
                )
            )

    @api.model
    def _find_isof_regions_again(self, where):
        """Put contacts where the rules say.

        Regions chosen by hand stay. Many contacts are left to the scheduled action. What rules
        decide for thousands is not told in the chatter of each: only who chooses a region, or
        changes an address, leaves a trace there.

        :param SQL where: a condition on ``res_partner AS partner``
        """
        moves = self._find_isof_region_moves(where)
        if len(moves) <= INLINE_LIMIT:
            self._set_isof_regions(moves)
        else:
            # sudo: triggering a scheduled action is no right of its own
            self.env.ref("isof_crm.ir_cron_region").sudo()._trigger()

    @api.model
    def _find_isof_region_moves(self, where):
        """Return who is not where the rules say, asked once for each place.

        :param SQL where: a condition on ``res_partner AS partner``
        :return: list of tuples of a contact's id and the id of the region that the rules find,
            None if they find none
        """
        self.env.flush_all()
        companies = self.env["res.company"]
        finders = {}
        moves = []
        for ids, company_id, country_id, state_id, zip_code, current in self.env.execute_query(
            SQL(
                """
                SELECT array_agg(partner.id ORDER BY partner.id), partner.company_id,
                       coalesce(partner.country_id, state.country_id) AS country_id,
                       partner.state_id, partner.zip, partner.isof_region_id
                  FROM res_partner AS partner
                  LEFT JOIN res_country_state AS state ON state.id = partner.state_id
                 WHERE partner.isof_region_manual IS NOT TRUE AND %s
                 GROUP BY 2, 3, 4, 5, 6
                """,
                where,
            )
        ):
            if company_id not in finders:
                finders[company_id] = self.env["isof.region.rule"]._get_finder(
                    companies.browse(company_id or ())
                )
            found = finders[company_id].find(country_id, state_id, zip_code)
            if found != current:
                moves += [(partner_id, found) for partner_id in ids]
        return moves

    @api.model
    def _set_isof_regions(self, moves):
        """Put contacts in the regions that the rules found, in one statement.

        :param moves: list of tuples of a contact's id and the id of its region, or None
        """
        if not moves:
            return
        partner_ids, region_ids = map(list, zip(*moves, strict=True))
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner AS partner
                   SET isof_region_id = move.region_id, write_date = %(now)s, write_uid = %(user)s
                  FROM unnest(%(partners)s::int[], %(regions)s::int[]) AS move(id, region_id)
                 WHERE partner.id = move.id
                """,
                now=self.env.cr.now(),
                user=self.env.uid,
                partners=partner_ids,
                regions=region_ids,
            )
        )
        self.invalidate_model(["isof_region_id", "write_date", "write_uid"], flush=False)
        # what other add-ons compute from the region
        self.browse(partner_ids).modified(["isof_region_id"])

    @api.model
    def _cron_refresh_isof_regions(self):
        """Put every contact where the rules say, batch by batch; regions chosen by hand stay."""
        cron = self.env["ir.cron"]

        def refresh():
            # found anew for each batch: what is changed by somebody in between counts
            moves = self._find_isof_region_moves(SQL("TRUE"))
            if not moves:
                return None
            batch = moves[:BATCH_SIZE]
            self._set_isof_regions(batch)
            # not before they are set, or what somebody chose meanwhile would be overwritten
            cron._commit_progress(remaining=len(moves))
            return len(batch)

        cron._isof_repeat(refresh)

    # ------------------------------------------------------------
    # Potential and contact frequency
    # ------------------------------------------------------------

    @api.depends("company_id")
    def _compute_isof_currency_id(self):
        for partner in self:
            company = partner.company_id or self.env.company
            partner.isof_currency_id = partner.isof_currency_id or company.currency_id

    @api.model
    def _get_isof_contact_default_domain(self):
        """Return the domain of those contractors whom the company's contact frequency is for."""
        return Domain("isof_contact_frequency", "=", 0) & Domain(
            "isof_lifecycle", "in", REGULAR_LIFECYCLES
        )

    @api.model
    def _get_isof_contractor_domain(self):
        """Return the domain of contractors: contacts with a company belong to theirs."""
        return Domain("is_company", "=", True) | Domain("parent_id", "=", False)

    @api.depends(
        "company_id.isof_contact_frequency",
        "is_company",
        "isof_contact_frequency",
        "isof_lifecycle",
        "parent_id",
    )
    @api.depends_context("company")
    def _compute_isof_contact_target(self):
        contractors = self.filtered_domain(self._get_isof_contractor_domain())
        (self - contractors).isof_contact_target = 0
        defaulted = contractors.filtered_domain(self._get_isof_contact_default_domain())
        for partner in contractors - defaulted:
            partner.isof_contact_target = partner.isof_contact_frequency
        for partner in defaulted:
            # sudo: who works in a branch may not read the company above it
            company = (partner.company_id or self.env.company).sudo()
            partner.isof_contact_target = company.isof_contact_frequency

    # ------------------------------------------------------------
    # Affiliations
    # ------------------------------------------------------------

    def _filter_isof_contacts_of(self, company):
        """Return those who work in a company, or are affiliated with it today."""
        affiliated = self.isof_affiliation_ids.filtered(
            lambda affiliation: (
                affiliation.is_current and affiliation.organization_id._origin == company._origin
            )
        ).person_id
        return self.filtered(
            lambda person: (
                person.commercial_partner_id._origin == company._origin
                or person._origin in affiliated._origin
            )
        )
