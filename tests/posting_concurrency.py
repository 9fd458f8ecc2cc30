"""Run in Odoo's shell by ``test_posting_concurrency.py``: what changes while somebody posts.

In each round one transaction begins, another one changes something and commits, and then the
first one posts: neither can see what the other one did. After that the scheduled action
follows, and a comparison of everything, which is to find nothing. Each round is printed as a
line of JSON after ``ROUND``.
"""

import json
import multiprocessing
import sys
from datetime import date

from odoo import SUPERUSER_ID, api, sql_db
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying

DAY = date(2026, 3, 10)
NUMBER = 3  # of documents in a round

database = env.cr.dbname  # noqa: F821 (the shell's)


def in_database(do, *arguments):
    """Do something in a transaction of its own and return what it returns."""
    with Registry(database).cursor() as cr:
        return do(api.Environment(cr, SUPERUSER_ID, {}), *arguments)


def work(ids, do, begun, changed):
    """Do something with documents in a process of its own, after something has changed."""
    # no connection is shared between processes: forgotten here, and still open in the parent
    sql_db._Pool._connections.clear()
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["isof.commission.plan"]._get_specs()
        cr.execute("SELECT count(*) FROM isof_trade_line")  # from here on it sees no change
        begun.set()
        changed.wait(60)
        # as every call: what conflicts in the same row is done again, and sees the change
        retrying(lambda: do(env["account.move"].browse(ids)), env)


def run(name, ids, do, change, *arguments):
    """Do something with documents, while something changes and is committed.

    :param do: function of the documents
    :param change: function of an environment and the arguments
    """
    context = multiprocessing.get_context("fork")
    begun, changed = context.Event(), context.Event()
    process = context.Process(target=work, args=(ids, do, begun, changed))
    process.start()
    begun.wait(60)
    in_database(change, *arguments)
    changed.set()
    process.join(60)
    before = in_database(look, ids)
    in_database(mend)
    kept = in_database(count_changes)
    after = in_database(look, ids)
    wrong = in_database(compare)
    report(name, before=before, after=after, wrong=wrong, kept=kept)


def report(name, **values):
    sys.stdout.write(f"ROUND {json.dumps({'name': name, **values})}\n")
    sys.stdout.flush()


def mend(env):
    env["isof.trade.note"]._cron_mend()


def count_changes(env):
    env.cr.execute("SELECT count(*) FROM isof_trade_note WHERE move_ids IS NULL")
    return env.cr.fetchone()[0]


def compare(env):
    """Return how many facts and entries a comparison with the ledger would have to change."""
    entries = env["isof.commission.entry"]
    before = entries.search_count([])
    facts = env["isof.trade.line"]._sync_everything()
    added = entries.search_count([]) - before
    env.cr.rollback()
    return [facts, added]


def look(env, ids):
    """Return what the facts of documents say, and what was earned on them."""
    facts = env["isof.trade.line"].search([("move_id", "in", ids)], order="move_id, id")
    entries = env["isof.commission.entry"].search([("move_id", "in", ids)])
    earned = {}
    for entry in entries:
        name = entry.payee_id.name
        accrued, due = earned.get(name, (0, 0))
        earned[name] = (round(accrued + entry.accrued, 2), round(due + entry.due, 2))
    return {
        "campaign": [fact.attributed_campaign_id.name or None for fact in facts],
        "category": [fact.product_category_id.name for fact in facts],
        "department": [fact.department_id.name or None for fact in facts],
        "earned": earned,
    }


# ------------------------------------------------------------
# What is there
# ------------------------------------------------------------


def set_up(env):
    """Make what the rounds need; return the ids of it by name."""
    company = env.company
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    first, second = env["hr.department"].create([{"name": "First"}, {"name": "Second"}])
    seller = env["res.users"].create({"name": "Seller", "login": "seller"})
    employee = env["hr.employee"].create(
        {
            "name": "Seller",
            "user_id": seller.id,
            "department_id": first.id,
            "date_version": date(2026, 1, 1),
        }
    )
    old, new = env["product.category"].create([{"name": "Old"}, {"name": "New"}])
    product = env["product.product"].create({"name": "Bolt", "categ_id": old.id})
    kind = env["isof.activity.type"].search([("needs_partner", "=", False)], limit=1)
    return {
        "company": company.id,
        "second": second.id,
        "seller": seller.id,
        "employee": employee.id,
        "new": new.id,
        "old": old.id,
        "product": product.id,
        "kind": kind.id,
        "done": env["isof.activity.status"].search([("state", "=", "done")], limit=1).id,
        "campaign": env["utm.campaign"].create({"name": "Fair"}).id,
        "agent": env["res.partner"].create({"name": "Agent"}).id,
    }


def create_documents():
    """Create a customer and drafts of 100 each; return the customer's id and theirs."""
    return in_database(create_invoices)


