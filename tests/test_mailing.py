"""Who may be written to: Odoo's mailings come to a database that has our add-ons."""


def test_mailings(run_beside):
    """The tests of mailing lists and mailings hold where they are installed after ours."""
    number = run_beside("mass_mailing,mass_mailing_sms", "isof_mailing")
    assert number > 10, "the tests are skipped or not found"
