from odoo import api, models

from odoo.addons.account.models.chart_template import TEMPLATE_MODELS
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

PERIOD_TYPES = {
    "isof_period_type_season": "Sezony targowe",
    "isof_period_type_retail": "Kwartały 4-4-5",
}
SEASONS = {
    "Spring Fairs": "Targi wiosenne",
    "Garden Season": "Sezon ogrodowy",
    "Autumn Fairs": "Targi jesienne",
}


class IsofDemo(models.AbstractModel):
    _inherit = "isof.demo"

    @api.model
    def _translate_periods(self):
        """Give the periods Polish names if the demo company speaks Polish."""
        if not (self.env.ref("base.user_admin").lang or "").startswith("pl"):
            return
        for xml_id, name in PERIOD_TYPES.items():
            self.env.ref(f"isof_crm_analytics.{xml_id}").with_context(lang="pl_PL").name = name
        for period in self.env.ref("isof_crm_analytics.isof_period_type_season").period_ids:
            season, _space, year = period.name.rpartition(" ")
            period.name = f"{SEASONS[season]} {year}"

    @api.model
    def _get_customers(self):
        """Return those companies of the demo that are sold to, in order."""
        return self._get_contractors().filtered(
            lambda partner: partner.is_company and partner.user_id and partner.isof_group_id
        )

    @api.model
    def _load_trade(self):
        """Give the demo company two years of sales and purchases; called by the demo data."""
        # imported here, so that only a database with demo data ever loads it
        from .trade_generator import TradeGenerator

        TradeGenerator(self._get_demo_env()).load()

    @api.model
    def _load_campaign_costs(self):
        """Say what the campaigns of the demo company cost."""
        # imported here, so that only a database with demo data ever loads it
        from .campaign_generator import CampaignGenerator

        CampaignGenerator(self._get_demo_env()).load()

    @api.model
    def _load_commissions(self):
        """Have the demo company's salespeople earn, and settle everything up to last month."""
        # imported here, so that only a database with demo data ever loads it
        from .commission_generator import CommissionGenerator

        CommissionGenerator(self._get_demo_env()).load()

    @api.model
    def _unload_trade(self):
        """Delete these documents again, before the add-on goes.

        They would keep the contractors of the demo company from being deleted with isof_crm.
        """
        data = self.env["ir.model.data"].search(
            [("module", "=", "isof_crm_analytics"), ("name", "=like", "trade\\_%")]
        )

        def find(model):
            ids = data.filtered(lambda item: item.model == model).mapped("res_id")
            return self.env[model].browse(ids).exists()

        moves, sales, purchases = map(find, ("account.move", "sale.order", "purchase.order"))
        moves.filtered(lambda move: move.state != "draft").button_draft()
        # they have numbers, which Odoo wants to be without gaps
        moves.with_context(force_delete=True).unlink()
        sales._action_cancel()
        sales.unlink()
        purchases.button_cancel()
        purchases.unlink()
        self._unload_chart()

    @api.model
    def _unload_chart(self):
        """Delete the accounts of the demo company, if nobody has used them.

        As Odoo does where one chart of accounts takes the place of another.
        """
        company = self.env.ref("isof_crm.res_company_demo", raise_if_not_found=False)
        if not company or self.env["account.move"].search_count([("company_id", "=", company.id)]):
            return
        for name in reversed(TEMPLATE_MODELS):
            model = self.env[name].with_context(active_test=False)
            field = "company_id" if "company_id" in model._fields else "company_ids"
            records = model.search([(field, "=", company.id)])
            records.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
