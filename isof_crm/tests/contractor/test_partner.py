import random
from datetime import date, timedelta

from lxml import etree
from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..common import NOW, ActivityCommon

DAY = timedelta(days=1)


class PartnerCommon(ActivityCommon):
    def _hold(self, partner, days_ago, **vals):
        """Return a call held with a partner some days ago."""
        return self._create_activity(
            partner_id=partner.id,
            start=NOW - days_ago * DAY,
            status_id=self.status_done.id,
            **vals,
        )

    def _plan(self, partner, days_ahead, **vals):
        return self._create_activity(partner_id=partner.id, start=NOW + days_ahead * DAY, **vals)

    def _assert_dates(self, partner, last, upcoming, message=None):
        """Check last and next activity, in days before and after now; None for none."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(
            (partner.isof_last_activity_date, partner.isof_next_activity_date),
            (
                False if last is None else NOW - last * DAY,
                False if upcoming is None else NOW + upcoming * DAY,
            ),
            message,
        )


@tagged("post_install", "-at_install")
class TestPartnerDates(PartnerCommon):
    def test_children_roll_up(self):
        self._hold(self.alfa_anna, 5)
        self._hold(self.alfa, 9)
        self._plan(self.alfa_adam, 3)
        self._plan(self.alfa, 8)
        self._assert_dates(self.alfa, 5, 3)

    def test_overdue_is_the_next_one(self):
        self._plan(self.alfa, 3)
        self._create_activity(
            partner_id=self.alfa.id, start=NOW - 2 * DAY, status_id=self.status_planned.id
        )
        self._assert_dates(self.alfa, None, -2)

    def test_life_of_an_activity(self):
        activity = self._plan(self.alfa, -4, status_id=self.status_planned.id)
        steps = [
            ("planned", lambda: None, None, -4),
            ("done", activity.action_done, 4, None),
            ("moved", lambda: activity.write({"start": NOW - 6 * DAY}), 6, None),
            ("archived", activity.action_archive, None, None),
            ("unarchived", activity.action_unarchive, 6, None),
            ("cancelled", activity.action_cancel, None, None),
            ("re-opened", activity.action_reopen, None, -6),
            (
                "postponed",
                lambda: activity.write({"status_id": self.status_postponed.id}),
                None,
                -6,
            ),
            (
                "not held",
                lambda: activity.write({"status_id": self.status_not_held.id}),
                None,
                None,
            ),
            ("done again", lambda: activity.write({"status_id": self.status_done.id}), 6, None),
        ]
        for message, change, last, upcoming in steps:
            with self.subTest(message):
                change()
                self._assert_dates(self.alfa, last, upcoming)
        self._hold(self.alfa, 8)
        activity.action_cancel()
        activity.unlink()
        self._assert_dates(self.alfa, 8, None, "deleted")

    def test_archived_activities_never_count(self):
        self._hold(self.alfa, 1).action_archive()
        activity = self._hold(self.alfa, 5)
        activity.with_context(active_test=False).start = NOW - 6 * DAY
        self._assert_dates(self.alfa, 6, None)

    def test_status_that_changes_its_meaning(self):
        status = self.status_done.copy({"name": "Almost done"})
        activity = self._hold(self.alfa, 2)
        activity.status_id = status
        self._assert_dates(self.alfa, 2, None)
        status.state = "in_progress"
        self._assert_dates(self.alfa, None, -2)

    def test_move_to_another_customer(self):
        activity = self._hold(self.alfa_anna, 5)
        activity.partner_id = self.beta_barbara
        self._assert_dates(self.alfa, None, None)
        self._assert_dates(self.beta, 5, None)
        activity.partner_id = False if not activity.type_id.needs_partner else self.gamma
        self._assert_dates(self.beta, None, None)
        self._assert_dates(self.gamma, 5, None)

    def test_contact_changes_company(self):
        """What was registered at a company counts there; what comes after, at the next."""
        self._hold(self.alfa_anna, 5)
        self._hold(self.alfa, 9)
        self._plan(self.alfa_anna, 2)
        self._hold(self.beta, 7)
        self.alfa_anna.parent_id = self.beta
        self._assert_dates(self.alfa, 5, 2)
        self._assert_dates(self.beta, 7, None)
        self._hold(self.alfa_anna, 1)
        self._assert_dates(self.alfa, 5, 2)
        self._assert_dates(self.beta, 1, None)
        self.alfa_anna.parent_id = False
        self._assert_dates(self.beta, 1, None)
        self._assert_dates(self.alfa_anna, None, None)

    def test_random_history_agrees_with_a_full_count(self):
        """A hundred random changes leave the stored figures as if counted from scratch."""
        dice = random.Random(20260311)
        statuses = self.env["isof.activity.status"].search([])
        companies = self.alfa | self.beta | self.gamma
        people = self.env["res.partner"].create(
            [{"name": f"Person {n}", "parent_id": companies[n % 3].id} for n in range(6)]
        )
        partners = companies | people
        activities = self.env["isof.activity"].create(
            [
                self._prepare_activity(
                    partner_id=dice.choice(partners).id,
                    start=NOW + dice.randint(-50, 50) * DAY,
                    status_id=dice.choice(statuses).id,
                )
                for _n in range(40)
            ]
        )
        for turn in range(100):
            some = activities.browse(dice.sample(activities.ids, dice.randint(1, 4)))
            change = dice.choice(
                [
                    lambda some: some.write({"status_id": dice.choice(statuses).id}),
                    lambda some: some.write({"partner_id": dice.choice(partners).id}),
                    lambda some: some.write({"start": NOW + dice.randint(-50, 50) * DAY}),
                    lambda some: some.write({"active": dice.random() < 0.6}),
                    lambda some: dice.choice(people).write(
                        {"parent_id": dice.choice([*companies.ids, False])}
                    ),
                ]
            )
            change(some)
            if turn % 20 == 19:
                self._assert_counted(partners)

    def _assert_counted(self, partners):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT p.id, p.isof_last_activity_date, p.isof_next_activity_date,
                   MAX(a.start) FILTER (WHERE a.state = 'done' AND a.start <= %s),
                   MIN(a.start) FILTER (WHERE a.state IN ('planned', 'in_progress', 'postponed'))
              FROM res_partner p
         LEFT JOIN (SELECT a.start, s.state, a.commercial_partner_id
                      FROM isof_activity a
                      JOIN isof_activity_status s ON s.id = a.status_id
                     WHERE a.active) a ON a.commercial_partner_id = p.id
             WHERE p.id IN %s
          GROUP BY p.id
            """,
            (NOW, partners._ids),
        )
        for partner_id, last, upcoming, real_last, real_upcoming in self.env.cr.fetchall():
            self.assertEqual((last, upcoming), (real_last, real_upcoming), f"partner {partner_id}")


