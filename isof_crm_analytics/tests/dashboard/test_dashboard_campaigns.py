from datetime import date, datetime

from odoo.tests import tagged

from ..campaign.test_campaign import CampaignCommon
from .dashboard_common import DashboardMixin


@tagged("post_install", "-at_install")
class TestCampaignsDashboard(DashboardMixin, CampaignCommon):
    """The fair of March with a budget of 1000, and the mailing of the year before.

    ==========  ========  ========  =======  =============================
    Day         Customer  Campaign  Sold     Before that
    ==========  ========  ========  =======  =============================
    2025-02-10  Gamma     mailing        24  nothing: won
    2026-01-05  Beta      none            8
    2026-02-10  Alfa      mailing        40  nothing: won
    2026-03-09  Gamma     fair           48  more than a year ago: won
    2026-03-10  Alfa      fair           80  a month ago: kept
    2026-03-10  Beta      fair          160  in January: kept
    2026-03-12  Beta      mailing        80  tomorrow
    ==========  ========  ========  =======  =============================

    A stand cost 100 and half of a bill of 200, postage 20 and 30 the year before.
    """

    dashboard = "campaigns"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.analyst
        fair, mailing = cls.fair, cls.mailing
        fair.write({"isof_budget": 1000, "isof_date_from": date(2026, 3, 1)})
        mailing.write({"isof_budget": 300, "isof_date_from": date(2025, 2, 1)})
        # Alfa and Beta count for the fair by what was held with them
        cls._touch()
        cls._touch(partner_id=cls.beta.id, direction="in")
        for vals in (
            {"status_id": cls.status_planned.id},
            {"status_id": cls.status_cancelled.id},
            {"day": date(2026, 3, 12)},
        ):
            cls._touch(partner_id=cls.gamma.id, direction="in", **vals)
        cls._touch(mailing, date(2026, 2, 5), partner_id=cls.gamma.id)
        for partner, campaign, quantity, day in (
            (cls.gamma, mailing, 3, date(2025, 2, 10)),
            (cls.beta, False, 1, date(2026, 1, 5)),
            (cls.alfa, mailing, 5, date(2026, 2, 10)),
            (cls.gamma, fair, 6, date(2026, 3, 9)),
            (cls.alfa, False, 10, date(2026, 3, 10)),
            (cls.beta, False, 20, date(2026, 3, 10)),
            (cls.beta, mailing, 10, date(2026, 3, 12)),
        ):
            cls._create_invoice(
                {"quantity": quantity},
                partner_id=partner.id,
                campaign_id=campaign and campaign.id,
                invoice_date=day,
            )
        cls._create_invoice(campaign_id=fair.id, post=False)
        cls._create_invoice(company=cls.other_company, campaign_id=cls.campaign.id)
        for partner, campaign, day in (
            (cls.alfa, fair, datetime(2026, 3, 10, 9)),
            (cls.beta, mailing, datetime(2026, 2, 1, 9)),
            (cls.gamma, mailing, datetime(2025, 2, 1, 9)),
        ):
            cls._create_sale(partner_id=partner.id, campaign_id=campaign.id, date_order=day)
        cls._create_sale(partner_id=cls.gamma.id, campaign_id=fair.id, confirm=False)
        bill = cls._create_bill({"quantity": 1, "price_unit": 200})
        draft = cls._create_bill({"quantity": 1, "price_unit": 900}, post=False)
        cls.env["isof.campaign.cost"].create(
            [
                *(
                    {
                        "campaign_id": campaign.id,
                        "name": name,
                        "entered_amount": amount,
                        "date": day,
                        "kind": kind,
                    }
                    for campaign, name, amount, day, kind in (
                        (fair, "Stand", 100, date(2026, 3, 11), "actual"),
                        (fair, "Stand", 250, date(2026, 3, 11), "planned"),
                        (mailing, "Postage", 20, date(2026, 1, 15), "actual"),
                        (mailing, "Postage", 30, date(2025, 2, 15), "actual"),
                        (mailing, "Postage", 999, date(2026, 3, 12), "actual"),
                    )
                ),
                *(
                    {
                        "campaign_id": fair.id,
                        "move_line_id": move.invoice_line_ids.id,
                        "share": 50,
                    }
                    for move in (bill, draft)
                ),
            ]
        )

    def test_cards(self):
        self.assertCards(
            {
                "Turnover": (40 + 48 + 80 + 160, 24),
                "Cost": (100 + 100 + 20, 30),
                "Customers Won": (2, 1),
                "Customers Kept": (2, None),
                "Responded": (2, 1),
            }
        )

    def test_tables(self):
        fair, mailing = self.fair.id, self.mailing.id
        self.assertTables(
            {
                "Results": [(fair, 48 + 80 + 160, 1, 2), (mailing, 40, 1, None)],
                "Costs": [(fair, 200, 1000, 200 / 1), (mailing, 20, None, 20 / 1)],
                "Response": [(fair, 2, 2, 1), (mailing, 1, 1, 1)],
                "Regions": [
                    (self.region_pomerania.id, 160, None, 1),
                    (self.region_mazovia.id, 40 + 80, 1, 1),
                ],
            }
        )

    def test_charts(self):
        self.assertMonths([(1, None), (2, 40), (3, 48 + 80 + 160)], [(2, 24)])
        self.assertParts([("kept", 80 + 160), ("won", 40 + 48)])
