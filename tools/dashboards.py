#!/usr/bin/env python3
"""Write the dashboards of ISOF CRM Analytics: what Odoo's client shows as a spreadsheet.

A dashboard is a file of some thousand lines in the format of the spreadsheet. Here it says in a
few lines what is on it; ``tools/dashboards.py`` writes ``isof_crm_analytics/data/files``.
``tests/test_dashboards.py`` fails when a file is not what is written here.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

FILES = Path(__file__).parents[1] / "isof_crm_analytics" / "data" / "files"
VERSION = "18.5.10"  # of the format; Odoo brings older ones up to date by itself

# Kinds of figures, and how each is written. A rate is here one of amounts.
MONEY, NUMBER, RATE, HOURS = "money", "number", "rate", "hours"
FORMATS = {MONEY: "#,##0", NUMBER: "#,##0", RATE: "0.0%", HOURS: "#,##0.0"}
# Shown where there is no figure, which is not 0.
NOTHING = "–"
SEVERAL_CURRENCIES = (
    "Amounts of several currencies are never added up: switch on companies of one currency only."
)

# What the client draws. A dashboard is nine columns wide: two tables beside each other.
COLUMNS = (225, 100, 100, 100, 40, 225, 100, 100, 100)
WIDTH = sum(COLUMNS)
LEFT, RIGHT = 0, 5
ROW = 23
TABLE_ROWS = 10
# Where the data of the charts are on their page, below the figures of the cards.
MONTHS_ROW, PARTS_ROW = 20, 40
PARTS = 8
# The numbers of currencies are beside the figures of the cards.
CURRENCIES_COLUMN = 6
CARD_HEIGHT, CARD_GAP = 104, 12
# Below the cards, of which the last row is for a line of text.
CARD_ROWS = -(-(CARD_HEIGHT + 20) // ROW)
CARD_TITLE_SIZE = 12  # longer titles of a sixth of the page are cut off in Polish
CHART_HEIGHT = 300
TEXT, ACCENT, LINE = "#434343", "#714B67", "#CCCCCC"
CARD_COLORS = ("#EFF6FF", "#FFF7ED", "#F0FDF4", "#FDF2F8", "#FEFCE8", "#F5F3FF")
BAR_COLORS = (16775149, 15726335, 15531509, 16708338)
GOOD, BAD = "#00A04A", "#DC6965"
NOW, BEFORE = "#714B67", "#C9B8C4"


@dataclass
class Source:
    """Rows of a model that figures are read from.

    :param date: the date that the filter "Period" is about; none for what is so today. The
        model's search view has a filter of that name
    :param action: the report that headings open: the client calls the page by its name
    :param filters: names of the other filters and the fields that they are about
    :param context: what the report needs to know
    """

    model: str
    date: str
    action: str
    filters: dict
    domain: list = field(default_factory=list)
    date_type: str = "date"
    context: dict = field(default_factory=dict)

    def where(self, *conditions):
        """Return the source with further conditions."""
        return replace(self, domain=[*self.domain, *conditions])

    def today(self):
        """Return the source without a period: what is so today, whenever it began."""
        return replace(self, date="")


@dataclass
class Measure:
    """A figure; without a title the client calls it by the label of its field."""

    name: str
    kind: str = MONEY
    aggregator: str = "sum"
    title: str = ""

    @property
    def is_of_money(self):
        """Whether there is no such figure of several currencies."""
        return self.kind in (MONEY, RATE)

    @property
    def id(self):
        return self.name if self.name == "__count" else f"{self.name}:{self.aggregator}"

    def dump(self):
        measure = {"id": self.id, "fieldName": self.name, "format": FORMATS[self.kind]}
        if self.name != "__count":
            measure["aggregator"] = self.aggregator
        return measure

    def dump_known(self):
        """Return a hidden measure to sort by from the smallest: what has no figure comes last.

        To a pivot nothing is less than any figure.
        """
        return {
            **self.dump(),
            # Odoo looks for a field of the name before the colon
            "id": f"{self.name}:known",
            "computedBy": {
                "sheetId": "data",
                "formula": f"=IF(ISNUMBER('{self.id}'),'{self.id}',10^15)",
            },
            "isHidden": True,
        }


@dataclass
class Card:
    """A figure of the period beside that of the period before."""

    title: str
    source: Source
    measure: Measure
    # More of it is bad: overdue activities, credit notes.
    is_bad: bool = False


@dataclass
class Table:
    """The first rows of what is grouped by a field, by the first measure."""

    title: str
    source: Source
    group_by: str
    measures: tuple
    ascending: bool = False


@dataclass
class Months:
    """A measure by calendar month, beside that of the period before: for periods of a year."""

    title: str
    source: Source
    measure: Measure


@dataclass
class Parts:
    """Parts of a measure, on the right of a chart by months."""

    title: str
    source: Source
    group_by: str
    measure: Measure
    # For a few parts with short names; otherwise the largest ones are bars.
    is_pie: bool = False


@dataclass
class Dashboard:
    name: str
    cards: tuple
    charts: tuple
    tables: tuple
    filters: tuple
    # What a reader has to know, below everything else.
    note: str = ""


# The period that a dashboard begins with, as the filter "Period" and a search view know it.
PERIOD, SEARCHED_PERIOD = "year_to_date", "year"
FILTER_MODELS = {
    "Sales Team": "crm.team",
    "Salesperson": "res.users",
    "Employee": "res.users",
    "Region": "isof.region",
    "Contractor Group": "isof.partner.group",
    "Product Category": "product.category",
    "Campaign": "utm.campaign",
    "Activity Type": "isof.activity.type",
}
TRADE_FILTERS = {
    "Sales Team": "team_id",
    "Salesperson": "user_id",
    "Region": "region_id",
    "Contractor Group": "group_id",
    "Product Category": "product_category_id",
}
SALES = Source(
    "isof.trade.line",
    "invoice_date",
    "isof_crm_analytics.isof_trade_line_action_sale",
    TRADE_FILTERS,
    [["flow", "=", "sale"]],
    context={"isof_flow": "sale"},
)
MARGINS = replace(SALES, action="isof_crm_analytics.isof_trade_line_action_margin")
ORDERS = Source(
    "isof.order.report",
    "date",
    "isof_crm_analytics.isof_order_report_action_sale",
    TRADE_FILTERS,
    [["flow", "=", "sale"]],
)
OUTSTANDING_ORDERS = ORDERS.where(["outstanding_net", ">", 0]).today()
TARGETS = Source(
    "isof.commission.target.report",
    "date",
    "isof_crm_analytics.isof_commission_target_report_action",
    {"Sales Team": "team_id", "Salesperson": "user_id"},
    [["basis", "=", "net"]],
)
TARGETS_OF_PEOPLE = TARGETS.where(["user_id", "!=", False])
CAMPAIGNS = Source(
    "isof.campaign.report",
    "date",
    "isof_crm_analytics.isof_campaign_report_action",
    {"Campaign": "campaign_id", "Sales Team": "team_id", "Region": "region_id"},
)
ACTIVITIES = Source(
    "isof.activity",
    "start",
    "isof_crm.isof_activity_action_analysis",
    {
        "Employee": "user_id",
        "Salesperson": "user_id",
        "Sales Team": "user_id.sale_team_id",
        "Activity Type": "type_id",
        "Region": "region_id",
    },
    [["state", "!=", "cancelled"]],
    "datetime",
)
OVERDUE = ACTIVITIES.where(["timeframe", "=", "late"]).today()
DONE = ACTIVITIES.where(["state", "=", "done"])

SOLD = Measure("sold_net")
MARGIN = Measure("margin")
MARGIN_RATE = Measure("margin_rate", RATE, "avg")
COST = Measure("cost")
COVERAGE = Measure("cost_coverage", RATE, "avg")
CUSTOMERS = Measure("partner_count", NUMBER, "count_distinct", "Customers")
DOCUMENTS = Measure("move_count", NUMBER, "count_distinct")
DISCOUNT_RATE = Measure("discount_rate", RATE, "avg")
COUNT = Measure("__count", NUMBER)
DURATION = Measure("duration", HOURS)
CONTRACTORS = Measure("commercial_partner_id", NUMBER, "count_distinct", "Customers")
QUANTITY = Measure("sold_quantity", NUMBER, title="Quantity")
TARGET, REACHED = Measure("target"), Measure("reached")
REACHED_RATE = Measure("reached_rate", RATE, "avg")
ACTUAL_COST = Measure("actual_cost", title="Cost")
TURNOVER = Measure("turnover")
WON, KEPT = Measure("won_count", NUMBER), Measure("kept_count", NUMBER)
RESPONDED = Measure("responded_count", NUMBER, "count_distinct")
DAYS_LATE = Measure("days_late", NUMBER, "max")
CURRENCIES = Measure("company_currency_id", NUMBER, "count_distinct")
# of tables
SALES_MEASURES = (SOLD, CUSTOMERS, DOCUMENTS)
MARGIN_MEASURES = (MARGIN, MARGIN_RATE, COVERAGE)
TARGET_MEASURES = (TARGET, REACHED, REACHED_RATE)
CAMPAIGN_MEASURES = (TURNOVER, WON, KEPT)
ACTIVITY_MEASURES = (COUNT, DURATION, CONTRACTORS)


def has(name):
    """Return the condition that a field has a value: a table leaves out what has none."""
    return [name, "!=", False]


DASHBOARDS = {
    "sales": Dashboard(
        "Sales Cockpit",
        cards=(
            Card("Sold", SALES, SOLD),
            Card("Ordered", ORDERS, Measure("ordered_net")),
            Card("Customers", SALES, CUSTOMERS),
            Card("Documents", SALES, DOCUMENTS),
            Card("Discount", SALES, DISCOUNT_RATE, is_bad=True),
        ),
        charts=(
            Months("Sold by Month", SALES, SOLD),
            Parts("Product Categories", SALES, "product_category_id", SOLD),
        ),
        tables=(
            Table("Top Customers", SALES, "partner_id", (SOLD, DOCUMENTS, DISCOUNT_RATE)),
            Table("Top Products", SALES, "product_id", (SOLD, QUANTITY, CUSTOMERS)),
            Table("Top Salespeople", SALES, "user_id", SALES_MEASURES),
            Table("Top Regions", SALES, "region_id", SALES_MEASURES),
            Table("Top Contractor Groups", SALES, "group_id", SALES_MEASURES),
            Table(
                "Outstanding Orders",
                OUTSTANDING_ORDERS,
                "partner_id",
                (
                    Measure("outstanding_net", title="Outstanding"),
                    Measure("late_net", title="Late"),
                    DAYS_LATE,
                ),
            ),
        ),
        filters=tuple(TRADE_FILTERS),
    ),
    "margins": Dashboard(
        "Margins",
        cards=(
            Card("Margin", MARGINS, MARGIN),
            Card("Margin Rate", MARGINS, MARGIN_RATE),
            Card("Cost", MARGINS, COST, is_bad=True),
            Card("Known Cost", MARGINS, COVERAGE),
            Card("Discount", MARGINS, Measure("discount"), is_bad=True),
        ),
        charts=(
            Months("Margin by Month", MARGINS, MARGIN),
            Parts("Margin by Category", MARGINS, "product_category_id", MARGIN),
        ),
        tables=(
            Table("Customers", MARGINS, "partner_id", MARGIN_MEASURES),
            Table("Products", MARGINS, "product_id", MARGIN_MEASURES),
            Table("Salespeople", MARGINS, "user_id", MARGIN_MEASURES),
            Table("Contractor Groups", MARGINS, "group_id", MARGIN_MEASURES),
            Table(
                "Customers with the Lowest Margin Rate",
                MARGINS.where(["costed_net", "!=", 0]),
                "partner_id",
                (MARGIN_RATE, MARGIN, COVERAGE),
                ascending=True,
            ),
            Table(
                "Products with the Lowest Margin Rate",
                MARGINS.where(["costed_net", "!=", 0]),
                "product_id",
                (MARGIN_RATE, MARGIN, COVERAGE),
                ascending=True,
            ),
        ),
        filters=tuple(TRADE_FILTERS),
    ),
    "salespeople": Dashboard(
        "Salespeople and Targets",
        cards=(
            Card("Sold", SALES, SOLD),
            Card("Target", TARGETS_OF_PEOPLE, TARGET),
            Card("Target Achieved", TARGETS_OF_PEOPLE, REACHED_RATE),
            Card("Customers", SALES, CUSTOMERS),
            Card("Activities Done", DONE, COUNT),
        ),
        charts=(
            Months("Sold by Month", SALES, SOLD),
            Parts("Sales Teams", SALES, "team_id", SOLD),
        ),
        tables=(
            Table("Salespeople", SALES, "user_id", SALES_MEASURES),
            Table(
                "Targets",
                TARGETS_OF_PEOPLE,
                "user_id",
                TARGET_MEASURES,
            ),
            Table("Sales Teams", SALES, "team_id", SALES_MEASURES),
            Table(
                "Targets of Teams",
                TARGETS.where(["user_id", "=", False]),
                "team_id",
                TARGET_MEASURES,
            ),
            Table("Departments", SALES, "department_id", SALES_MEASURES),
            Table("Activities Done", DONE, "user_id", ACTIVITY_MEASURES),
        ),
        filters=("Sales Team", "Salesperson"),
        note="Targets are set for people and teams, not for regions, so that there is no filter"
        " on regions here: the Sales Cockpit has one.",
    ),
    "customers": Dashboard(
        "Customers and Segments",
        cards=(
            Card("Customers", SALES, CUSTOMERS),
            Card("Sold", SALES, SOLD),
            Card("Documents", SALES, DOCUMENTS),
            Card("Products", SALES, Measure("product_count", NUMBER, "count_distinct")),
            Card("Discount", SALES, DISCOUNT_RATE, is_bad=True),
        ),
        charts=(
            Months("Customers by Month", SALES, CUSTOMERS),
            Parts("ABC Classes", SALES.where(has("isof_abc")), "isof_abc", SOLD, is_pie=True),
        ),
        tables=(
            Table("Segments", SALES, "segment_ids", SALES_MEASURES),
            Table("Contractor Groups", SALES, "group_id", SALES_MEASURES),
            Table("Regions", SALES, "region_id", SALES_MEASURES),
            Table("Countries", SALES, "country_id", SALES_MEASURES),
            Table("RFM Scores", SALES, "isof_rfm", SALES_MEASURES),
            Table("Contractor Tags", SALES, "partner_tag_ids", SALES_MEASURES),
        ),
        filters=("Sales Team", "Salesperson", "Region", "Contractor Group"),
    ),
    "campaigns": Dashboard(
        "Campaigns",
        cards=(
            Card("Turnover", CAMPAIGNS, TURNOVER),
            Card("Cost", CAMPAIGNS, ACTUAL_COST, is_bad=True),
            Card("Customers Won", CAMPAIGNS, WON),
            Card("Customers Kept", CAMPAIGNS, KEPT),
            Card("Responded", CAMPAIGNS, RESPONDED),
        ),
        charts=(
            Months("Turnover by Month", CAMPAIGNS, TURNOVER),
            Parts(
                "Won and Kept",
                CAMPAIGNS.where(has("customer_kind")),
                "customer_kind",
                TURNOVER,
                is_pie=True,
            ),
        ),
        tables=(
            Table(
                "Results",
                CAMPAIGNS,
                "campaign_id",
                CAMPAIGN_MEASURES,
            ),
            Table(
                "Costs",
                CAMPAIGNS,
                "campaign_id",
                (
                    ACTUAL_COST,
                    Measure("budget"),
                    Measure("cost_per_win", MONEY, "avg", "Cost per Win"),
                ),
            ),
            Table(
                "Response",
                CAMPAIGNS,
                "campaign_id",
                (
                    Measure("reached_count", NUMBER, "count_distinct"),
                    RESPONDED,
                    Measure("order_count", NUMBER),
                ),
            ),
            Table(
                "Regions",
                CAMPAIGNS,
                "region_id",
                CAMPAIGN_MEASURES,
            ),
        ),
        filters=("Campaign", "Sales Team", "Region"),
    ),
    "activities": Dashboard(
        "Activities",
        cards=(
            Card("Activities", ACTIVITIES, COUNT),
            Card("Done", DONE, COUNT),
            Card("Hours", DONE, DURATION),
            Card("Overdue", OVERDUE, COUNT, is_bad=True),
            Card("Not Held", ACTIVITIES.where(["state", "=", "not_held"]), COUNT, is_bad=True),
        ),
        charts=(
            Months("Activities by Month", ACTIVITIES, COUNT),
            Parts("Status", ACTIVITIES, "state", COUNT, is_pie=True),
        ),
        tables=(
            Table("Employees", ACTIVITIES, "user_id", ACTIVITY_MEASURES),
            Table("Activity Types", ACTIVITIES, "type_id", ACTIVITY_MEASURES),
            Table("Customers", ACTIVITIES, "commercial_partner_id", (COUNT, DURATION)),
            Table("Regions", ACTIVITIES, "region_id", ACTIVITY_MEASURES),
            Table("Campaigns", ACTIVITIES, "campaign_id", ACTIVITY_MEASURES),
            Table(
                "Overdue",
                OVERDUE,
                "user_id",
                ACTIVITY_MEASURES,
            ),
        ),
        filters=("Sales Team", "Employee", "Activity Type", "Region"),
    ),
}


def cell(column, row):
    """Return the name of a cell; columns and rows count from 0.

    >>> cell(1, 0)
    'B1'
    """
    return f"{chr(ord('A') + column)}{row + 1}"


def translated(text):
    """Return the formula of a text in the reader's language; Odoo's extraction finds it."""
    return f'_t("{text}")'


class Writer:
    """Writes one dashboard as a spreadsheet: a page with the figures, one with their data."""

    def __init__(self, dashboard):
        self.dashboard = dashboard
        self.pivots = {}
        self.figures = []
        self.cells, self.styles, self.borders, self.tables, self.bars = {}, {}, {}, [], []
        self.rows = {}
        self.data = {}
        # The cell of the number of currencies by what it is of.
        self.currencies = {}

    def write(self):
        """Return the spreadsheet as a dict."""
        row = self._write_cards()
        row = self._write_charts(row)
        row = self._write_tables(row)
        row = self._write_note(row)
        self._write_reason()
        sheet = {
            "id": "dashboard",
            "name": "Dashboard",
            "colNumber": len(COLUMNS),
            "rowNumber": row,
            "rows": self.rows,
            "cols": {str(number): {"size": size} for number, size in enumerate(COLUMNS)},
            "merges": [],
            "cells": self.cells,
            "styles": self.styles,
            "formats": {},
            "borders": self.borders,
            "conditionalFormats": self.bars,
            "dataValidationRules": [],
            "figures": self.figures,
            "tables": self.tables,
            "areGridLinesVisible": False,
            "isVisible": True,
            "headerGroups": {"ROW": [], "COL": []},
            "comments": {},
        }
        data = {
            **sheet,
            "id": "data",
            "name": "Data",
            "colNumber": 20,
            "rowNumber": 60,
            "rows": {},
            "cols": {"0": {"size": 200}},
            "cells": self.data,
            "styles": {"A1:Z1": 3},
            "borders": {},
            "conditionalFormats": [],
            "figures": [],
            "tables": [],
            "areGridLinesVisible": True,
        }
        return {
            "version": VERSION,
            "sheets": [sheet, data],
            "styles": {
                "1": {"textColor": ACCENT, "bold": True, "fontSize": 14},
                "2": {"textColor": TEXT, "verticalAlign": "middle"},
                "3": {"bold": True, "textColor": TEXT, "verticalAlign": "middle"},
                "4": {
                    "bold": True,
                    "textColor": TEXT,
                    "verticalAlign": "middle",
                    "align": "right",
                    "wrapping": "wrap",
                },
                "5": {"italic": True, "textColor": TEXT, "verticalAlign": "middle"},
            },
            "formats": {},
            "borders": {"1": {"bottom": {"style": "thin", "color": LINE}}},
            "revisionId": "START_REVISION",
            "uniqueFigureIds": True,
            "settings": {
                "locale": {
                    "name": "English (US)",
                    "code": "en_US",
                    "thousandsSeparator": ",",
                    "decimalSeparator": ".",
                    "dateFormat": "mm/dd/yyyy",
                    "timeFormat": "hh:mm:ss",
                    "formulaArgSeparator": ",",
                    "weekStart": 7,
                }
            },
            "pivots": self.pivots,
            "pivotNextId": len(self.pivots) + 1,
            "customTableStyles": {},
            "globalFilters": self._get_filters(),
            "lists": {},
            "listNextId": 1,
            "chartOdooMenusReferences": {},
        }

    def _get_filters(self):
        period = {
            "id": "period",
            "type": "date",
            "label": "Period",
            "defaultValue": PERIOD,
        }
        return [
            period,
            *(
                {
                    "id": self._get_filter_id(label),
                    "type": "relation",
                    "label": label,
                    "modelName": FILTER_MODELS[label],
                    "defaultValueDisplayNames": [],
                }
                for label in self.dashboard.filters
            ),
        ]

    @staticmethod
    def _get_filter_id(label):
        return label.lower().replace(" ", "-")

    def _get_matching(self, source, offset=0):
        matching = {}
        if source.date:
            matching["period"] = {
                "chain": source.date,
                "type": source.date_type,
                "offset": offset,
            }
        for label in self.dashboard.filters:
            if label in source.filters:
                chain = source.filters[label]
                matching[self._get_filter_id(label)] = {"chain": chain, "type": "many2one"}
        return matching

    def _add_pivot(self, name, source, group_by, measures, *, ascending=False, offset=0):
        number = str(len(self.pivots) + 1)
        shown = [measure.dump() for measure in measures]
        sorted_by = measures[0].dump_known() if ascending else shown[0]
        self.pivots[number] = {
            "type": "ODOO",
            "id": number,
            "formulaId": number,
            "name": name,
            "model": source.model,
            "domain": source.domain,
            "context": {},
            "measures": [*shown, sorted_by] if ascending else shown,
            "rows": [group_by] if group_by else [],
            "columns": [],
            "sortedColumn": {
                "measure": sorted_by["id"],
                "order": "asc" if ascending else "desc",
                "domain": [],
            }
            if group_by and "granularity" not in group_by
            else None,
            "fieldMatching": self._get_matching(source, offset),
        }
        return number

    def _get_currencies(self, source, measures, offset=0):
        """Return the cell of how many currencies some figures are of, None if of no amounts."""
        if not any(measure.is_of_money for measure in measures):
            return None
        key = (source.model, json.dumps(source.domain), source.date, offset)
        if key not in self.currencies:
            place = cell(CURRENCIES_COLUMN, len(self.currencies) + 1)
            pivot = self._add_pivot(NOTHING, source, None, [CURRENCIES], offset=offset)
            self.data[place] = f'=PIVOT.VALUE({pivot},"{CURRENCIES.id}")'
            self.currencies[key] = f"Data!{place}"
        return self.currencies[key]

    def _of_one_currency(self, formula, source, measures, offset=0, nothing=NOTHING):
        """Return a formula that has what another one has, and nothing of several currencies."""
        currencies = self._get_currencies(source, measures, offset)
        return f'IF({currencies}>1,"{nothing}",{formula})' if currencies else formula

    def _add_figure(self, name, left, top, width, height, data):
        self.figures.append(
            {
                "id": name,
                "tag": "chart",
                "col": 0,
                "row": 0,
                "offset": {"x": round(left), "y": round(top)},
                "width": round(width),
                "height": round(height),
                "data": {**data, "chartId": name},
            }
        )

    def _write_cards(self):
        """Write the figures on top, and return the first row below them."""
        self.data.update(
            {
                "A1": f"={translated('Figure')}",
                "B1": f"={translated('This period')}",
                "C1": f"={translated('Period before')}",
                "D1": f"={translated('This period')}",
                "E1": f"={translated('Period before')}",
            }
        )
        cards = self.dashboard.cards
        width = (WIDTH - CARD_GAP * (len(cards) - 1)) / len(cards)
        for number, card in enumerate(cards):
            row = number + 1
            self.data[cell(0, row)] = f"={translated(card.title)}"
            for column, offset in ((1, 0), (2, -1)) if card.source.date else ((1, 0),):
                name = card.title if not offset else f"{card.title}: period before"
                pivot = self._add_pivot(name, card.source, None, [card.measure], offset=offset)
                self.data[cell(column, row)] = f'=PIVOT.VALUE({pivot},"{card.measure.id}")'
                self._get_currencies(card.source, [card.measure], offset)
            self.data[cell(3, row)] = self._get_shown(card, cell(1, row))
            if card.source.date:
                self.data[cell(4, row)] = self._get_compared(card, cell(3, row), cell(2, row))
            self._add_figure(
                f"card-{number + 1}",
                number * (width + CARD_GAP),
                10,
                width,
                CARD_HEIGHT,
                {
                    "type": "scorecard",
                    "title": {
                        "text": card.title,
                        "bold": True,
                        "color": TEXT,
                        "fontSize": CARD_TITLE_SIZE,
                    },
                    "background": CARD_COLORS[number],
                    "keyValue": f"Data!{cell(3, row)}",
                    **(self._get_baseline(card, row) if card.source.date else {}),
                    "humanize": False,
                },
            )
        return CARD_ROWS

    def _get_shown(self, card, value):
        """Return the formula of what a card shows of a value.

        Amounts are 0 where nothing was sold, not where they are unknown or of several currencies.
        """
        large = f"FORMAT.LARGE.NUMBER({value})"
        if card.measure.kind == RATE:
            # a rate of nothing is no number, and would leave the card empty
            return f'=IF(ISNUMBER({value}),{value},"{NOTHING}")'
        if currencies := self._get_currencies(card.source, [card.measure]):
            return f'=IF(OR(ISNUMBER({value}),{currencies}=0),{large},"{NOTHING}")'
        return f"={large}"

    @staticmethod
    def _get_compared(card, shown, before):
        """Return the formula of what a card compares with what it shows.

        That is nothing where either is unknown, nor where there is no percentage of it.
        """
        are_known = f"AND(ISNUMBER({shown}),ISNUMBER({before}))"
        if card.measure.kind == RATE:
            return f'=IF({are_known},{before},"{NOTHING}")'
        base = f'IF({before}>0,FORMAT.LARGE.NUMBER({before}),"{NOTHING}")'
        return f'=IF({are_known},{base},"{NOTHING}")'

    def _get_baseline(self, card, row):
        """Return what a card shows of the period before; rates differ in points."""
        return {
            "baseline": f"Data!{cell(4, row)}",
            "baselineMode": "difference" if card.measure.kind == RATE else "percentage",
            "baselineDescr": {"text": "vs. before"},
            "baselineColorUp": BAD if card.is_bad else GOOD,
            "baselineColorDown": GOOD if card.is_bad else BAD,
        }

    def _write_charts(self, row):
        """Write the charts side by side from a row on, and return the first row below them."""
        months, parts = self.dashboard.charts
        self._write_title(row, LEFT, months.title, months.source, f"{months.source.date}:month")
        self._write_title(row, RIGHT, parts.title, parts.source, parts.group_by)
        top = sum(self.rows.get(str(number), {"size": ROW})["size"] for number in range(row + 1))
        half = sum(COLUMNS[:RIGHT]) - COLUMNS[RIGHT - 1]
        self._add_figure(
            "chart-1",
            0,
            top + 6,
            half,
            CHART_HEIGHT,
            self._get_months_chart(months),
        )
        right = sum(COLUMNS[:RIGHT])
        self._add_figure(
            "chart-2", right, top + 6, WIDTH - right, CHART_HEIGHT, self._get_parts_chart(parts)
        )
        return row + 1 + -(-(CHART_HEIGHT + 20) // ROW)

    def _get_months_chart(self, months):
        first = MONTHS_ROW
        granularity = {
            "fieldName": months.source.date,
            "granularity": "month_number",
            "order": "asc",
        }
        numbers = [
            self._add_pivot(name, months.source, granularity, [months.measure], offset=offset)
            for name, offset in (
                (months.title, 0),
                (f"{months.title}: period before", -1),
            )
        ]
        group = f"{months.source.date}:month_number"
        self.data[cell(0, first)] = f"={translated('Month')}"
        self.data[cell(1, first)] = f"={translated('This period')}"
        self.data[cell(2, first)] = f"={translated('Period before')}"
        for month in range(1, 13):
            row = first + month
            self.data[cell(0, row)] = f'=PIVOT.HEADER({numbers[0]},"{group}",{month})'
            for column, (number, offset) in enumerate(zip(numbers, (0, -1), strict=True), 1):
                value = f'PIVOT.VALUE({number},"{months.measure.id}","{group}",{month})'
                # any text would be a bar
                value = self._of_one_currency(
                    f"IFERROR({value},0)", months.source, [months.measure], offset, nothing=""
                )
                self.data[cell(column, row)] = f"={value}"
        last = first + 13
        return {
            "type": "bar",
            "title": {"text": ""},
            "background": "#FFFFFF",
            "legendPosition": "top",
            "stacked": False,
            "aggregated": False,
            "dataSetsHaveTitle": True,
            "dataSets": [
                {"dataRange": f"Data!C{first + 1}:C{last}", "backgroundColor": BEFORE},
                {"dataRange": f"Data!B{first + 1}:B{last}", "backgroundColor": NOW},
            ],
            "labelRange": f"Data!A{first + 1}:A{last}",
            "humanize": True,
        }

    def _get_parts_chart(self, parts):
        if not parts.is_pie:
            return self._get_bars(parts)
        # Odoo's own pie opens what it shows, but knows nothing of currencies
        return self._get_pie(parts) if parts.measure.is_of_money else self._get_odoo_pie(parts)

    def _write_parts(self, parts):
        """Write the first rows of a pivot on the page of the data, and return their ranges.

        :return: that of the labels and that of the figures
        """
        group = {"fieldName": parts.group_by}
        source = parts.source.where(has(parts.group_by))
        pivot = self._add_pivot(NOTHING, source, group, [parts.measure])
        first, last = PARTS_ROW + 1, PARTS_ROW + PARTS
        self.data[cell(0, PARTS_ROW)] = f"={translated(parts.title)}"
        self.data[cell(0, first)] = self._get_rows(
            pivot, parts.source, parts.group_by, PARTS, [parts.measure]
        )
        return (
            f"Data!{cell(0, first)}:{cell(0, last)}",
            f"Data!{cell(1, first)}:{cell(1, last)}",
        )

    def _get_bars(self, parts):
        return self._get_chart(parts, "bar", "none", color=NOW, stacked=False, horizontal=True)

    def _get_pie(self, parts):
        return self._get_chart(parts, "pie", "right")

    def _get_chart(self, parts, kind, legend, color=None, **options):
        labels, figures = self._write_parts(parts)
        return {
            "type": kind,
            "title": {"text": ""},
            "background": "#FFFFFF",
            "legendPosition": legend,
            **options,
            "aggregated": False,
            "dataSetsHaveTitle": False,
            "dataSets": [{"dataRange": figures, **({"backgroundColor": color} if color else {})}],
            "labelRange": labels,
            "humanize": True,
        }

    def _get_odoo_pie(self, parts):
        return {
            "type": "odoo_pie",
            "title": {"text": ""},
            "background": "#FFFFFF",
            "legendPosition": "right",
            "metaData": {
                "groupBy": [parts.group_by],
                "measure": parts.measure.name,
                "order": "DESC",
                "resModel": parts.source.model,
                "mode": "pie",
            },
            "searchParams": {
                "comparison": None,
                "context": {},
                "domain": parts.source.domain,
                "groupBy": [parts.group_by],
                "orderBy": [],
            },
            "dataSets": [{}],
            "humanize": True,
            "fieldMatching": self._get_matching(parts.source),
        }

    def _write_tables(self, row):
        """Write the tables in pairs from a row on, and return the first row below them."""
        tables = self.dashboard.tables
        for start in range(0, len(tables), 2):
            for left, table in zip((LEFT, RIGHT), tables[start : start + 2], strict=False):
                self._write_table(row, left, table, start + bool(left))
            row += TABLE_ROWS + 3
        return row

    def _write_table(self, row, left, table, number):
        source = table.source.where(has(table.group_by))
        self._write_title(row, left, table.title, source, table.group_by, table.measures)
        # shown where there is nothing; names of pivots are not translated
        pivot = self._add_pivot(
            NOTHING,
            source,
            {"fieldName": table.group_by},
            table.measures,
            ascending=table.ascending,
        )
        first, last = row + 1, row + 1 + TABLE_ROWS
        width = len(table.measures)
        for column, measure in enumerate(table.measures, left + 1):
            self.cells[cell(column, first)] = (
                f"={translated(measure.title)}"
                if measure.title
                else f'=PIVOT.HEADER({pivot},"measure","{measure.id}")'
            )
        self.cells[cell(left, first + 1)] = self._get_rows(
            pivot, table.source, table.group_by, TABLE_ROWS, table.measures
        )
        self.rows[str(first)] = {"size": 34}
        self.styles[f"{cell(left + 1, first)}:{cell(left + width, first)}"] = 4
        self.styles[f"{cell(left, first + 1)}:{cell(left + width, last)}"] = 2
        self.tables.append(
            {
                "range": f"{cell(left, first)}:{cell(left + width, last)}",
                "type": "static",
                "config": {
                    "hasFilters": False,
                    "totalRow": False,
                    "firstColumn": False,
                    "lastColumn": False,
                    "numberOfHeaders": 1,
                    "bandedRows": True,
                    "bandedColumns": False,
                    "automaticAutofill": False,
                    "styleId": "None",
                },
            }
        )
        if table.ascending:
            return  # its first rows are the smallest
        self.bars.append(
            {
                "id": f"bar-{number + 1}",
                "ranges": [f"{cell(left, first + 1)}:{cell(left, last)}"],
                "rule": {
                    "type": "DataBarRule",
                    "color": BAR_COLORS[number % len(BAR_COLORS)],
                    "rangeValues": f"{cell(left + 1, first + 1)}:{cell(left + 1, last)}",
                },
            }
        )

    def _get_rows(self, pivot, source, group_by, rows, measures):
        """Return the formula of the first rows of a pivot; where there are none it has a total.

        :param source: what its amounts are of, in one currency or in several
        """
        shown = f"PIVOT({pivot},{rows},FALSE,FALSE,{len(measures)},FALSE)"
        shown = f'IF(PIVOT.HEADER({pivot},"#{group_by}",1)="","{NOTHING}",{shown})'
        return f"={self._of_one_currency(shown, source, measures)}"

    def _write_reason(self):
        """Write below the cards why there are no amounts, where they are of several currencies."""
        if not self.currencies:
            return
        self.data[cell(CURRENCIES_COLUMN, 0)] = f"={translated('Currencies')}"
        first, last = (cell(CURRENCIES_COLUMN, row) for row in (1, len(self.currencies)))
        place = cell(LEFT, CARD_ROWS - 1)
        self.cells[place] = f'=IF(MAX(Data!{first}:{last})>1,{translated(SEVERAL_CURRENCIES)},"")'
        self.styles[place] = 5

    def _write_note(self, row):
        """Write the note at a row, if there is one, and return the first row below it."""
        if not self.dashboard.note:
            return row
        self.cells[cell(LEFT, row)] = f"={translated(self.dashboard.note)}"
        self.styles[cell(LEFT, row)] = 5
        return row + 1

    def _write_title(self, row, left, title, source, group, measures=()):
        """Write a heading that opens the figures below it as a pivot, in the first period.

        :param measures: those that it shows; the pivot's own if none are given
        """
        period = {f"search_default_{source.date}": SEARCHED_PERIOD} if source.date else {}
        shown = {"pivot_measures": [measure.name for measure in measures]} if measures else {}
        link = {
            "viewType": "pivot",
            "action": {
                "xmlId": source.action,
                "domain": source.domain,
                "context": {
                    **source.context,
                    **period,
                    "group_by": [group],
                    **shown,
                    "pivot_row_groupby": [group],
                    "pivot_column_groupby": [],
                },
                "modelName": source.model,
                "views": [[False, view] for view in ("pivot", "graph", "list", "search")],
            },
            "threshold": 0,
            "name": title,
        }
        self.cells[cell(left, row)] = f"[{title}](odoo://view/{json.dumps(link)})"
        self.styles[cell(left, row)] = 1
        self.borders[f"{cell(left, row)}:{cell(left + 3, row)}"] = 1
        self.rows[str(row)] = {"size": 36}


def get_files():
    """Return the text of each file by its name."""
    return {
        f"{name}_dashboard.json": json.dumps(Writer(dashboard).write(), indent=1) + "\n"
        for name, dashboard in DASHBOARDS.items()
    }


if __name__ == "__main__":
    FILES.mkdir(parents=True, exist_ok=True)
    for file_name, text in get_files().items():
        (FILES / file_name).write_text(text)
