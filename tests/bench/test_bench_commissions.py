"""What commissions cost where they are earned: posting a thousand invoices with and without them.

All ways post the same drafts in turn, each taken back before the next, so that whatever else the
machine does disturbs all alike. The goal is of one plan, where each line earns one commission;
beside it, what tiers, a split and agents cost together, with more than two commissions a line.
"""

import statistics
import time
from datetime import date

import pytest

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from .scale import check_goal, size

SOLD, LINES, SELLERS = size(200, 10), 10, 10
GOAL = 1.10
# Documents a call of action_post, and how often: in bulk, and one by one as people do
SIZES = {100: size(10), 1: size(60)}


@pytest.fixture
def env(load_registry):
    with Registry(get_db_name()).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        company = env["res.company"].create({"name": "Bench commissions"})
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        yield env(context={**env.context, "allowed_company_ids": company.ids})
        cr.rollback()


def create_plans(env):
    agent = env["res.partner"].create({"name": "Bench agent"})
    everything = {"name": "Everything"}
    env["isof.commission.plan"].create(
        [
            {
                "name": "Bench rate",
                "date_from": date(2026, 1, 1),
                "rule_ids": [Command.create(everything | {"rate": 3})],
            },
            {
                "name": "Bench tiers",
                "date_from": date(2026, 1, 1),
                "rule_ids": [Command.create(everything | {"method": "tiers"})],
                "tier_ids": [
                    Command.create({"threshold": threshold, "rate": rate})
                    for threshold, rate in ((0, 1), (20_000, 2), (50_000, 3))
                ],
                "split_ids": [
                    Command.create({"kind": kind, "percent": percent})
                    for kind, percent in (("salesperson", 90), ("leader", 10))
                ],
            },
            {
                "name": "Bench agents",
                "date_from": date(2026, 1, 1),
                "earner": "agent",
                "due": "paid",
                "rule_ids": [Command.create(everything | {"rate": 2})],
            },
        ]
    ).action_approve()
    return agent


def create_drafts(env, number, customers, sellers, products, teams):
    return env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": customers[n % len(customers)].id,
                "invoice_user_id": sellers[n % len(sellers)].id,
                "team_id": teams.id,
                "invoice_date": date(2026, 3, 10),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "quantity": 2,
                            "price_unit": 3.5 + n % 7,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product in products
                ],
            }
            for n in range(number)
        ]
    )


def test_posting(env, monkeypatch):
    sellers, leader = (
        env["res.users"].create(
            [
                {
                    "name": f"Bench {name} {n}",
                    "login": f"bench_{name}_{n}",
                    "company_id": env.company.id,
                    "company_ids": [Command.set(env.company.ids)],
                }
                for n in range(number)
            ]
        )
        for name, number in (("seller", SELLERS), ("leader", 1))
    )
    team = env["crm.team"].create(
        {"name": "Bench", "user_id": leader.id, "company_id": env.company.id}
    )
    agent = create_plans(env)
    customers = env["res.partner"].create([{"name": f"Bench {n}"} for n in range(50)])
    customers[::5].isof_agent_id = agent
    products = env["product.product"].create(
        [{"name": f"Bench {n}", "standard_price": 2} for n in range(LINES)]
    )
    masters = customers, sellers, products, team
    create_drafts(env, SOLD, *masters).action_post()
    env.flush_all()

    plans = env.registry["isof.commission.plan"]
    get_specs = plans._get_specs
    rate, tiers, agents = get_specs(env["isof.commission.plan"])
    ways = {"without": (), "a plan": (rate,), "tiers, a split and agents": (tiers, agents)}

    def post(moves, way):
        """Return the seconds that it takes to post drafts, which are drafts again after."""
        monkeypatch.setattr(plans, "_get_specs", lambda _self: ways[way])
        env.invalidate_all()
        with env.cr.savepoint(flush=False) as savepoint:
            start = time.perf_counter()
            moves.action_post()
            env.flush_all()
            seconds = time.perf_counter() - start
            env.cr.execute(
                "SELECT count(*) FROM isof_commission_entry WHERE move_id = ANY(%s)", [moves.ids]
            )
            assert bool(env.cr.fetchone()[0]) == bool(ways[way])
            savepoint.rollback()
        env.transaction.clear()
        return seconds

    ratios = {}
    for number, rounds in SIZES.items():
        drafts = create_drafts(env, number, *masters)
        env.flush_all()
        times = {way: [] for way in ways}
        for turn in range(-1, rounds):
            for way in list(ways) if turn % 2 else reversed(ways):
                seconds = post(drafts, way)
                if turn >= 0:
                    times[way].append(seconds)
        each = {way: 1000 * statistics.median(times[way]) / number for way in ways}
        for way in ways:
            # of each round on its own: the machine may be busier in the next one
            pairs = zip(times[way], times["without"], strict=True)
            ratios[number, way] = statistics.median(seconds / plain for seconds, plain in pairs)
            print(  # noqa: T201
                f"\nposting of {LINES} lines, {number} at a time, {way}: {each[way]:.2f} ms,"
                f" {100 * ratios[number, way] - 100:.1f} % more"
            )
    check_goal(ratios[100, "a plan"] <= GOAL)
