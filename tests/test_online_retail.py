"""A year of a real wholesaler's sales goes through Odoo, and the analyses say what its file says.

Every invoice and credit note is created and posted by the ORM, in a transaction that is never
committed. What the analyses must say is computed by pandas from the file alone, in whole pence. By
default it is a sample of the documents of the year; all of them take hours::

    ISOF_ONLINE_RETAIL_EVERY=1 ./isof test tests/test_online_retail.py
"""

import csv
import gzip
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail"
FILE = FOLDER / "online_retail.csv.gz"
EVERY = int(os.environ.get("ISOF_ONLINE_RETAIL_EVERY", "290"))
BATCH = 50
# Adjustments that take money back and are not numbered as credit notes.
BAD_DEBTS = ("A563186", "A563187")
# Of the whole file with each line rounded, in pence, as its README says.
TOTAL = 974774793
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
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if int(row["InvoiceNo"].lstrip("AC")) % EVERY == 0
        ]
    for row in rows:
        row["Customer"] = f"{row['CustomerID'] or 'unknown'}, {row['Country']}"
    return rows


@pytest.fixture(scope="module")
def sheet():
    """Return the same lines as pandas reads them, with what the tests ask for as columns."""
    sheet = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    sheet = sheet[sheet.InvoiceNo.str.lstrip("AC").astype(int) % EVERY == 0].copy()
    # prices have up to three decimals; half a penny is rounded away from zero
    thousandths = (sheet.UnitPrice.astype(float) * 1000).round().astype("int64")
    amount = sheet.Quantity.astype("int64") * thousandths
    sheet["Pence"] = ((amount.abs() + 5) // 10) * amount.map(lambda n: -1 if n < 0 else 1)
    sheet["Pieces"] = sheet.Quantity.astype("int64") * 100
    sheet["Month"] = sheet.InvoiceDate.str[:7] + "-01"
    sheet["CountryName"] = sheet.Country.map(lambda name: COUNTRIES.get(name, name))
    sheet["Customer"] = sheet.CustomerID.replace("", "unknown") + ", " + sheet.Country
    is_credit = sheet.InvoiceNo.str.startswith("C") | sheet.InvoiceNo.isin(BAD_DEBTS)
    sheet["Type"] = is_credit.map({True: "out_refund", False: "out_invoice"})
    return sheet


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
    names = {row["Customer"]: COUNTRIES.get(row["Country"], row["Country"]) for row in rows}
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
    amounts = (int(line["Quantity"]) * Decimal(line["UnitPrice"]) for line in lines)
    sign = -1 if sum(amounts) < 0 else 1
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
    """Return what a pivot shows by a group, in hundredths: dict by label, and the grand total."""
    groups, [total] = facts.formatted_read_grouping_sets(
        [("flow", "=", "sale")], [[group], []], [measure]
    )
    figures = {}
    for row in groups:
        value = row[group]
        if isinstance(value, (tuple, list)):
            value = value[0 if group == "invoice_date:month" else 1]
        figures[value] = hundredths(row[measure])
    return figures, hundredths(total[measure])


def hundredths(figure):
    return int((Decimal(str(figure or 0)) * 100).to_integral_value())


def compute(sheet, key, column="Pence"):
    """Return the same from the file alone."""
    figures = sheet.groupby(key)[column].sum()
    return {label: int(figure) for label, figure in figures.items()}, int(sheet[column].sum())


def top(figures, number=10):
    """Return the largest figures; equal ones in the order of their names."""
    return sorted(figures.items(), key=lambda item: (-item[1], item[0]))[:number]


def test_something_is_loaded(facts, sheet):
    """All months and many countries are there, and enough is credited."""
    assert facts.search_count([]) == len(sheet) > 0
    assert sheet.Month.nunique() == 13
    assert sheet.Country.nunique() > 5
    assert facts.search_count([("move_type", "=", "out_refund")]) > 15


def test_by_month(facts, sheet):
    assert read(facts, "invoice_date:month") == compute(sheet, "Month")


def test_by_country(facts, sheet):
    assert read(facts, "country_id") == compute(sheet, "CountryName")


@pytest.mark.parametrize(
    ("measure", "column"), [("sold_net:sum", "Pence"), ("sold_quantity:sum", "Pieces")]
)
def test_top_customers(facts, sheet, measure, column):
    figures, total = read(facts, "partner_id", measure)
    expected, expected_total = compute(sheet, "Customer", column)
    assert top(figures) == top(expected)
    assert (figures, total) == (expected, expected_total)


@pytest.mark.parametrize(
    ("measure", "column"), [("sold_net:sum", "Pence"), ("sold_quantity:sum", "Pieces")]
)
def test_top_products(facts, sheet, measure, column):
    figures, total = read(facts, "product_id", measure)
    figures = {label.partition("]")[0].removeprefix("["): n for label, n in figures.items()}
    expected, expected_total = compute(sheet, "StockCode", column)
    assert top(figures) == top(expected)
    assert (figures, total) == (expected, expected_total)


def test_credit_notes_net_out(facts, sheet):
    """The credit notes stand for themselves with the other sign, and the total is less them."""
    figures, total = read(facts, "move_type")
    assert figures["out_refund"] < 0
    assert (figures, total) == compute(sheet, "Type")


@pytest.mark.skipif(EVERY > 1, reason="a part of the file only")
def test_whole_year(facts, sheet):
    assert read(facts, "country_id")[1] == compute(sheet, "CountryName")[1] == TOTAL
