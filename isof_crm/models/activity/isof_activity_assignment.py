from odoo import api, fields, models
from odoo.exceptions import ValidationError


class IsofActivityAssignment(models.AbstractModel):
    """What is to be done with customers, and by whom: a step of a plan, or one of its own."""

    _name = "isof.activity.assignment"
    _description = "Assignment of Activities"
    _inherit = ["isof.guard.mixin"]

    type_id = fields.Many2one(
        "isof.activity.type",
        string="Type",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    name = fields.Char(
        string="Subject",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    note = fields.Text()
    priority = fields.Selection(
        selection=lambda self: self.env["isof.activity"]._fields["priority"].selection,
        default="0",
    )
    responsible = fields.Selection(
        [
            ("salesperson", "The customer's salesperson"),
            ("starter", "Whoever starts it"),
            ("user", "A certain employee"),
            ("shared", "Several employees, shared evenly"),
        ],
        required=True,
        default="salesperson",
        help="Where the customer has no salesperson, or the salesperson is archived or does not "
        "work in the company, the employee below stands in, and whoever starts it where that "
        "one cannot either.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        domain=[("share", "=", False)],
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        help="Who does it, or who stands in for customers without a salesperson.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Employees",
        domain=[("share", "=", False)],
        check_company=True,
        help="They take turns, so that each gets as many customers as the others, give or take "
        "one.",
    )

    @api.depends("type_id")
    def _compute_name(self):
        self.env["isof.activity.type"]._propose_names(self)

    @api.constrains("responsible", "user_id", "user_ids")
    def _check_user_id(self):
        for step in self:
            if step.responsible == "user" and not step.user_id:
                raise ValidationError(
                    self.env._("Choose the employee who does “%(step)s”.", step=step.name)
                )
            if step.responsible == "shared" and not step.user_ids:
                raise ValidationError(
                    self.env._("Choose the employees who share “%(step)s”.", step=step.name)
                )

    def _assign(self, partners, starter, company, position=0):
        """Return the employee who does it for each customer.

        :param partners: ``res.partner`` records
        :param starter: the ``res.users`` who starts it, and who stands in for an employee who
            is missing, archived or does not work in the company; whoever leads the starter does
            where the starter is
        :param company: the ``res.company`` in which it is done
        :param int position: how many customers came before these: employees who share go on
            taking turns
        :return: list of ``res.users``, one a customer
        """
        self.ensure_one()
        # sudo: who looks after a customer and who works in the company, nothing else
        step, partners = self.sudo(), partners.sudo()
        env, starter = starter.env, starter.sudo()
        able = starter | step.user_id | step.user_ids
        able |= (partners | partners.commercial_partner_id).user_id
        able = able._origin._filter_isof_able(company)
        # who started it may have left while it went on in the background
        stand_in = starter if starter in able else starter._get_isof_leader(company) or starter
        if step.responsible in ("salesperson", "user") and step.user_id in able:
            stand_in = step.user_id
        turns = step.user_ids._origin & able if step.responsible == "shared" else able.browse()
        users = []
        for number, partner in enumerate(partners, start=position):
            user = stand_in
            if turns:
                user = turns[number % len(turns)]
            elif step.responsible == "salesperson":
                looking_after = (partner.user_id, partner.commercial_partner_id.user_id)
                user = next((each for each in looking_after if each in able), stand_in)
            users.append(user.with_env(env))
        return users

    def _get_withdrawn(self, partners):
        """Return why (str) contacts are not contacted this way, by ``res.partner``.

        Consent forbids it, or they are our own company.
        """
        # sudo: what the types need consent for, which decides for everybody
        types = self.sudo().type_id.filtered("consent_channel")
        needed = {(kind.consent_channel, kind.consent_purpose_id) for kind in types}
        reasons = {}
        for channel, purpose in sorted(needed, key=lambda need: (need[0], need[1].id or 0)):
            reasons |= partners._split_by_isof_consent(channel, purpose)[1]
        # sudo: which contacts are our own companies, whichever of them the user works in
        companies = self.env["res.company"].sudo()
        customers = partners.sudo().commercial_partner_id
        own = companies.search([("partner_id", "in", customers.ids)]).partner_id
        return reasons | {
            partner: self.env._("one's own company")
            for partner in partners
            if partner.sudo().commercial_partner_id in own
        }
