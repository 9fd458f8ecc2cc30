from bisect import bisect_right
from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import activity_time

# How many days, at most or mostly, a unit of a delay takes.
DAYS_PER_UNIT = {"days": 1, "working_days": 2, "weeks": 7, "months": 31}
# When people work of whom nothing else is known.
USUAL_HOURS = (time(9), time(17))


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            # what an archived user still had planned leaves the Odoo calendar, and comes back
            # sudo: an administrator of users need not have any rights to activities
            self.env["isof.activity"].sudo().search(
                [
                    ("user_id", "in", self.ids),
                    ("is_mirrored", "=", True),
                    ("timeframe", "!=", False),
                ]
            )._sync_calendar_event()
        return result

    def _get_isof_led(self):
        """Return whom the user leads.

        :return: tuple of ``res.users`` (the members of the sales teams that the user leads,
            the employees of the departments that the user manages, and the user) and
            ``hr.department`` (those departments with all below them)
        """
        self.ensure_one()
        # sudo: membership of teams and departments, which every role depends on
        departments = (
            self.env["hr.department"].sudo().search([("manager_id.user_id", "=", self.id)])
        )
        if departments:
            departments = departments.search([("id", "child_of", departments.ids)])
        employees = self.env["hr.employee"].sudo()
        # what is still in the hands of who has left is led on until it is handed over
        is_there = Domain("active", "=", True) | Domain("user_id.active", "=", False)
        if departments:
            employees = employees.with_context(active_test=False).search_fetch(
                Domain("department_id", "in", departments.ids)
                & Domain("user_id", "!=", False)
                & is_there,
                ["user_id"],
            )
        members = (
            self.env["crm.team.member"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                Domain("crm_team_id.user_id", "=", self.id)
                & Domain("crm_team_id.active", "=", True)
                & is_there,
                ["user_id", "active"],
            )
        )
        if gone := members.filtered(lambda member: not member.active):
            members -= gone - gone.user_id._get_isof_memberships()
        users = self.sudo() | employees.user_id | members.user_id
        return users.with_env(self.env), departments.with_env(self.env)

    def _get_isof_departments(self, companies):
        """Return a function that tells in which department a user was at some time.

        :param companies: the ``res.company`` records to look at
        :return: function of user, company and date that returns ``hr.department``; before
            the first known version of the employee it is the department of that version
        """
        # sudo: the department only, of employees that the user may not read otherwise
        versions = (
            self.env["hr.version"]
            .sudo()
            .search_fetch(
                [
                    ("employee_id.user_id", "in", self.ids),
                    ("employee_id.company_id", "in", companies.ids),
                ],
                ["employee_id", "date_version", "department_id"],
                order="date_version",
            )
        )
        history = defaultdict(lambda: ([], []))
        for version in versions:
            employee = version.employee_id
            dates, departments = history[employee.user_id.id, employee.company_id.id]
            dates.append(version.date_version)
            departments.append(version.department_id.id)
        no_department = self.env["hr.department"]

        def get_department(user, company, day):
            dates, departments = history.get((user.id, company.id), ([], []))
            if not dates:
                return no_department
            position = max(bisect_right(dates, day) - 1, 0) if day else -1
            return no_department.browse(departments[position])

        return get_department

    def _get_isof_starts(self, start, delays, company):
        """Return when each of the users is to start several things, one after the other.

        :param datetime start: naive UTC datetime that the first delay counts from
        :param delays: list of tuples of a delay and its unit, see ``activity_time.shift``;
            each counts from the start before
        :param company: the ``res.company`` whose working days count
        :return: dict of user id to a list of naive UTC datetimes, one a delay; each at the
            time of day of ``start`` on the user's clock
        :raises UserError: if a user has too few working days within the next years
        """
        first = start.date() - timedelta(days=1)
        days = sum(delay * DAYS_PER_UNIT[unit] for delay, unit in delays)
        needs_workdays = any(unit == "working_days" for _delay, unit in delays)
        # Long absences or rare working days: look further ahead, and give up some day.
        for horizon in (days + 30, 2 * days + 366, 4 * days + 1500):
            workdays = (
                self._get_isof_workdays(company, first, first + timedelta(days=horizon))
                if needs_workdays
                else {}
            )
            try:
                return {
                    user.id: activity_time.shift_all(
                        start,
                        delays,
                        user._get_isof_tz(),
                        workdays.get(user.id, ()),
                    )
                    for user in self
                }
            except ValueError:
                continue
        raise UserError(
            self.env._(
                "There are not enough working days to plan on in the working hours of "
                "%(users)s. Check their working hours and time off.",
                users=", ".join(self.mapped("name")),
            )
        )

    def _get_isof_workdays(self, company, first, last):
        """Return the days on which users work: see ``_get_isof_working_hours``.

        :return: dict of user id to a sorted list of dates, on that one's clock
        """
        hours = self._get_isof_working_hours(company, first, last)
        return {
            user.id: sorted(
                {
                    activity_time.local_day(start, user._get_isof_tz())
                    for start, _stop in hours[user.id]
                }
            )
            for user in self
        }

    def _get_isof_tz(self):
        """Return the zone on whose clock a user works."""
        self.ensure_one()
        # sudo: the clock, nothing else
        return self.sudo().tz or self.env["isof.activity"]._get_tz()

    def _get_isof_working_hours(self, company, first, last):
        """Return when users work, by their working hours, holidays and time off.

        Users without working hours of their own work by those of the company, and where there are
        none, on weekdays. The hours are on the clock of each.

        :param company: the ``res.company`` in which they work
        :param date first: first day to look at
        :param date last: last day to look at
        :return: dict of user id to a sorted list of tuples of two naive UTC datetimes
        """
        # sudo: only the hours worked are returned, no reason of absence
        employees = (
            self.env["hr.employee"]
            .sudo()
            .search([("user_id", "in", self.ids), ("company_id", "=", company.id)])
        )
        employee_by_user = {employee.user_id.id: employee for employee in employees}
        company_calendar = company.sudo().resource_calendar_id
        resources = defaultdict(lambda: self.env["resource.resource"])
        keys = {}
        for user in self:
            employee = employee_by_user.get(user.id, self.env["hr.employee"].sudo())
            calendar = employee.resource_calendar_id or company_calendar
            keys[user.id] = (calendar, user._get_isof_tz(), employee.resource_id)
            resources[calendar, user._get_isof_tz()] |= employee.resource_id
        worked = {}
        for (calendar, tz), of_calendar in resources.items():
            if not calendar:
                continue
            zone = pytz.timezone(tz)
            intervals = calendar._work_intervals_batch(
                zone.localize(datetime.combine(first, time.min)),
                zone.localize(datetime.combine(last, time.max)),
                resources=of_calendar,
                tz=zone,
            )
            for resource_id, spans in intervals.items():
                worked[calendar, tz, resource_id] = [
                    tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in span[:2])
                    for span in spans
                ]
        return {
            user_id: worked[calendar, tz, resource.id]
            if calendar
            else self._get_usual_hours(first, last, tz)
            for user_id, (calendar, tz, resource) in keys.items()
        }

    @api.model
    def _get_usual_hours(self, first, last, tz):
        """Return the working hours of who has none: on weekdays; see the method above."""
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        return [
            tuple(activity_time.to_utc(datetime.combine(day, hour), tz) for hour in USUAL_HOURS)
            for day in days
            if day.weekday() < 5
        ]
