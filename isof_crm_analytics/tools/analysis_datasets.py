"""What saved analyses may be made of."""

from typing import NamedTuple


class Dataset(NamedTuple):
    """What analyses may be made of; ``isof.analysis`` has its name.

    ``model`` is an ``isof.period.mixin``: its day decides about the period. ``action`` is the
    xmlid of the window action that "open as pivot" starts from, ``domain`` says which of the
    records belong to it. A new analysis begins with ``rows`` and ``chosen`` measures. ``context``
    is that of the list of records.

    Dimensions and measures are those that the fields of the model declare, see
    ``isof.dimensions.mixin``, and ``__count``, the number of records, unless these are of several
    kinds. Of a model that declares none ``dimensions`` and ``measures`` are names of fields.
    """

    model: str
    action: str
    domain: tuple
    rows: tuple
    chosen: tuple
    context: dict | None = None
    has_count: bool = True
    dimensions: tuple = ()
    measures: tuple = ()


DATASETS = {
    "sale": Dataset(
        model="isof.trade.line",
        action="isof_crm_analytics.isof_trade_line_action_sale",
        domain=(("flow", "=", "sale"),),
        rows=("partner_id",),
        chosen=("sold_net", "margin", "margin_rate", "cost_coverage"),
        context={"isof_flow": "sale"},
    ),
    "purchase": Dataset(
        model="isof.trade.line",
        action="isof_crm_analytics.isof_trade_line_action_purchase",
        domain=(("flow", "=", "purchase"),),
        rows=("partner_id",),
        chosen=("bought_net",),
        context={"isof_flow": "purchase"},
    ),
    "sale_order": Dataset(
        model="isof.order.report",
        action="isof_crm_analytics.isof_order_report_action_sale",
        domain=(("flow", "=", "sale"),),
        rows=("product_id",),
        chosen=("ordered_net", "delivered_net", "outstanding_net"),
    ),
    "purchase_order": Dataset(
        model="isof.order.report",
        action="isof_crm_analytics.isof_order_report_action_purchase",
        domain=(("flow", "=", "purchase"),),
        rows=("product_id",),
        chosen=("ordered_net", "delivered_net", "outstanding_net"),
    ),
    "campaign": Dataset(
        model="isof.campaign.report",
        action="isof_crm_analytics.isof_campaign_report_action",
        domain=(),
        rows=("campaign_id",),
        chosen=("turnover", "margin", "won_count", "actual_cost", "return_on_cost"),
        has_count=False,
    ),
    "commission": Dataset(
        model="isof.commission.entry",
        action="isof_crm_analytics.isof_commission_entry_action",
        domain=(),
        rows=("payee_id",),
        chosen=("accrued", "due"),
    ),
    "activity": Dataset(
        model="isof.activity",
        action="isof_crm.isof_activity_action_analysis",
        domain=(),
        rows=("user_id",),
        chosen=("__count", "duration"),
        dimensions=(
            *("type_id", "kind", "status_id", "state", "direction", "priority"),
            *("commercial_partner_id", "partner_id", "contact_id", "region_id"),
            *("user_id", "author_id", "department_id", "campaign_id", "tag_ids"),
            *("company_id", "start"),
        ),
        measures=("duration",),
    ),
}
