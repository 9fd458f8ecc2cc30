from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """The latest declaration of all is the one that counts."""
        result = super()._update_foreign_keys(src_partners, dst_partner)
        dst_partner._update_current_isof_consents()
        return result
