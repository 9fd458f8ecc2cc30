"""What the reports of a database say, for a comparison of two; prints JSON after "FACTS ".

It runs in earlier versions too: it asks for what these have, too.
"""

# names of the shell
# ruff: noqa: F821

import json

# what each report is divided by
REPORTS = {
    "isof.trade.line": [
        *("flow", "partner_id", "product_id", "user_id", "department_id", "invoice_date:month"),
        *("group_id", "region_id", "role", "cost_source", "attributed_campaign_id"),
    ],
    "isof.order.report": ["flow", "partner_id", "product_id", "date:month", "state"],
    "isof.campaign.report": ["campaign_id", "kind", "date:quarter"],
    "isof.commission.entry": ["payee_id", "kind", "plan_id", "date:month"],
    "isof.ledger.report": ["date:month"],
}


def read_report(model, groupby):
    """Return the figures of each group, and how many rows it has."""
    measures = [
        f"{name}:{described['aggregator']}"
        for name, described in sorted(model.fields_get(None, ["type", "aggregator"]).items())
        if described["type"] in ("float", "integer") and described.get("aggregator")
    ]
    groups = model._read_group([], groupby, ["__count", *measures])
    return {
        str([getattr(key, "id", key) for key in group[: len(groupby)]]): {
            measure: round(value, 6) if value else 0
            for measure, value in zip(measures, group[len(groupby) + 1 :], strict=True)
        }
        | {"__count": group[len(groupby)]}
        for group in groups
    }


facts = {
    f"{name} {key}": read_report(env[name], [key] if key else [])
    for name, keys in REPORTS.items()
    if name in env
    for key in ("", *keys)
}
print("FACTS", json.dumps(facts, default=str))  # noqa: T201