def create_invoices(env):
    customer = env["res.partner"].create({"name": "Customer", "is_company": True})
    line = {
        "product_id": there["product"],
        "quantity": 1,
        "price_unit": 100,
        "tax_ids": [Command.clear()],
    }
    vals = {
        "move_type": "out_invoice",
        "partner_id": customer.id,
        "invoice_user_id": there["seller"],
        "invoice_date": DAY,
        "invoice_line_ids": [Command.create(line)],
    }
    return customer.id, env["account.move"].create([vals] * NUMBER).ids


def create_plan(env, **vals):
    """Create a plan of 10 % for who sold, a draft; return its id."""
    rule = Command.create({"name": "All", "method": "rate", "rate": 10})
    vals = {"name": "Plan", "date_from": date(2026, 1, 1), "rule_ids": [rule], **vals}
    return env["isof.commission.plan"].create(vals).id


# ------------------------------------------------------------
# What people do
# ------------------------------------------------------------


def post(moves):
    moves.action_post()


def reset(moves):
    moves.button_draft()


def pay(moves):
    for move in moves:
        context = {"active_model": "account.move", "active_ids": move.ids}
        wizard = moves.env["account.payment.register"].with_context(**context)
        wizard.create({"payment_date": DAY})._create_payments()


def hold_activity(env, partner_id, day="2026-03-08", **vals):
    env["isof.activity"].create(
        {
            "name": "Visit",
            "type_id": there["kind"],
            "partner_id": partner_id,
            "campaign_id": there["campaign"],
            "status_id": there["done"],
            "start": f"{day} 10:00:00",
            "stop": f"{day} 11:00:00",
            **vals,
        }
    )


def write(env, model, record_id, vals):
    env[model].browse(record_id).write(vals)


def choose_category(env, category_id):
    env["product.product"].browse(there["product"]).categ_id = category_id


def share(env, ids):
    seller = env["res.users"].browse(there["seller"]).partner_id
    parts = [
        {"partner_id": there["agent"], "percent": 40},
        {"partner_id": seller.id, "percent": 60},
    ]
    for move in env["account.move"].browse(ids):
        move.isof_commission_share_ids = [Command.create(part) for part in parts]


def approve(env, plan_id):
    env["isof.commission.plan"].browse(plan_id).action_approve()


def draft_credit_notes(env, ids):
    """Create credit notes of invoices that are paid: posting them does not touch these."""
    moves = env["account.move"].browse(ids)
    post(moves)
    pay(moves)
    return moves._reverse_moves([{"invoice_date": DAY} for _move in moves]).ids


# ------------------------------------------------------------
# Rounds
# ------------------------------------------------------------


def race():
    customer, ids = create_documents()
    # the last activity with a customer is written on it, and so is the posting
    in_database(lambda env: hold_activity(env, customer, "2026-03-09", campaign_id=False))
    run("activity", ids, post, hold_activity, customer)

    _customer, ids = create_documents()
    run("category", ids, post, choose_category, there["new"])

    _customer, ids = create_documents()
    vals = {"department_id": there["second"]}
    run("department", ids, post, write, "hr.employee", there["employee"], vals)

    _customer, ids = create_documents()
    run("plan", ids, post, approve, in_database(create_plan))

    customer, ids = create_documents()
    in_database(lambda env: approve(env, create_plan(env, earner="agent")))
    run("agent", ids, post, write, "res.partner", customer, {"isof_agent_id": there["agent"]})

    _customer, ids = create_documents()
    run("share", ids, post, share, ids)

    _customer, ids = create_documents()
    in_database(lambda env: post(env["account.move"].browse(ids)))
    run("reset", ids, reset, approve, in_database(create_plan))

    _customer, ids = create_documents()
    in_database(lambda env: post(env["account.move"].browse(ids)))
    paid = in_database(lambda env: create_plan(env, due="paid"))
    run("payment", ids, pay, approve, paid)

    _customer, ids = create_documents()
    credit_ids = in_database(draft_credit_notes, ids)
    vals = {"campaign_id": there["campaign"]}
    run("credit note", credit_ids, post, write, "account.move", ids, vals)

    hold_back()


def hold_back():
    """Have somebody post who began before a change, and commits after the action has run."""
    _customer, ids = create_documents()
    with Registry(database).cursor() as cr:
        cr.execute("SELECT count(*) FROM isof_trade_line")
        in_database(choose_category, there["old"])
        in_database(mend)
        kept = [in_database(count_changes)]
        post(api.Environment(cr, SUPERUSER_ID, {})["account.move"].browse(ids))
    before = in_database(look, ids)
    in_database(mend)
    kept.append(in_database(count_changes))
    report("held back", before=before, after=in_database(look, ids), kept=kept)


there = in_database(set_up)
env.cr.rollback()  # noqa: F821 (the shell's)
race()
