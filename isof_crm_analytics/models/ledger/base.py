from odoo import api, models, tools

# Which documents follow these is noted by document.
LEDGER = {"account.move", "account.move.line", "account.partial.reconcile", "account.payment"}
LEDGER |= {"pos.order", "pos.order.line", "pos.session"}


class Base(models.AbstractModel):
    _inherit = "base"

    def write(self, vals):
        """Note that what facts or commissions follow has changed, for who posts meanwhile."""
        if self and not self._get_isof_followed_names().isdisjoint(vals):
            self.env["isof.trade.note"]._note_change()
        return super().write(vals)

    @api.model
    @tools.ormcache()
    def _get_isof_followed_names(self):
        """Return the names of the fields that facts or commissions of documents follow.

        :return: frozenset of str
        """
        return frozenset(self._get_isof_followed_fields())

    @api.model
    def _get_isof_followed_fields(self):
        """Return the names of the fields that facts or commissions of documents follow.

        These are those that have the ORM derive them anew. To be extended by models that do it
        in another way.

        :return: set of str
        """
        if self._name in LEDGER:
            return set()
        moves = self.env["account.move"]
        # they are not there any more while the add-on is uninstalled
        counts = {
            field for name in moves._get_isof_derived_names() if (field := moves._fields.get(name))
        }
        return {
            name
            for name, field in self._fields.items()
            if not counts.isdisjoint(self.pool.get_dependent_fields(field))
        }
