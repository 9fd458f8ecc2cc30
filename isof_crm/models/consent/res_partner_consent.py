from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.searching import search_true


class ResPartner(models.Model):
    """What contacts allow, and whom we may contact; see ``isof_consent_address.py``."""

    _inherit = "res.partner"

    isof_consent_ids = fields.One2many(
        "isof.consent", "partner_id", string="Consents", groups="isof_crm.group_user"
    )
    isof_current_consent_ids = fields.One2many(
        "isof.consent",
        "partner_id",
        string="Current Consents",
        domain=[("is_current", "=", True)],
        groups="isof_crm.group_user",
    )

    isof_consent_summary = fields.Html(
        string="Consents in Force",
        compute="_compute_isof_consent_summary",
        groups="isof_crm.group_user",
    )

    isof_is_withdrawn = fields.Boolean(
        string="Consent Withdrawn",
        compute="_compute_isof_is_withdrawn",
        search="_search_isof_is_withdrawn",
        groups="isof_crm.group_user",
        help="Some consent was withdrawn, and not given again since: by the contact, or for the "
        "same e-mail address or phone number by another one.",
    )

    # The address of whom we may contact is looked up for many at once.
    _isof_email_normalized_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
    _isof_phone_sanitized_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    def unlink(self):
        self._keep_isof_objections()
        return super().unlink()

    @api.depends(
        "email_normalized",
        "is_blacklisted",
        "isof_current_consent_ids",
        "isof_more_emails",
        "phone_sanitized",
        "phone_sanitized_blacklisted",
    )
    @api.depends_context("lang")
    def _compute_isof_consent_summary(self):
        channels = dict(
            self.env["isof.consent"]._fields["channel"]._description_selection(self.env)
        )
        by_address = self._find_isof_withdrawn_channels()
        for partner in self:
            badges = [
                Markup('<span class="badge text-bg-%s me-1">%s%s: %s</span>')
                % (
                    "success" if consent.state == "given" else "danger",
                    "✓ " if consent.state == "given" else "✗ ",
                    channels[consent.channel],
                    consent.purpose_id.name,
                )
                for consent in partner.isof_current_consent_ids
            ]
            withdrawn = partner.isof_current_consent_ids.filtered(
                lambda consent: consent.state == "withdrawn"
            )
            badges += [
                Markup('<span class="badge text-bg-danger me-1">✗ %s: %s</span>')
                % (label, self.env._("withdrawn for the same address or number"))
                for channel, label in channels.items()
                if channel in by_address[partner] and channel not in withdrawn.mapped("channel")
            ]
            blacklists = [
                (partner.is_blacklisted, self.env._("e-mail address is blacklisted")),
                (partner.phone_sanitized_blacklisted, self.env._("phone number is blacklisted")),
            ]
            badges += [
                Markup('<span class="badge text-bg-dark me-1">%s</span>') % text
                for is_listed, text in blacklists
                if is_listed
            ]
            partner.isof_consent_summary = Markup().join(badges) or False

    @api.depends(
        "email_normalized",
        "isof_current_consent_ids.state",
        "isof_more_emails",
        "phone_sanitized",
    )
    def _compute_isof_is_withdrawn(self):
        by_address = self._find_isof_withdrawn_channels()
        for partner in self:
            states = partner.isof_current_consent_ids.mapped("state")
            partner.isof_is_withdrawn = "withdrawn" in states or bool(by_address[partner])

    @api.model
    @search_true
    def _search_isof_is_withdrawn(self):
        # Odoo looks at the groups of a field that is read, not of one that is searched by a query
        self._check_field_access(self._fields["isof_is_withdrawn"], "read")
        return Domain(
            "id",
            "in",
            SQL(
                """(
                SELECT id FROM (%s) AS reached
                 UNION
                SELECT partner_id FROM isof_consent WHERE is_current AND state = 'withdrawn'
                )""",
                self.env["isof.consent"]._get_withdrawn_contacts_query(),
            ),
        )

    def action_record_isof_consent(self):
        """Return the dialogue that records a declaration of the contact."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record a Declaration"),
            "res_model": "isof.consent",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def action_export_isof_consents(self):
        """Return the action that downloads all declarations of the contacts as a workbook."""
        self.check_access("read")
        return self.env["isof.consent"]._export(Domain("partner_id", "in", self.ids))

    def _update_current_isof_consents(self):
        """Mark the consents that count: the latest a purpose and channel, a withdrawal first."""
        if not self:
            return
        self.env["isof.consent"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE isof_consent AS consent
                   SET is_current = latest.is_latest,
                       is_address_current = latest.is_of_first,
                       current_more_addresses = latest.of_more
                  FROM (
                    SELECT id,
                           is_latest,
                           bool_or(is_of_address AND position = 1) AS is_of_first,
                           string_agg(address, ' ' ORDER BY position)
                               FILTER (WHERE is_of_address AND position > 1) AS of_more
                      FROM (
                        SELECT consent.id,
                               told.address,
                               told.position,
                               rank() OVER (
                                   PARTITION BY partner_id, purpose_id, channel
                                   ORDER BY date DESC, state DESC, id DESC
                               ) = 1 AS is_latest,
                               told.address IS NOT NULL AND rank() OVER (
                                   PARTITION BY partner_id, purpose_id, channel, told.address
                                   ORDER BY date DESC, state DESC, id DESC
                               ) = 1 AS is_of_address
                          FROM isof_consent AS consent
                               CROSS JOIN unnest(
                                   consent.address::text
                                   || coalesce(string_to_array(consent.more_addresses, ' '), '{}')
                               ) WITH ORDINALITY AS told(address, position)
                         WHERE partner_id IN %s
                      ) AS told
                  GROUP BY id, is_latest
                  ) AS latest
                 WHERE consent.id = latest.id
                   AND (consent.is_current, consent.is_address_current,
                        consent.current_more_addresses)
                       IS DISTINCT FROM (latest.is_latest, latest.is_of_first, latest.of_more)
                """,
                tuple(self.ids),
            )
        )
        consents = self.env["isof.consent"]
        consents.invalidate_model(
            ["is_current", "is_address_current", "current_more_addresses"], flush=False
        )
        self.invalidate_recordset(["isof_current_consent_ids"], flush=False)
        # also of others with the same address
        self.invalidate_model(["isof_consent_summary", "isof_is_withdrawn"], flush=False)

    def _find_isof_withdrawn_channels(self, purpose=None):
        """Return by which channels contacts may not be reached at their address.

        Whoever asks, and whoever withdrew: this has to be known to all who can contact them.

        :param purpose: the ``isof.consent.purpose``; without one any withdrawal counts
        :return: dict of ``res.partner`` to set of channels
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT id, channel FROM (%s) AS reached WHERE id = ANY(%s)",
                self.env["isof.consent"]._get_withdrawn_contacts_query(purpose),
                self._origin.ids,
            )
        )
        by_id = {}
        for id_, channel in rows:
            by_id.setdefault(id_, set()).add(channel)
        return {partner: by_id.get(partner._origin.id, set()) for partner in self}

    def _keep_isof_objections(self):
        """Put the addresses of who withdrew on Odoo's blacklists: they outlive the contacts."""
        self.env["isof.consent"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT channel, address FROM (%s) AS withdrawn"
                " WHERE partner_id = ANY(%s) AND address IS NOT NULL",
                self.env["isof.consent"]._get_withdrawn_query(),
                self.ids,
            )
        )
        message = self.env._("The contact who had withdrawn consent was deleted.")
        for channel, address in rows:
            # sudo: nobody who deletes a contact needs a right to the blacklists
            if channel == "email":
                self.env["mail.blacklist"].sudo()._add(address, message)
            else:
                self.env["phone.blacklist"].sudo()._add([address], message)

    @api.model
    def _mailing_get_opt_out_list_sms(self, mailing):
        """Return the ids of whom a mailing of SMS Marketing leaves out; Odoo asks, if installed."""
        recipients = self.browse(mailing._get_recipients())
        withdrawn = recipients._find_isof_withdrawn_channels()
        return [partner.id for partner, channels in withdrawn.items() if "sms" in channels]

    def _sms_get_recipients_info(self, force_field=False, partner_fallback=True):
        """Have no number for who objected, where a text message goes to several contacts at once.

        Odoo asks, where its add-on for text messages is installed. One who is written to alone, as
        about a delivery, is written to on purpose.
        """
        recipients = super()._sms_get_recipients_info(force_field, partner_fallback)
        if len(self) > 1:
            for partner, channels in self._find_isof_withdrawn_channels().items():
                if "sms" in channels:
                    recipients[partner.id] |= {"number": False, "sanitized": False}
        return recipients

    def _split_by_isof_consent(self, channel, purpose=None):
        """Tell whom we may contact.

        :param str channel: an ``isof.consent`` channel, for example ``email``
        :param purpose: the ``isof.consent.purpose``; without one any withdrawal for the channel
            counts, and nobody needs to have given anything
        :return: tuple of the ``res.partner`` records that may be contacted, and a dict of the
            others to the reason (str)
        """
        channels = self.env["isof.consent"]._fields["channel"]._description_selection(self.env)
        channel_name = dict(channels)[channel]
        # sudo: whether one may write to somebody has to be known to all who can
        consents = (
            self.env["isof.consent"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id", "in", self.ids),
                    ("channel", "=", channel),
                    ("is_current", "=", True),
                    *([("purpose_id", "=", purpose.id)] if purpose else []),
                ],
                ["partner_id", "state"],
            )
        )
        withdrawn = consents.filtered(lambda c: c.state == "withdrawn").partner_id
        given = consents.filtered(lambda c: c.state == "given").partner_id
        by_address = self._find_isof_withdrawn_channels(purpose)
        blacklisted = self._filter_isof_blacklisted() if channel == "email" else self.browse()
        skipped = {}
        for partner in self:
            if partner in withdrawn:
                skipped[partner] = self.env._(
                    "consent withdrawn (%(channel)s)", channel=channel_name
                )
            elif channel in by_address[partner]:
                skipped[partner] = self.env._(
                    "consent withdrawn for the same address or number (%(channel)s)",
                    channel=channel_name,
                )
            elif partner in blacklisted:
                skipped[partner] = self.env._("e-mail address is blacklisted")
            elif channel in ("phone", "sms") and partner.phone_sanitized_blacklisted:
                skipped[partner] = self.env._("phone number is blacklisted")
            elif purpose and purpose.is_opt_in and partner not in given:
                skipped[partner] = self.env._(
                    "no consent given (%(channel)s)", channel=channel_name
                )
        return self.filtered(lambda partner: partner not in skipped), skipped
