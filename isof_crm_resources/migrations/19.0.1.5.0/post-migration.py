"""Requests know since when they have been asked for: when they lapse follows from it."""


def migrate(cr, version):
    """Note since when open requests have been asked for, as far as their deadlines tell."""
    cr.execute(
        """
        UPDATE isof_booking AS booking
           SET asked_on = GREATEST(
               booking.create_date, booking.expiry - resource.request_hours * INTERVAL '1 hour'
           )
          FROM isof_resource AS resource
         WHERE resource.id = booking.resource_id
           AND booking.state = 'requested'
           AND booking.asked_on IS NULL
        """
    )
