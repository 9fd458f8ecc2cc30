from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .isof_activity_type_suggestion import DELAY_UNITS


class IsofActivityPlanStep(models.Model):
    """One activity of a plan: what, how long after the step before, and by whom."""

    _name = "isof.activity.plan.step"
    _description = "Step of an Activity Plan"
    _order = "sequence, id"
    _check_company_auto = True

    plan_id = fields.Many2one("isof.activity.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id")
    sequence = fields.Integer(default=10)
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
    delay = fields.Integer(help="After the step before; the first one after the plan's start.")
    delay_unit = fields.Selection(DELAY_UNITS, required=True, default="working_days")
    responsible = fields.Selection(
        [
            ("salesperson", "The customer's salesperson"),
            ("starter", "Whoever starts the plan"),
            ("user", "A certain employee"),
        ],
        required=True,
        default="salesperson",
        help="Whoever starts the plan also gets the steps of customers without a salesperson, and "
        "of employees who are archived or do not work in the company.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        domain=[("share", "=", False)],
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )

    _delay_not_negative = models.Constraint(
        "CHECK(delay >= 0)", "The delay of a step cannot be negative."
    )

    @api.depends("type_id")
    def _compute_name(self):
        for step in self:
            step.name = step.name or step.type_id.name

    @api.constrains("responsible", "user_id")
    def _check_user_id(self):
        for step in self:
            if step.responsible == "user" and not step.user_id:
                raise ValidationError(
                    self.env._("Step “%(step)s”: choose the employee.", step=step.name)
                )

    def _get_user(self, partner, starter, company):
        """Return the employee who does the step for a customer.

        :param partner: ``res.partner`` in sudo mode
        :param starter: the ``res.users`` who starts the plan, and who stands in for an
            employee who is missing, archived or does not work in the company
        :param company: the ``res.company`` in which the plan is started
        """
        self.ensure_one()
        if self.responsible == "starter":
            return starter
        user = (
            self.user_id.sudo()
            if self.responsible == "user"
            else partner.user_id or partner.commercial_partner_id.user_id
        )
        may_do = user.active and company in user.company_ids
        return user.with_env(starter.env) if may_do else starter
