from datetime import datetime

from odoo.tests import tagged
from odoo.tools import format_datetime

from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestNotifier(ActivityCommon):
    """Salesperson A reads Polish in Warsaw, salesperson B English in New York."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("pl_PL")
        cls.salesperson_a.write({"lang": "pl_PL"})
        cls.salesperson_b.write({"tz": "America/New_York"})
        cls.visit, cls.call = (
            cls._create_activity(name=name, user_id=cls.team_leader.id)
            for name in ("Visit", "Call")
        )

    def _notifier(self, user):
        return self.env["isof.notifier"].with_user(user)

    def _get_told(self, user):
        """Return subject and text of what a user was told, the first first."""
        messages = self.env["mail.message"].search(
            [("partner_ids", "in", user.partner_id.ids), ("message_type", "!=", "notification")],
            order="id",
        )
        return [(message.subject, str(message.body)) for message in messages]

    def _compose(self, record):
        moment = datetime(2026, 12, 15, 15)
        clock = format_datetime(record.env, moment, tz=record.env.tz.zone)
        language = dict(record.env["res.lang"].get_installed())[record.env.lang]
        return record.sudo().name, f"{language}: {clock}"

    def test_each_in_own_language_and_on_own_clock(self):
        both = self.salesperson_a | self.salesperson_b
        self._notifier(self.team_leader)._tell(both, self.visit, self._compose)
        ((_subject, polish),) = self._get_told(self.salesperson_a)
        self.assertRegex(polish, "<div>Polish.*16:00")
        ((subject, english),) = self._get_told(self.salesperson_b)
        self.assertEqual(subject, "Visit")
        self.assertRegex(english, "<div>English.*10:00.*AM")

    def test_without_a_clock_of_ones_own_that_of_the_company_counts(self):
        self.salesperson_b.tz = False
        self.company.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Office", "tz": "Asia/Tokyo"}
        )
        self._notifier(self.team_leader)._tell(self.salesperson_b, self.visit, self._compose)
        self.assertRegex(self._get_told(self.salesperson_b)[0][1], "12:00.*AM")

    def test_nobody_is_told_of_what_was_deleted_meanwhile(self):
        notifier = self._notifier(self.team_leader)
        tag = self.env["isof.activity.tag"].create({"name": "Gone"})
        with notifier._gather():
            for record in (tag, self.visit):
                notifier._tell(self.salesperson_b, record, self._compose)
            notifier._tell(self.salesperson_a, tag, lambda each: ("Gone", "Nothing is read of it"))
            tag.unlink()
        ((subject, _body),) = self._get_told(self.salesperson_b)
        self.assertEqual(subject, "Visit")
        self.assertFalse(self._get_told(self.salesperson_a))

    def test_who_did_it_and_who_left_are_not_told(self):
        self.salesperson_b.active = False
        users = self.salesperson_a | self.salesperson_b | self.team_leader
        self._notifier(self.salesperson_a)._tell(users, self.visit, self._compose)
        self.assertFalse(self._get_told(self.salesperson_a))
        self.assertFalse(self._get_told(self.salesperson_b))
        self.assertEqual(len(self._get_told(self.team_leader)), 1)

    def test_what_is_read_by_the_recipient(self):
        def compose(record):
            self.assertEqual(record.env.user, self.salesperson_b)
            self.assertFalse(record.env.su)
            return record.has_access("read") and ("Visit", "seen")

        self._notifier(self.team_leader)._tell(self.salesperson_b, self.visit, compose)
        self.assertFalse(self._get_told(self.salesperson_b), "there is nothing to tell")

    def test_one_change_is_one_message(self):
        notifier = self._notifier(self.team_leader)
        with notifier._gather():
            notifier._tell(self.salesperson_b, self.visit, lambda each: ("Old", "first word"))
            with notifier._gather():
                notifier._tell(self.salesperson_b, self.call, lambda each: ("Call", "a < b"))
            notifier._tell(self.salesperson_b, self.visit, lambda each: ("New", "last word"))
            self.assertFalse(self._get_told(self.salesperson_b))
        self.assertEqual(
            self._get_told(self.salesperson_b),
            [("Call (and 1 more)", "<ul><li>a &lt; b</li><li>last word</li></ul>")],
        )
        notifier._tell(self.salesperson_b, self.visit, lambda each: ("Later", "another change"))
        self.assertEqual(len(self._get_told(self.salesperson_b)), 2)

    def test_what_failed_is_not_told(self):
        notifier = self._notifier(self.team_leader)
        with notifier._gather():
            notifier._tell(self.salesperson_b, self.visit, lambda each: ("Visit", "done"))
            with self.assertRefused(ValueError, "failed"), notifier._gather():
                notifier._tell(self.salesperson_b, self.call, lambda each: ("Call", "undone"))
                raise ValueError("failed")
        self.assertEqual(self._get_told(self.salesperson_b), [("Visit", "<div>done</div>")])
        with self.assertRefused(ValueError, "failed"), notifier._gather():
            notifier._tell(self.salesperson_b, self.call, lambda each: ("Call", "undone"))
            raise ValueError("failed")
        self.assertEqual(len(self._get_told(self.salesperson_b)), 1)

    def test_of_no_record(self):
        notifier = self._notifier(self.team_leader)
        notifier._tell(self.salesperson_b, self.visit.browse(), lambda each: ("All", "is well"))
        message = self.env["mail.message"].search([("subject", "=", "All")])
        author = self.team_leader.partner_id
        self.assertRecordValues(message, [{"res_id": 0, "author_id": author.id}])

    def test_many_lines_are_counted(self):
        notifier = self._notifier(self.team_leader)
        regions = self.env["isof.region"].create([{"name": f"Region {n}"} for n in range(53)])
        with notifier._gather():
            for region in regions:
                notifier._tell(self.salesperson_b, region, lambda each: (each.name, each.name))
        ((subject, body),) = self._get_told(self.salesperson_b)
        self.assertEqual(subject, "Region 0 (and 52 more)")
        self.assertEqual(body.count("<li>"), 51)
        self.assertIn("… and 3 more", body)
