"""A declaration is about every address of a contact who has several in one field."""


def migrate(cr, version):
    """Have the columns, so that they are not computed for every declaration."""
    cr.execute(
        """
        ALTER TABLE isof_consent
          ADD COLUMN IF NOT EXISTS more_addresses varchar,
          ADD COLUMN IF NOT EXISTS current_more_addresses varchar
        """
    )
