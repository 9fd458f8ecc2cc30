"""Members of segments moved into tables of their own: the present ones and the former ones."""


def migrate(cr, version):
    """Move the rows, ids included, and drop the old tables."""
    cr.execute(
        """
        INSERT INTO isof_segment_member (id, segment_id, partner_id, date_from)
        SELECT DISTINCT ON (segment_id, partner_id) id, segment_id, partner_id, date_from
          FROM isof_segment_membership
         WHERE date_to IS NULL
         ORDER BY segment_id, partner_id, date_from, id;

        INSERT INTO isof_segment_departure (id, segment_id, partner_id, date_from, date_to)
        SELECT id, segment_id, partner_id, date_from, date_to
          FROM isof_segment_membership
         WHERE date_to IS NOT NULL;

        SELECT setval(
            'isof_segment_member_id_seq',
            (SELECT coalesce(max(id), 0) + 1 FROM isof_segment_membership)
        );
        DROP TABLE isof_segment_membership, isof_segment_member_rel;
        DELETE FROM ir_model_relation WHERE name = 'isof_segment_member_rel';
        """
    )
