from odoo.fields import Command

from ..common import TradeCommon


class AnalysisCommon(TradeCommon):
    """Sales of the company in two years; today is 2026-03-11.

    ============  =========  ======  =====  =========  ======
    Customer      Day        Goods   Sold   Cost       Who
    ============  =========  ======  =====  =========  ======
    Alfa          2025-02-10 bolt      400  250 (50)   A
    Alfa          2026-02-10 bolt      480  300 (60)   A
    Alfa          2026-03-10 service   100   40 (1)    A
    Beta          2025-03-05 bolt      100   50 (10)   B
    Beta          2026-01-20 bolt       80   50 (10)   B
    Gamma         2026-02-15 service   300  120 (3)    A
    ============  =========  ======  =====  =========  ======
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_analysts()
        for user in (cls.salesperson_a, cls.salesperson_b):
            user.group_ids += cls.env.ref("isof_crm_analytics.group_own")
        cls.salesperson_b.group_ids -= cls.env.ref("base.group_allow_export")
        cls.moves = cls.env["account.move"]
        a, b = cls.salesperson_a, cls.salesperson_b
        for partner, day, product, quantity, price, user in (
            (cls.alfa, "2025-02-10", cls.bolt, 50, 8, a),
            (cls.alfa, "2026-02-10", cls.bolt, 60, 8, a),
            (cls.alfa, "2026-03-10", cls.transport, 1, 100, a),
            (cls.beta, "2025-03-05", cls.bolt, 10, 10, b),
            (cls.beta, "2026-01-20", cls.bolt, 10, 8, b),
            (cls.gamma, "2026-02-15", cls.transport, 3, 100, a),
        ):
            cls.moves |= cls._create_invoice(
                {"product_id": product.id, "quantity": quantity, "price_unit": price},
                partner_id=partner.id,
                invoice_date=day,
                invoice_user_id=user.id,
            )
        cls.env.flush_all()

    @classmethod
    def _create_analysis(cls, *measures, user=None, **vals):
        """Return an analysis of the controller, shared with everybody who sees figures.

        It is of the companies that its reader has switched on.
        """
        user = user or cls.controller
        if measures:
            vals["measure_ids"] = [
                Command.create({"measure": name, "sequence": number})
                for number, name in enumerate(measures)
            ]
        return (
            cls.env["isof.analysis"]
            .with_user(user)
            .create(
                {
                    "name": "Test analysis",
                    "row_1": "partner_id",
                    "company_id": False,
                    "sharing": "groups",
                    "shared_group_ids": cls.env.ref("isof_crm_analytics.group_own").ids,
                    "domain": str([("move_id", "in", cls.moves.ids)]),
                    **vals,
                }
            )
        )

    def _get_table(self, analysis, user=None, **kwargs):
        """Return the table as the client of a user gets it."""
        self.env.flush_all()
        self.env.invalidate_all()
        if user:
            analysis = analysis.with_user(user)
        return analysis.get_table(**kwargs)

    def _get_rows(self, table):
        """Return the values of rows by their labels, indented by level."""
        return [("  " * row["level"] + row["label"], *row["values"]) for row in table["rows"]]

    def _get_notes(self, table):
        return " ".join(note["text"] for note in table["notes"])
