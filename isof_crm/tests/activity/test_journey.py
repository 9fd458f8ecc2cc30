import io
from datetime import timedelta
from unittest.mock import patch

import openpyxl

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestJourney(HttpCase):
    """A salesperson's day, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.region = cls.env["isof.region"].create({"name": "Journey Region"})
        cls.campaign = cls.env["utm.campaign"].create({"title": "Journey Campaign"})
        cls.salesperson = new_test_user(
            cls.env,
            login="journey",
            groups="isof_crm.group_user,base.group_allow_export",
            tz="Europe/Warsaw",
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Journey Customer",
                "is_company": True,
                "user_id": cls.salesperson.id,
                "isof_region_id": cls.region.id,
            }
        )
        cls.offer = cls.env["isof.activity.type"].create({"name": "Journey offer"})
        cls.presentation = cls.env["isof.activity.type"].create(
            {
                "name": "Journey presentation",
                "is_mirrored": True,
                "suggestion_ids": [
                    (0, 0, {"next_type_id": cls.offer.id, "delay": 2, "delay_unit": "working_days"})
                ],
            }
        )

    def test_journey(self):
        exported = []
        wizard_class = self.env.registry["isof.activity.report.wizard"]
        export = wizard_class.action_export

        def remember(wizard):
            action = export(wizard)
            exported.append(action["url"])
            return action

        with patch.object(wizard_class, "action_export", remember):
            self.start_tour("/odoo/isof-calendar", "isof_crm_journey", login="journey", timeout=180)
        held, planned = self.env["isof.activity"].search(
            [("partner_id", "=", self.customer.id)], order="id"
        )
        self.assertRecordValues(
            held | planned,
            [
                {
                    "type_id": self.presentation.id,
                    "state": "done",
                    "result": "They want an offer",
                    "duration": 1.25,
                    "campaign_id": self.campaign.id,
                    "region_id": self.region.id,
                    "previous_id": False,
                    "author_id": self.salesperson.id,
                },
                {
                    "type_id": self.offer.id,
                    "state": "planned",
                    "result": False,
                    "duration": 1.0,
                    "campaign_id": self.campaign.id,
                    "region_id": self.region.id,
                    "previous_id": held.id,
                    "author_id": self.salesperson.id,
                },
            ],
        )
        self.assertLessEqual(held.start, fields.Datetime.now(), "planned for later, held by now")
        self.assertEqual(planned.start.hour, 10)  # the browser of the tests lives in UTC
        self.assertEqual(held.calendar_event_id.start, held.start)
        # what the click downloaded
        self.assertEqual(len(exported), 1)
        self.authenticate("journey", "journey")
        response = self.url_open(exported[0])
        response.raise_for_status()
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        self.assertIn("Journey offer", cells)
        self.assertNotIn("Journey presentation", cells)

    def test_panel_holds_in_the_calendar(self):
        salesperson = new_test_user(self.env, login="panel", groups="isof_crm.group_user")
        types = self.env["isof.activity.type"].create(
            [
                {"name": name, "needs_partner": False, "is_mirrored": False}
                for name in ("Panel type", "Other type")
            ]
        )
        today = self.env.cr.now().date()
        self.env["isof.activity"].create(
            [
                {
                    "name": name,
                    "type_id": activity_type.id,
                    "user_id": salesperson.id,
                    "allday": True,
                    "start_date": today,
                    "stop_date": today,
                }
                for name, activity_type in zip(("Panel meeting", "Panel call"), types, strict=True)
            ]
        )
        self.start_tour("/odoo/isof-activities", "isof_crm_panel", login="panel")

    def test_many_are_marked_as_done_and_that_is_undone(self):
        user = new_test_user(self.env, login="done", groups="isof_crm.group_user")
        planned, _done = self.env["isof.activity.status"].create(
            [
                {"name": "Tour planned", "state": "planned", "sequence": -2},
                {"name": "Tour done", "state": "done", "sequence": -1},
            ]
        )
        now = self.env.cr.now().replace(microsecond=0)
        starts = [now - timedelta(days=1), now + timedelta(days=1)]
        activities = self.env["isof.activity"].create(
            [
                {
                    "name": name,
                    "type_id": self.offer.id,
                    "partner_id": self.customer.id,
                    "status_id": planned.id,
                    "user_id": user.id,
                    "start": start,
                }
                for name, start in zip(("Tour late", "Tour ahead"), starts, strict=True)
            ]
        )
        self.start_tour("/odoo/isof-activities", "isof_crm_done", login="done")
        self.assertEqual(activities.mapped("start"), starts)
        self.assertEqual(activities.status_id, planned)
