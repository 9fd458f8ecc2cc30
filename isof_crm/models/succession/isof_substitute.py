from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class IsofSubstitute(models.Model):
    """Who acts for somebody from one day to another: on holiday, on leave.

    As long as it lasts the substitute sees and changes the activities of that one, and decides on
    requests like that one, in the companies and with the role of the substitute. Nothing changes
    hands, and what the substitute does says for whom: ``isof_activity_substitute.py``.
    """

    _name = "isof.substitute"
    _description = "Substitute"
    _inherit = ["isof.guard.mixin"]
    _order = "date_from desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        string="For",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index=True,
        ondelete="cascade",
        help="Who is away.",
    )
    substitute_id = fields.Many2one(
        "res.users",
        string="Substitute",
        required=True,
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        index=True,
        ondelete="cascade",
        help="Who acts meanwhile.",
    )
    date_from = fields.Date(string="First Day", required=True, default=fields.Date.context_today)
    date_to = fields.Date(
        string="Last Day", required=True, help="On the clock of the substitute, like the first day."
    )

    _days_in_order = models.Constraint(
        "CHECK(date_to >= date_from)",
        "The last day cannot be before the first one.",
    )
    _somebody_else = models.Constraint(
        "CHECK(user_id <> substitute_id)", "Nobody substitutes for himself or herself."
    )

    @api.depends("user_id.name", "substitute_id.name")
    def _compute_display_name(self):
        # sudo: names of colleagues
        for each in self.sudo():
            each.display_name = self.env._(
                "%(substitute)s for %(user)s",
                substitute=each.substitute_id.name or "",
                user=each.user_id.name or "",
            )

    @api.constrains("user_id", "substitute_id")
    def _check_colleagues(self):
        # constraints run in sudo mode
        for each in self:
            user, substitute = each.user_id, each.substitute_id
            if (
                user.share
                or substitute.share
                or not substitute.active
                or not user.company_ids & substitute.company_ids
            ):
                raise ValidationError(
                    self.env._(
                        "%(substitute)s cannot act for %(user)s: choose a colleague who is there "
                        "and works in the same company.",
                        substitute=substitute.name,
                        user=user.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        substitutes = super().create(vals_list)
        substitutes._note_change()
        return substitutes

    def write(self, vals):
        before = self.substitute_id
        result = super().write(vals)
        self._note_change(before)
        return result

    def unlink(self):
        told = self.substitute_id
        result = super().unlink()
        self.browse()._note_change(told)
        return result

    def _note_change(self, before=None):
        """Have everybody's rights follow, and tell who acts, for whom, and who does not any more.

        :param before: the ``res.users`` who acted before
        """
        # what _get_isof_substitutions() remembers
        self.env.registry.clear_cache()
        notifier = self.env["isof.notifier"]
        with notifier._gather():
            for each in self:
                notifier._tell(each.substitute_id, each, lambda each: each._announce())
                # unless it was that one who said so
                notifier._tell(each.user_id, each, lambda each: each._announce_to_user())
            for user in (before or self.env["res.users"]) - self.substitute_id:
                notifier._tell(
                    user,
                    self.browse(),
                    lambda none: (
                        none.env._("You are no substitute any more"),
                        none.env._("Somebody else acts instead, or nobody."),
                    ),
                )

    def _announce(self):
        """Return subject and text for the one who acts."""
        # sudo: the name of a colleague
        user = self.sudo().user_id.name
        return (
            self.env._("You substitute for %(user)s", user=user),
            self.env._(
                "From %(first)s to %(last)s you see and change the activities of "
                "%(user)s, and decide on requests.",
                user=user,
                first=format_date(self.env, self.date_from),
                last=format_date(self.env, self.date_to),
            ),
        )

    def _announce_to_user(self):
        """Return subject and text for the one who is away, where somebody else said so."""
        # sudo: the name of a colleague
        substitute = self.sudo().substitute_id.name
        return (
            self.env._("%(substitute)s substitutes for you", substitute=substitute),
            self.env._(
                "From %(first)s to %(last)s %(substitute)s sees and changes your activities, and "
                "decides on requests.",
                substitute=substitute,
                first=format_date(self.env, self.date_from),
                last=format_date(self.env, self.date_to),
            ),
        )
