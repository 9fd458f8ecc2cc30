from datetime import timedelta

from odoo import fields
from odoo.fields import Command

# Campaign, what for, how many days ago, planned and actual cost.
COSTS = (
    ("catalogue", ("Printing", "Druk"), 290, 11000, 0),
    ("catalogue", ("Postage", "Wysyłka"), 280, 4000, 3890),
    ("fair", ("Stand", "Stoisko"), 55, 15000, 14200),
    ("fair", ("Leaflets", "Ulotki"), 50, 3000, 0),
    ("win_back", ("Gift vouchers", "Bony upominkowe"), 140, 2500, 2750),
    ("loyalty", ("Loyalty cards", "Karty lojalnościowe"), 230, 5000, 4480),
)
# The lines of the printer's bill: what, its price, and which part each campaign bears of it.
BILL_DAYS_AGO = 285
BILL = (
    (("Catalogue, 5000 copies", "Katalog, 5000 szt."), 12350, {"catalogue": 100}),
    (("Posters and banners", "Plakaty i banery"), 1800, {"catalogue": 60, "loyalty": 40}),
)
HOURLY_RATE = 90


class CampaignGenerator:
    """What the demo company's campaigns cost. Texts are pairs in English and Polish."""

    def __init__(self, env):
        self.env = env(context={**env.context, "tracking_disable": True, "mail_notrack": True})
        self.language = int((env.ref("base.user_admin").lang or "").startswith("pl"))
        self.company = env.ref("isof_crm.res_company_demo")
        self.today = fields.Date.context_today(env["isof.demo"])
        names = ("catalogue", "fair", "win_back", "loyalty")
        self.campaigns = {name: env.ref(f"isof_crm.utm_campaign_{name}") for name in names}

    def load(self):
        """Create the costs, and the bill that some of them are of."""
        self.env["isof.campaign.cost"].create(
            [*self._prepare_entered(), *self._prepare_hours(), *self._prepare_billed()]
        )

    def _say(self, pair):
        """Return the text in the language of the demo company."""
        return pair[self.language]

    def _prepare_vals(self, campaign, kind="actual"):
        return {
            "campaign_id": self.campaigns[campaign].id,
            "company_id": self.company.id,
            "kind": kind,
        }

    def _prepare_entered(self):
        for campaign, name, ago, *amounts in COSTS:
            for kind, amount in zip(("planned", "actual"), amounts, strict=True):
                if amount:
                    yield self._prepare_vals(campaign, kind) | {
                        "name": self._say(name),
                        "date": self.today - timedelta(days=ago),
                        "entered_amount": amount,
                    }

    def _prepare_hours(self):
        for campaign in self.campaigns:
            yield self._prepare_vals(campaign) | {
                "name": self._say(("Hours of activities", "Godziny aktywności")),
                "source": "activity",
                "hourly_rate": HOURLY_RATE,
            }

    def _prepare_billed(self):
        lines = self._create_bill().invoice_line_ids
        for line, (_name, _price, shares) in zip(lines, BILL, strict=True):
            for campaign, share in shares.items():
                yield self._prepare_vals(campaign) | {"move_line_id": line.id, "share": share}

    def _create_bill(self):
        """Return the posted bill of the printer; both go with the add-on."""
        printer = self.env["res.partner"].create(
            {
                "name": "Drukarnia Akapit Sp. z o.o.",
                "is_company": True,
                "country_id": self.env.ref("base.pl").id,
                "city": "Łódź",
                "supplier_rank": 1,
            }
        )
        day = self.today - timedelta(days=BILL_DAYS_AGO)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": printer.id,
                "company_id": self.company.id,
                "invoice_date": day,
                "ref": f"FV {day:%Y/%m}/118",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": self._say(name),
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for name, price, _shares in BILL
                ],
            }
        )
        bill.action_post()
        self.env["ir.model.data"].create(
            [
                {
                    "module": "isof_crm_analytics",
                    "name": name,
                    "model": record._name,
                    "res_id": record.id,
                    "noupdate": True,
                }
                # by the name of the bill, ``_unload_trade`` finds it
                for name, record in (
                    ("res_partner_printer", printer),
                    (f"trade_account_move_{bill.id}", bill),
                )
            ]
        )
        return bill
