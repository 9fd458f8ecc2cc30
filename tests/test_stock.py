"""Costs of goods that Odoo keeps in stock: its add-ons come to a database that has ours."""

ADD_ONS = (
    "account_debit_note,purchase_stock,sale_loyalty,sale_margin,sale_mrp,sale_stock,stock_account,"
    "stock_dropshipping"
)


def test_costs_of_goods_in_stock(run_beside):
    """The tests of costs that need Odoo's stock hold where it is installed after ours."""
    assert run_beside(ADD_ONS, "isof_stock") > 10, "the tests are skipped or not found"
