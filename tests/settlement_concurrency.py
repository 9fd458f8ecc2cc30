"""Run in Odoo's shell by ``test_settlement_concurrency.py``: settling and approving at once.

Each thread has a connection of its own and goes through ``retrying``, as every call of the web
client does; it looks at the ledger before the barrier, so that it cannot see what the others
do after it. Each round is printed as a line of JSON after ``ROUND``.
"""

import functools
import json
import sys
import threading
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying

ROUNDS = 5
START = date(2026, 1, 1)

database = env.cr.dbname  # noqa: F821 (the shell's)


def in_database(do, *arguments):
    """Do something in a transaction of its own and return what it returns."""
    with Registry(database).cursor() as cr:
        return do(api.Environment(cr, SUPERUSER_ID, {}), *arguments)


def set_up(env):
    """Make a year of sales of two people, of whose commissions a third one gets a part.

    Two others approve what is settled.
    """
    company = env.company
    group = env.ref("isof_crm_analytics.group_commission_manager")
    approvers = env["res.users"].create(
        [
            {
                "name": f"Approver {number}",
                "login": f"approver_{number}",
                "tz": "UTC",
                "group_ids": [Command.link(group.id)],
            }
            for number in range(2)
        ]
    )
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    sellers = env["res.users"].create(
        [{"name": f"Seller {number}", "login": f"seller_{number}"} for number in range(2)]
    )
    leader = env["res.partner"].create({"name": "Leader"})
    env["isof.commission.plan"].create(
        {
            "name": "Race",
            "date_from": START,
            "rule_ids": [Command.create({"name": "All", "method": "tiers"})],
            "tier_ids": [
                Command.create({"threshold": threshold, "rate": rate})
                for threshold, rate in ((0, 1), (150, 10))
            ],
            "split_ids": [
                Command.create({"kind": "salesperson", "percent": 80}),
                Command.create({"kind": "person", "percent": 20, "partner_id": leader.id}),
            ],
        }
    ).action_approve()
    customer = env["res.partner"].create({"name": "Customer"})
    moves = env["account.move"]
    for month in range(2 * ROUNDS):
        for seller in sellers:
            for _number in range(2):
                move = moves.create(
                    {
                        "move_type": "out_invoice",
                        "partner_id": customer.id,
                        "invoice_user_id": seller.id,
                        "invoice_date": START + relativedelta(months=month),
                        "invoice_line_ids": [
                            Command.create(
                                {"name": "x", "price_unit": 100, "tax_ids": [Command.clear()]}
                            )
                        ],
                    }
                )
                move.action_post()
                # each in a transaction of its own: so the first one earns by the first tier
                env.cr.commit()
    return sellers.partner_id.ids, leader.id, approvers.ids


def settle(env, uid, month, partner_ids):
    first = START + relativedelta(months=month)
    last = first + relativedelta(months=1) - timedelta(days=1)
    payees = env["res.partner"].browse(partner_ids)
    made = env["isof.commission.settlement"]._settle(env.company, first, last, payees)
    return len(made)


def take(env, uid, month, method):
    """Have somebody press a button of the settlements of a month."""
    first = START + relativedelta(months=month)
    settlements = env(user=uid)["isof.commission.settlement"].search([("date_from", "=", first)])
    getattr(settlements, method)()
    return len(settlements)


def confirm_drafts(env):
    env["isof.commission.settlement"].search(
        [("state", "=", "draft")], order="date_from"
    ).action_confirm()


def work(barrier, results, number, do, uid, month, argument):
    """Do something with a month, at the moment at which the others do."""
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        cr.execute("SELECT count(*) FROM isof_commission_entry")
        barrier.wait()
        try:
            results[number] = retrying(functools.partial(do, env, uid, month, argument), env)
        except Exception as error:
            cr.rollback()
            results[number] = f"{type(error).__name__}: {error}"


def race(name, month, do, *jobs):
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)
    threads = [
        threading.Thread(target=work, args=(barrier, results, number, do, uid, month, argument))
        for number, (uid, argument) in enumerate(jobs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    state = in_database(look, month)
    sys.stdout.write(f"ROUND {json.dumps({'name': name, 'results': results, **state})}\n")


def look(env, month):
    """Return what was settled of a month, and what the ledger has of it."""
    first = START + relativedelta(months=month)
    settled = env["isof.commission.settlement"].search([("date_from", "=", first)])
    entries = env["isof.commission.entry"].search([("period_start", "=", first)])
    return {
        "settled": sorted(settled.mapped("amount_due")),
        "states": settled.mapped("state"),
        "earned": round(sum(entries.mapped("accrued")), 2),
        "missing": env["isof.commission.entry"]._sync(entries.move_id.ids),
    }


seller_ids, leader_id, approver_ids = in_database(set_up)
for number in range(ROUNDS):
    race("same people", 2 * number, settle, *[(SUPERUSER_ID, [])] * 3)
    one_plan = ((SUPERUSER_ID, partner_ids) for partner_ids in (seller_ids, [leader_id]))
    race("one plan", 2 * number + 1, settle, *one_plan)
    for step in ("confirm", "approve"):
        race(step, 2 * number, take, *((uid, f"action_{step}") for uid in approver_ids))
    in_database(confirm_drafts)
    opposite = zip(approver_ids, ("action_draft", "action_approve"), strict=True)
    race("take back or approve", 2 * number + 1, take, *opposite)
    in_database(confirm_drafts)
