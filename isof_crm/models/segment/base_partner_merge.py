from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Of two members of a segment Odoo would drop every membership of one."""
        self.env["isof.segment"]._merge_partners(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """Whoever is left gets no mails where that one was subscribed and another one withdrew."""
        result = super()._update_values(src_partners, dst_partner)
        if "email" in dst_partner._find_isof_withdrawn_channels()[dst_partner]:
            self.env["isof.segment"]._opt_out_of_mailing_lists(dst_partner)
        return result
