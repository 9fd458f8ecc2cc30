"""What took place at a company stays there: so it goes back to where people worked then."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give activities with persons who moved since the company of that time.

    The chatter of a contact tells what it belonged to before each move. Who was moved without
    a trace, by SQL or while the chatter was off, stays where he or she is now.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.cr.execute(
        """
        WITH before AS (
            SELECT DISTINCT ON (activity.id)
                   activity.id, activity.partner_id, tracking.old_value_integer AS parent_id
              FROM mail_tracking_value AS tracking
              JOIN ir_model_fields AS field
                   ON field.id = tracking.field_id
                  AND field.model = 'res.partner' AND field.name = 'parent_id'
              JOIN mail_message AS message
                   ON message.id = tracking.mail_message_id AND message.model = 'res.partner'
              JOIN isof_activity AS activity
                   ON activity.partner_id = message.res_id
                  AND activity.create_date < message.date
             ORDER BY activity.id, tracking.id
        )
        SELECT coalesce(employer.commercial_partner_id, before.partner_id),
               array_agg(before.id ORDER BY before.id)
          FROM before
          JOIN res_partner AS person
               ON person.id = before.partner_id AND person.is_company IS NOT TRUE
          LEFT JOIN res_partner AS employer ON employer.id = before.parent_id
         WHERE employer.id IS NOT NULL OR coalesce(before.parent_id, 0) = 0
         GROUP BY 1
        """
    )
    for company, ids in env.cr.fetchall():
        env["isof.activity"].browse(ids).commercial_partner_id = company
    env.flush_all()
