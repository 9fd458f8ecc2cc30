def migrate(cr, version):
    """Who has left is no external agent: settlements that nobody has approved yet say so."""
    cr.execute(
        """
        UPDATE isof_commission_settlement AS settlement
           SET is_external = FALSE, user_id = person.id
          FROM (SELECT DISTINCT ON (partner_id) partner_id, id FROM res_users
                 WHERE NOT share ORDER BY partner_id, active DESC, id) AS person
         WHERE person.partner_id = settlement.payee_id AND settlement.is_external
           AND settlement.state IN ('draft', 'confirmed')
        """
    )
