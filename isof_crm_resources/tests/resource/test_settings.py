from odoo.tests import Form, tagged

from odoo.addons.isof_crm.tests.base.test_settings import SettingsCommon

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestSettings(SettingsCommon, ResourceCommon):
    """What the page of settings of the suite has about resources."""

    def test_lists(self):
        self._check_block(
            self._get_blocks(self.administrator)["isof_resources"],
            [
                "isof.resource",
                "isof.resource.kind",
                "isof.resource.place",
                "isof.resource.feature",
                "resource.calendar",
            ],
        )

    def test_defaults_of_resources(self):
        """New resources begin with what the company has chosen; those that exist stay."""
        before = self.room_small
        self._save(isof_closed_policy="refuse", isof_request_hours=12)
        self.assertRecordValues(before, [{"closed_policy": "warn", "request_hours": 48}])
        form = Form(self.env["isof.resource"].with_user(self.resource_manager))
        form.name = "Test new room"
        self.assertRecordValues(form.save(), [{"closed_policy": "refuse", "request_hours": 12}])
        abroad = self.env["isof.resource"].with_company(self.other_company)
        self.assertRecordValues(
            abroad.create({"name": "Test room abroad"}),
            [{"closed_policy": "warn", "request_hours": 48}],
        )

    def test_bounds(self):
        with self.assertDatabaseRefuses("requests lapse cannot be negative"):
            self.company.isof_request_hours = -1
