import inspect
from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tests import Form, tagged

from ..common import ActivityCommon

SECRET = "Quiet negotiation"


@tagged("post_install", "-at_install")
class TestRights(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # author and customer's salesperson are others than the employee in charge
        cls.activity = cls._create_activity(
            by=cls.salesperson_a,
            name=SECRET,
            type_id=cls.type_meeting.id,
            note="Their weak spot",
            campaign_id=cls.campaign.id,
        )
        cls.Activity = cls.env["isof.activity"]
        cls.everybody = (
            cls.salesperson_a
            | cls.salesperson_b
            | cls.team_leader
            | cls.department_manager
            | cls.manager
            | cls.foreign_salesperson
        )
        cls.who_may = cls.salesperson_a | cls.team_leader | cls.department_manager | cls.manager
        # exporting is a right of its own in Odoo
        cls.env.ref("base.group_allow_export").user_ids |= cls.everybody

    def _get_paths(self):
        """Return the ways to an activity: a name, and whether a user sees it that way."""
        activities, activity, domain = self.Activity, self.activity, [("name", "=", SECRET)]
        partner, campaign, attendee = self.alfa, self.campaign, self.salesperson_a.partner_id

        def export(user):
            return activities.with_user(user).search(domain).export_data(["name"])["datas"]

        def read(user):
            return activity.with_user(user).read(["name", "note"])

        def grouping_sets(user):
            return activities.with_user(user).formatted_read_grouping_sets(
                domain, [["type_id"], []], ["__count"]
            )[1][0]["__count"]

        return {
            "search": lambda user: activities.with_user(user).search(domain),
            "search_read": lambda user: activities.with_user(user).search_read(domain, ["name"]),
            "search_count": lambda user: activities.with_user(user).search_count(domain),
            "web_search_read": lambda user: activities.with_user(user).web_search_read(
                domain, {"name": {}}
            )["records"],
            "name_search": lambda user: activities.with_user(user).name_search(SECRET),
            "_read_group": lambda user: activities.with_user(user)._read_group(domain, ["type_id"]),
            "formatted_read_group": lambda user: activities.with_user(user).formatted_read_group(
                domain, ["user_id"], ["duration:sum"]
            ),
            "web_read_group": lambda user: activities.with_user(user).web_read_group(
                domain, ["partner_id"], ["__count"]
            )["groups"],
            "formatted_read_grouping_sets": grouping_sets,
            "export_data": export,
            "read": read,
            "web_read": lambda user: activity.with_user(user).web_read({"name": {}}),
            "chain": lambda user: activity.with_user(user).get_chain(),
            "of the customer": lambda user: partner.with_user(user).isof_commercial_activity_ids,
            "of the contact": lambda user: partner.with_user(user).isof_activity_ids,
            "number of the customer": lambda user: partner.with_user(user).isof_activity_count,
            "customers by subject": lambda user: (
                self.env["res.partner"]
                .with_user(user)
                .search([("isof_commercial_activity_ids.name", "=", SECRET)])
            ),
            "of the campaign": lambda user: campaign.with_user(user).isof_activity_ids,
            "number of the campaign": lambda user: campaign.with_user(user).isof_activity_count,
            "messages": lambda user: (
                self.env["mail.message"]
                .with_user(user)
                .search([("model", "=", "isof.activity"), ("res_id", "=", activity.id)])
            ),
            "calendar event's name": lambda user: (
                activity.sudo().calendar_event_id.with_user(user).read(["name"])[0]["name"]
                != "Busy"
                if user.partner_id == attendee or user not in self.who_may
                # leaders see the activity, not the private event of somebody else
                else True
            ),
        }

    def _can(self, function, user):
        self.env.invalidate_all()
        try:
            return bool(function(user))
        except AccessError:
            return False

    def test_every_path_shows_the_same(self):
        self.activity.message_post(body="Said in confidence.")
        for path, function in self._get_paths().items():
            for user in self.everybody | self.outsider:
                with self.subTest(path=path, user=user.login):
                    self.assertEqual(self._can(function, user), user in self.who_may)

    def test_no_rights_at_all_without_a_role(self):
        activities = self.Activity.with_user(self.outsider)
        for function in (
            lambda: activities.search([]),
            lambda: activities.create(self._prepare_activity()),
            lambda: self.activity.with_user(self.outsider).write({"name": "x"}),
            lambda: self.activity.with_user(self.outsider).action_done(),
            lambda: self.activity.with_user(self.outsider).unlink(),
            lambda: self.alfa.with_user(self.outsider).read(["isof_last_activity_date"]),
            lambda: (
                self.env["res.partner"]
                .with_user(self.outsider)
                .search([("isof_days_without_contact", ">=", 1)])
            ),
            lambda: self.env["isof.activity.plan.launch"].with_user(self.outsider).create({}),
            lambda: (
                self.env["isof.activity.done.wizard"]
                .with_user(self.outsider)
                .create({"activity_id": self.activity.id})
            ),
        ):
            with self.assertRaises(AccessError, msg=inspect.getsource(function)):
                function()
        # a partner's form still opens
        self.alfa.with_user(self.outsider).web_read({"name": {}, "isof_region_id": {}})

    def test_writing(self):
        for user in self.everybody:
            activity = self.activity.with_user(user)
            paths = {
                "write": lambda activity: activity.write({"location": "Warsaw"}),
                "done": lambda activity: activity.action_done(),
                "reopen": lambda activity: activity.action_reopen(),
                "invitations": lambda activity: activity.action_send_invitations(),
                "import": self._import,
            }
            for name, function in paths.items():
                with self.subTest(user=user.login, path=name):
                    if user in self.who_may:
                        function(activity)
                    else:
                        with self.assertRaises(AccessError):
                            function(activity)
        self.assertEqual(self.activity.location, "Imported")

    def _import(self, activity):
        """Change the activity by an import file with its database id."""
        result = activity.browse().load([".id", "location"], [[str(activity.id), "Imported"]])
        if any(m["type"] == "error" for m in result["messages"]):
            raise AccessError(result["messages"][0]["message"])

    def test_create_for_somebody_else(self):
        """Who registers an activity for a colleague is its author, and keeps seeing it."""
        activity = self._create_activity(by=self.salesperson_b, user_id=self.salesperson_a.id)
        self.assertEqual(activity.author_id, self.salesperson_b)
        activity.with_user(self.salesperson_b).read(["name"])
        activity.with_user(self.salesperson_a).read(["name"])
        forged = self._create_activity(by=self.salesperson_b, author_id=self.manager.id)
        self.assertEqual(forged.author_id, self.salesperson_b)
        with self.assertRaisesRegex(AccessError, "“Author” cannot be set by hand"):
            forged.with_user(self.salesperson_b).author_id = self.manager

    def test_unlink(self):
        self.activity.action_cancel()
        for user in self.everybody - self.manager:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.activity.with_user(user).unlink()
        self.activity.with_user(self.manager).unlink()
        self.assertFalse(self.activity.exists())

    def test_what_the_system_keeps_is_not_written(self):
        """Rights and the calendar hang on these: not even one's own activity may fake them."""
        event = self.env["calendar.event"].create(
            {"name": "Doctor", "privacy": "private", "user_id": self.manager.id}
        )
        own = self.activity.with_user(self.salesperson_a)
        for vals in (
            {"access_user_ids": [Command.clear()]},
            {"calendar_event_id": event.id},
            {"root_id": self.activity.id},
            {"commercial_partner_id": self.beta.id},
            {"state": "done"},
            {"kind": "marketing"},
        ):
            with self.subTest(vals=vals):
                with self.assertRaisesRegex(UserError, "follow"):
                    own.write(vals)
                with self.assertRaisesRegex(UserError, "follow"):
                    self._create_activity(by=self.salesperson_a, **vals)

    def test_what_the_system_keeps_has_no_default(self):
        """Neither the context nor a default of the user's own sets what cannot be written."""
        event = self.env["calendar.event"].create(
            {"name": "Doctor", "privacy": "private", "user_id": self.manager.id}
        )
        by = self.salesperson_a
        self.env["ir.default"].with_user(by).set(
            "isof.activity", "calendar_event_id", event.id, user_id=True
        )
        activities = self.env["isof.activity"].with_user(by)
        activity = activities.with_context(
            default_calendar_event_id=event.id,
            default_access_user_ids=[Command.set(self.salesperson_b.ids)],
        ).create({"name": "Mine", "partner_id": self.alfa.id, "is_mirrored": True})
        self.assertNotEqual(activity.sudo().calendar_event_id, event)
        self.assertEqual(event.name, "Doctor")
        self.assertNotIn(self.salesperson_b, activity.sudo().access_user_ids)

    def test_follows_only_what_one_sees(self):
        mine = self._create_activity(by=self.salesperson_b, user_id=self.salesperson_b.id)
        with self.assertRaises(AccessError):
            mine.with_user(self.salesperson_b).previous_id = self.activity
        with self.assertRaises(AccessError):
            self._create_activity(by=self.salesperson_b, previous_id=self.activity.id)

    # ------------------------------------------------------------
    # What "own" means
    # ------------------------------------------------------------

    def _sees(self, user, activity=None):
        self.env.invalidate_all()
        return bool(
            self.Activity.with_user(user).search([("id", "=", (activity or self.activity).id)])
        )

    def test_own_is_in_charge(self):
        self.assertFalse(self._sees(self.salesperson_b))
        self.activity.with_user(self.salesperson_a).user_id = self.salesperson_b
        self.assertTrue(self._sees(self.salesperson_b))
        self.assertTrue(self._sees(self.salesperson_a), "the author sees it all the same")
        self.activity.user_id = self.manager
        self.assertFalse(self._sees(self.salesperson_b))

    def test_own_is_participant(self):
        own = self.activity.with_user(self.salesperson_a)
        own.participant_ids = [Command.link(self.salesperson_b.id)]
        self.assertTrue(self._sees(self.salesperson_b))
        with self.subTest("archived and back"):
            self.salesperson_b.active = False
            own.location = "Elsewhere"
            own.user_id = self.manager
            self.salesperson_b.active = True
            self.assertTrue(self._sees(self.salesperson_b))
        own.participant_ids = [Command.unlink(self.salesperson_b.id)]
        self.assertFalse(self._sees(self.salesperson_b))

    def test_own_is_the_customers_salesperson(self):
        own = self.activity.with_user(self.salesperson_a)
        own.partner_id = self.alfa_anna
        for partner in (self.alfa, self.alfa_anna):
            with self.subTest(partner=partner.name):
                partner.user_id = self.salesperson_b
                self.assertTrue(self._sees(self.salesperson_b))
                partner.user_id = False
                self.assertFalse(self._sees(self.salesperson_b))
        with self.subTest("the activity moves to their customer"):
            own.partner_id = self.gamma
            self.assertTrue(self._sees(self.salesperson_b))
            own.partner_id = self.alfa
            self.assertFalse(self._sees(self.salesperson_b))
        with self.subTest("the contact person moves to their customer"):
            own.partner_id = self.alfa_anna
            self.alfa_anna.parent_id = self.gamma
            self.assertFalse(self._sees(self.salesperson_b), "it was at Alfa")

    def test_leadership_counts_from_the_next_search_on(self):
        """Rules are cached; whom one leads is not."""
        self.assertTrue(self._sees(self.team_leader))
        steps = [
            ("lost the member", self.team.crm_team_member_ids.unlink, False),
            (
                "got the member again",
                lambda: self.team.write(
                    {"crm_team_member_ids": [Command.create({"user_id": self.salesperson_a.id})]}
                ),
                True,
            ),
            ("lost the team", lambda: self.team.write({"user_id": self.manager.id}), False),
            ("got the team", lambda: self.team.write({"user_id": self.team_leader.id}), True),
            ("the team is archived", lambda: self.team.write({"active": False}), False),
        ]
        for message, change, expected in steps:
            with self.subTest(message):
                change()
                self.assertEqual(self._sees(self.team_leader), expected)

    def test_department_counts_from_the_next_search_on(self):
        self.assertTrue(self._sees(self.department_manager))
        boss = self.department_sales.manager_id
        with self.subTest("another manager"):
            self.department_sales.manager_id = False
            self.assertFalse(self._sees(self.department_manager))
            self.department_sales.manager_id = boss
        with self.subTest("the employee changes over; the activity was the old department's"):
            self.employee_a.department_id = self.department_marketing
            self.assertTrue(self._sees(self.department_manager))
            fresh = self._create_activity(by=self.salesperson_a)
            self.assertEqual(fresh.department_id, self.department_marketing)
            self.assertFalse(self._sees(self.department_manager, fresh))

    def test_leading_without_the_role_is_nothing(self):
        self.team.user_id = self.salesperson_b
        self.assertFalse(self._sees(self.salesperson_b))

    # ------------------------------------------------------------
    # Configuration, dialogues, methods
    # ------------------------------------------------------------

    def test_only_managers_configure(self):
        cases = {
            "isof.activity.type": {"name": "x"},
            "isof.activity.status": {"name": "x", "state": "done"},
            "isof.activity.plan": {"name": "x"},
            "isof.region": {"name": "x"},
            "isof.activity.plan.step": {
                "plan_id": self.env["isof.activity.plan"].create({"name": "p"}).id,
                "type_id": self.type_call.id,
            },
            "isof.activity.type.suggestion": {
                "type_id": self.type_call.id,
                "next_type_id": self.type_call.id,
            },
        }
        for model, vals in cases.items():
            record = self.env[model].with_user(self.manager).create(vals)
            for user in (self.salesperson_a, self.team_leader, self.outsider):
                with self.subTest(model=model, user=user.login):
                    if user != self.outsider:
                        record.with_user(user).read()
                    for function in (
                        lambda r, vals=vals: r.create(vals),
                        lambda r: r.write({"sequence": 3} if "sequence" in r else {"name": "y"}),
                        lambda r: r.unlink(),
                    ):
                        with self.assertRaises(AccessError):
                            function(record.with_user(user))
            record.with_user(self.manager).unlink()

    def test_everybody_adds_tags_and_managers_delete_them(self):
        tag = self.env["isof.activity.tag"].with_user(self.salesperson_a).create({"name": "New"})
        with self.assertRaises(AccessError):
            tag.unlink()
        tag.with_user(self.manager).unlink()

    def test_dialogues_tell_nothing_about_others_activities(self):
        self.activity.result = "They will sign for less"
        self.env.flush_all()
        self.env.invalidate_all()  # what is in the cache is not asked for again
        wizards = self.env["isof.activity.done.wizard"].with_user(self.salesperson_b)
        with self.assertRaises(AccessError):
            wizards.create({"activity_id": self.activity.id})
        with self.assertRaises(AccessError):
            wizards.onchange(
                {"activity_id": self.activity.id},
                ["activity_id"],
                {"activity_id": {}, "result": {}},
            )
        own = wizards.with_user(self.salesperson_a).create({"activity_id": self.activity.id})
        self.assertEqual(own.result, "They will sign for less")
        for user in (self.salesperson_b, self.manager):
            with self.subTest(user=user.login):
                self.assertFalse(wizards.with_user(user).search([("id", "=", own.id)]))
                for function in (lambda w: w.read(["result"]), lambda w: w.action_confirm()):
                    with self.assertRaises(AccessError):
                        function(own.with_user(user))
        launch = self.env["isof.activity.plan.launch"].with_user(self.salesperson_a)
        plan = self.env["isof.activity.plan"].create({"name": "p"})
        launch = launch.create({"plan_id": plan.id})
        with self.assertRaises(AccessError):
            launch.with_user(self.salesperson_b).read(["plan_id"])

    def test_methods_refuse_who_may_not_read_the_record(self):
        """Also those that tell no more than the id that they were called with."""
        plan = self.env["isof.activity.plan"].create(
            {"name": "Quiet plan", "company_id": self.other_company.id}
        )
        group, region = (
            self.env[model].create({"name": "Quiet", "company_id": self.other_company.id})
            for model in ("isof.partner.group", "isof.region")
        )
        for record, names in (
            (
                self.activity,
                (
                    *("action_done", "action_cancel", "action_reopen", "action_open_form"),
                    *("action_open_chain", "action_plan_follow_up", "action_done_and_plan_next"),
                    *("action_cancel_plan_rest", "action_send_invitations", "get_chain"),
                    *("action_print_register", "action_print_action_plan"),
                    "action_export_register",
                ),
            ),
            (plan, ("action_start", "action_open_runs")),
            (group, ("action_open_partners",)),
            (region, ("action_open_partners",)),
        ):
            for name in names:
                with self.subTest(model=record._name, method=name):
                    self.env.invalidate_all()
                    with self.assertRaisesRegex(AccessError, "records"):
                        getattr(record.with_user(self.salesperson_b), name)()

    def test_customer_whom_one_may_not_read_is_not_named(self):
        """Nor is told whose customer it is, when somebody tries to take it."""
        hidden = self.env["res.partner"].create(
            {
                "name": "Quiet customer",
                "company_id": self.other_company.id,
                "user_id": self.foreign_salesperson.id,
            }
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(AccessError, "records") as caught:
            hidden.with_user(self.salesperson_a).user_id = self.salesperson_a
        self.assertNotIn("customer of", str(caught.exception))

    def test_dialogues_are_their_users_alone(self):
        marketer = self._create_user("marketer", "isof_crm.group_marketing")
        colleague = self._create_user("colleague", "isof_crm.group_marketing")
        segment = self.env["isof.segment"].create(
            {"name": "Shared", "mode": "static", "is_shared": True}
        )
        fill = {
            "segment_id": segment.id,
            "text": "Secret Ltd",
            "line_ids": [Command.create({"name": "Secret Ltd", "reason": "missing"})],
        }
        for model, vals in (
            ("isof.segment.fill.wizard", fill),
            ("isof.segment.add.wizard", {}),
            ("isof.region.generate", {"country_id": self.env.ref("base.pl").id}),
            ("isof.partner.update.wizard", {}),
            ("isof.activity.bulk.wizard", {"name": "x", "responsible": "starter"}),
        ):
            dialogue = self.env[model].with_user(marketer).create(vals)
            for records in (dialogue, dialogue.line_ids) if vals is fill else (dialogue,):
                with self.subTest(model=records._name):
                    self.assertTrue(records.read(["create_uid"]))
                    theirs = records.with_user(colleague)
                    self.assertFalse(theirs.search([("id", "in", records.ids)]))
                    with self.assertRaises(AccessError):
                        theirs.read(["create_uid"])

    def test_public_methods(self):
        """Whatever is public is called by RPC: a new method is listed here on purpose."""
        expected = {
            "isof.activity": {
                "action_cancel",
                "action_cancel_plan_rest",
                "action_done",
                "action_done_and_plan_next",
                "action_export_register",
                "action_mark_done",
                "action_open_chain",
                "action_open_form",
                "action_plan_follow_up",
                "action_print_action_plan",
                "action_print_register",
                "action_reopen",
                "action_send_invitations",
                "action_undo_done",
                "get_chain",
                "get_partner_timeline",
                "get_unusual_days",
            },
            "isof.activity.plan": {"action_open_runs", "action_start"},
            "isof.activity.plan.run": {"action_cancel", "action_open_activities"},
            "isof.activity.plan.step": set(),
            "isof.activity.plan.launch": {"action_start"},
            "isof.activity.bulk.wizard": {"action_start"},
            "isof.consent": {"action_export"},
            "isof.consent.export": set(),
            "isof.export": set(),
            "isof.export.job": set(),
            "isof.list.export": {"get_download"},
            "isof.partner.export.column": set(),
            "isof.partner.export.wizard": {"action_export"},
            "isof.partner.update.wizard": {"action_apply"},
            "isof.activity.done.wizard": {"action_confirm"},
            "isof.activity.held.wizard": {"action_confirm", "action_undo"},
            "isof.activity.status": set(),
            "isof.activity.type": set(),
            "isof.activity.type.suggestion": set(),
            "isof.activity.tag": set(),
            "isof.region": {"action_open_partners"},
        }
        for model_name, names in expected.items():
            model = self.env[model_name]
            own = set()
            for cls in type(model).mro():
                if cls.__module__.startswith("odoo.addons.isof_crm."):
                    for name, value in vars(cls).items():
                        if callable(value) and not name.startswith("_"):
                            try:
                                get_public_method(model, name)
                            except AccessError:
                                continue
                            if not hasattr(self.env["base"], name):
                                own.add(name)
            with self.subTest(model=model_name):
                self.assertEqual(own, names)


@tagged("post_install", "-at_install")
class TestCompanies(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ours = cls._create_activity(by=cls.salesperson_a)
        cls.theirs = (
            cls.env["isof.activity"]
            .with_user(cls.foreign_salesperson)
            .create(
                cls._prepare_activity(
                    user_id=cls.foreign_salesperson.id, company_id=cls.other_company.id
                )
            )
        )
        cls.foreign_manager = cls._create_user(
            "foreign_manager", "isof_crm.group_manager", company=cls.other_company
        )
        cls.both_manager = cls._create_user("both_manager", "isof_crm.group_manager")
        cls.both_manager.company_ids |= cls.other_company

    def test_managers_see_their_companies(self):
        def visible(user, *companies):
            activities = self.env["isof.activity"].with_user(user)
            if companies:
                activities = activities.with_context(allowed_company_ids=[c.id for c in companies])
            return activities.search([("id", "in", (self.ours | self.theirs).ids)])

        self.assertEqual(visible(self.manager), self.ours)
        self.assertEqual(visible(self.foreign_manager), self.theirs)
        self.assertEqual(
            visible(self.both_manager, self.company, self.other_company), self.ours | self.theirs
        )
        self.assertEqual(visible(self.both_manager, self.other_company), self.theirs)
        with self.assertRaises(AccessError):
            visible(self.manager, self.company, self.other_company)

    def test_participation_does_not_reach_over_companies(self):
        self.ours.flush_recordset()
        self.env.cr.execute(
            "INSERT INTO isof_activity_access_rel VALUES (%s, %s)",
            (self.ours.id, self.foreign_salesperson.id),
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.ours.with_user(self.foreign_salesperson).read(["name"])

    def test_configuration_of_another_company(self):
        records = [
            self.env[model].create({"name": "Theirs", "company_id": self.other_company.id})
            for model in (
                "isof.activity.type",
                "isof.activity.status",
                "isof.activity.plan",
                "isof.region",
            )
        ]
        records.append(
            self.env["isof.activity.plan.step"].create(
                {"plan_id": records[2].id, "type_id": records[0].id}
            )
        )
        records.append(
            self.env["isof.activity.type.suggestion"].create(
                {"type_id": records[0].id, "next_type_id": records[0].id}
            )
        )
        for record in records:
            with self.subTest(model=record._name):
                self.assertFalse(record.with_user(self.manager).search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    record.with_user(self.manager).write(
                        {"sequence": 1} if "sequence" in record else {"code": "x"}
                    )
                self.assertEqual(
                    record.with_user(self.foreign_manager).search([("id", "=", record.id)]), record
                )

    def test_mixed_companies_are_refused_in_clear_words(self):
        theirs = {
            model: self.env[model].create({"name": "Theirs 7", "company_id": self.other_company.id})
            for model in (
                "isof.activity.type",
                "isof.activity.status",
                "isof.region",
                "res.partner",
            )
        }
        cases = {
            "type_id": theirs["isof.activity.type"],
            "status_id": theirs["isof.activity.status"],
            "region_id": theirs["isof.region"],
            "partner_id": theirs["res.partner"],
            "contact_id": theirs["res.partner"],
            "previous_id": self.theirs,
            "user_id": self.foreign_salesperson,
        }
        for name, value in cases.items():
            with (
                self.subTest(field=name),
                self.assertRaisesRegex(UserError, f"(?s)company.*{value.display_name}"),
                self.cr.savepoint(),
            ):
                self.ours.with_env(self.env).write({name: value.id})
        with self.assertRaisesRegex(UserError, "Theirs 7"), self.cr.savepoint():
            self.alfa.isof_region_id = theirs["isof.region"]
        with self.assertRaisesRegex(UserError, "Theirs 7"), self.cr.savepoint():
            theirs["isof.region"].parent_id = self.env["isof.region"].create(
                {"name": "Ours", "company_id": self.company.id}
            )
        with self.assertRaisesRegex(UserError, "Theirs 7"), self.cr.savepoint():
            self.type_call.suggestion_ids = [
                Command.create({"next_type_id": theirs["isof.activity.type"].id})
            ]

    def test_statuses_of_another_company_are_never_proposed(self):
        self.env["isof.activity.status"].create(
            {
                "name": "Theirs",
                "state": "planned",
                "sequence": -1,
                "company_id": self.other_company.id,
            }
        )
        activity = self._create_activity(
            by=self.both_manager.with_context(
                allowed_company_ids=(self.company | self.other_company).ids
            )
        )
        self.assertEqual(activity.status_id, self.status_planned)

    def test_shared_customer_of_two_companies(self):
        """Each company sees its own activities; the date of the last contact is everybody's."""
        self.theirs.with_user(self.foreign_salesperson).write(
            {"start": datetime(2026, 3, 1, 9), "status_id": self.status_done.id}
        )
        self.assertEqual(
            self.alfa.with_user(self.salesperson_a).isof_last_activity_date, datetime(2026, 3, 1, 9)
        )
        self.assertEqual(self.alfa.with_user(self.salesperson_a).isof_activity_count, 1)
        self.assertEqual(
            self.alfa.with_user(self.salesperson_a).isof_commercial_activity_ids, self.ours
        )

    def test_form_of_the_second_company(self):
        with Form(self.env["isof.activity"].with_user(self.foreign_salesperson)) as form:
            form.type_id = self.type_call
            form.partner_id = self.beta
        activity = form.record
        self.assertEqual(activity.company_id, self.other_company)

    def test_customers_are_not_taken_from_colleagues(self):
        mine = self.env["res.partner"].create(
            {"name": "Delta", "is_company": True, "user_id": self.salesperson_a.id}
        )
        gamma = self.gamma.with_user(self.salesperson_a)
        for vals in (
            {"user_id": self.salesperson_a.id},
            {"user_id": False},
            {"parent_id": mine.id},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRefused(AccessError, r"customer of Salesperson B\.\nAsk a team leader"),
            ):
                gamma.write(vals)
        gamma.write({"phone": "+48 22 333 33 33", "user_id": self.salesperson_b.id})
        # nobody's customer may be taken, one's own given away, and a leader hands over
        self.alfa.with_user(self.salesperson_a).user_id = self.salesperson_a
        self.alfa.with_user(self.salesperson_a).user_id = self.salesperson_b
        self.gamma.with_user(self.team_leader).user_id = self.salesperson_a
        self.assertEqual(self.gamma.user_id, self.salesperson_a)
