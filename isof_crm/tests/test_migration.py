import importlib.util
from datetime import datetime

from odoo.modules.module import get_module_path
from odoo.tests import tagged

from .common import ActivityCommon

OLD_TABLES = """
    CREATE TABLE isof_segment_member_rel (segment_id int, partner_id int);
    CREATE TABLE isof_segment_membership (
        id serial PRIMARY KEY, segment_id int, partner_id int,
        date_from timestamp, date_to timestamp
    );
"""


@tagged("post_install", "-at_install")
class TestMigration(ActivityCommon):
    """Databases of an earlier version keep what they hold."""

    def _migrate(self, version, script):
        path = f"{get_module_path('isof_crm')}/migrations/{version}/{script}.py"
        spec = importlib.util.spec_from_file_location("migration", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_members_of_segments(self):
        # refreshed by the update before the script runs
        segment = self.env["isof.segment"].create(
            {"name": "Test segment", "domain": repr([("id", "=", self.alfa.id)])}
        )
        self.env.flush_all()
        self.env.cr.execute(OLD_TABLES)
        first, second, third = (datetime(2026, month, 1) for month in (1, 2, 3))
        for partner, date_from, date_to in (
            (self.alfa, first, second),
            (self.alfa, second, None),
            (self.beta, second, None),
            (self.beta, second, None),
            (self.gamma, first, third),
        ):
            self.env.cr.execute(
                "INSERT INTO isof_segment_membership (segment_id, partner_id, date_from, date_to)"
                " VALUES (%s, %s, %s, %s)",
                [segment.id, partner.id, date_from, date_to],
            )
        rule = self.env.ref("isof_crm.isof_region_rule_rule_company")
        domain = rule.domain_force
        rule.domain_force = "[]"
        self._migrate("19.0.1.1.0", "post-migration")
        self.assertCountEqual(
            segment.membership_ids.mapped(lambda m: (m.partner_id, m.date_from, m.date_to)),
            [
                (self.alfa, first, second),
                (self.alfa, second, False),
                (self.beta, second, False),
                (self.gamma, first, third),
            ],
        )
        self.assertEqual(segment.member_ids, self.alfa | self.beta)
        self.assertEqual(len(segment.membership_ids), len(set(segment.membership_ids.ids)))
        self.assertEqual(rule.domain_force, domain)
        self.env.cr.execute("SELECT to_regclass('isof_segment_membership')")
        self.assertEqual(self.env.cr.fetchone(), (None,))
