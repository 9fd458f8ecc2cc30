from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        facts = self.env["isof.trade.line"]
        info = super().session_info()
        if facts._is_filling() and facts.has_access("read"):
            info["isof_is_filling"] = True
        return info
