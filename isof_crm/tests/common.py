from contextlib import contextmanager
from datetime import datetime

from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import BaseCommon

# A Wednesday in winter time: 10:00 in Warsaw, 05:00 in New York, 22:00 in Auckland.
NOW = datetime(2026, 3, 11, 9, 0)


class ActivityCommon(BaseCommon):
    """A small trading company: who works there, its customers, types and a second company.

    The clock stands still at ``NOW``. Everybody reads it in Warsaw. ::

        Sales (department_manager)
        ├─ Field Sales:  salesperson_a    in the sales team of team_leader
        └─ Inside Sales: salesperson_b
        Marketing:       manager, team_leader
    """

    freeze_time = freeze_time(NOW)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "Europe/Warsaw"
        cls._set_up_companies()
        cls._set_up_users()
        cls._set_up_customers()
        cls._set_up_types()

    @classmethod
    def setup_independent_company(cls, **kwargs):
        return cls.env["res.company"].create({"name": "Towary Sp. z o.o."})

    @classmethod
    def _set_up_companies(cls):
        cls.other_company = cls._create_company(name="Towary Czechia s.r.o.")
        cls.status_planned = cls.env.ref("isof_crm.isof_activity_status_planned")
        cls.status_in_progress = cls.env.ref("isof_crm.isof_activity_status_in_progress")
        cls.status_done = cls.env.ref("isof_crm.isof_activity_status_done")
        cls.status_postponed = cls.env.ref("isof_crm.isof_activity_status_postponed")
        cls.status_not_held = cls.env.ref("isof_crm.isof_activity_status_not_held")
        cls.status_cancelled = cls.env.ref("isof_crm.isof_activity_status_cancelled")

    @classmethod
    def _set_up_users(cls):
        user, leader = "isof_crm.group_user", "isof_crm.group_team_leader"
        # together: each alone takes several times as long
        users = cls.env["res.users"].create(
            [
                cls._prepare_user("salesperson_a", user),
                cls._prepare_user("salesperson_b", user),
                cls._prepare_user("team_leader", leader),
                cls._prepare_user("department_manager", leader),
                cls._prepare_user("manager", "isof_crm.group_manager"),
                cls._prepare_user("outsider", "base.group_user"),
                cls._prepare_user("foreign_salesperson", user, company=cls.other_company),
            ]
        )
        cls.salesperson_a, cls.salesperson_b, cls.team_leader = users[:3]
        cls.department_manager, cls.manager, cls.outsider, cls.foreign_salesperson = users[3:]
        cls.department_sales, cls.department_marketing = cls.env["hr.department"].create(
            [
                {"name": "Sales", "company_id": cls.company.id},
                {"name": "Marketing", "company_id": cls.company.id},
            ]
        )
        cls.department_field, cls.department_inside = cls.env["hr.department"].create(
            [
                {
                    "name": name,
                    "parent_id": cls.department_sales.id,
                    "company_id": cls.company.id,
                }
                for name in ("Field Sales", "Inside Sales")
            ]
        )
        cls.employee_a, cls.employee_b, _leader, _manager, head = cls.env["hr.employee"].create(
            [
                cls._prepare_employee(user, department)
                for user, department in (
                    (cls.salesperson_a, cls.department_field),
                    (cls.salesperson_b, cls.department_inside),
                    (cls.team_leader, cls.department_marketing),
                    (cls.manager, cls.department_marketing),
                    (cls.department_manager, cls.department_sales),
                )
            ]
        )
        cls.department_sales.manager_id = head
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Key Accounts",
                "company_id": cls.company.id,
                "user_id": cls.team_leader.id,
                "crm_team_member_ids": [Command.create({"user_id": cls.salesperson_a.id})],
            }
        )

    @classmethod
    def _set_up_customers(cls):
        cls.region_poland = cls.env["isof.region"].create({"name": "Test Poland"})
        cls.region_mazovia, cls.region_pomerania = cls.env["isof.region"].create(
            [
                {"name": name, "parent_id": cls.region_poland.id}
                for name in ("Test Mazovia", "Test Pomerania")
            ]
        )
        # alfa and beta are nobody's customers, gamma is salesperson B's
        cls.alfa, cls.beta, cls.gamma = cls.env["res.partner"].create(
            [
                {
                    "name": "Alfa Hurt",
                    "is_company": True,
                    "phone": "+48 22 111 11 11",
                    "isof_region_id": cls.region_mazovia.id,
                },
                {
                    "name": "Beta Market",
                    "is_company": True,
                    "isof_region_id": cls.region_pomerania.id,
                },
                {"name": "Gamma Stal", "is_company": True, "user_id": cls.salesperson_b.id},
            ]
        )
        cls.alfa_anna, cls.alfa_adam, cls.beta_barbara = cls.env["res.partner"].create(
            [
                {"name": "Anna Alfowska", "parent_id": cls.alfa.id, "phone": "+48 600 111 111"},
                {"name": "Adam Alfowski", "parent_id": cls.alfa.id},
                {"name": "Barbara Betowska", "parent_id": cls.beta.id},
            ]
        )
        cls.campaign = cls.env["utm.campaign"].create({"title": "Test Spring Fair"})

    @classmethod
    def _set_up_types(cls):
        # The lowest sequence makes the call the type that is proposed.
        cls.type_call, cls.type_meeting, cls.type_presentation, cls.type_internal = cls.env[
            "isof.activity.type"
        ].create(
            [
                {
                    "name": "Test call",
                    "sequence": -10,
                    "default_duration": 0.25,
                    "is_mirrored": False,
                },
                {
                    "name": "Test meeting",
                    "default_duration": 1.0,
                    "is_mirrored": True,
                },
                {
                    "name": "Test presentation",
                    "kind": "sales",
                    "default_duration": 1.5,
                    "needs_contact": True,
                    "is_mirrored": False,
                },
                {
                    "name": "Test internal work",
                    "kind": "marketing",
                    "default_duration": 2.0,
                    "needs_partner": False,
                    "is_mirrored": False,
                },
            ]
        )

    @classmethod
    def _create_user(cls, login, groups, **kwargs):
        """Return a new user of one company who has the groups (XML ids with commas)."""
        return cls.env["res.users"].create(cls._prepare_user(login, groups, **kwargs))

    @classmethod
    def _prepare_user(cls, login, groups, *, company=None, tz="Europe/Warsaw", **kwargs):
        company = company or cls.company
        group_ids = [cls.env.ref(name.strip()).id for name in groups.split(",")]
        return {
            "login": f"isof_{login}",
            "password": f"isof_{login}",
            "name": login.replace("_", " ").title(),
            "group_ids": [Command.set(group_ids)],
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "tz": tz,
            "email": f"{login}@example.com",
            **kwargs,
        }

    @classmethod
    def _create_employee(cls, user, department, **kwargs):
        return cls.env["hr.employee"].create(cls._prepare_employee(user, department, **kwargs))

    @classmethod
    def _prepare_employee(cls, user, department, **kwargs):
        return {
            "name": user.name,
            "user_id": user.id,
            "company_id": user.company_id.id,
            "department_id": department.id,
            **kwargs,
        }

    @classmethod
    def _prepare_activity(cls, **vals):
        """Return the values of a call of salesperson A at Alfa, tomorrow at 10 in Warsaw."""
        return {
            "type_id": cls.type_call.id,
            "partner_id": cls.alfa.id,
            "user_id": cls.salesperson_a.id,
            "company_id": cls.company.id,
            "start": datetime(2026, 3, 12, 9, 0),
            **vals,
        }

    @classmethod
    def _create_activity(cls, *, by=None, **vals):
        """Return a new activity; see ``_prepare_activity``.

        :param by: the user who registers it; a superuser if none is given
        """
        activities = cls.env["isof.activity"]
        if by:
            activities = activities.with_user(by)
        return activities.create(cls._prepare_activity(**vals))

    @contextmanager
    def assertRefused(self, exception, message):  # noqa: N802
        """Check what is raised like ``assertRaisesRegex``, and roll back what was done."""
        with self.assertRaises(exception) as caught:
            yield
        self.assertRegex(str(caught.exception), message)

    @contextmanager
    def assertDatabaseRefuses(self, message):  # noqa: N802
        """Check that the database refuses, and what the client makes of it for the user."""
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError) as caught:
            yield
            self.env.flush_all()
        error = caught.exception
        model = next(
            (
                model
                for model in self.env.values()
                if model._table == error.diag.table_name and not model._abstract
            ),
            self.env["base"],
        )
        self.assertRegex(model._sql_error_to_message(error), message)
