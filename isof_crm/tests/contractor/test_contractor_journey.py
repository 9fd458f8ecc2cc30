from datetime import datetime

from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestContractorJourney(HttpCase):
    """What marketing and sales do with contractors, in the browser."""

    def test_duplicates(self):
        salesperson = new_test_user(
            self.env, login="journey", groups="isof_crm.group_user", tz="Europe/Warsaw"
        )
        first, second = partners = self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "email": "tour@double.example.com",
                    "user_id": salesperson.id,
                }
                for name in ("Tour Double", "Tour Double Ltd")
            ]
        )
        done = self.env.ref("isof_crm.isof_activity_status_done")
        planned = self.env.ref("isof_crm.isof_activity_status_planned")
        activities = self.env["isof.activity"].create(
            [
                {
                    "name": name,
                    "partner_id": partner.id,
                    "user_id": salesperson.id,
                    "status_id": status.id,
                    "start": start,
                }
                for name, partner, status, start in (
                    ("Tour held", first, done, datetime(2026, 1, 5, 9)),
                    ("Tour planned", second, planned, datetime(2036, 1, 5, 9)),
                )
            ]
        )
        action = self.env.ref("isof_crm.isof_partner_duplicate_wizard_action")
        self.start_tour(f"/odoo/action-{action.id}", "isof_crm_duplicates", login="journey")
        survivor = partners.exists()
        self.assertEqual(len(survivor), 1, "Odoo's dialogue merged them")
        self.assertEqual(activities.partner_id, survivor)
        self.start_tour(
            f"/odoo/isof-contractors/{survivor.id}",
            "isof_crm_duplicates_survivor",
            login="journey",
        )

    def test_region(self):
        new_test_user(self.env, login="marketer", groups="isof_crm.group_marketing")
        country = self.env["res.country"].create({"name": "Tourland", "code": "ZZ"})
        region, chosen, other = self.env["isof.region"].create(
            [{"name": name} for name in ("Tour Region", "Tour Chosen", "Tour Other")]
        )
        customer = self.env["res.partner"].create(
            {
                "name": "Tour Contractor",
                "is_company": True,
                "country_id": country.id,
                "zip": "15000",
            }
        )
        self.assertFalse(customer.isof_region_id)
        action = self.env.ref("isof_crm.isof_region_action")
        self.start_tour(
            f"/odoo/action-{action.id}/{region.id}", "isof_crm_region_rule", login="marketer"
        )
        self.assertRecordValues(region.rule_ids, [{"zip_from": "10000", "zip_to": "19999"}])
        self.assertRecordValues(
            customer, [{"isof_region_id": chosen.id, "isof_region_manual": True}]
        )
        region.rule_ids.region_id = other
        self.assertEqual(customer.isof_region_id, chosen, "another change of the rule keeps it")
