"""Scores of a hundred thousand customers with five documents each."""

from datetime import date, timedelta

from .scale import check_goal, size
from .scored import LAST_DAY, create_partners, load, open_company, score

MANY_CUSTOMERS, MANY_DOCUMENTS = size(100_000), size(500_000)
GOAL_SECONDS = 10


def test_many_customers(load_registry):
    days = [date.fromisoformat(LAST_DAY) - timedelta(days=n) for n in range(360)]
    with open_company() as env:
        partner_ids = create_partners(env, MANY_CUSTOMERS)
        load(
            env,
            [
                (
                    1_000_000 + n,
                    partner_ids[n % MANY_CUSTOMERS],
                    days[n * 7919 % 360],
                    "out_refund" if n % 17 == 0 else "out_invoice",
                    (-1 if n % 17 == 0 else 1) * (n * 104_729 % 90_000 + 1),
                )
                for n in range(MANY_DOCUMENTS)
            ],
        )
        env.cr.execute("ANALYZE isof_trade_line; ANALYZE account_move")
        for kind in ("rfm", "abc"):
            scores, seconds = score(env, kind=kind)
            assert len(scores) > MANY_CUSTOMERS * 0.99
            print(f"\n{kind}: {len(scores)} customers in {seconds:.1f} s")  # noqa: T201
            check_goal(seconds < GOAL_SECONDS)
