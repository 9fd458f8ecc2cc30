from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import activity_time
from ...tools.agenda import Agenda, NoTimeError
from ..activity.isof_activity_status import OPEN_STATES
from ..activity.res_users import DAYS_PER_UNIT

# Days ahead for which working hours are looked at; further where there is no time left.
HORIZONS = (45, 400, 1500)


class IsofActivityPlanRun(models.Model):
    """When the activities of a run are: one after the other, in the hours of who does them.

    A plan says how long after the step before each one is to be done, and a daily limit how many a
    day at most. From then on the first time is taken that is free in the working hours of whoever
    does it, on that one's clock: nobody is to make two calls in the same minute, nor one while a
    meeting is on.
    """

    _inherit = "isof.activity.plan.run"

    def _get_starts(self, steps, users_by_step):
        """Return when each step starts for each customer.

        :param users_by_step: list a step, in it the ``res.users`` a customer
        :return: list a step, in it a naive UTC datetime a customer
        :raises UserError: if somebody has no time within the next years
        """
        users = self.env["res.users"].union(
            *(user for users in users_by_step for user in set(users))
        )
        for horizon in HORIZONS:
            agendas = self._get_agendas(users, steps, horizon)
            try:
                return self._take_starts(agendas, steps, users_by_step)
            except (NoTimeError, ValueError):
                continue
        raise UserError(
            self.env._(
                "There are not enough working days to plan on in the working hours of "
                "%(users)s. Check their working hours and time off.",
                users=", ".join(users.mapped("name")),
            )
        )

    def _take_starts(self, agendas, steps, users_by_step):
        """Return the first times that are free: see ``_get_starts``.

        :param agendas: dict of user id to ``Agenda``
        :raises NoTimeError: if an agenda does not reach that far
        :raises ValueError: if its working days do not
        """
        starts_by_step = []
        # when the step before starts, and is over
        before = over = [self.start] * len(users_by_step[0])
        for step, users in zip(steps, users_by_step, strict=True):
            length = timedelta(hours=step.type_id.default_duration)
            starts = []
            for user, start, free_from in zip(users, before, over, strict=True):
                agenda = agendas[user.id]
                wanted = activity_time.shift(
                    start, step.delay, step.delay_unit, agenda.tz, agenda.days
                )
                starts.append(agenda.take(max(wanted, free_from), length, self.per_day))
            starts_by_step.append(starts)
            before, over = starts, [start + length for start in starts]
        return starts_by_step

    def _get_agendas(self, users, steps, horizon):
        """Return when users have time: dict of user id to ``Agenda``.

        :param int horizon: how many days further than the steps take
        """
        days = horizon + sum(2 * step.delay * DAYS_PER_UNIT[step.delay_unit] for step in steps)
        first, last = self.start - timedelta(days=1), self.start + timedelta(days=days)
        hours = users._get_isof_working_hours(self.company_id, first.date(), last.date())
        # sudo: when somebody is busy, nothing else
        activities = (
            self.env["isof.activity"]
            .sudo()
            .search_fetch(
                Domain("state", "in", OPEN_STATES)
                & Domain("allday", "=", False)
                & Domain("stop", ">=", first)
                & Domain("start", "<=", last)
                & (Domain("user_id", "in", users.ids) | Domain("participant_ids", "in", users.ids)),
                ["start", "stop", "user_id", "participant_ids", "plan_run_id"],
                order="id",
            )
        )
        busy = {user.id: [] for user in users}
        for activity in activities:
            for user in activity.user_id | activity.participant_ids:
                if user.id in busy:
                    busy[user.id].append((activity.start, activity.stop))
        agendas = {
            user.id: Agenda(hours[user.id], busy[user.id], user._get_isof_tz()) for user in users
        }
        for activity in activities:
            # an earlier batch counts towards the daily limit
            if activity.plan_run_id == self and activity.user_id.id in agendas:
                agendas[activity.user_id.id].count(activity.start)
        return agendas