@tagged("post_install", "-at_install")
class TestDaysWithoutContact(PartnerCommon):
    def test_every_operator_agrees_with_the_field(self):
        ages = {1: 0, 2: 0.5, 3: 1, 4: 29.9, 5: 30, 6: 30.1, 7: 31, 8: 365}
        partners = self.env["res.partner"].create(
            [{"name": f"Days {n}", "is_company": True} for n in range(10)]
        )
        child = self.env["res.partner"].create({"name": "Child", "parent_id": partners[5].id})
        for position, age in ages.items():
            self._hold(partners[position], age)
        self._plan(partners[9], 3)
        never = partners[0] | partners[9]
        everybody = partners | child
        contacted = everybody - never

        def search(operator, value):
            return self.env["res.partner"].search(
                [("id", "in", everybody.ids), ("isof_days_without_contact", operator, value)]
            )

        operators = {
            "=": lambda days, n: days == n,
            "!=": lambda days, n: days != n,
            "<": lambda days, n: days < n,
            "<=": lambda days, n: days <= n,
            ">": lambda days, n: days > n,
            ">=": lambda days, n: days >= n,
        }
        for n in (0, 1, 29, 30, 31, 365, 1000, 2**31 - 1, -(2**31)):
            for operator, compare in operators.items():
                expected = contacted.filtered(
                    lambda p, compare=compare, n=n: compare(p.isof_days_without_contact, n)
                )
                if operator in (">", ">=", "!="):
                    expected |= never
                with self.subTest(operator=operator, n=n):
                    self.assertEqual(search(operator, n), expected)
        with self.subTest("several values"):
            self.assertEqual(search("in", [0, 31]), partners[1] | partners[2] | partners[7])
            self.assertEqual(search("not in", [0, 31]), everybody - search("in", [0, 31]))
        with self.subTest("never"):
            self.assertEqual(search("=", False), never)
            self.assertEqual(search("!=", False), contacted)
        with self.subTest("a person counts with the company"):
            self.assertEqual(child.isof_days_without_contact, 30)

    def test_activities_by_days_without_contact(self):
        self._hold(self.alfa_anna, 40)
        found = self.env["isof.activity"].search(
            [("days_without_contact", ">=", 40), ("partner_id", "=", self.alfa_anna.id)]
        )
        self.assertEqual(found.days_without_contact, 40)

    def test_a_salesperson_searches_with_own_rights(self):
        """The figure counts everybody's contacts, also those the salesperson may not see."""
        self._hold(self.alfa, 2, user_id=self.manager.id)
        found = (
            self.env["res.partner"]
            .with_user(self.salesperson_b)
            .search(
                [("id", "in", (self.alfa | self.beta).ids), ("isof_days_without_contact", ">=", 30)]
            )
        )
        self.assertEqual(found, self.beta)


