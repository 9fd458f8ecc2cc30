"""What consents are proved by is stored where nobody reaches it directly."""

COLUMNS = {"note": "held_note", "proof_name": "held_proof_name"}


def migrate(cr, version):
    """Rename the columns, and the field that the attached files belong to."""
    for old, new in COLUMNS.items():
        cr.execute(f"ALTER TABLE isof_consent RENAME COLUMN {old} TO {new}")
    cr.execute(
        "UPDATE ir_attachment SET res_field = 'held_proof'"
        " WHERE res_model = 'isof.consent' AND res_field = 'proof'"
    )
