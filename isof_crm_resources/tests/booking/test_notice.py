import json
from unittest.mock import MagicMock, patch

from odoo.tests.common import tagged, users

from ...models.booking.ir_websocket import NOTICE_CHANNEL
from ...models.booking.isof_booking_state import NOTICE_TYPE
from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestNotice(ResourceCommon):
    """Open planners are told that bookings have changed, and those of other companies are not."""

    def setUp(self):
        super().setUp()
        self.env.cr.precommit.run()
        self.env["bus.bus"].sudo().search([]).unlink()

    def _commit(self):
        """Return what a commit would send: lists of changes by model and id of the target."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        sent = {}
        for notice in self.env["bus.bus"].sudo().search([], order="id"):
            channel, message = json.loads(notice.channel), json.loads(notice.message)
            if message["type"] == NOTICE_TYPE:
                self.assertEqual([channel[0], channel[3]], [self.env.cr.dbname, NOTICE_CHANNEL])
                sent.setdefault(tuple(channel[1:3]), []).append(message["payload"])
        self.env["bus.bus"].sudo().search([]).unlink()
        return sent

    def _get_channels(self, user, asked=(NOTICE_CHANNEL,)):
        """Return the channels of bookings that a user's client subscribes to."""
        websocket = self.env["ir.websocket"].with_user(user)
        with patch("odoo.addons.bus.models.ir_websocket.wsrequest", MagicMock()):
            channels = websocket._build_bus_channel_list(list(asked))
        self.assertNotIn(NOTICE_CHANNEL, [each for each in channels if isinstance(each, str)])
        return {
            (target[0]._name, target[0].id)
            for target in channels
            if isinstance(target, tuple) and target[1] == NOTICE_CHANNEL
        }

    def test_what_is_told(self):
        booking = self._book(self.room_small, 9, 10, name="Secret")
        own = ("res.company", self.company.id)
        self.assertEqual(
            self._commit(),
            {own: [[[self.room_small.id, str(self._at(9)), str(self._at(10))]]]},
            "which resource, from when to when, and nothing else",
        )
        booking.write({"start": self._at(14), "stop": self._at(15)})
        self.assertEqual(
            self._commit(),
            {own: [[[self.room_small.id, str(self._at(9)), str(self._at(15))]]]},
            "where it was and where it is",
        )
        booking.attendee_count = 3
        self.assertEqual(self._commit(), {}, "not shown in the planner")

    def test_what_is_booked_together_is_one_notice(self):
        self.Booking.create(
            [
                {"resource_id": resource.id, "start": self._at(hour), "stop": self._at(hour + 1)}
                for resource in (self.room_small, self.kit)
                for hour in (9, 11)
            ]
        )
        self.assertEqual(
            self._commit(),
            {
                ("res.company", self.company.id): [
                    [
                        [resource.id, str(self._at(9)), str(self._at(12))]
                        for resource in (self.room_small, self.kit)
                    ]
                ]
            },
        )

    def test_every_change_is_told(self):
        booking = self._book(self.room_small, 9, 10)
        other = self._book(self.room_small, 12, 13)
        self._commit()
        for change in (
            lambda: booking.write({"resource_id": self.room_large.id}),
            lambda: booking.write({"name": "Training"}),
            lambda: booking.write({"user_id": self.salesperson_b.id}),
            other.action_cancel,
            other.with_user(self.resource_manager).unlink,
        ):
            change()
            self.assertTrue(self._commit())

    def test_what_is_shared_is_told_to_all_companies(self):
        self._book(self.car_shared, 9, 10)
        self.assertEqual(
            self._commit(),
            {
                ("res.groups", self.env.ref("isof_crm.group_user").id): [
                    [[self.car_shared.id, str(self._at(9)), str(self._at(10))]]
                ]
            },
        )

    def test_who_hears_of_it(self):
        group = ("res.groups", self.env.ref("isof_crm.group_user").id)
        own = ("res.company", self.company.id)
        self.assertEqual(self._get_channels(self.salesperson_a), {group, own})
        foreign = self._get_channels(self.foreign_salesperson)
        self.assertIn(group, foreign)
        self.assertNotIn(own, foreign)
        self.assertEqual(self._get_channels(self.outsider), set(), "no user of ISOF CRM")

    def test_who_does_not_ask_hears_nothing(self):
        self.assertEqual(self._get_channels(self.salesperson_a, asked=["other"]), set())

    @users("isof_salesperson_a")
    def test_nothing_is_told_of_nothing(self):
        self.env["isof.booking"].create([])
        self.assertEqual(self._commit(), {})