@tagged("post_install", "-at_install")
class TestPartnerMerge(PartnerCommon):
    def _merge(self, source, destination, by=None):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard.with_user(by or self.env.user)._merge(
            (source | destination).ids, destination, extra_checks=False
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(source.exists())

    def test_companies(self):
        first = self._hold(self.beta, 3, contact_id=self.beta_barbara.id)
        second = self._plan(self.beta_barbara, 4, previous_id=first.id)
        both = self._hold(
            self.alfa,
            9,
            contact_ids=[Command.set((self.beta | self.alfa | self.beta_barbara).ids)],
        )
        run = self.env["isof.activity.plan.run"].create(
            {
                "plan_id": self.env["isof.activity.plan"].create({"name": "P"}).id,
                "pending_partner_ids": [Command.set((self.alfa | self.beta).ids)],
                "total_count": 2,
            }
        )
        self.beta.user_id = self.manager
        self.alfa.user_id = self.salesperson_b
        self._merge(self.beta, self.alfa)
        self.assertRecordValues(
            first | second,
            [
                {
                    "partner_id": self.alfa.id,
                    "contact_id": self.beta_barbara.id,
                    "commercial_partner_id": self.alfa.id,
                    "region_id": self.region_pomerania.id,
                    "root_id": first.id,
                },
                {
                    "partner_id": self.beta_barbara.id,
                    "contact_id": False,
                    "commercial_partner_id": self.alfa.id,
                    "region_id": self.region_pomerania.id,
                    "root_id": first.id,
                },
            ],
        )
        self.assertEqual(second.previous_id, first)
        self.assertEqual(both.contact_ids, self.alfa | self.beta_barbara)
        self.assertEqual(run.pending_partner_ids, self.alfa)
        self.assertEqual(self.alfa.isof_region_id, self.region_mazovia)
        self._assert_dates(self.alfa, 3, 4)
        for activity in first | second | both:
            self.assertIn(self.salesperson_b, activity.access_user_ids, "the new salesperson")
            self.assertNotIn(self.manager, activity.access_user_ids, "the salesperson before")

    def test_region_comes_along_where_there_is_none(self):
        self._merge(self.beta, self.gamma)
        self.assertEqual(self.gamma.isof_region_id, self.region_pomerania)

    def test_persons_of_two_companies(self):
        """Anna moved from Alfa to Beta, where she is known as Barbara: the past stays at Alfa."""
        self.beta.user_id = self.salesperson_b
        self.alfa.user_id = self.manager
        theirs = self._hold(self.alfa_anna, 2)
        self._hold(self.alfa, 8)
        self._hold(self.beta, 5)
        self._merge(self.alfa_anna, self.beta_barbara)
        self.assertEqual(theirs.partner_id, self.beta_barbara)
        self.assertEqual(theirs.commercial_partner_id, self.alfa)
        self.assertIn(self.manager, theirs.access_user_ids)
        self.assertNotIn(self.salesperson_b, theirs.access_user_ids)
        self._assert_dates(self.alfa, 2, None)
        self._assert_dates(self.beta, 5, None)

    def test_company_merged_into_a_person_of_another(self):
        """A person entered as a company by mistake, with a person of their own."""
        stray = self.env["res.partner"].create({"name": "Stray"})
        below = self.env["res.partner"].create({"name": "Below", "parent_id": stray.id})
        activity = self._hold(stray, 2)
        other = self._hold(below, 1)
        self._merge(stray, self.alfa_anna)
        for record in activity | other:
            self.assertEqual(record.commercial_partner_id, record.partner_id.commercial_partner_id)
        self._assert_dates(activity.commercial_partner_id, 1, None)

    def test_three_at_once_by_an_ordinary_user(self):
        """The one who merges need not see any of the activities."""
        delta, epsilon = self.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Delta", "Epsilon")]
        )
        activities = self._hold(delta, 3) | self._hold(epsilon, 2) | self._hold(self.gamma, 5)
        self.env.ref("base.group_partner_manager").user_ids |= self.outsider
        self.gamma.user_id = self.salesperson_b
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.outsider)
        wizard._merge((delta | epsilon | self.gamma).ids, self.gamma)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(activities.commercial_partner_id, self.gamma)
        self.assertIn(self.salesperson_b, activities[0].access_user_ids)
        self._assert_dates(self.gamma, 2, None)

    def test_archived_activities_move_too(self):
        activity = self._hold(self.beta_barbara, 3)
        activity.action_archive()
        self._merge(self.beta, self.alfa)
        self.assertEqual(activity.commercial_partner_id, self.alfa)

    def test_partner_with_activities_is_not_deleted(self):
        self._hold(self.alfa, 3)
        with (
            self.assertRaisesRegex(RestrictViolation, "isof_activity_partner_id_fkey"),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.alfa.unlink()
        self.assertTrue(self.alfa.exists())


@tagged("post_install", "-at_install")
class TestPartnerCard(PartnerCommon):
    """What is in progress with a customer, and how customers are found."""

    def test_next_step_of_each_open_chain(self):
        first = self._hold(self.alfa, 9, name="Long story")
        later = self._plan(self.alfa, 6, previous_id=first.id)
        soon = self._plan(self.alfa_anna, 3, previous_id=first.id)
        single = self._plan(self.alfa, 1)
        self._hold(self.alfa, 2, name="Over")
        chains = self.alfa.isof_open_chain_ids
        self.assertEqual(chains.ids, [single.id, soon.id])
        self.assertNotIn(later, chains)
        self.assertEqual(soon.chain_name, "Long story")
        self.assertEqual(soon.chain_count, 3)
        self.assertFalse(self.beta.isof_open_chain_ids)

    def test_chains_of_a_person_are_the_companys(self):
        step = self._plan(self.alfa, 1)
        self.assertEqual(self.alfa_anna.isof_open_chain_ids, step)
        self.assertFalse(self.beta_barbara.isof_open_chain_ids)
        step.status_id = self.status_done
        self.assertFalse(self.alfa_anna.isof_open_chain_ids)

    def test_chains_as_far_as_the_reader_may_see(self):
        first = self._hold(self.alfa, 9, name="Confidential", user_id=self.manager.id)
        theirs = self._plan(self.alfa, 1, user_id=self.manager.id)
        own = self._plan(self.alfa, 3, previous_id=first.id, user_id=self.salesperson_b.id)
        alfa = self.alfa.with_user(self.salesperson_b)
        self.assertEqual(alfa.isof_open_chain_ids.ids, own.ids)
        self.assertEqual(alfa.isof_open_chain_ids.chain_name, own.name)
        everything = self.alfa.with_user(self.manager).isof_open_chain_ids
        self.assertEqual(everything.ids, [theirs.id, own.id])
        self.assertEqual(everything[1].chain_name, "Confidential")
        with self.assertRaisesRegex(AccessError, "isof_open_chain_ids"):
            self.alfa.with_user(self.outsider).read(["isof_open_chain_ids"])

    def test_consent_withdrawn(self):
        self.env["isof.consent"].create(
            [{"partner_id": partner.id, "channel": "phone"} for partner in self.alfa | self.beta]
        )
        self.env["isof.consent"].create(
            {"partner_id": self.alfa.id, "channel": "phone", "state": "withdrawn"}
        )
        self.assertTrue(self.alfa.isof_is_withdrawn)
        self.assertFalse(self.beta.isof_is_withdrawn)

    def test_every_search_finds(self):
        """Each criterion of the search view is run once, and finds Alfa where it should."""
        segment = self.env["isof.segment"].create(
            {
                "name": "Test Partners",
                "mode": "static",
                "addition_ids": [Command.set(self.alfa.ids)],
                "is_shared": True,
            }
        )
        segment.action_refresh()
        group = self.env["isof.partner.group"].create({"name": "Test Group"})
        source = self.env["utm.source"].create({"name": "Test Source"})
        self.alfa.write(
            {
                "isof_group_id": group.id,
                "isof_source_id": source.id,
                "isof_lifecycle": "key",
                "isof_potential": 500,
                "zip": "90-001",
                "city": "Test Town",
            }
        )
        self._hold(self.alfa, 3, result="Test result", campaign_id=self.campaign.id)
        purpose = self.env["isof.consent.purpose"].create({"name": "Test purpose"})
        self.env["isof.consent"].create(
            [
                {
                    "partner_id": self.alfa.id,
                    "purpose_id": purpose.id,
                    "channel": channel,
                    "state": state,
                }
                for channel, state in (
                    ("email", "given"),
                    ("phone", "withdrawn"),
                    ("sms", "given"),
                    ("post", "given"),
                )
            ]
            + [
                {
                    "partner_id": self.beta.id,
                    "purpose_id": purpose.id,
                    "channel": channel,
                    "state": "given" if channel == "phone" else "withdrawn",
                }
                for channel in ("email", "phone", "sms", "post")
            ]
        )
        # of what Alfa has Beta lacks everything
        self.alfa.write({"email": "alfa@example.com", "user_id": self.salesperson_a.id})
        self.beta.write({"isof_region_manual": True, "isof_region_id": False})
        partners = self.env["res.partner"].with_user(self.salesperson_a)
        view = partners.get_view(self.env.ref("base.view_res_partner_filter").id, "search")
        arch = etree.fromstring(view["arch"])
        values = {
            "Activity: type": "Test call",
            "Activity: campaign": "Test Spring",
            "Activity: result": "Test res",
            "Last activity since": "2026-03-01",
            "Consent given: purpose": "Test purp",
            "Consent withdrawn: purpose": "Test purp",
            "Potential at least": 400,
            "Not contacted for (days)": 3,
            "ZIP": "90-",
        }
        found = {}
        for node in arch.iter("field"):
            label, domain = node.get("string"), node.get("filter_domain")
            if domain:
                if "like" in domain:
                    # the search bar offers a typed text for these only
                    kind = partners._fields[node.get("name")].type
                    self.assertIn(
                        kind, ("char", "text", "many2one", "one2many", "many2many"), label
                    )
                value = values.get(label, "zzz")
                found[label] = partners.search(safe_eval(domain, {"self": value}))
        for label in values:
            with self.subTest(label=label):
                self.assertIn(self.alfa, found[label])
                if label.startswith("Consent"):  # Beta declared something, too
                    self.assertNotIn(self.gamma, found[label])
                elif label != "Not contacted for (days)":
                    self.assertNotIn(self.beta, found[label])
        for name, value in (
            ("isof_segment_ids", "Test Part"),
            ("isof_group_id", "Test Group"),
            ("isof_source_id", "Test Source"),
            ("city", "Test Town"),
        ):
            with self.subTest(field=name):
                self.assertTrue(arch.xpath(f"//field[@name='{name}']"), "is offered")
                by_field = partners.search([(name, "ilike", value)])
                self.assertIn(self.alfa, by_field)
                self.assertNotIn(self.beta, by_field)
        missing = {}
        for node in arch.iter("filter"):
            if domain := node.get("domain"):
                context = {"uid": self.salesperson_a.id, "context_today": date.today}
                missing[node.get("name")] = partners.search(safe_eval(domain, context))
        for name in ("no_phone", "no_email", "no_region", "no_salesperson", "no_group"):
            self.assertIn(self.beta, missing[f"isof_{name}"], name)
            self.assertNotIn(self.alfa, missing[f"isof_{name}"], name)
        for channel, alfa, beta in (
            ("email", "given", "withdrawn"),
            ("phone", "withdrawn", "given"),
            ("sms", "given", "withdrawn"),
            ("post", "given", "withdrawn"),
        ):
            with self.subTest(channel=channel):
                found = [
                    missing[f"isof_{channel}_{state}"] & (self.alfa | self.beta)
                    for state in (alfa, beta)
                ]
                self.assertEqual(found, [self.alfa, self.beta])
        self.assertIn(self.alfa, missing["isof_withdrawn"])
        self.assertIn(self.alfa, missing["isof_customer"])


@tagged("post_install", "-at_install")
class TestPartnerQueries(PartnerCommon):
    def _count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_list(self):
        """The columns of the list cost the same for 10 contractors and for 50."""
        partners = self.env["res.partner"].create(
            [
                {"name": f"Row {n}", "is_company": True, "isof_region_id": self.region_mazovia.id}
                for n in range(50)
            ]
        )
        self.env["isof.activity"].create(
            [self._prepare_activity(partner_id=partner.id) for partner in partners]
        )
        columns = {
            "name": {},
            "isof_region_id": {"fields": {"display_name": {}}},
            "isof_last_activity_date": {},
            "isof_next_activity_date": {},
            "isof_days_without_contact": {},
            "isof_activity_count": {},
        }

        def read(limit):
            self.env["res.partner"].with_user(self.salesperson_a).web_search_read(
                [("id", "in", partners.ids)], columns, limit=limit
            )

        read(50)
        few, many = self._count_queries(lambda: read(10)), self._count_queries(lambda: read(50))
        self.assertEqual(few, many)
        self.assertLessEqual(many, 12)

    def _read_specification(self, xmlid):
        """Return what the client asks for to show a view: every field, of relations the name."""
        partners = self.env["res.partner"].with_user(self.salesperson_a)
        view = partners.get_view(self.env.ref(xmlid).id)
        names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")}
        return {
            name: {"fields": {"display_name": {}}} if partners._fields[name].relational else {}
            for name in names
        }

    def test_browsing(self):
        """The contractors' list and kanban cost the same for 10 and for 80."""
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Row {n}",
                    "is_company": True,
                    "isof_region_id": self.region_mazovia.id,
                    "user_id": self.salesperson_a.id,
                    "email": f"row{n}@example.com",
                }
                for n in range(80)
            ]
        )
        self.env["isof.activity"].create(
            [self._prepare_activity(partner_id=partner.id) for partner in partners]
        )
        self.env["isof.consent"].create(
            [
                {"partner_id": partner.id, "channel": "email", "state": state}
                for partner in partners
                for state in ("given", "withdrawn")
            ]
        )
        for name in ("list_contractor", "kanban"):
            with self.subTest(view=name):
                specification = self._read_specification(f"isof_crm.res_partner_view_{name}")
                self.assertIn("isof_lifecycle", specification)

                def read(limit, specification=specification):
                    return (
                        self.env["res.partner"]
                        .with_user(self.salesperson_a)
                        .web_search_read([("id", "in", partners.ids)], specification, limit=limit)
                    )

                self.assertEqual(len(read(80)["records"]), 80)
                self._count_queries(lambda read=read: read(10))
                few = self._count_queries(lambda read=read: read(10))
                many = self._count_queries(lambda read=read: read(80))
                self.assertEqual(few, many)
                self.assertLessEqual(many, 20)

    def test_form(self):
        self._hold(self.alfa, 3)
        spec = {
            "name": {},
            "isof_activity_count": {},
            "isof_last_activity_date": {},
            "isof_next_activity_date": {},
            "isof_region_id": {"fields": {"display_name": {}}},
            "isof_open_chain_ids": {"fields": {"chain_name": {}, "chain_count": {}}},
        }
        alfa = self.alfa.with_user(self.salesperson_a)
        alfa.web_read(spec)
        self.assertLessEqual(self._count_queries(lambda: alfa.web_read(spec)), 12)

    def test_create_beside_many(self):
        """An activity of a customer who has 5,000 costs as much as one of the first ones."""
        self._hold(self.alfa, 30)

        def create():
            self.env["isof.activity"].with_user(self.salesperson_a).create(self._prepare_activity())

        create()
        beside_few = self._count_queries(create)
        self.env.cr.execute(
            """
            INSERT INTO isof_activity (name, type_id, kind, status_id, state, partner_id,
                                       commercial_partner_id, user_id, author_id, company_id,
                                       start, stop, active)
                 SELECT a.name, type_id, kind, status_id, state, partner_id, commercial_partner_id,
                        user_id, author_id, company_id, start - n * interval '1 hour',
                        stop - n * interval '1 hour', TRUE
                   FROM isof_activity a, generate_series(1, 5000) n
                  WHERE partner_id = %s AND state = 'done'
            """,
            (self.alfa.id,),
        )
        beside_many = self._count_queries(create)
        self.assertEqual(beside_many, beside_few)
        self.assertLessEqual(beside_many, 25)
        self._assert_dates(self.alfa, 30, 1)

    def test_change_of_salesperson_is_no_query_per_activity(self):
        self.env["isof.activity"].create(
            [self._prepare_activity(partner_id=self.alfa.id) for _n in range(60)]
        )
        self.alfa.user_id = self.manager

        def change():
            self.alfa.user_id = self.salesperson_b

        self.assertLessEqual(self._count_queries(change), 30)
        self.assertEqual(
            self.env["isof.activity"]
            .with_user(self.salesperson_b)
            .search_count([("partner_id", "=", self.alfa.id)]),
            60,
        )
