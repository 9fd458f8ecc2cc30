from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests.common import freeze_time, tagged, users

from .test_period import PeriodCommon


class PeriodFieldCommon(PeriodCommon):
    """Salesperson A's activities in and between the seasons, one on each day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activities = cls.env["isof.activity"].create(
            [
                cls._prepare_activity(name=name, start=start)
                for name, start in (
                    ("winter", "2026-02-28 12:00:00"),
                    ("thaw", "2026-03-05 12:00:00"),
                    ("spring 1", "2026-03-10 12:00:00"),
                    ("spring 2", "2026-05-09 12:00:00"),
                    ("fairs", "2026-05-10 12:00:00"),
                    ("summer", "2026-07-01 12:00:00"),
                )
            ]
        )
        cls.mine = [("id", "in", cls.activities.ids)]

    def _group(self, user, *specs, **kwargs):
        """Return the labels of groups with their counts and names, drilled down to."""
        Activity = self.env["isof.activity"].with_user(user)
        groups = Activity.formatted_read_group(self.mine, list(specs), ["__count"], **kwargs)
        result = []
        for group in groups:
            rows = Activity.search(Domain(self.mine) & Domain(group["__extra_domain"]))
            self.assertEqual(group["__count"], len(rows), "drill-down opens exactly the rows")
            labels = tuple(group[spec] and group[spec][1] for spec in specs)
            result.append((*labels, *rows.sorted("start").mapped("name")))
        return result


@tagged("post_install", "-at_install")
class TestPeriodField(PeriodFieldCommon):
    def test_groups_in_order_of_days(self):
        self.assertEqual(
            self._group(self.salesperson_a, self.season),
            [
                ("Winter", "winter"),
                ("Spring", "spring 1", "spring 2"),
                ("Fairs", "fairs"),
                (False, "thaw", "summer"),
            ],
        )
        self.assertEqual(
            [one[0] for one in self._group(self.salesperson_a, self.season, order=self.season)],
            ["Winter", "Spring", "Fairs", False],
        )
        self.assertEqual(
            [
                one[0]
                for one in self._group(self.salesperson_a, self.season, order=f"{self.season} DESC")
            ],
            [False, "Fairs", "Spring", "Winter"],
        )

    def test_two_types_at_once(self):
        self.assertEqual(
            self._group(self.salesperson_a, self.quarter, self.season),
            [
                ("Test Q1", "Winter", "winter"),
                ("Test Q1", "Spring", "spring 1"),
                ("Test Q1", False, "thaw"),
                ("Test Q2", "Spring", "spring 2"),
                ("Test Q2", "Fairs", "fairs"),
                (False, False, "summer"),
            ],
        )

    def test_grouping_sets_keep_the_total(self):
        """As the pivot asks: two overlapping types, subtotals and the grand total, in one query."""
        Activity = self.env["isof.activity"].with_user(self.salesperson_a)
        sets = [[], [self.season], [self.quarter], [self.season, self.quarter]]
        aggregates = ["__count", "duration:sum"]
        Activity.formatted_read_grouping_sets(self.mine, sets, aggregates)
        self.env.flush_all()
        with self.assertQueryCount(1):
            groups = Activity.formatted_read_grouping_sets(self.mine, sets, aggregates)
        [total] = groups[0]
        self.assertEqual(total["__count"], 6)
        for subtotals in groups[1:]:
            for aggregate in aggregates:
                self.assertEqual(
                    sum(group[aggregate] for group in subtotals), total[aggregate], aggregate
                )

    def test_type_without_periods(self):
        self.seasons.period_ids.unlink()
        [(*labels, count)] = self.env["isof.activity"]._read_group(
            self.mine, [self.season], ["__count"]
        )
        self.assertEqual((labels, count), ([self.env["isof.period"]], 6))
        self.assertEqual(
            self.env["isof.activity"].search_count([*self.mine, (self.season, "=", False)]), 6
        )

    def test_read_only_cursor(self):
        self.env.flush_all()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.assertEqual(len(self._group(self.salesperson_a, self.season)), 4)

    def test_search(self):
        Activity = self.env["isof.activity"].with_user(self.salesperson_a)
        spring = ["spring 1", "spring 2"]
        for operator, value, expected in (
            ("=", self.spring.id, spring),
            ("!=", self.spring.id, ["winter", "thaw", "fairs", "summer"]),
            ("in", [self.winter.id, self.fairs.id], ["winter", "fairs"]),
            ("in", [self.winter.id, False], ["winter", "thaw", "summer"]),
            ("not in", [self.winter.id, False], [*spring, "fairs"]),
            ("=", False, ["thaw", "summer"]),
            ("!=", False, ["winter", *spring, "fairs"]),
            ("=", self.q1.id, []),
            ("ilike", "sprin", spring),
            ("not ilike", "sprin", ["winter", "thaw", "fairs", "summer"]),
            ("=", "Winter", ["winter"]),
            ("any", [("date_from", ">", "2026-03-01")], [*spring, "fairs"]),
            ("not any", [("date_from", ">", "2026-03-01")], ["winter", "thaw", "summer"]),
            ("any", [("position", "=", "current")], spring),
        ):
            with self.subTest(operator=operator, value=value):
                domain = [(self.season, operator, value)]
                found = Activity.search([*self.mine, *domain])
                self.assertEqual(found.sorted("start").mapped("name"), expected)
                mine = self.activities.with_user(self.salesperson_a)
                if operator not in ("any", "not any"):
                    self.assertEqual(mine.filtered_domain(domain), found.sorted("start"))
        self.assertEqual(
            Activity.search([*self.mine, (f"{self.season}.name", "=", "Fairs")]).name, "fairs"
        )

    def test_search_through_another_model(self):
        self.assertEqual(
            self.env["isof.activity"]
            .with_user(self.salesperson_a)
            .search([("next_ids", "any", [(self.season, "=", self.winter.id)])]),
            self.env["isof.activity"],
        )
        follow_up = self._create_activity(
            start=datetime(2026, 5, 9, 12), previous_id=self.activities[0].id
        )
        self.assertEqual(
            self.env["isof.activity"].search(
                [("previous_id", "any", [(self.season, "=", self.winter.id)])]
            ),
            follow_up,
        )

    def test_sort_by_period(self):
        Activity = self.env["isof.activity"].with_user(self.salesperson_a)
        found = Activity.search(self.mine, order=f"{self.season} DESC, start")
        self.assertEqual(
            found.mapped("name"), ["thaw", "summer", "fairs", "spring 1", "spring 2", "winter"]
        )

    def test_path_through_the_period(self):
        """One may group by the year of the period."""
        groups = self.env["isof.activity"]._read_group(
            self.mine, [f"{self.season}.date_from:year"], ["__count"]
        )
        self.assertEqual([count for _year, count in groups], [4, 2])

    def test_value(self):
        """The field tells the period of a record, and follows both of them."""
        activity = self.activities[0]
        self.assertEqual(activity[self.season], self.winter)
        self.assertEqual(activity[self.quarter], self.q1)
        activity.start = "2026-03-05 12:00:00"
        self.assertFalse(activity[self.season])
        self.winter.date_to = "2026-03-05"
        self.assertEqual(activity[self.season], self.winter)
        self.winter.unlink()
        self.assertFalse(activity[self.season])

    def test_query_budget(self):
        activities = self.activities.with_user(self.salesperson_a).with_context(tz="Europe/Warsaw")
        activities.mapped("start")
        activities._get_isof_period_fields()  # who may see them is cached
        with self.assertQueryCount(1):
            activities.mapped(self.season)
            activities.mapped(self.quarter)

    def test_midnight_and_summer_time(self):
        """The day is that on the user's clock, also in the night when the clocks change."""
        self.spring.write({"date_from": "2026-03-29", "date_to": "2026-03-29"})
        for tz, first, last in (
            # 23 hours of Warsaw, where the user lives
            (None, "2026-03-28 23:00:00", "2026-03-29 21:59:59"),
            ("America/New_York", "2026-03-29 04:00:00", "2026-03-30 03:59:59"),
            ("UTC", "2026-03-29 00:00:00", "2026-03-29 23:59:59"),
            # midnight is skipped: the day begins at 01:00
            ("Asia/Beirut", "2026-03-28 22:00:00", "2026-03-29 20:59:59"),
        ):
            first, last = map(fields.Datetime.to_datetime, (first, last))
            second = timedelta(seconds=1)
            for moment, expected in (
                (first - second, self.env["isof.period"]),
                (first, self.spring),
                (last, self.spring),
                (last + second, self.env["isof.period"]),
            ):
                with self.subTest(tz=tz, moment=moment):
                    self.activities[0].start = moment
                    activity = self.activities[0].with_user(self.salesperson_a)
                    activity = activity.with_context(tz=tz)
                    domain = [("id", "=", activity.id)]
                    [(group, _count)] = activity._read_group(domain, [self.season], ["__count"])
                    self.assertEqual(group, expected)
                    self.assertEqual(activity[self.season], expected)
                    self.assertTrue(activity.search([*domain, (self.season, "=", expected.id)]))
                    self.assertFalse(activity.search([*domain, (self.season, "!=", expected.id)]))

    def test_allday_is_the_same_day_for_everybody(self):
        self.spring.write({"date_from": "2026-03-29", "date_to": "2026-03-29"})
        activity = self._create_activity(
            allday=True, start_date="2026-03-29", stop_date="2026-03-29"
        ).with_user(self.salesperson_a)
        domain = [("id", "=", activity.id)]
        for tz in ("Pacific/Honolulu", "Pacific/Kiritimati", "Europe/Warsaw"):
            with self.subTest(tz):
                activity = activity.with_context(tz=tz)
                self.assertEqual(activity[self.season], self.spring)
                [(group, _count)] = activity._read_group(domain, [self.season], ["__count"])
                self.assertEqual(group, self.spring)
                self.assertTrue(activity.search([*domain, (self.season, "=", self.spring.id)]))
                self.assertFalse(activity.search([*domain, (self.season, "=", False)]))


