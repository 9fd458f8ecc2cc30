"""Sales at a Point of Sale: Odoo's add-on comes to a database that has ours."""


def test_sales_at_a_point_of_sale(run_beside):
    """The tests of sales that need Odoo's Point of Sale hold where it is installed after ours."""
    assert run_beside("point_of_sale", "isof_pos") > 5, "the tests are skipped or not found"
