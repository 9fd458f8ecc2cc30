"""A person is in one company in one role only once without an end."""


def migrate(cr, version):
    """Keep one of the open affiliations that are the same, with the first day and all notes."""
    cr.execute(
        """
        WITH doubled AS (
            SELECT min(id) AS kept_id, array_agg(id) AS ids, min(date_from) AS date_from,
                   bool_or(date_from IS NULL) AS has_no_start,
                   string_agg(DISTINCT note, '; ') AS note
              FROM isof_affiliation
             WHERE date_to IS NULL
             GROUP BY person_id, organization_id, role_id
            HAVING count(*) > 1
        ),
        kept AS (
            UPDATE isof_affiliation AS affiliation
               SET note = doubled.note,
                   date_from = CASE WHEN NOT has_no_start THEN doubled.date_from END
              FROM doubled
             WHERE affiliation.id = doubled.kept_id
        )
        DELETE FROM isof_affiliation AS affiliation
         USING doubled
         WHERE affiliation.id = ANY(doubled.ids) AND affiliation.id <> doubled.kept_id
        """
    )
