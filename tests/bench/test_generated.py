"""The generated rows are those that the ORM would have stored."""

from odoo import api

from .generate import ACTIVITIES, PARTNERS

SAMPLE = 300
# What the generator decided instead of the defaults, as a user may.
CHOSEN = {"name", "status_id", "is_mirrored", "alarm_ids", "region_id"}


def test_amounts(registry):
    with registry.cursor() as cr:
        cr.execute("SELECT count(*) FROM isof_activity")
        assert cr.fetchone() == (ACTIVITIES,)
        cr.execute("SELECT count(*) FROM res_partner WHERE email ~ '^p[0-9]+@example'")
        assert cr.fetchone()[0] == PARTNERS
        cr.execute("SELECT count(*) FROM isof_activity WHERE previous_id IS NOT NULL")
        assert cr.fetchone()[0] > ACTIVITIES / 5, "hardly any chains"


def test_activities_are_consistent(registry):
    _assert_recomputed_equal(registry, "isof.activity", "TRUE", CHOSEN)


def test_partners_are_consistent(registry):
    # Odoo formats the number by the country of the reader's company, and nothing that is measured
    # reads how customers get electronic invoices
    ignored = {"phone_sanitized", "barcode", "peppol_eas"}
    _assert_recomputed_equal(registry, "res.partner", "partner_share", ignored)


def _assert_recomputed_equal(registry, model, where, ignored):
    """Recompute every stored field of a sample and compare it with what was generated."""
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"active_test": False})
        cr.execute("SELECT setseed(0.1)")
        cr.execute(
            f"""SELECT id FROM {env[model]._table} WHERE {where}
                 ORDER BY random() LIMIT {SAMPLE}"""  # noqa: S608  names of our own
        )
        records = env[model].browse(id_ for (id_,) in cr.fetchall())
        assert len(records) == SAMPLE
        fields = [
            field
            for name, field in records._fields.items()
            if field.store and field.compute and name not in ignored
        ]
        assert fields
        stored = {field: [record[field.name] for record in records] for field in fields}
        for field in fields:
            env.add_to_compute(field, records)
        for field in fields:
            recomputed = [record[field.name] for record in records]
            wrong = [
                (record.id, before, after)
                for record, before, after in zip(records, stored[field], recomputed, strict=True)
                if before != after
            ]
            assert not wrong, f"{field}: (id, generated, recomputed) {wrong[:5]}"
        cr.rollback()
