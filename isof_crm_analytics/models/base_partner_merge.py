from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Odoo moves the columns by SQL: keep scores, and find the touches of campaigns anew."""
        # before: of two scores in one run Odoo would drop every score of one of the contacts
        self.env["isof.score"]._merge_partners(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # sudo: the merge moves every activity, also those that the user may not see
        activities = (
            self.env["isof.activity"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "child_of", dst_partner.ids), ("campaign_id", "!=", False)])
        )
        self.env.add_to_compute(activities._fields["touch_day"], activities)
        return result
