from datetime import datetime
from unittest.mock import patch

from odoo.tools import html2plaintext

from odoo.addons.isof_crm.tests.common import ActivityCommon


def _keep(cron, processed=0, *, remaining=None, deactivate=False):
    """Stand in for ``_commit_progress``, as if there were no end of time."""
    cron.env.flush_all()
    cron.env.invalidate_all()
    return float("inf")


class ResourceCommon(ActivityCommon):
    """The trading company of ``ActivityCommon`` with rooms and devices to share.

    Everything is on Thursday, 12 March 2026, tomorrow; times are UTC, an hour less than in
    Warsaw. The resources are open always, unless a test says otherwise. ::

        room_small, room_large   4 and 12 seats, the large one with a projector
        room_boss                needs the approval of the department manager
        kit                      3 demo kits
        car_shared               of no company; the others belong to the first one
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.resource_manager = cls._create_user(
            "resource_manager", "isof_crm_resources.group_resource_manager"
        )
        cls.kind_room = cls.env.ref("isof_crm_resources.isof_resource_kind_room")
        cls.kind_device = cls.env.ref("isof_crm_resources.isof_resource_kind_device")
        cls.kind_vehicle = cls.env.ref("isof_crm_resources.isof_resource_kind_vehicle")
        cls.projector = cls.env["isof.resource.feature"].create({"name": "Test projector"})
        cls.place = cls.env["isof.resource.place"].create({"name": "Test office"})
        cls.room_small, cls.room_large, cls.room_boss, cls.kit, cls.car_shared = (
            cls._create_resource(name, **vals)
            for name, vals in {
                "Test small room": {"seats": 4},
                "Test large room": {"seats": 12, "feature_ids": cls.projector.ids},
                "Test boss room": {
                    "needs_approval": True,
                    "approver_ids": cls.department_manager.ids,
                },
                "Test demo kit": {"kind_id": cls.kind_device.id, "quantity": 3},
                "Test shared car": {"kind_id": cls.kind_vehicle.id, "company_id": False},
            }.items()
        )
        cls.Booking = cls.env["isof.booking"]

    @classmethod
    def _create_resource(cls, name, **vals):
        return cls.env["isof.resource"].create(
            {
                "name": name,
                "kind_id": cls.kind_room.id,
                "company_id": cls.company.id,
                "resource_calendar_id": False,
                "tz": "Europe/Warsaw",
                **vals,
            }
        )

    @classmethod
    def _at(cls, hour, minute=0, day=12):
        """Return a moment of March 2026, in UTC."""
        return datetime(2026, 3, day, hour, minute)

    @classmethod
    def _book(cls, resource, start, stop, *, by=None, **vals):
        """Return a new booking; hours stand for hours of Thursday.

        :param by: the user who books; salesperson A if none is given
        """
        start, stop = (cls._at(time) if isinstance(time, int) else time for time in (start, stop))
        bookings = cls.env["isof.booking"].with_user(by or cls.salesperson_a)
        return bookings.create({"resource_id": resource.id, "start": start, "stop": stop, **vals})

    @classmethod
    def _create_series(cls, by=None, **vals):
        """Return a new series: four Thursdays from 10 to 11 on the clock in Warsaw."""
        return (
            cls.env["isof.booking.series"]
            .with_user(by or cls.salesperson_a)
            .create(
                {
                    "name": "Weekly meeting",
                    "resource_id": cls.room_small.id,
                    "start": cls._at(9),
                    "stop": cls._at(10),
                    "tz": "Europe/Warsaw",
                    "count": 4,
                    **vals,
                }
            )
        )

    @classmethod
    def _get_told(cls, user):
        """Return the texts of what a user was told of bookings, the first first, and forget it."""
        messages = cls.env["mail.message"].search(
            [
                ("model", "=", "isof.booking"),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", user.partner_id.ids),
            ],
            order="id",
        )
        told = [html2plaintext(message.body) for message in messages]
        messages.unlink()
        return told

    @classmethod
    def _get_to_dos(cls, booking):
        """Return whom a booking has something on the list of, and what."""
        to_dos = cls.env["mail.activity"].search(
            [("res_model", "=", "isof.booking"), ("res_id", "=", booking.id)], order="id"
        )
        return {to_do.user_id: to_do.summary for to_do in to_dos}

    @classmethod
    def _run_expiry(cls):
        """Run the scheduled action without the commits, which would outlive the test."""
        with patch.object(cls.env.registry["ir.cron"], "_commit_progress", _keep):
            cls.Booking._cron_expire()

    @classmethod
    def _starts(cls, series):
        """Return when the bookings of a series start, in UTC."""
        return [f"{b.start:%d.%m. %H}" for b in series.booking_ids.sorted("start")]
