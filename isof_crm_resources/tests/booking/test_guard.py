import contextlib
from datetime import timedelta

from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestGuard(ResourceCommon):
    """What no path around the product's own checks gets past."""

    def _get_constraint(self):
        self.env.cr.execute(
            "SELECT condeferrable, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = 'isof_booking_no_overlap'"
        )
        return self.env.cr.fetchone()

    def _insert(self, booking):
        """Put a copy of a booking in the table, as SQL from outside would."""
        self.env.flush_all()
        columns = (
            "resource_id, unit, user_id, company_id, start, stop, block_start, block_stop, state,"
            " is_blocking"
        )
        self.env.cr.execute(
            f"INSERT INTO isof_booking ({columns})"  # noqa: S608
            f" SELECT {columns} FROM isof_booking WHERE id = %s RETURNING id",
            [booking.id],
        )
        return self.Booking.browse(self.env.cr.fetchone())

    def _drop_constraint(self):
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE isof_booking DROP CONSTRAINT isof_booking_no_overlap")

    def test_constraint_exists(self):
        deferrable, definition = self._get_constraint()
        self.assertFalse(deferrable, "Odoo cannot explain what fails at the commit")
        self.assertIn("EXCLUDE USING gist", definition)
        self.assertIn("is_blocking", definition)

    def test_database_refuses(self):
        """Who comes past the product's own checks, which say more, is told in words and logged."""
        booking = self._book(self.room_small, 9, 10)
        with (
            self.assertLogs("odoo.sql_db", "ERROR"),
            self.assertRaises(ExclusionViolation) as caught,
            self.env.cr.savepoint(),
        ):
            self._insert(booking)
        message = self.Booking.with_user(self.salesperson_b)._sql_error_to_message(caught.exception)
        self.assertEqual(message, "The resource is already taken at this time.")

    def test_unseen_booking_on_another_unit(self):
        """A unit that somebody else took meanwhile is not seen, but the next one is tried."""
        self._book(self.kit, 9, 11)
        find = type(self.Booking)._query_blocking
        self.patch(type(self.Booking), "_query_blocking", lambda *_args: [])
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            second = self._book(self.kit, 10, 12)
            third = self._book(self.kit, 9, 11)
            self.assertEqual((second | third).mapped("unit"), [2, 3])
            with self.assertRaisesRegex(ConcurrencyError, "at the same moment"):
                self._book(self.kit, 9, 12)
        self.patch(type(self.Booking), "_query_blocking", find)
        with self.assertRefused(ValidationError, "“Test demo kit” is already taken"):
            self._book(self.kit, 9, 12)

    def test_dirty_data_are_reported(self):
        booking = self._book(self.room_small, 9, 10)
        self._drop_constraint()
        other = self._insert(booking)
        with self.assertLogs("odoo.addons.isof_crm_resources", "ERROR") as logs:
            self.Booking.init()
        self.assertIn(
            f"booking {booking.id} from 2026-03-12 09:00:00 to 2026-03-12 10:00:00 and {other.id}",
            logs.output[0],
        )
        self.assertEqual(self.Booking.search([("is_overlapping", "=", True)]), booking | other)
        with self.assertLogs("odoo.addons.isof_crm_resources", "ERROR"):
            self.Booking._cron_ensure_guard()
        self.assertFalse(self._get_constraint())
        # what the report asks for
        other.action_cancel()
        self.Booking._cron_ensure_guard()
        self.assertTrue(self._get_constraint())
        self.assertFalse(self.Booking.search([("is_overlapping", "=", True)]))

    def test_more_than_there_are_units(self):
        """The daily check counts what is to come, whatever the guard was told of it."""
        kept, second = self._book(self.kit, 9, 11), self._book(self.kit, 10, 12)
        self._book(self.kit, 11, 12)
        self._book(self.room_small, 9, 10)
        third = self._book(self.kit, 12, 13)
        self.assertFalse(self.Booking.search([("is_overlapping", "=", True)]))
        self.env.flush_all()
        self.env.cr.execute("UPDATE isof_resource SET quantity = 1 WHERE id = %s", [self.kit.id])
        self.env.cr.execute(
            "UPDATE isof_booking SET is_blocking = FALSE WHERE id = %s", [second.id]
        )
        self.env.invalidate_all()
        wrong = self.Booking.search([("is_overlapping", "=", True)])
        self.assertEqual(wrong, self.kit.booking_ids - third)
        self.assertEqual(wrong.filtered("is_overlapping"), wrong)
        with self.assertLogs("odoo.addons.isof_crm_resources", "ERROR") as logs:
            self.Booking._cron_ensure_guard()
        self.assertIn(
            f"resource {self.kit.id}, 1 units: bookings {kept.id}, {second.id}", logs.output[0]
        )
        second.action_cancel()
        self.assertFalse(self.Booking.search([("is_overlapping", "=", True)]))
        # what is over was right as long as there were more units
        self.kit.quantity = 2
        second.action_reopen()
        with freeze_time("2026-03-12 12:30:00"):
            self.kit.quantity = 1
            self.assertFalse(self.Booking.search([("is_overlapping", "=", True)]))
            with self.assertNoLogs("odoo.addons.isof_crm_resources", "ERROR"):
                self.Booking._cron_ensure_guard()

    def test_update_creates_the_constraint(self):
        self._drop_constraint()
        self.registry.init_models(self.env.cr, ["isof.booking"], {"module": "isof_crm_resources"})
        self.assertTrue(self._get_constraint())

    def test_derived_fields_cannot_be_set(self):
        booking = self._book(self.room_small, 9, 10)
        for name, value in {
            "unit": 7,
            "block_stop": self._at(9, 30),
            "is_blocking": False,
            "title": "x",
            "held_activity_id": False,
            "expiry": False,
        }.items():
            with self.subTest(name), self.assertRaises(AccessError):
                booking.write({name: value})
            with self.subTest(name), self.assertRaises(AccessError):
                self._book(self.room_small, 12, 13, **{name: value})
        sneaking = self.env(
            user=self.salesperson_b, context={"default_is_blocking": False, "default_unit": 7}
        )
        with self.assertRefused(ValidationError, "already taken"):
            sneaking["isof.booking"].create(
                {
                    "resource_id": self.room_small.id,
                    "start": self._at(9),
                    "stop": self._at(10),
                }
            )

    def test_lists_of_records_are_written_with_own_rights(self):
        """A booking is stored in sudo mode, but not what a client has done to other records."""
        theirs = self.env["isof.activity"].browse(
            self._create_activity(
                by=self.salesperson_b, partner_id=self.beta.id, user_id=self.salesperson_b.id
            ).id
        )
        message = theirs.message_post(body="Secret")
        activity = theirs.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.salesperson_b.id
        )
        self.env.flush_all()
        summary = activity.summary
        booking = self._book(self.room_small, 9, 10)
        author = self.salesperson_b.partner_id
        for number, (name, command) in enumerate(
            (
                ("message_ids", Command.update(message.id, {"body": "Forged"})),
                ("message_ids", Command.update(message.id, {"model": "isof.booking"})),
                ("message_ids", Command.delete(message.id)),
                ("website_message_ids", Command.update(message.id, {"body": "Forged"})),
                ("activity_ids", Command.update(activity.id, {"summary": "Forged"})),
                ("activity_ids", Command.delete(activity.id)),
            )
        ):
            with self.subTest("write", name=name, command=command), self.assertRaises(AccessError):
                booking.with_user(self.salesperson_a).write({name: [command]})
            with self.subTest("create", name=name, command=command), self.assertRaises(AccessError):
                self._book(self.room_large, 9 + number, 10 + number, **{name: [command]})
            # whatever becomes of it, nothing of others is changed
            with contextlib.suppress(AccessError), self.env.cr.savepoint():
                self.Booking.with_user(self.salesperson_a).with_context(
                    {f"default_{name}": [command]}
                ).create(
                    {
                        "resource_id": self.room_large.id,
                        "start": self._at(9 + number),
                        "stop": self._at(10 + number),
                    }
                )
        self.env.invalidate_all()
        self.assertEqual((message.body, message.model), ("<p>Secret</p>", "isof.activity"))
        self.assertEqual(activity.summary, summary)
        self.assertNotIn(author, booking.message_ids.author_id)

    def test_what_is_taken_instead_is_checked_and_written(self):
        """The context says which resource was offered instead, whatever else a client sends."""
        booking = self._book(self.room_small, 9, 10)
        boss = self.room_boss
        boss.booker_ids = self.team_leader
        for instead in ([[boss.id, self.room_small.id]], [[boss.id, "x"]], [5], "x", {"x": 1}):
            with self.subTest(instead=instead):
                moving = booking.with_user(self.salesperson_a).with_context(isof_instead=instead)
                with contextlib.suppress(AccessError, UserError), self.env.cr.savepoint():
                    moving.write({"resource_id": boss.id})
                self.env.invalidate_all()
                self.assertEqual(booking.resource_id, self.room_small)

    def test_cancel_and_rebook_in_one_transaction(self):
        booking = self._book(self.room_small, 9, 10)
        booking.action_cancel()
        self.assertTrue(self._book(self.room_small, 9, 10, by=self.salesperson_b))
        with self.assertRefused(ValidationError, "already taken"):
            booking.action_reopen()

    def test_neighbours_move_together(self):
        first, second = self._book(self.room_small, 9, 10), self._book(self.room_small, 10, 11)
        both = first | second
        both._write_each(
            {
                booking: {
                    "start": booking.start + timedelta(hours=1),
                    "stop": booking.stop + timedelta(hours=1),
                }
                for booking in both
            }
        )
        self.assertEqual(both.mapped("start"), [self._at(10), self._at(11)])
        both._write_each(
            {
                first: {"start": second.start, "stop": second.stop},
                second: {"start": first.start, "stop": first.stop},
            }
        )
        self.assertEqual(both.mapped("start"), [self._at(11), self._at(10)])

    def test_quantity_below_what_is_booked(self):
        self._book(self.kit, 9, 11)
        self._book(self.kit, 10, 12)
        late = self._book(self.kit, 11, 13)
        self.assertEqual(late.unit, 1)
        self.kit.quantity = 2
        # without the one in the middle the others would be one at a time
        with self.assertRefused(UserError, r"booked more often.*\n.*Salesperson A, .*11:00[^\n]*$"):
            self.kit.quantity = 1
        self.assertEqual(self.kit.quantity, 2)

    def test_quantity_renumbers_units(self):
        cancelled = self._book(self.kit, 9, 11)
        kept = self._book(self.kit, 9, 11)
        cancelled.action_cancel()
        self.assertEqual(kept.unit, 2)
        self.kit.quantity = 1
        self.assertEqual(kept.unit, 1)
        with self.assertRefused(ValidationError, "already taken"):
            self._book(self.kit, 9, 11)

    def test_overlap_allowed_and_not_any_more(self):
        self.room_small.allow_overlap = True
        first, second = self._book(self.room_small, 9, 11), self._book(self.room_small, 10, 12)
        self.assertFalse(first.is_blocking or second.is_blocking)
        with self.assertRefused(UserError, "booked more often"):
            self.room_small.allow_overlap = False
        second.action_cancel()
        self.room_small.allow_overlap = False
        self.assertTrue(first.is_blocking)
        with self.assertRefused(ValidationError, "already taken"):
            self._book(self.room_small, 10, 12)
