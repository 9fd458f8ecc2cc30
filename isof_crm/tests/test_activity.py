from odoo.tests.common import tagged

from .common import ActivityCommon


@tagged("post_install", "-at_install")
class TestActivityProposals(ActivityCommon):
    """What a new activity proposes, and what stays once somebody chose."""

    def test_type_proposes_subject_length_and_status(self):
        activity = self._create_activity(by=self.salesperson_a, type_id=self.type_meeting.id)
        self.assertRecordValues(
            activity,
            [
                {
                    "name": "Test meeting",
                    "duration": 1.0,
                    "status_id": self.status_planned.id,
                    "state": "planned",
                    "kind": "contact",
                    "author_id": self.salesperson_a.id,
                    "department_id": self.department_field.id,
                    "region_id": self.region_mazovia.id,
                }
            ],
        )
