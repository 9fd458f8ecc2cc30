from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .isof_activity_type_suggestion import DELAY_UNITS


class IsofActivityPlanStep(models.Model):
    """One activity of a plan: what, how long after the step before, and by whom."""

    _name = "isof.activity.plan.step"
    _description = "Step of an Activity Plan"
    _order = "sequence, id"

    plan_id = fields.Many2one("isof.activity.plan", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    type_id = fields.Many2one(
        "isof.activity.type", string="Type", required=True, index=True, ondelete="restrict"
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
        help="A customer without a salesperson falls to whoever starts the plan.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        domain=[("share", "=", False)],
        ondelete="restrict",
        index="btree_not_null",
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

    def _get_user(self, partner, starter):
        """Return the employee who does the step for a customer.

        :param partner: ``res.partner``
        :param starter: the ``res.users`` who starts the plan
        """
        self.ensure_one()
        if self.responsible == "user":
            return self.user_id
        if self.responsible == "salesperson":
            salesperson = partner.user_id or partner.commercial_partner_id.user_id
            return salesperson.filtered("active") or starter
        return starter
