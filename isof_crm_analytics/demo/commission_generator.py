from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command

# One contractor in this many has come through the agent.
AGENT_EVERY = 5


class CommissionGenerator:
    """By what the demo company's salespeople earn, and what they were paid of it.

    Texts are pairs in English and Polish.
    """

    def __init__(self, env):
        # nobody is mailed
        quiet = dict.fromkeys(
            ("tracking_disable", "mail_notrack", "mail_activity_quick_update"), True
        )
        self.env = env(context={**env.context, **quiet})
        self.language = int((env.ref("base.user_admin").lang or "").startswith("pl"))
        self.company = env.ref("isof_crm.res_company_demo")
        today = fields.Date.context_today(env["isof.demo"])
        self.this_month = today.replace(day=1)

    def load(self):
        """Make the plans and approve them, and settle everything up to last month."""
        self._create_agent()
        start = self.this_month.replace(month=1)
        plan = self._create_plan(
            ("Salespeople", "Handlowcy"),
            [
                (("High margin", "Wysoka marża"), "rate", 3, 40),
                (("All other sales", "Pozostała sprzedaż"), "tiers", 0, None),
            ],
            date_from=start - relativedelta(years=1),
            tiers=[(0, 1), (20000, 1.5), (50000, 2)],
            cap=5000,
            user_ids=[Command.set(self._get_salespeople().ids)],
            target_ids=[Command.create(vals) for vals in self._prepare_targets(start)],
            split_ids=[
                Command.create({"kind": "salesperson", "percent": 90}),
                Command.create({"kind": "leader", "percent": 10}),
            ],
        )
        agents = self._create_plan(
            ("Agents", "Agenci"),
            [(("All sales", "Cała sprzedaż"), "rate", 2, None)],
            date_from=start,
            earner="agent",
        )
        (plan | agents).action_approve()
        self._create_plan(
            ("Idea: progressive on margin", "Pomysł: progresywnie od marży"),
            [(("Every margin", "Każda marża"), "tiers", 0, None)],
            date_from=self.this_month + relativedelta(months=1),
            basis="margin",
            tier_mode="progressive",
            tiers=[(0, 4), (5000, 8), (15000, 12)],
        )
        self._share_a_sale()
        last_month, before = (self.this_month - relativedelta(months=n) for n in (1, 2))
        for first, following in ((plan.date_from, before), (before, last_month)):
            paid = self._settle(first, following)
            paid.action_confirm()
            employees = paid.filtered(lambda settlement: not settlement.is_external)
            employees.action_approve()
            employees.action_pay()
        self._settle(last_month, self.this_month).filtered("previous_id").action_confirm()

    def _prepare_targets(self, start):
        """Return targets of this year: a tenth more than an average month of last year.

        :param start: the first day of this year
        """
        salespeople = self._get_salespeople()
        sales = [
            ("flow", "=", "sale"),
            ("company_id", "=", self.company.id),
            ("invoice_date", ">=", start - relativedelta(years=1)),
            ("invoice_date", "<", start),
        ]
        found = []
        for name, owners in (("user_id", salespeople), ("team_id", salespeople.sale_team_id)):
            for owner, net in self.env["isof.trade.line"]._read_group(
                [*sales, (name, "in", owners.ids)], [name], ["sold_net:sum"]
            ):
                amount = max(round(net / 12 * 1.1, -3), 1000)
                found.append({name: owner.id, "amount": amount})
        last = start + relativedelta(years=1, days=-1)
        return [{"date_from": start, "date_to": last, **vals} for vals in found]

    def _share_a_sale(self):
        """Have two people share the latest sale of one of them."""
        anna, piotr = (self.env.ref(f"isof_crm.res_users_{name}") for name in ("anna", "piotr"))
        move = self.env["account.move"].search(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("invoice_user_id", "=", anna.id),
            ],
            order="invoice_date desc, id desc",
            limit=1,
        )
        self.env["isof.commission.division"].create(
            {
                "move_id": move.id,
                "line_ids": [
                    Command.create({"partner_id": user.partner_id.id, "percent": percent})
                    for user, percent in ((anna, 60), (piotr, 40))
                ],
            }
        ).action_divide()

    def _say(self, pair):
        """Return the text in the language of the demo company."""
        return pair[self.language]

    def _get_salespeople(self):
        names = ("anna", "piotr", "ewa", "tomasz", "marek")
        return self.env["res.users"].union(
            *(self.env.ref(f"isof_crm.res_users_{name}") for name in names)
        )

    def _create_agent(self):
        agent = self.env["res.partner"].create(
            {
                "name": "Agencja Handlowa Nowak",
                "country_id": self.env.ref("base.pl").id,
                "city": "Poznań",
            }
        )
        # so that it goes with the add-on
        self.env["ir.model.data"].create(
            {
                "module": "isof_crm_analytics",
                "name": "res_partner_agent",
                "model": "res.partner",
                "res_id": agent.id,
                "noupdate": True,
            }
        )
        customers = self.env["isof.demo"]._get_customers()
        customers[::AGENT_EVERY].isof_agent_id = agent

    def _create_plan(self, name, rules, *, tiers=(), **vals):
        return self.env["isof.commission.plan"].create(
            {
                "name": self._say(name),
                "company_id": self.company.id,
                "rule_ids": [
                    Command.create(
                        {
                            "sequence": sequence,
                            "name": self._say(rule),
                            "method": method,
                            "rate": rate,
                            "has_margin_band": margin is not None,
                            "margin_from": margin or 0,
                        }
                    )
                    for sequence, (rule, method, rate, margin) in enumerate(rules)
                ],
                "tier_ids": [
                    Command.create({"threshold": threshold, "rate": rate})
                    for threshold, rate in tiers
                ],
                **vals,
            }
        )

    def _settle(self, first, following):
        """Return the settlements from a day on until before another one."""
        return self.env["isof.commission.settlement"]._settle(
            self.company,
            first,
            following - timedelta(days=1),
            approver=self.env.ref("isof_crm.res_users_marek"),
        )
