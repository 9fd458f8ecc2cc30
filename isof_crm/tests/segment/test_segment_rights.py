from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from .test_segment import SegmentCommon


@tagged("post_install", "-at_install")
class TestSegmentRights(SegmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.private = cls._create_segment(by=cls.salesperson_a, name="Private of A")
        cls.shared = cls._create_segment(name="Shared", is_shared=True)
        # what only those with rights to all activities may read
        cls.secret = cls._create_activity(
            partner_id=cls.alfa.id, user_id=cls.salesperson_b.id, result="Secret result"
        )
        cls.secret_rule = [("isof_commercial_activity_ids.result", "ilike", "secret")]

    def test_who_reads(self):
        Segment = self.env["isof.segment"]
        both = (self.private | self.shared).ids
        for user, expected in (
            (self.salesperson_a, both),
            (self.salesperson_b, self.shared.ids),
            (self.marketer, self.shared.ids),
            (self.manager, self.shared.ids),
            (self.foreign_salesperson, []),
        ):
            with self.subTest(user=user.name):
                found = Segment.with_user(user).search([("id", "in", both)])
                self.assertEqual(sorted(found.ids), sorted(expected))
        with self.assertRaises(AccessError):
            Segment.with_user(self.outsider).search([])

    def test_dialogues_are_opened_from_what_one_may_read(self):
        """Whatever ids a client says that they were opened from."""
        hidden = self.env["res.partner"].create(
            {"name": "Quiet customer", "company_id": self.other_company.id}
        )
        for record, model in (
            (self.private, "isof.segment.fill.wizard"),
            (self.private, "isof.activity.bulk.wizard"),
            (hidden, "isof.segment.add.wizard"),
            (hidden, "isof.partner.duplicate.wizard"),
            (hidden, "isof.activity.plan.launch"),
        ):
            with self.subTest(model=model):
                dialogue = self.env[model].with_user(self.salesperson_b)
                dialogue = dialogue.with_context(
                    active_model=record._name, active_id=record.id, active_ids=record.ids
                )
                self.env.invalidate_all()
                with self.assertRaisesRegex(AccessError, "records") as caught:
                    dialogue.default_get(list(dialogue._fields))
                self.assertNotIn(record.sudo().name, str(caught.exception))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_who_writes(self):
        self.private.with_user(self.salesperson_a).description = "Mine"
        self.shared.with_user(self.manager).description = "Ours"
        with self.assertRaises(AccessError):
            self.shared.with_user(self.salesperson_a).description = "Mine"
        with self.assertRaises(AccessError):
            self.shared.with_user(self.salesperson_a).unlink()
        with self.assertRaises(AccessError):
            self.private.with_user(self.marketer).description = "Ours"

    def test_only_marketing_shares(self):
        own = self.private.with_user(self.salesperson_a)
        with self.assertRaisesRegex(AccessError, 'the field "is_shared"'):
            own.is_shared = True
        with self.assertRaisesRegex(AccessError, 'the field "is_shared"'):
            self._create_segment(by=self.salesperson_a, is_shared=True)
        self.assertTrue(own.fields_get(["is_shared"])["is_shared"]["readonly"])
        copy = self.shared.with_user(self.salesperson_a).copy()
        self.assertRecordValues(
            copy,
            [{"name": "Shared (copy)", "is_shared": False, "user_id": self.salesperson_a.id}],
        )

    def test_nobody_gives_a_segment_away(self):
        for user in (self.salesperson_a, self.marketer, self.manager):
            with self.subTest(user=user.name):
                with self.assertRaisesRegex(AccessError, "only be given to oneself"):
                    self._create_segment(by=user, user_id=self.env.ref("base.user_admin").id)
                with self.assertRaisesRegex(AccessError, "only be given to oneself"):
                    self.shared.with_user(user).user_id = self.salesperson_b

    def test_whoever_changes_the_rule_becomes_the_owner(self):
        segment = self._create_segment(self.secret_rule, by=self.manager, is_shared=True)
        self.assertEqual(segment.member_count, 1)
        mine = segment.with_user(self.marketer)
        mine.write({"name": "Renamed", "addition_ids": [Command.link(self.beta.id)]})
        self.assertEqual(mine.user_id, self.manager)
        mine.domain = repr([("id", "in", self.companies.ids), *self.secret_rule])
        self.assertEqual(mine.user_id, self.marketer)
        self.assertEqual(mine.member_ids, self.beta, "no member by an activity hidden from her")

    def test_rule_finds_what_the_owner_may_see(self):
        by_manager = self._create_segment(self.secret_rule, by=self.manager, is_shared=True)
        by_a = self._create_segment(self.secret_rule, by=self.salesperson_a)
        self.assertEqual(by_manager.member_ids, self.alfa)
        self.assertFalse(by_a.member_ids)
        by_manager.with_user(self.salesperson_a).action_refresh()
        self.assertEqual(by_manager.member_ids, self.alfa, "refreshed by whomever")
        form = Form(self.env["isof.segment"].with_user(self.marketer).browse(by_manager.id))
        form.domain = repr(self.secret_rule)
        self.assertEqual(form.preview_count, 0, "previewed with one's own rights")

    @users("isof_salesperson_a")
    def test_secret_field_and_model(self):
        field = self.env.registry["res.partner"]._fields["ref"]
        own = self.private.with_user(self.env.user)
        self.patch(field, "groups", "base.group_system")
        message = "uses something that Salesperson A may not read:"
        for rule in (
            [("ref", "=", "x")],
            [("parent_id.ref", "=", "x")],
            [("child_ids", "any", [("ref", "=", "x")])],
            [("create_uid.employee_id.version_id.wage", ">", 1)],
        ):
            with self.subTest(rule=rule), self.assertRaisesRegex(ValidationError, message):
                own.domain = repr(rule)
        form = Form(own)
        form.domain = repr([("ref", "=", "x")])
        self.assertRegex(form.preview_error, message)

    def test_taking_over_checks_the_rule(self):
        segment = self._create_segment([("ref", "=", "x")], is_shared=True)
        self.patch(self.env.registry["res.partner"]._fields["ref"], "groups", "base.group_system")
        with self.assertRaisesRegex(ValidationError, "uses something that Manager may not read"):
            segment.with_user(self.manager).user_id = self.manager

    def test_segments_of_others_are_no_way_in(self):
        foreign = self._create_segment(by=self.salesperson_b, name="Private of B")
        own = self.private.with_user(self.salesperson_a)
        for vals in (
            {"domain": repr([("isof_segment_ids", "in", foreign.ids)])},
            {"domain": repr([("child_ids.isof_segment_ids", "=", foreign.id)])},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(ValidationError, "1 of the segments that it refers to"),
            ):
                own.write(vals)
        with self.assertRaises(AccessError):
            own.any_segment_ids = foreign
        Partner = self.env["res.partner"].with_user(self.salesperson_a)
        domain = [("id", "in", self.companies.ids), ("isof_segment_ids", "in", foreign.ids)]
        self.assertFalse(Partner.search(domain))
        self.assertEqual(Partner.with_user(self.salesperson_b).search(domain), self.companies)
        self.assertNotIn(foreign, self.alfa.with_user(self.salesperson_a).isof_segment_ids)
        groups = dict(
            Partner._read_group([("id", "=", self.alfa.id)], ["isof_segment_ids"], ["__count"])
        )
        self.assertNotIn(foreign.id, [segment.id for segment in groups])

    def test_search_of_segments(self):
        Partner = self.env["res.partner"].with_user(self.salesperson_a)
        delta = Partner.create({"name": "Delta", "is_company": True})
        ours = [("id", "in", (self.companies | delta).ids)]
        other = self._create_segment([("id", "=", self.beta.id)], by=self.salesperson_a)
        for condition, expected in (
            (("isof_segment_ids", "=", other.id), self.beta),
            (("isof_segment_ids", "in", [other.id, self.private.id]), self.companies),
            (("isof_segment_ids", "in", [other.id, False]), self.beta | delta),
            (("isof_segment_ids", "not in", other.ids), self.alfa | self.gamma | delta),
            (("isof_segment_ids", "!=", other.id), self.alfa | self.gamma | delta),
            (("isof_segment_ids", "=", False), delta),
            (("isof_segment_ids", "!=", False), self.companies),
            (("isof_segment_ids", "ilike", "private of"), self.companies),
            (("isof_segment_ids.mode", "=", "dynamic"), self.companies),
        ):
            with self.subTest(condition=condition):
                found = Partner.search([*ours, condition])
                self.assertEqual(found.with_env(self.env), expected.with_env(self.env))

    def test_what_the_refresh_keeps_cannot_be_written(self):
        own = self.private.with_user(self.salesperson_a)
        for field, value in (
            ("member_ids", self.alfa.ids),
            ("member_count", 7),
            ("membership_ids", [Command.clear()]),
            ("computed_at", "2020-01-01 00:00:00"),
            ("error", "none"),
            ("mailing_list_res_id", 1),
        ):
            with self.subTest(field=field):
                with self.assertRaisesRegex(AccessError, "cannot be set by hand"):
                    own.write({field: value})
                with self.assertRaisesRegex(AccessError, "cannot be set by hand"):
                    self._create_segment(by=self.salesperson_a, **{field: value})
        with self.assertRaisesRegex(AccessError, "“Segments” cannot be set by hand"):
            self.alfa.with_user(self.manager).isof_segment_ids = [Command.clear()]
        for name in ("isof.segment.membership", "isof.segment.size"):
            records = self.env[name].search([("segment_id", "=", own.id)])
            with self.assertRaises(AccessError):
                records.with_user(self.manager).unlink()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_snapshots_are_refreshed_by_those_who_may_change_them(self):
        self.shared.mode = "snapshot"
        with self.assertRaises(AccessError):
            self.shared.with_user(self.salesperson_a).action_refresh()
        self.shared.with_user(self.manager).action_refresh()

    def test_partners_that_one_may_not_read(self):
        self.env["ir.rule"].create(
            {
                "name": "Hide Beta",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {self.beta.id})]",
                "groups": [Command.link(self.env.ref("isof_crm.group_user").id)],
            }
        )
        self.assertIn(self.beta, self.shared.sudo().member_ids)
        segment = self.shared.with_user(self.salesperson_a)
        segment.invalidate_recordset()
        self.assertEqual(segment.member_ids, self.alfa | self.gamma)
        names = segment.membership_ids.mapped("partner_id.name")
        self.assertEqual(sorted(names), ["Alfa Hurt", "Gamma Stal"])
        hidden = self.env["isof.segment.membership"].search(
            [("segment_id", "=", segment.id), ("partner_id", "=", self.beta.id)]
        )
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            hidden.with_user(self.salesperson_a).read(["partner_id"])
        own = self.private.with_user(self.salesperson_a)
        own.mode = "static"
        with self.assertRaisesRegex(AccessError, "“Added by Hand”: you may not see"):
            own.addition_ids = [Command.link(self.beta.id)]

    def test_companies(self):
        elsewhere = self.env["res.partner"].create(
            {"name": "Elsewhere", "is_company": True, "company_id": self.other_company.id}
        )
        rule = repr([("id", "in", (self.alfa | elsewhere).ids)])
        self.private.with_user(self.salesperson_a).domain = rule
        self.assertEqual(self.private.sudo().member_ids, self.alfa)
        foreign = self.env["isof.segment"].with_user(self.foreign_salesperson)
        segment = foreign.create({"name": "Czech", "domain": rule})
        self.assertEqual(segment.sudo().member_ids, self.alfa | elsewhere)
        self.assertEqual(segment.company_id.id, self.other_company.id)
        with self.assertRaises(ValidationError):
            self.private.sudo().company_id = self.other_company
