from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Odoo moves the customer by SQL, past the check of who may take one over."""
        self.env["res.partner"].browse(partner_ids)._check_isof_salesperson()
        return super()._merge(partner_ids, dst_partner, extra_checks)

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Of two affiliations that become the same Odoo would drop all of the contacts."""
        self.env["isof.affiliation"]._merge_partners(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

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
        return result
