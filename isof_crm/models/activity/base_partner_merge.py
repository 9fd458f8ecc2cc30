from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Odoo moves the columns by SQL, unseen by stored fields: recompute what hangs on them."""
        # sudo: the merge moves every activity, also those that the user may not see
        activities = self.env["isof.activity"].sudo().with_context(active_test=False)
        entities = src_partners.filtered(lambda partner: partner == partner.commercial_partner_id)
        held = activities.search([("commercial_partner_id", "in", entities.ids)])
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # what was held at them was held at whom they are a part of now; where others were
        # employed when something was held does not change, nor who was employed nowhere then
        held.commercial_partner_id = dst_partner.commercial_partner_id
        activities = held | activities.search([("partner_id", "child_of", dst_partner.ids)])
        for name in activities._get_merged_fields():
            self.env.add_to_compute(activities._fields[name], activities)
        companies = (src_partners | dst_partner).commercial_partner_id
        for name in ("isof_last_activity_date", "isof_next_activity_date"):
            self.env.add_to_compute(companies._fields[name], companies)
        return result
