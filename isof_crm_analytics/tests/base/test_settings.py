from odoo.tests import tagged

from odoo.addons.isof_crm.tests.base.test_settings import SettingsCommon


@tagged("post_install", "-at_install")
class TestSettings(SettingsCommon):
    """What the page of settings of the suite has about analyses."""

    def test_lists(self):
        blocks = self._get_blocks(self.administrator)
        for name, models in {
            "isof_analyses": [
                "isof.period.type",
                "isof.period",
                "isof.score.scheme",
                "isof.analysis.schedule",
            ],
            "isof_campaigns": [],
            "isof_commissions": ["isof.commission.plan"],
        }.items():
            with self.subTest(block=name):
                self._check_block(blocks[name], models)

    def test_company(self):
        """What is saved is the company's own, and no other company's."""
        chosen = {
            "isof_touch_days": 14,
            "isof_lookback_months": 6,
            "isof_hour_cost": 120.0,
            "isof_commission_on_unposted_payment": False,
        }
        before = self.other_company.read(list(chosen))
        self._save(**chosen)
        self.assertRecordValues(self.company, [chosen])
        self.assertEqual(self.other_company.read(list(chosen)), before)
