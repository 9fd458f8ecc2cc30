from odoo.tests import tagged

from .analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestAnalysis(AnalysisCommon):
    """The figures of saved analyses, against sums worked out by hand."""

    def test_compared_with_last_year(self):
        analysis = self._create_analysis("sold_net")
        table = self._get_table(analysis)
        self.assertEqual(
            [column["kind"] for column in table["columns"]],
            ["base", "comparison", "delta", "rate"],
        )
        self.assertEqual(
            self._get_rows(table),
            [
                ("Alfa Hurt", 580, 400, 180, 0.45),
                ("Gamma Stal", 300, 0, 300, None),
                ("Beta Market", 80, 100, -20, -0.2),
            ],
        )
        self.assertEqual(table["total"]["values"], [960, 500, 460, 0.92])
        self.assertEqual(table["notes"], [])
