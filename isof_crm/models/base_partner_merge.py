from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Odoo moves the customer by SQL, past the check of who may take one over."""
        self.env["res.partner"].browse(partner_ids)._check_isof_salesperson()
        return super()._merge(partner_ids, dst_partner, extra_checks)

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Odoo moves the columns by SQL, unseen by stored fields: recompute what hangs on them."""
        # before: of two members of a segment Odoo would drop every membership of one
        self.env["isof.segment"]._merge_partners(src_partners, dst_partner)
        self.env["isof.affiliation"]._merge_partners(src_partners, dst_partner)
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
        dst_partner._update_current_isof_consents()
        return result

    def _update_values(self, src_partners, dst_partner):
        """Keep a region chosen by hand together with its mark, which Odoo copies alone."""
        chosen = (dst_partner + src_partners).filtered("isof_region_manual")[:1]
        region = chosen.isof_region_id
        dst_partner.check_access("write")
        # sudo: of the contacts that the user may merge also what the user may not see; Odoo would
        # refuse the merge to whoever lacks the role for a single field
        result = super()._update_values(src_partners.sudo(), dst_partner.sudo())
        if chosen:
            dst_partner.isof_region_id = region
        if "email" in dst_partner._find_isof_withdrawn_channels()[dst_partner]:
            # also where the one who is left was subscribed, and another one withdrew
            self.env["isof.segment"]._opt_out_of_mailing_lists(dst_partner)
        return result
