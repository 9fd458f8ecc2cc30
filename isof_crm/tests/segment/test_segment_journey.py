from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSegmentJourney(HttpCase):
    """A segment is defined and worked with, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        region = cls.env["isof.region"].create({"name": "Tour Region"})
        cls.call = cls.env["isof.activity.type"].create(
            {"name": "Tour call", "consent_channel": "phone", "sequence": 99}
        )
        cls.salesperson = new_test_user(
            cls.env, login="segments", groups="isof_crm.group_user", tz="Europe/Warsaw"
        )
        cls.talkative, cls.silent = cls.env["res.partner"].create(
            [
                {"name": name, "is_company": True, "isof_region_id": region.id}
                for name in ("Tour Talkative", "Tour Silent")
            ]
        )
        cls.env["isof.consent"].create(
            {"partner_id": cls.silent.id, "channel": "phone", "state": "withdrawn"}
        )

    def test_segment(self):
        self.start_tour("/odoo/isof-segments", "isof_crm_segment", login="segments", timeout=180)
        segment = self.env["isof.segment"].search([("name", "=", "Tour segment")])
        self.assertEqual(segment.user_id, self.salesperson)
        self.assertEqual(segment.member_ids, self.talkative | self.silent)
        activity = self.env["isof.activity"].search([("type_id", "=", self.call.id)])
        self.assertRecordValues(
            activity,
            [
                {
                    "partner_id": self.talkative.id,
                    "user_id": self.salesperson.id,
                    "name": "Tour call",
                    "state": "planned",
                }
            ],
        )
