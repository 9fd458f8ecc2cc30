"""What saved analyses may be made of."""

from typing import NamedTuple


class Dataset(NamedTuple):
    """What analyses may be made of; ``isof.analysis`` has its name.

    ``model`` is an ``isof.period.mixin``: its day decides about the period. ``action`` is the
    xmlid of the window action that "open as pivot" starts from, ``domain`` says which of the
    records belong to it. ``dimensions`` and ``measures`` are names of fields, ``__count`` is the
    number of records; those that a user may not see are not offered. A new analysis begins with
    ``rows`` and ``chosen`` measures. ``context`` is that of the list of records.
    """

    model: str
    action: str
    domain: tuple
    dimensions: tuple
    measures: tuple
    rows: tuple
    chosen: tuple
    context: dict | None = None


TRADE_DIMENSIONS = (
    *("partner_id", "contact_id", "group_id", "region_id", "country_id", "state_id"),
    *("industry_id", "partner_tag_ids", "segment_ids", "isof_abc", "isof_rfm"),
    *("product_id", "product_category_id", "role", "user_id", "team_id"),
    *("department_id", "campaign_id", "attributed_campaign_id", "source_id", "medium_id"),
    *("move_id", "move_type", "journal_id", "currency_id", "company_id"),
    *("company_currency_id", "invoice_date", "date"),
)
TRADE_COUNTS = ("partner_count", "move_count", "product_count", "__count")
ORDER_DIMENSIONS = (
    *("partner_id", "contact_id", "group_id", "region_id", "country_id"),
    *("partner_tag_ids", "segment_ids", "product_id", "product_category_id", "role"),
    *("user_id", "team_id", "department_id", "campaign_id", "source_id", "medium_id"),
    *("name", "state", "is_late", "company_id", "company_currency_id"),
    *("date", "planned_date"),
)
ORDER_MEASURES = (
    *("ordered_net", "delivered_net", "invoiced_net", "outstanding_net"),
    *("to_invoice_net", "late_net", "ordered_quantity", "delivered_quantity"),
    *("invoiced_quantity", "outstanding_quantity", "to_invoice_quantity"),
    *("late_quantity", "average_price", "delivered_rate", "days_late", "order_count"),
    *("product_count", "partner_count"),
)
DATASETS = {
    "sale": Dataset(
        model="isof.trade.line",
        action="isof_crm_analytics.isof_trade_line_action_sale",
        domain=(("flow", "=", "sale"),),
        dimensions=TRADE_DIMENSIONS,
        measures=(
            *("sold_net", "sold_quantity", "sold_price", "margin", "margin_rate"),
            *(
                "cost_coverage",
                "cost",
                "current_cost",
                "discount",
                "discount_rate",
                "list_net",
                "invoiced_net",
            ),
            *TRADE_COUNTS,
        ),
        rows=("partner_id",),
        chosen=("sold_net", "margin", "margin_rate", "cost_coverage"),
        context={"isof_flow": "sale"},
    ),
    "purchase": Dataset(
        model="isof.trade.line",
        action="isof_crm_analytics.isof_trade_line_action_purchase",
        domain=(("flow", "=", "purchase"),),
        dimensions=TRADE_DIMENSIONS,
        measures=("bought_net", "bought_quantity", "bought_price", "billed_net", *TRADE_COUNTS),
        rows=("partner_id",),
        chosen=("bought_net",),
        context={"isof_flow": "purchase"},
    ),
    "sale_order": Dataset(
        model="isof.order.report",
        action="isof_crm_analytics.isof_order_report_action_sale",
        domain=(("flow", "=", "sale"),),
        dimensions=ORDER_DIMENSIONS,
        measures=ORDER_MEASURES,
        rows=("product_id",),
        chosen=("ordered_net", "delivered_net", "outstanding_net"),
    ),
    "purchase_order": Dataset(
        model="isof.order.report",
        action="isof_crm_analytics.isof_order_report_action_purchase",
        domain=(("flow", "=", "purchase"),),
        dimensions=ORDER_DIMENSIONS,
        measures=ORDER_MEASURES,
        rows=("product_id",),
        chosen=("ordered_net", "delivered_net", "outstanding_net"),
    ),
    "campaign": Dataset(
        model="isof.campaign.report",
        action="isof_crm_analytics.isof_campaign_report_action",
        domain=(),
        dimensions=(
            *("campaign_id", "goal", "kind", "customer_kind", "partner_id", "group_id"),
            *("region_id", "user_id", "team_id", "department_id", "company_id"),
            *("company_currency_id", "date"),
        ),
        measures=(
            *("turnover", "margin", "won_count", "kept_count", "won_turnover"),
            *("kept_turnover", "activity_count", "reached_count", "responded_count"),
            *("order_count", "ordered_net", "planned_cost", "actual_cost", "budget"),
            *("profit", "cost_per_win", "return_on_cost", "budget_used"),
        ),
        rows=("campaign_id",),
        chosen=("turnover", "margin", "won_count", "actual_cost", "return_on_cost"),
    ),
    "commission": Dataset(
        model="isof.commission.entry",
        action="isof_crm_analytics.isof_commission_entry_action",
        domain=(),
        dimensions=(
            *("payee_id", "user_id", "seller_id", "team_id", "department_id", "kind"),
            *("state", "plan_id", "rule_id", "partner_id", "product_id"),
            *("product_category_id", "move_id", "settlement_id", "company_id"),
            *("company_currency_id", "date"),
        ),
        measures=("accrued", "due", "__count"),
        rows=("payee_id",),
        chosen=("accrued", "due"),
    ),
    "activity": Dataset(
        model="isof.activity",
        action="isof_crm.isof_activity_action_analysis",
        domain=(),
        dimensions=(
            *("type_id", "kind", "status_id", "state", "direction", "priority"),
            *("commercial_partner_id", "partner_id", "contact_id", "region_id"),
            *("user_id", "author_id", "department_id", "campaign_id", "tag_ids"),
            *("company_id", "start"),
        ),
        measures=("__count", "duration"),
        rows=("user_id",),
        chosen=("__count", "duration"),
    ),
}
