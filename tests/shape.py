"""What the add-ons are made of in a database, for a comparison of two; prints JSON after "FACTS ".

Ids are not compared, nor what is of the moment.
"""

# names of the shell
# ruff: noqa: F821

import json
import re

QUERIES = {
    "column": """
        SELECT table_name || '.' || column_name, data_type, is_nullable, column_default
          FROM information_schema.columns
         WHERE table_schema = 'public' AND (table_name ~ 'isof' OR column_name ~ 'isof')
    """,
    "index": """
        SELECT indexname, indexdef, obj_description(indexname::regclass) FROM pg_indexes
         WHERE schemaname = 'public' AND (indexname ~ 'isof' OR tablename ~ 'isof')
    """,
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid), obj_description(oid)
          FROM pg_constraint
         WHERE conrelid::regclass::text ~ 'isof' OR conname ~ 'isof'
            OR confrelid::regclass::text ~ 'isof'
    """,
}
COMPARED = ("char", "text", "html", "selection", "boolean", "integer", "float")
# of the moment, or found out again
IGNORED = {"arch_fs", "arch_prev", "arch_updated", "failure_count", "id", "parent_path", "res_id"}
# ids in the architecture of views and in text
NUMBER = re.compile(r"\b\d{2,5}\b")


def get_values(record):
    """Return what a record says, in both languages."""
    for name, field in record._fields.items():
        if not field.store or field.type not in COMPARED or name in IGNORED:
            continue
        for lang in ("en_US", "pl_PL") if field.translate else ("en_US",):
            value = record.with_context(lang=lang)[name]
            yield f"{name} {lang}", NUMBER.sub("N", str(value))


facts = {}
for kind, query in QUERIES.items():
    env.cr.execute(query)
    facts |= {f"{kind} {name}": list(map(str, values)) for name, *values in env.cr.fetchall()}
for data in env["ir.model.data"].search([("module", "=like", "isof%")]):
    record = data.model in env and env[data.model].browse(data.res_id).exists()
    if record:
        facts[data.complete_name] = dict(get_values(record), noupdate=str(data.noupdate))
    else:
        facts[data.complete_name] = None
print("FACTS", json.dumps(facts))  # noqa: T201