@tagged("post_install", "-at_install")
class TestPeriodFieldUpkeep(PeriodFieldCommon):
    def setUp(self):
        # runs last: what a test has done to the registry is not rolled back with the database
        self.addCleanup(self._restore_registry)
        super().setUp()

    def _restore_registry(self):
        self.registry._setup_models__(self.cr, self.env["isof.period.type"]._get_grouped_models())

    def _get_fields(self, period_type):
        name = period_type._get_field_name()
        return self.env["ir.model.fields"].sudo().search([("name", "=", name)])

    @users("isof_analyst")
    def test_type_comes_and_goes(self):
        """Who may make types gets their fields, without any right to change fields at large."""
        self.assertFalse(self.env["ir.model.fields"].has_access("write"))
        self.registry.registry_invalidated = False
        period_type = self.env["isof.period.type"].create({"name": "Test fairs"})
        self.assertTrue(self.registry.registry_invalidated, "other workers are told")
        name = period_type._get_field_name()
        self.assertEqual(
            self._get_fields(period_type).mapped("model"),
            self.env["isof.period.type"]._get_grouped_models(),
        )
        description = self.env["isof.activity"].fields_get([name])[name]
        self.assertEqual(description["string"], "Test fairs")
        self.assertEqual(description["falsy_value_label"], "Outside any period")
        for attribute in ("groupable", "sortable", "searchable", "readonly"):
            self.assertTrue(description[attribute], attribute)
        period_type.active = False
        self.assertNotIn(name, self.env["isof.activity"].fields_get())
        self.assertFalse(self._get_fields(period_type))
        period_type.active = True
        self.assertIn(name, self.env["isof.activity"].fields_get())
        period_type.unlink()
        self.assertNotIn(name, self.env["isof.activity"].fields_get())

    def test_labels_follow_in_each_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        Activity = self.env["isof.activity"]

        def label(lang):
            return Activity.with_context(lang=lang).fields_get([self.season])[self.season]["string"]

        self.assertEqual(label("pl_PL"), "Test seasons")
        self.seasons.with_context(lang="pl_PL").name = "Sezony"
        self.assertEqual((label("en_US"), label("pl_PL")), ("Test seasons", "Sezony"))
        self.seasons.update_field_translations("name", {"pl_PL": "Pory"})
        self.assertEqual((label("en_US"), label("pl_PL")), ("Test seasons", "Pory"))
        self.seasons.name = "Campaigns"
        self.assertEqual((label("en_US"), label("pl_PL")), ("Campaigns", "Pory"))

    def test_model_that_comes_later(self):
        """An add-on that is installed later has its models grouped by the types, too."""
        self._get_fields(self.seasons).unlink()
        self.assertNotIn(self.season, self.env["isof.activity"]._fields)
        with patch.object(self.registry, "ready", False):
            self.env["isof.activity"].init()
        self.env.cr.precommit.run()
        self.assertIn(self.season, self.env["isof.activity"]._fields)

    def test_uninstall_leaves_no_trace(self):
        from ... import uninstall_hook

        favourite = self._create_favourite("Mine")
        archived = self.env["isof.period.type"].create({"name": "Old", "active": False})
        uninstall_hook(self.env)
        self.assertFalse((self.seasons + archived).exists())
        self.assertFalse(favourite.exists())
        self.assertFalse(self.env["ir.model.fields"].search([("name", "like", "x_isof_period")]))
        self.assertFalse(
            [name for name in self.env["isof.activity"]._fields if name.startswith("x_isof")]
        )

    def _create_favourite(self, name, **vals):
        return self.env["ir.filters"].create(
            {
                "name": name,
                "model_id": "isof.activity",
                "user_ids": [Command.set(self.salesperson_a.ids)],
                "context": {"group_by": [self.season]},
                **vals,
            }
        )

    def test_favourites(self):
        """A favourite survives a new name; it waits while its type is archived."""
        self._create_favourite("Seasons")
        self._create_favourite(
            "Winter", context={}, domain=f"[('{self.season}', '=', {self.winter.id})]"
        )
        self._create_favourite("Other", context={"group_by": [self.quarter]})
        Filters = self.env["ir.filters"].with_user(self.salesperson_a)

        def names():
            return sorted(one["name"] for one in Filters.get_filters("isof.activity"))

        self.seasons.name = "Renamed"
        self.assertEqual(names(), ["Other", "Seasons", "Winter"])
        self.seasons.active = False
        self.assertEqual(names(), ["Other"])
        self.seasons.active = True
        self.assertEqual(names(), ["Other", "Seasons", "Winter"])
        self.seasons.unlink()
        self.assertEqual(
            self.env["ir.filters"]
            .search([("user_ids", "in", self.salesperson_a.ids)])
            .mapped("name"),
            ["Other"],
        )
        self.assertIsInstance(Filters.get_filters("res.partner"), list)

    def test_search_view(self):
        """Each type is looked for, filtered by and grouped by, in order; archived ones are not."""
        Activity = self.env["isof.activity"].with_user(self.salesperson_a)

        def arch():
            return Activity.get_views([(False, "search")])["views"]["search"]["arch"]

        for fragment in (
            f'<field name="{self.season}"/>',
            f"{{'group_by': '{self.season}'}}",
            f"[('{self.season}.position', '=', 'current')]",
            "Previous: Test seasons",
        ):
            self.assertIn(fragment, arch())
        self.assertLess(arch().index("Test seasons"), arch().index("Test quarters"))
        self.seasons.name = "Campaigns"
        self.assertIn("Current: Campaigns", arch())
        self.seasons.active = False
        self.assertNotIn(self.season, arch())
        self.assertIn(self.quarter, arch())

    def test_filters_of_the_search_view(self):
        Activity = self.env["isof.activity"].with_user(self.salesperson_a)
        for position, expected in (
            ("current", ["spring 1", "spring 2"]),
            ("previous", ["winter"]),
        ):
            domain = [*self.mine, (f"{self.season}.position", "=", position)]
            self.assertEqual(Activity.search(domain, order="start").mapped("name"), expected)
        with freeze_time("2026-03-05 12:00:00"):  # between two of them
            domain = [*self.mine, (f"{self.season}.position", "=", "current")]
            self.assertFalse(Activity.search(domain))


