"""Costs of goods that Odoo keeps in stock: its add-ons come to a database that has ours."""

import re

BATCH = ("--stop-after-init", "--no-http")
ADD_ONS = (
    "account_debit_note,purchase_stock,sale_loyalty,sale_margin,sale_mrp,sale_stock,stock_account,"
    "stock_dropshipping"
)


def test_costs_of_goods_in_stock(isof, new_database):
    """The tests of costs that need Odoo's stock hold where it is installed after ours."""
    name = new_database("--without-demo")
    isof("odoo", "-d", name, "-i", ADD_ONS, *BATCH)
    done = isof("odoo", "-d", name, "--test-tags", "isof_stock", *BATCH, check=False)
    result = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", done.stderr)
    assert result, done.stderr
    failed, errors, number = map(int, result.groups())
    assert (failed, errors) == (0, 0), done.stderr
    assert number > 10, "the tests are skipped or not found"
