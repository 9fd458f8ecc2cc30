from odoo import api, fields, models
from odoo.tools import SQL, email_normalize, unique
from odoo.tools.mail import email_normalize_all
from odoo.tools.sql import column_exists, create_column


def _join_more(email):
    """Return the normalized addresses after the first of a text, separated by spaces, or False."""
    first = email_normalize(email, strict=False)
    others = [other for other in unique(email_normalize_all(email)) if other != first]
    return " ".join(others) or False


class ResPartner(models.Model):
    """Several e-mail addresses in one field: Odoo writes to all, and compares the first only."""

    _inherit = "res.partner"

    # empty for nearly all contacts
    isof_more_emails = fields.Char(
        string="Further E-mail Addresses",
        compute="_compute_isof_more_emails",
        store=True,
        precompute=True,
        copy=False,
        groups="base.group_user",
        export_string_translation=False,
    )

    _isof_more_emails_idx = models.Index("(id) WHERE isof_more_emails IS NOT NULL")

    def _auto_init(self):
        """Look in a database that had none only at contacts who may have several addresses."""
        if not column_exists(self.env.cr, self._table, "isof_more_emails"):
            create_column(self.env.cr, self._table, "isof_more_emails", "varchar")
            self._fill_isof_more_emails()
        return super()._auto_init()

    @api.model
    def _fill_isof_more_emails(self):
        self.env.cr.execute("SELECT id, email FROM res_partner WHERE email LIKE '%@%@%'")
        rows = [(id_, more) for id_, email in self.env.cr.fetchall() if (more := _join_more(email))]
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner AS partner SET isof_more_emails = found.more
                  FROM unnest(%s::int[], %s::text[]) AS found(id, more)
                 WHERE partner.id = found.id
                """,
                [id_ for id_, _more in rows],
                [more for _id, more in rows],
            )
        )

    @api.depends("email")
    def _compute_isof_more_emails(self):
        for partner in self:
            partner.isof_more_emails = _join_more(partner.email)

    def _get_isof_emails(self):
        """Return all normalized addresses that Odoo writes to: a set of str."""
        # sudo: where one may not write to has to be known to all who can
        partners = self.sudo()
        return {
            address
            for partner in partners
            for address in (partner.email_normalized, *(partner.isof_more_emails or "").split())
            if address
        }

    @api.model
    def _find_isof_blacklisted(self, addresses):
        """Return those of normalized addresses that are on Odoo's blacklist: a set of str."""
        # sudo: where one may not write to has to be known to all who can
        blacklist = self.env["mail.blacklist"].sudo()
        return set(blacklist.search([("email", "in", list(addresses))]).mapped("email"))

    def _filter_isof_blacklisted(self):
        """Return those who have an address on Odoo's blacklist of e-mail addresses."""
        # sudo: see above
        several = self.sudo().filtered("isof_more_emails").sudo(False)
        if not several:
            return self.filtered("is_blacklisted")
        addresses = self._find_isof_blacklisted(several._get_isof_emails())
        return self.filtered("is_blacklisted") | several.filtered(
            lambda partner: partner._get_isof_emails() & addresses
        )
