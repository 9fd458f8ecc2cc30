"""Sales at a Point of Sale: Odoo's add-on comes to a database that has ours."""

import re

BATCH = ("--stop-after-init", "--no-http")


def test_sales_at_a_point_of_sale(isof, new_database):
    """The tests of sales that need Odoo's Point of Sale hold where it is installed after ours."""
    name = new_database("--without-demo")
    isof("odoo", "-d", name, "-i", "point_of_sale", *BATCH)
    done = isof("odoo", "-d", name, "--test-tags", "isof_pos", *BATCH, check=False)
    result = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", done.stderr)
    assert result, done.stderr
    failed, errors, number = map(int, result.groups())
    assert (failed, errors) == (0, 0), done.stderr
    assert number > 5, "the tests are skipped or not found"