@tagged("post_install", "-at_install")
class TestPeriodFieldRights(PeriodFieldCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seasons.company_id = cls.other_company
        # salesperson A works in one company only, their colleague in both
        cls.salesperson_b.company_ids += cls.other_company
        cls.activities.participant_ids = cls.salesperson_b
        for user in cls.salesperson_a + cls.salesperson_b:
            user.group_ids += cls.env.ref("base.group_allow_export")

    def _get_calls(self, user, **context):
        Activity = self.env["isof.activity"].with_user(user).with_context(**context)
        period = [(self.season, "=", self.winter.id)]
        return {
            "group": lambda: Activity.formatted_read_group(self.mine, [self.season], ["__count"]),
            "pivot": lambda: Activity.formatted_read_grouping_sets(self.mine, [[self.season]], []),
            "path": lambda: Activity._read_group(self.mine, [f"{self.season}.name"], ["__count"]),
            "list": lambda: Activity.web_read_group(self.mine, [self.season], []),
            "search": lambda: Activity.search(period),
            "outside": lambda: Activity.search([(self.season, "=", False)]),
            "child": lambda: Activity.search([("next_ids", "any", period)]),
            "having": lambda: Activity.search([(f"{self.season}.position", "=", "current")]),
            "order": lambda: Activity.search(self.mine, order=self.season),
            "read": lambda: Activity.browse(self.activities.ids).read([self.season]),
            "export": lambda: Activity.browse(self.activities.ids).export_data([self.season]),
        }

    def test_type_of_another_company(self):
        for name, call in self._get_calls(self.salesperson_a).items():
            with self.subTest(name), self.assertRefused(AccessError, "do not have enough rights"):
                call()
        Activity = self.env["isof.activity"].with_user(self.salesperson_a)
        self.assertNotIn(self.season, Activity.fields_get())
        views = Activity.get_views([(False, "search")])
        self.assertNotIn(self.season, str(views))
        self.assertIn(self.quarter, str(views))

    def test_type_of_a_company_that_is_chosen(self):
        companies = (self.company + self.other_company).ids
        for name, call in self._get_calls(
            self.salesperson_b, allowed_company_ids=companies
        ).items():
            with self.subTest(name):
                call()
        with self.assertRefused(AccessError, "do not have enough rights"):
            self._get_calls(self.salesperson_b, allowed_company_ids=self.company.ids)["group"]()

    def test_search_view_is_each_company_s_own(self):
        """A cached view of one company is not shown in another."""
        Activity = self.env["isof.activity"].with_user(self.salesperson_b)
        companies = (self.company + self.other_company).ids
        for allowed, is_shown in (
            (companies, True),
            (self.company.ids, False),
            (companies, True),
        ):
            view = Activity.with_context(allowed_company_ids=allowed).get_views([(False, "search")])
            self.assertEqual(self.season in view["views"]["search"]["arch"], is_shown)

    def test_favourite_of_another_company(self):
        self.env["ir.filters"].create(
            {
                "name": "Everybody's",
                "model_id": "isof.activity",
                "user_ids": False,
                "context": {"group_by": [self.season]},
            }
        )
        Filters = self.env["ir.filters"].with_user(self.salesperson_b)
        for allowed, count in (
            (self.company.ids, 0),
            ((self.company + self.other_company).ids, 1),
        ):
            shown = Filters.with_context(allowed_company_ids=allowed).get_filters("isof.activity")
            self.assertEqual([one["name"] for one in shown].count("Everybody's"), count)
