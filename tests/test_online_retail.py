"""A year of a real wholesaler's sales goes through Odoo, and the analyses say what its file says.

Every invoice and credit note is created and posted by the ORM, in a transaction that is never
committed. What the analyses must say is computed from the file alone, in decimal numbers. By
default it is one in so many documents of the year; all of them take hours::

    ISOF_ONLINE_RETAIL_EVERY=1 ./isof test tests/test_online_retail.py
"""

import csv
import gzip
import os
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail"
EVERY = int(os.environ.get("ISOF_ONLINE_RETAIL_EVERY", "290"))
BATCH = 50
# Adjustments that take money back and are not numbered as credit notes.
BAD_DEBTS = ("A563186", "A563187")
# Of the whole file with each line rounded, as its README says.
TOTAL = Decimal("9747747.93")
# Countries that Odoo calls otherwise, and what is no country.
COUNTRIES = {
    "Channel Islands": "Jersey",
    "EIRE": "Ireland",
    "RSA": "South Africa",
    "USA": "United States",
    "European Community": False,
    "Unspecified": False,
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no {FOLDER}")


@pytest.fixture(scope="module")
def rows():
    """Return the lines of the file that are loaded."""
    with gzip.open(FOLDER / "online_retail.csv.gz", "rt", encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if int(row["InvoiceNo"].lstrip("AC")) % EVERY == 0
        ]
    for row in rows:
        row["Customer"] = f"{row['CustomerID'] or 'unknown'}, {row['Country']}"
        row["CountryName"] = COUNTRIES.get(row["Country"], row["Country"])
        amount = int(row["Quantity"]) * Decimal(row["UnitPrice"])
        row["Amount"] = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return rows


@pytest.fixture(scope="module")
def facts(load_registry, rows):
    """Return the facts of a company that made the file's sales, as who sees all figures."""
    with Registry(get_db_name()).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        company = env["res.company"].create(
            {"name": "Online Retail", "country_id": env.ref("base.uk").id}
        )
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.currency_id = env.ref("base.GBP")
        load(env(context={**env.context, "allowed_company_ids": company.ids}), rows)
        analyst = env["res.users"].create(
            {
                "name": "Analyst",
                "login": "online_retail_analyst",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(env.ref("isof_crm_analytics.group_all").ids)],
            }
        )
        yield env(user=analyst, context={"allowed_company_ids": company.ids})["isof.trade.line"]
        cr.rollback()


def load(env, rows):
    """Create and post the documents of the lines."""
    countries = {country.name: country.id for country in env["res.country"].search([])}
    names = {row["Customer"]: row["CountryName"] for row in rows}
    partners = env["res.partner"].create(
        [
            {"name": name, "country_id": country and countries[country]}
            for name, country in names.items()
        ]
    )
    partner_ids = dict(zip(names, partners.ids, strict=True))
    names = {row["StockCode"]: row["Description"] or row["StockCode"] for row in rows}
    products = env["product.product"].create(
        [{"name": name, "default_code": code} for code, name in names.items()]
    )
    product_ids = dict(zip(names, products.ids, strict=True))
    documents = defaultdict(list)
    for row in rows:
        documents[row["InvoiceNo"]].append(row)
    documents = list(documents.values())
    for first in range(0, len(documents), BATCH):
        moves = env["account.move"].create(
            [prepare(lines, partner_ids, product_ids) for lines in documents[first : first + BATCH]]
        )
        moves.action_post()
        env.flush_all()
        env.invalidate_all()


def prepare(lines, partner_ids, product_ids):
    """Return the values of a document; one that gives money back is a credit note."""
    sign = -1 if sum(line["Amount"] for line in lines) < 0 else 1
    return {
        "move_type": "out_invoice" if sign > 0 else "out_refund",
        "ref": lines[0]["InvoiceNo"],
        "partner_id": partner_ids[lines[0]["Customer"]],
        "invoice_date": lines[0]["InvoiceDate"][:10],
        "invoice_line_ids": [
            Command.create(
                {
                    "product_id": product_ids[line["StockCode"]],
                    "quantity": sign * int(line["Quantity"]),
                    "price_unit": float(line["UnitPrice"]),
                    "tax_ids": [Command.clear()],
                }
            )
            for line in lines
        ],
    }


def read(facts, group, measure="sold_net:sum"):
    """Return what a pivot shows by a group: dict of label to figure, and the grand total."""
    groups, [total] = facts.formatted_read_grouping_sets(
        [("flow", "=", "sale")], [[group], []], [measure]
    )
    figures = {}
    for row in groups:
        value = row[group]
        if isinstance(value, (tuple, list)):
            value = value[0 if group == "invoice_date:month" else 1]
        figures[value] = decimal(row[measure])
    return figures, decimal(total[measure])


def decimal(figure):
    return Decimal(str(figure or 0)).quantize(Decimal("0.01"))


def compute(rows, key, measure="Amount"):
    """Return the same from the file alone."""
    figures = defaultdict(Decimal)
    for row in rows:
        figures[key(row)] += Decimal(row[measure])
    return figures, sum(figures.values())


def top(figures, number=10):
    """Return the largest figures; equal ones in the order of their names."""
    return sorted(figures.items(), key=lambda item: (-item[1], item[0]))[:number]


def test_something_is_loaded(facts, rows):
    """All months and many countries are there, and enough is credited."""
    assert facts.search_count([]) == len(rows) > 0
    assert len({row["InvoiceDate"][:7] for row in rows}) == 13
    assert len({row["Country"] for row in rows}) > 5
    assert facts.search_count([("move_type", "=", "out_refund")]) > 15


def test_by_month(facts, rows):
    expected = compute(rows, lambda row: f"{row['InvoiceDate'][:7]}-01")
    assert read(facts, "invoice_date:month") == expected


def test_by_country(facts, rows):
    assert read(facts, "country_id") == compute(rows, lambda row: row["CountryName"])


@pytest.mark.parametrize(
    ("measure", "column"), [("sold_net:sum", "Amount"), ("sold_quantity:sum", "Quantity")]
)
def test_top_customers(facts, rows, measure, column):
    figures, total = read(facts, "partner_id", measure)
    expected, expected_total = compute(rows, lambda row: row["Customer"], column)
    assert top(figures) == top(expected)
    assert (figures, total) == (expected, expected_total)


@pytest.mark.parametrize(
    ("measure", "column"), [("sold_net:sum", "Amount"), ("sold_quantity:sum", "Quantity")]
)
def test_top_products(facts, rows, measure, column):
    figures, total = read(facts, "product_id", measure)
    figures = {label.partition("]")[0].removeprefix("["): n for label, n in figures.items()}
    expected, expected_total = compute(rows, lambda row: row["StockCode"], column)
    assert top(figures) == top(expected)
    assert (figures, total) == (expected, expected_total)


def test_credit_notes_net_out(facts, rows):
    """The credit notes stand for themselves with the other sign, and the total is less them."""
    figures, total = read(facts, "move_type")
    credited = sum(row["Amount"] for row in rows if row["InvoiceNo"].startswith("C"))
    assert credited < 0
    by_type = {name: Decimal(0) for name in figures}
    for row in rows:
        is_credit = row["InvoiceNo"].startswith("C") or row["InvoiceNo"] in BAD_DEBTS
        by_type["out_refund" if is_credit else "out_invoice"] += row["Amount"]
    assert figures == by_type
    assert total == sum(by_type.values())


@pytest.mark.skipif(EVERY > 1, reason="a part of the file only")
def test_whole_year(facts):
    assert read(facts, "country_id")[1] == TOTAL
