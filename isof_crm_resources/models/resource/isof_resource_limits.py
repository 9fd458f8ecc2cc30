from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from odoo.addons.isof_crm.tools import moments
from odoo.addons.isof_crm.tools.searching import search_true


class IsofResource(models.Model):
    """Who looks after a resource, and what it allows everybody else.

    Substitutes look after the resources of those for whom they act.
    """

    _inherit = "isof.resource"

    # what record rules ask; see _is_in_care()
    is_in_care = fields.Boolean(
        string="Looked After by Me",
        compute="_compute_is_in_care",
        search="_search_is_in_care",
        export_string_translation=False,
    )

    @api.depends("user_id", "approver_ids")
    @api.depends_context("uid")
    def _compute_is_in_care(self):
        for resource in self:
            resource.is_in_care = resource._is_in_care()

    @api.model
    @search_true
    def _search_is_in_care(self):
        return self._get_in_care_domain()

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _get_approvers(self):
        """Return the users who are asked to approve bookings of the resource.

        They are those who can answer: of those named, of the responsible and of the resource
        managers the first that are there, and their substitutes.
        """
        self.ensure_one()
        managers = self.env.ref("isof_crm_resources.group_resource_manager")
        able = self.env["res.users"]
        for users in (self.approver_ids, self.user_id, managers.all_user_ids):
            if able := users.filtered(self._can_answer):
                break
        # not those of resource managers: they look after nothing by that
        named = able & (self.approver_ids | self.user_id)
        return able | named._get_isof_substitutes().filtered(self._can_answer)

    def _can_answer(self, user):
        """Return whether a user is there and sees bookings of the resource."""
        return (
            user.active
            and user.has_group("isof_crm.group_user")
            and (not self.company_id or self.company_id in user.company_ids)
        )

    def _is_in_care(self):
        """Return whether the user looks after the resource: approves, and is not limited."""
        return self._is_in_own_care() or bool(self._get_acted_for())

    def _is_in_own_care(self):
        """Return whether the user looks after the resource, and not as a substitute alone."""
        user = self.env.user
        # sudo: who looks after a resource, whichever colleagues the user may see
        resource = self.sudo()
        return user in resource.user_id | resource.approver_ids or user.has_group(
            "isof_crm_resources.group_resource_manager"
        )

    def _get_acted_for(self):
        """Return the ``res.users`` for whom the user looks after the resource as a substitute.

        Nobody where the user does so by own right.
        """
        ids = self.env.user._get_isof_substituted_ids()
        if not ids or self._is_in_own_care():
            return self.env["res.users"]
        # sudo: who looks after a resource, whichever colleagues the user may see
        resource = self.sudo().with_context(active_test=False)
        return (resource.user_id | resource.approver_ids).filtered(lambda user: user.id in ids)

    def _get_in_care_ids(self):
        """Return the ids of the resources that the user looks after; see ``_is_in_care``."""
        return {resource.id for resource in self if resource._is_in_care()}

    def _asks_approval(self):
        """Return whether what the user books is a request that somebody has to confirm."""
        self.ensure_one()
        return self.needs_approval and not self._is_in_care()

    @api.model
    def _get_in_care_domain(self):
        """Return the domain of the resources that the user looks after; see ``_is_in_care``."""
        user = self.env.user
        if user.has_group("isof_crm_resources.group_resource_manager"):
            return Domain.TRUE
        ids = [user.id, *user._get_isof_substituted_ids()]
        return Domain("user_id", "in", ids) | Domain("approver_ids", "in", ids)

    def _may_book(self):
        """Return whether the user is among those who may book the resource."""
        self.ensure_one()
        # sudo: who may book, whichever departments and colleagues the user may see
        resource = self.sudo()
        if not (resource.booker_ids or resource.department_ids) or self._is_in_care():
            return True
        user = self.env.user.sudo()
        if user in resource.booker_ids:
            return True
        # the user's departments and all above them, without a query for each resource
        above = "".join(user.employee_ids.department_id.mapped("parent_path")).split("/")
        return not {str(id_) for id_ in resource.department_ids.ids}.isdisjoint(above)

    def _get_buffers(self):
        """Return how long the resource is kept free before and after a booking."""
        self.ensure_one()
        return timedelta(minutes=self.buffer_before), timedelta(minutes=self.buffer_after)

    def _get_max_duration(self):
        """Return how long the user may book the resource at most, None without a limit."""
        self.ensure_one()
        if not self.max_duration or self._is_in_care():
            return None
        return timedelta(minutes=round(self.max_duration * 60))

    def _get_last_moment(self):
        """Return until when the user may book the resource, None without a limit."""
        self.ensure_one()
        if not self.max_days_ahead or self._is_in_care():
            return None
        return fields.Datetime.now() + timedelta(days=self.max_days_ahead)

    def _check_bookable(self, times):
        """Check that the user may book the resource at several times.

        :param times: list of tuples of naive UTC start and stop
        :raises AccessError: if the user is not among those who may
        :raises ValidationError: if it is archived, or a booking too long or too far ahead
        """
        self._check_not_archived()
        self._check_may_book()
        for start, stop in times:
            self._check_length_and_day(start, stop)

    def _check_not_archived(self):
        """Check that the resource can be booked at all.

        :raises ValidationError: if it is archived
        """
        if not self.active:
            raise ValidationError(
                self.env._(
                    "“%(resource)s” is archived and takes no bookings. Choose another resource.",
                    resource=self.name,
                )
            )

    def _check_may_book(self):
        """Check that the user is among those who may book the resource.

        :raises AccessError: if not
        """
        if not self._may_book():
            raise AccessError(
                self.env._(
                    "“%(resource)s” can be booked only by some people. Ask %(responsible)s.",
                    resource=self.name,
                    responsible=self.user_id.name or self.env._("a resource manager"),
                )
            )

    def _check_length_and_day(self, start, stop):
        """Check that a booking is neither too long nor too far ahead.

        :raises ValidationError: if it is
        """
        longest, last = self._get_max_duration(), self._get_last_moment()
        if longest and stop - start > longest:
            raise ValidationError(
                self.env._(
                    "“%(resource)s” can be booked for %(hours)s hours at most.",
                    resource=self.name,
                    hours=f"{longest / timedelta(hours=1):g}",
                )
            )
        if last and stop > last:
            raise ValidationError(
                self.env._(
                    "“%(resource)s” can be booked for %(days)s days ahead, until %(time)s.",
                    resource=self.name,
                    days=self.max_days_ahead,
                    time=moments.format_moment(self.env, last),
                )
            )
