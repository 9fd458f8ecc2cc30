from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

ROLES = "isof_crm.group_manager,base.group_erp_manager"


class ResUsers(models.Model):
    """Users who leave: what is still in their hands is seen, told and handed over."""

    _inherit = "res.users"

    isof_in_hands_count = fields.Integer(
        string="Still in Hands",
        compute="_compute_isof_in_hands_count",
        search="_search_isof_in_hands_count",
        compute_sudo=False,
        groups=ROLES,
        help="Open activities, bookings to come and so on, in the companies that you have "
        "switched on.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_isof_in_hands_count(self):
        counts = self.env["isof.hand.over"]._count_in_hands(self._origin, self.env.companies)
        for user in self:
            user.isof_in_hands_count = sum(counts.get(user._origin.id, {}).values())

    @api.model
    def _search_isof_in_hands_count(self, operator, value):
        """Find who has left and still has something in hands: of the others nobody asks."""
        if (operator, value) != (">", 0):
            return NotImplemented
        # sudo: ids only; the users found are read with the user's own rights
        gone = self.sudo().with_context(active_test=False).search([("active", "=", False)])
        counts = self.env["isof.hand.over"]._count_in_hands(
            gone.with_env(self.env), self.env.companies
        )
        return Domain("id", "in", list(counts))

    def write(self, vals):
        leaving = self.filtered("active") if "active" in vals and not vals["active"] else self[:0]
        result = super().write(vals)
        # who leads somebody may look after what that one has booked, and is told once
        with self.env["isof.notifier"]._gather():
            leaving._tell_isof_departure()
        return result

    def action_archive(self):
        """Ask afterwards who takes over, if the user may say so."""
        leaving = self.filtered("active")
        result = super().action_archive()
        return leaving._get_isof_hand_over_action() or result

    def action_isof_hand_over(self):
        """Return the dialogue in which is said who takes over what these users have in hands.

        :raises AccessError: if the user is neither a manager nor an administrator of users
        """
        self.check_access("read")
        hand_overs = self.env["isof.hand.over"]
        hand_overs._check_role()
        if not self._filter_isof_colleagues():
            raise AccessError(
                self.env._("They work in none of the companies that you have switched on.")
            )
        return hand_overs._get_action(self) or {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": self.env._("There is nothing to hand over."), "type": "info"},
        }

    def _get_isof_hand_over_action(self):
        """Return the dialogue to hand over, or None: to whoever may not, or if there is nothing."""
        hand_overs = self.env["isof.hand.over"]
        if not (self and hand_overs._has_role() and self._filter_isof_colleagues()):
            return None
        return hand_overs._get_action(self)

    def _filter_isof_colleagues(self):
        """Return those who work in a company that the user has switched on."""
        # sudo: in which companies they work
        return (
            self.sudo()
            .filtered(lambda user: user.company_ids & self.env.companies)
            .with_env(self.env)
        )

    def _tell_isof_departure(self):
        """Tell the leaders of who was archived what that one still has in hands, else managers.

        By whatever path somebody was archived: nothing may wait unseen.
        """
        for user in self.filtered(lambda user: not user.share):
            # sudo: how much it is, for whoever leads that one and will see it
            by_kind = self.env["isof.hand.over"].sudo()
            companies = user.sudo().company_ids
            counts = by_kind._count_in_hands(user, companies).get(user.id)
            company = user.sudo().company_id
            if counts:
                self.env["isof.notifier"]._tell(
                    user._get_isof_leader(company) or user._get_isof_managers(company),
                    user.partner_id,
                    lambda partner, counts=counts: partner.env["res.users"]._announce_isof_left(
                        partner, counts
                    ),
                )

    @api.model
    def _announce_isof_left(self, partner, counts):
        """Return subject and text about somebody who has left, for who leads that one.

        :param partner: the ``res.partner`` of that one
        :param counts: see ``isof.hand.over._format_counts``
        """
        # sudo: the name of a colleague
        name = partner.sudo().name
        return (
            self.env._("%(user)s has left", user=name),
            # one line among others, if more is told at the same time
            Markup("%s%s")
            % (
                self.env._("What %(user)s still has in hands:", user=name),
                self.env["isof.hand.over"]._format_counts(counts),
            ),
        )
