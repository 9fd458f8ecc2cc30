from odoo import api, models, tools
from odoo.tools import SQL

from ...tools.commission import to_decimal
from ...tools.commission_due import Payment
from ...tools.prepared_statement import IDS, fetch_prepared, get_text


class IsofCommissionEntry(models.Model):
    """What was received for documents, however it was entered; see ``commission_due.py``."""

    _inherit = "isof.commission.entry"

    @api.model
    def _get_payments(self, move_ids):
        """Return what was received for documents, as ``Payment``.

        That is what a payment, a bank or a cash entry was matched with a document, as far as
        money came in; what such an entry or another one sets against a debt of ours is netted.
        What is written off, an early payment discount and an exchange difference is neither. A
        discount for early payment is of the invoice that grants it; what else an entry writes
        off, of all documents that it pays. Payments without a journal entry count where the
        company says so. Credit notes pay documents of other sales.
        """
        rows = fetch_prepared(self.env.cr, self._get_payments_text(), move_ids)
        return [
            Payment(*plain, *map(to_decimal, (cash, netted, given)))
            for *plain, cash, netted, given in rows
        ]

    @api.model
    @tools.ormcache()
    def _get_payments_text(self):
        return get_text(
            self.env.cr,
            SQL(
                "%s UNION ALL %s ORDER BY day, key",
                self._get_matched_payments(),
                self._get_announced_payments(),
            ),
        )

    @api.model
    def _get_matched_payments(self):
        """Return the query of what was matched with documents.

        Of each entry that was matched it says which parts are ``got.cash`` and ``got.netted``.
        Money is on the account of a bank or cash, whichever journal it was entered in, or on its
        way there: on an account of the journal or of payments. What was paid at the till of a
        Point of Sale is money, too. What is neither belongs first to the documents that allow a
        discount for early payment (``allowed``), and the rest to all: ``kept`` is which part of
        what was matched that is.
        """
        return SQL(
            """
            SELECT 'match,' || own.part_id AS key, own.move_id, own.max_date AS day,
                   CASE WHEN NOT is_entry THEN counter.id END, FALSE, counter.journal_id,
                   CASE WHEN is_entry AND payment.id IS NULL THEN own.create_date END, counter.date,
                   CASE WHEN is_entry
                        THEN round(own.amount * kept.part * got.cash, currency.decimal_places)
                        ELSE own.amount END,
                   CASE WHEN is_entry
                        THEN round(own.amount * kept.part * got.netted, currency.decimal_places)
                        ELSE 0 END,
                   own.counter_amount
              FROM (SELECT line.move_id, part.id AS part_id, part.max_date, part.create_date,
                           part.credit_move_id AS counter_id, TRUE AS is_debit,
                           part.debit_amount_currency AS amount,
                           part.credit_amount_currency AS counter_amount
                      FROM account_move_line AS line
                      JOIN account_partial_reconcile AS part ON part.debit_move_id = line.id
                     WHERE line.move_id = ANY(%(move_ids)s)
                    UNION ALL
                    SELECT line.move_id, part.id, part.max_date, part.create_date,
                           part.debit_move_id, FALSE,
                           part.credit_amount_currency, part.debit_amount_currency
                      FROM account_move_line AS line
                      JOIN account_partial_reconcile AS part ON part.credit_move_id = line.id
                     WHERE line.move_id = ANY(%(move_ids)s)) AS own
              JOIN account_move AS move ON move.id = own.move_id
              JOIN res_currency AS currency ON currency.id = move.currency_id
              JOIN account_move_line AS counter_line ON counter_line.id = own.counter_id
              JOIN account_account AS receivable ON receivable.id = counter_line.account_id
              JOIN account_move AS counter
                ON counter.id = counter_line.move_id AND counter.state = 'posted'
              JOIN account_journal AS journal ON journal.id = counter.journal_id
              JOIN res_company AS company ON company.id = counter.company_id
              LEFT JOIN account_payment AS payment ON payment.id = counter.origin_payment_id
              CROSS JOIN LATERAL (SELECT counter.move_type = 'entry' AS is_entry) AS counter_kind
              LEFT JOIN LATERAL (
                   SELECT abs(sum(line.amount_currency) FILTER (WHERE is_same)) AS amount,
                          abs(sum(line.balance) FILTER (WHERE is_same)) AS balance,
                          abs(sum(line.balance) FILTER (WHERE is_money)) AS money,
                          abs(sum(line.balance) FILTER (WHERE is_debt)) AS debt
                     FROM account_move_line AS line
                     JOIN account_account AS account ON account.id = line.account_id
                     CROSS JOIN LATERAL (
                          SELECT account.account_type = receivable.account_type AS is_same,
                                 account.account_type = 'liability_payable' AS is_debt,
                                 account.account_type IN ('asset_cash', 'liability_credit_card')
                                 OR journal.type IN ('bank', 'cash', 'credit') AND (
                                    account.id IN (journal.default_account_id,
                                                   journal.suspense_account_id,
                                                   company.transfer_account_id)
                                    OR EXISTS (SELECT FROM account_payment_method_line AS method
                                                WHERE method.payment_account_id = account.id))
                                 AS is_money
                     ) AS line_kind
                    WHERE line.move_id = counter.id
              ) AS entry ON is_entry
              CROSS JOIN LATERAL (
                   SELECT CASE WHEN payment.id IS NOT NULL
                               THEN LEAST(1, payment.amount / NULLIF(entry.amount, 0))
                               WHEN %(is_till)s THEN 1
                               ELSE LEAST(1, COALESCE(entry.money / NULLIF(entry.balance, 0), 0))
                          END AS cash
                   OFFSET 0
              ) AS brought
              CROSS JOIN LATERAL (
                   SELECT brought.cash,
                          LEAST(COALESCE(entry.debt / NULLIF(entry.balance, 0), 0),
                                1 - brought.cash) AS netted
                   OFFSET 0
              ) AS got
              LEFT JOIN LATERAL (
                   SELECT sum(part.credit_amount_currency * discount.part)
                          / NULLIF(entry.amount, 0) AS part,
                          max(discount.part) FILTER (WHERE part.id = own.part_id) AS own_part
                     FROM account_move_line AS line
                     JOIN account_partial_reconcile AS part ON part.credit_move_id = line.id
                     JOIN account_move_line AS invoice_line
                       ON invoice_line.id = part.debit_move_id
                      AND invoice_line.discount_date >= counter.date
                      AND invoice_line.amount_currency = part.debit_amount_currency
                     CROSS JOIN LATERAL (
                          SELECT 1 - invoice_line.discount_amount_currency
                                     / NULLIF(invoice_line.amount_currency, 0) AS part
                     ) AS discount
                    WHERE line.move_id = counter.id
              ) AS allowed ON is_entry AND own.is_debit AND got.cash + got.netted < 1
              CROSS JOIN LATERAL (
                   SELECT COALESCE(LEAST(1, (1 - got.cash - got.netted) / NULLIF(allowed.part, 0)),
                                   0) AS part
                   OFFSET 0
              ) AS used
              CROSS JOIN LATERAL (
                   SELECT (1 - used.part * COALESCE(allowed.own_part, 0))
                          / NULLIF(1 - used.part * COALESCE(allowed.part, 0), 0) AS part
                   OFFSET 0
              ) AS kept
             WHERE is_entry OR own.is_debit AND counter.move_type = 'out_refund'
            """,
            move_ids=IDS,
            is_till=SQL("EXISTS (SELECT FROM pos_payment WHERE account_move_id = counter.id)")
            if "pos.payment" in self.env
            else SQL("FALSE"),
        )

    @api.model
    def _get_announced_payments(self):
        """Return the query of payments without a journal entry.

        They are of their invoices as far as each is to be paid on that day, without a discount
        for early payment.
        """
        return SQL(
            """
            SELECT 'payment,' || payment.id, rel.invoice_id, GREATEST(payment.date, move.date),
                   NULL, TRUE, payment.journal_id, payment.create_date, payment.date,
                   CASE WHEN payment.currency_id = move.currency_id
                        THEN LEAST(move.amount_total,
                                   round(payment.amount * open.own / NULLIF(open.whole, 0),
                                         currency.decimal_places))
                        ELSE move.amount_total END,
                   0, NULL
              FROM %(payment_rel)s AS rel
              JOIN account_payment AS payment ON payment.id = rel.payment_id
              JOIN account_move AS move ON move.id = rel.invoice_id
              JOIN res_currency AS currency ON currency.id = move.currency_id
              JOIN res_company AS company ON company.id = move.company_id
              CROSS JOIN LATERAL (
                   SELECT abs(sum(amount) FILTER (WHERE line.move_id = rel.invoice_id)) AS own,
                          abs(sum(amount)) AS whole
                     FROM %(payment_rel)s AS other_rel
                     JOIN account_move_line AS line
                       ON line.move_id = other_rel.invoice_id
                      AND line.display_type = 'payment_term'
                     CROSS JOIN LATERAL (
                          SELECT CASE WHEN line.discount_date >= payment.date
                                      THEN line.discount_amount_currency
                                      ELSE line.amount_currency END AS amount
                     ) AS payable
                    WHERE other_rel.payment_id = payment.id
              ) AS open
             WHERE rel.invoice_id = ANY(%(move_ids)s) AND payment.move_id IS NULL
               AND payment.state IN ('in_process', 'paid')
               AND company.isof_commission_on_unposted_payment
            """,
            move_ids=IDS,
            payment_rel=SQL.identifier(
                self.env["account.move"]._fields["matched_payment_ids"].relation
            ),
        )
