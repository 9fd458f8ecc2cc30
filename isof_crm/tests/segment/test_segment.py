from datetime import datetime
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..common import NOW, ActivityCommon


class SegmentCommon(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = cls._create_user("marketer", "isof_crm.group_marketing")
        cls.Segment = cls.env["isof.segment"].with_user(cls.marketer)
        cls.companies = cls.alfa | cls.beta | cls.gamma

    @classmethod
    def _create_segment(cls, domain=None, *, by=None, **vals):
        """Return a new segment of the companies of the tests that a domain finds."""
        rule = [("id", "in", cls.companies.ids), *(domain or [])]
        return cls.Segment.with_user(by or cls.marketer).create(
            {"name": "Test segment", "domain": repr(rule), **vals}
        )

    def _history(self, segment):
        """Return (name, entered, left) of the history, the oldest first."""
        rows = self.env["isof.segment.membership"].search(
            [("segment_id", "=", segment.id)], order="date_from, id"
        )
        return [(row.partner_id.name, row.date_from, row.date_to) for row in rows]


@tagged("post_install", "-at_install")
class TestSegmentMembers(SegmentCommon):
    def test_rule_by_hand_and_exclusion(self):
        segment = self._create_segment([("isof_region_id", "=", self.region_mazovia.id)])
        self.assertEqual(segment.member_ids, self.alfa)
        segment.addition_ids = self.gamma | self.beta
        segment.exclusion_ids = self.beta | self.alfa
        self.assertEqual(segment.member_ids, self.gamma)
        self.assertRecordValues(segment, [{"member_count": 1, "computed_at": NOW, "error": False}])
        self.assertEqual(self.gamma.isof_segment_ids, segment.with_env(self.env))

    def test_target(self):
        persons = self.alfa_anna | self.beta_barbara
        lone = self.env["res.partner"].create({"name": "Lone Trader"})
        rule = repr([("id", "in", (self.alfa | persons | lone).ids)])
        company = self._create_segment(domain=[], target="company")
        company.domain = rule
        self.assertEqual(company.member_ids, self.alfa | lone)
        company.target = "person"
        self.assertEqual(company.member_ids, persons | lone)

    def test_history_and_size(self):
        segment = self._create_segment([("isof_region_id", "=", self.region_mazovia.id)])
        later = datetime(2026, 3, 12, 9, 0)
        with freeze_time(later):
            self.alfa.isof_region_id = self.region_pomerania
            self.gamma.isof_region_id = self.region_mazovia
            segment.action_refresh()
            segment.action_refresh()
        with freeze_time(datetime(2026, 3, 12, 23, 30)):  # the 13th in Warsaw
            self.alfa.isof_region_id = self.region_mazovia
            segment.action_refresh()
        self.assertEqual(
            self._history(segment),
            [
                ("Alfa Hurt", NOW, later),
                ("Gamma Stal", later, None or False),
                ("Alfa Hurt", datetime(2026, 3, 12, 23, 30), False),
            ],
        )
        sizes = self.env["isof.segment.size"].search([("segment_id", "=", segment.id)])
        self.assertEqual(
            [(str(size.date), size.member_count) for size in sizes],
            [("2026-03-13", 2), ("2026-03-12", 1), ("2026-03-11", 1)],
        )

    def test_archived_partners_leave(self):
        segments = self._create_segment() | self._create_segment(mode="snapshot")
        segments |= self._create_segment(
            mode="static", addition_ids=[Command.set(self.companies.ids)]
        )
        segments |= self._create_segment([("active", "in", [True, False])])
        self.alfa.action_archive()
        with freeze_time(datetime(2026, 3, 12, 9, 0)):
            self._run_cron()
        for segment in segments:
            self.assertEqual(
                segment.with_context(active_test=False).member_ids, self.beta | self.gamma
            )
            self.assertEqual(segment.member_count, 2)

    def test_archived_segment_is_still_a_condition(self):
        """Whom it keeps out it goes on to keep out, also who comes to it only now."""
        opted_out = self._create_segment(addition_ids=self.gamma.ids, mode="static")
        mailing = self._create_segment(none_segment_ids=opted_out.ids)
        by_rule = self._create_segment([("isof_segment_ids", "not in", opted_out.ids)])
        self.assertEqual(mailing.member_ids, self.alfa | self.beta)
        opted_out.action_archive()
        self.env.invalidate_all()
        (mailing | by_rule).action_refresh()
        self.assertEqual(mailing.member_ids, self.alfa | self.beta)
        self.assertEqual(by_rule.member_ids, self.alfa | self.beta)
        self.assertEqual(mailing.none_segment_ids, opted_out)
        opted_out.addition_ids += self.beta
        (mailing | by_rule).action_refresh()
        self.assertEqual(mailing.member_ids, self.alfa)
        self.assertEqual(by_rule.member_ids, self.alfa)
        self.assertNotIn(opted_out, self.gamma.isof_segment_ids, "it is shown no more")
        self.assertIn(
            self.gamma, self.env["res.partner"].search([("isof_segment_ids", "in", opted_out.ids)])
        )

    def test_archived_segment_is_refreshed(self):
        segment = self._create_segment()
        segment.action_archive()
        self.gamma.action_archive()
        with freeze_time(datetime(2026, 3, 12, 9, 0)):
            self._run_cron()
        self.assertEqual(segment.member_ids, self.alfa | self.beta)
        self.assertEqual(segment.member_count, 2)

    def test_segment_cannot_include_itself_through_an_archived_one(self):
        inner = self._create_segment()
        outer = self._create_segment(any_segment_ids=inner.ids)
        outer.action_archive()
        with self.assertRaisesRegex(ValidationError, "would include itself through others"):
            inner.any_segment_ids = outer

    def test_static_takes_no_notice_of_its_rule(self):
        segment = self._create_segment(mode="static")
        self.assertFalse(segment.member_ids)
        segment.addition_ids = self.alfa
        self.assertEqual(segment.member_ids, self.alfa)

    def test_snapshot_only_on_demand(self):
        mazovia = [("isof_region_id", "=", self.region_mazovia.id)]
        segment = self._create_segment(mazovia, mode="snapshot")
        self.assertEqual(segment.member_ids, self.alfa, "its rule runs once when it is created")
        self.beta.isof_region_id = self.region_mazovia
        segment.name = "Another name"
        self.assertEqual(segment.member_ids, self.alfa)
        segment.addition_ids = self.gamma
        self.assertEqual(segment.member_ids, self.alfa | self.gamma)
        with freeze_time(datetime(2026, 3, 12, 9, 0)):
            self._run_cron()
        self.assertEqual(segment.member_ids, self.alfa | self.gamma)
        segment.action_refresh()
        self.assertEqual(segment.member_ids, self.companies)

    def test_relative_dates_on_the_owners_clock(self):
        self.marketer.tz = "Pacific/Auckland"  # 22:00 on the 11th; midnight is 11:00 UTC
        self._create_activity(
            partner_id=self.alfa.id, user_id=self.marketer.id, start=datetime(2026, 3, 10, 10, 30)
        )
        self._create_activity(
            partner_id=self.beta.id, user_id=self.marketer.id, start=datetime(2026, 3, 10, 11, 30)
        )
        segment = self._create_segment(
            [("isof_commercial_activity_ids", "any", [("start", ">=", "today")])]
        )
        self.assertEqual(segment.member_ids, self.beta)
        with freeze_time(datetime(2026, 3, 12, 9, 0)):
            segment.with_context(tz="Europe/Warsaw").action_refresh()
        self.assertFalse(segment.member_ids, "“today” moves on")

    def test_rules_that_are_asked_for(self):
        purpose = self.env["isof.consent.purpose"].create({"name": "Test offers"})
        role = self.env["isof.affiliation.role"].create({"name": "Test buyer"})
        tag = self.env["res.partner.category"].create({"name": "Test tag"})
        self.alfa.write({"category_id": [Command.link(tag.id)], "isof_lifecycle": "key"})
        self.alfa_anna.function = "Head of purchasing"
        self.env["isof.affiliation"].create(
            {
                "person_id": self.alfa_anna.id,
                "organization_id": self.beta.id,
                "role_id": role.id,
            }
        )
        self.env["isof.consent"].create(
            {"partner_id": self.alfa.id, "purpose_id": purpose.id, "state": "given", "date": NOW}
        )
        self._create_activity(
            partner_id=self.alfa_anna.id,
            user_id=self.marketer.id,
            campaign_id=self.campaign.id,
            result="Wants an offer",
            start=datetime(2026, 3, 10, 9, 0),
        )
        key = self._create_segment([("isof_lifecycle", "=", "key")])
        for domain in (
            [("category_id", "in", tag.ids)],
            [
                ("isof_region_id", "child_of", self.region_poland.ids),
                ("isof_lifecycle", "=", "key"),
            ],
            [
                (
                    "isof_current_consent_ids",
                    "any",
                    [("purpose_id", "=", purpose.id), ("state", "=", "given")],
                )
            ],
            [
                (
                    "isof_commercial_activity_ids",
                    "any",
                    [
                        ("type_id", "=", self.type_call.id),
                        ("start", ">=", "today -30d"),
                        ("result", "ilike", "offer"),
                        ("campaign_id", "=", self.campaign.id),
                    ],
                )
            ],
            [("isof_segment_ids", "in", key.ids)],
            [("isof_days_without_contact", "<", 30)],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self._create_segment(domain).member_ids, self.alfa)
        persons = (self.alfa_anna | self.alfa_adam | self.beta_barbara).ids
        for domain in (
            [("function", "ilike", "purchas")],
            [
                (
                    "isof_affiliation_ids",
                    "any",
                    [("role_id", "=", role.id), ("is_current", "=", True)],
                )
            ],
            [
                ("parent_id.isof_segment_ids", "in", key.ids),
                ("commercial_partner_id.isof_segment_ids", "in", key.ids),
                ("name", "=", "Anna Alfowska"),
            ],
        ):
            with self.subTest(domain=domain):
                group = self._create_segment(target="person")
                group.domain = repr([("id", "in", persons), *domain])
                self.assertEqual(group.member_ids, self.alfa_anna)

    def test_activities_by_segment(self):
        segment = self._create_segment([("id", "=", self.alfa.id)])
        at_alfa = self._create_activity(partner_id=self.alfa_anna.id)
        at_beta = self._create_activity(partner_id=self.beta.id)
        Activity = self.env["isof.activity"].with_user(self.manager)
        of_both = [("id", "in", (at_alfa | at_beta).ids)]
        self.assertFalse(Activity.search([*of_both, ("segment_ids", "in", segment.ids)]))
        segment.is_shared = True
        self.assertEqual(Activity.search([*of_both, ("segment_ids", "in", segment.ids)]), at_alfa)
        self.assertEqual(Activity.search([*of_both, ("segment_ids", "=", "Test segment")]), at_alfa)
        self.assertEqual(at_alfa.with_user(self.manager).segment_ids, segment)
        self.assertEqual(
            Activity._read_group(of_both, ["segment_ids"], ["__count"]),
            [(segment.with_user(self.manager), 1), (Activity.segment_ids, 1)],
        )

    def _run_cron(self):
        """Run the scheduled refresh without its commits."""
        with patch.object(self.registry["ir.cron"], "_commit_progress", return_value=60):
            self.env["isof.segment"]._cron_refresh()


@tagged("post_install", "-at_install")
class TestSegmentCombination(SegmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.of_alfa = cls._create_segment([("id", "=", cls.alfa.id)], name="Alfa")
        cls.of_both = cls._create_segment(
            [("id", "in", (cls.alfa | cls.beta).ids)], name="Alfa and Beta"
        )
        cls.of_gamma = cls._create_segment([("id", "=", cls.gamma.id)], name="Gamma")

    def test_any_all_none(self):
        segment = self._create_segment(
            any_segment_ids=[Command.set((self.of_alfa | self.of_gamma).ids)]
        )
        self.assertEqual(segment.member_ids, self.alfa | self.gamma)
        segment.all_segment_ids = self.of_both
        self.assertEqual(segment.member_ids, self.alfa)
        segment.write({"any_segment_ids": False, "none_segment_ids": self.of_alfa.ids})
        self.assertEqual(segment.member_ids, self.beta)

    def test_cycles_are_refused(self):
        first = self._create_segment(any_segment_ids=self.of_alfa.ids, name="First")
        second = self._create_segment(none_segment_ids=first.ids, name="Second")
        message = "Segment “Alfa” would include itself through others"
        with self.assertRaisesRegex(ValidationError, message):
            self.of_alfa.all_segment_ids = second
        with self.assertRaisesRegex(ValidationError, message):
            self.of_alfa.domain = repr([("parent_id.isof_segment_ids", "in", second.ids)])
        with self.assertRaisesRegex(ValidationError, message):
            self.of_alfa.domain = repr(
                [("child_ids", "any", [("isof_segment_ids", "any", [("id", "=", second.id)])])]
            )
        with self.assertRaisesRegex(ValidationError, message):
            self.of_alfa.domain = repr(
                [("isof_commercial_activity_ids", "any", [("segment_ids", "in", second.ids)])]
            )
        with self.assertRaisesRegex(ValidationError, message):
            self.of_alfa.any_segment_ids = self.of_alfa

    def test_segments_are_named_by_themselves(self):
        """By name nobody could tell whether a segment includes itself."""
        for condition in (
            ("isof_segment_ids", "ilike", "Alfa"),
            ("isof_segment_ids.name", "=", "Alfa"),
            ("parent_id.isof_segment_ids", "any", [("name", "=", "Alfa")]),
        ):
            with (
                self.subTest(condition=condition),
                self.assertRaisesRegex(ValidationError, "Choose them from the list"),
            ):
                self._create_segment([condition])
        self.assertFalse(self._create_segment([("isof_segment_ids", "=", False)]).error)

    def test_sources_come_first(self):
        middle = self._create_segment(any_segment_ids=self.of_alfa.ids, name="Middle", sequence=5)
        top = self._create_segment([("isof_segment_ids", "in", middle.ids)], name="Top", sequence=1)
        self.alfa.action_archive()
        top.action_refresh()
        self.assertFalse(top.member_ids)
        self.assertFalse(self.of_alfa.with_context(active_test=False).member_ids)
        self.alfa.action_unarchive()
        self.of_alfa.action_refresh()
        self.assertFalse(middle.member_ids, "those that build on it follow later")
        with (
            freeze_time(datetime(2026, 3, 12, 9, 0)),
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=60),
        ):
            self.env["isof.segment"]._cron_refresh()
        self.assertEqual(top.member_ids, self.alfa)

    def test_a_source_cannot_be_deleted(self):
        self._create_segment(any_segment_ids=self.of_alfa.ids, name="Built on it")
        with self.assertRaisesRegex(UserError, "Other segments are combined.*\nBuilt on it"):
            self.of_alfa.unlink()

    def test_a_segment_in_a_rule_cannot_be_deleted(self):
        self._create_segment([("isof_segment_ids", "not in", self.of_alfa.ids)], name="Others")
        with self.assertRaisesRegex(UserError, "Other segments are combined.*\nOthers"):
            self.of_alfa.unlink()


@tagged("post_install", "-at_install")
class TestSegmentPreview(SegmentCommon):
    def test_count_before_saving(self):
        with Form(self.Segment) as form:
            form.name = "Test segment"
            form.domain = repr([("id", "in", self.companies.ids)])
            self.assertEqual(form.preview_count, 3)
            form.exclusion_ids.add(self.beta)
            self.assertEqual(form.preview_count, 2)
            form.mode = "static"
            self.assertEqual(form.preview_count, 0)
            form.addition_ids.add(self.alfa)
            self.assertEqual(form.preview_count, 1)
            form.mode = "dynamic"
            form.exclusion_ids.remove(self.beta.id)
            self.assertEqual(form.preview_count, 3)
        self.assertEqual(form.record.member_count, 3)

    def test_reason_before_saving(self):
        form = Form(self.Segment)
        form.name = "Test segment"
        form.domain = "[('no_such_field', '=', 1)]"
        self.assertIn("no_such_field", form.preview_error)
        self.assertEqual(form.preview_count, 0)
        form.domain = "[]"
        self.assertFalse(form.preview_error)

    def test_conditions_to_begin_with(self):
        """Each of them makes a rule that the server and the editor understand."""
        for key, _label in self.Segment.fields_get(["starter"])["starter"]["selection"]:
            with self.subTest(starter=key):
                form = Form(self.Segment)
                form.name = "Test segment"
                form.domain = "[('name', 'ilike', 'Alfa')]"
                form.starter = key
                self.assertFalse(form.starter)
                self.assertIn("('name', 'ilike', 'Alfa')", form.domain)
                self.assertFalse(form.preview_error)
                form.save()


@tagged("post_install", "-at_install")
class TestSegmentBroken(SegmentCommon):
    def test_refused_with_the_reason(self):
        segment = self._create_segment()
        for rule, reason in (
            ("[('no_such_field', '=', 1)]", "Invalid field res.partner.no_such_field"),
            ("[('name', 'no operator', 1)]", "Invalid operator"),
            ("not a rule", "cannot be read; it has to be a list of conditions"),
            ("[('name', '=', user.name)]", "cannot be read; it has to be a list of conditions"),
            ("[('id', 'any!', [])]", "invalid item in domain"),
            ("[('create_date', '>', 'tomorrowish')]", "cannot be used"),
            # computed, not stored, without a search method
            ("[('isof_activity_count', '>', 1)]", "it is not stored"),
            ("['|', ('name', '=', 'x')]", "malformed domain"),
        ):
            with self.subTest(rule=rule), self.assertRaisesRegex(ValidationError, reason):
                segment.domain = rule

    def test_computed_field_with_search_method(self):
        segment = self._create_segment([("isof_is_contact_due", "=", True)])
        self.assertFalse(segment.member_ids)
        self.alfa.isof_contact_frequency = 30
        segment.action_refresh()
        self.assertEqual(segment.member_ids, self.alfa)

    def test_never_stops_the_others(self):
        broken = self._create_segment(name="A broken one", sequence=1)
        sound = self._create_segment([("isof_region_id", "=", self.region_mazovia.id)])
        self._break(broken, "[('field_of_a_removed_addon', '=', 1)]")
        crashing = self._create_segment(name="Crashing", sequence=2)
        self._break(crashing, "[('create_date', '=', '0000-00-00')]")
        self.beta.isof_region_id = self.region_mazovia
        later = datetime(2026, 3, 12, 9, 0)
        with (
            freeze_time(later),
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=60),
        ):
            self.env["isof.segment"]._cron_refresh()
        self.assertEqual(sound.member_ids, self.alfa | self.beta)
        self.assertRecordValues(sound, [{"error": False, "computed_at": later}])
        self.assertIn("field_of_a_removed_addon", broken.error)
        self.assertTrue(crashing.error)
        self.assertEqual(broken.member_ids, self.companies, "the members before stay")
        self.assertEqual(broken.computed_at, NOW)
        broken.name = "Still broken"
        broken.domain = repr([("id", "=", self.alfa.id)])
        self.assertRecordValues(broken, [{"error": False, "member_count": 1}])

    def test_left_to_the_next_refresh_when_changed_meanwhile(self):
        self._create_segment()
        model = self.registry["isof.segment"]
        with (
            freeze_time(datetime(2026, 3, 12, 9, 0)),
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=60) as progress,
            patch.object(self.env.cr, "rollback") as rollback,
            patch.object(
                model, "_refresh_members", side_effect=psycopg2.errors.SerializationFailure
            ),
        ):
            self.env["isof.segment"]._cron_refresh()
        self.assertTrue(rollback.called)
        self.assertTrue(progress.called)

    def _break(self, segment, rule):
        """Give a rule that was fine until an add-on was removed."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE isof_segment SET domain = %s WHERE id = %s", (rule, segment.id))
        segment.invalidate_recordset()


@tagged("post_install", "-at_install")
class TestSegmentMerge(SegmentCommon):
    def test_merge_keeps_all(self):
        both = self._create_segment(name="Both in")
        of_beta = self._create_segment([("id", "=", self.beta.id)], name="Beta in")
        by_hand = self._create_segment(
            mode="static",
            addition_ids=[Command.set((self.alfa | self.beta).ids)],
            exclusion_ids=[Command.set(self.beta.ids)],
        )
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.alfa | self.beta).ids, self.alfa
        )
        self.assertEqual(both.member_ids, self.alfa | self.gamma)
        self.assertEqual(both.member_count, 2)
        self.assertEqual(
            sorted(self._history(both)),
            [("Alfa Hurt", NOW, False), ("Gamma Stal", NOW, False)],
            "one open row, not two",
        )
        self.assertEqual(of_beta.member_ids, self.alfa)
        self.assertEqual(of_beta.member_count, 1)
        self.assertEqual(self._history(of_beta), [("Alfa Hurt", NOW, False)])
        self.assertEqual(by_hand.addition_ids, self.alfa)
        self.assertEqual(by_hand.exclusion_ids, self.alfa)


@tagged("post_install", "-at_install")
class TestSegmentQueries(SegmentCommon):
    def test_refresh_does_not_count_members(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Test company {number}", "is_company": True} for number in range(200)]
        )
        segment = self._create_segment()
        segment.domain = repr([("name", "=like", "Test company %")])
        self.assertEqual(segment.member_count, 200)
        partners[:100].action_archive()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            segment.action_refresh()
            self.env.flush_all()
        self.assertEqual(segment.member_count, 100)

    @mute_logger("odoo.models.unlink")
    def test_list_has_no_query_per_segment(self):
        segments = self.Segment.create(
            [{"name": f"Test {number}", "mode": "static"} for number in range(40)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(7):
            segments.web_read(
                {
                    "name": {},
                    "mode": {},
                    "member_count": {},
                    "computed_at": {},
                    "error": {},
                    "user_id": {"fields": {"display_name": {}}},
                    "is_shared": {},
                }
            )
