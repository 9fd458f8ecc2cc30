from odoo.tests import tagged

from odoo.addons.isof_crm.tests.common import ActivityCommon


@tagged("post_install", "-at_install")
class TestOrderReport(ActivityCommon):
    def test_read(self):
        self.env["isof.order.report"].search([]).read()
        self.env["isof.order.report"].fields_get()
        self.env["isof.order.report"].get_views(
            [(False, "list"), (False, "pivot"), (False, "search")]
        )
