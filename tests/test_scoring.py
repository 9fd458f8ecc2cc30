"""Scores of a real wholesaler's customers are what pandas computes from its file.

All documents of the file are there as facts, one a document, put there by SQL: that sales which
go through Odoo become the right facts is what ``test_online_retail.py`` shows. Nothing is
committed.
"""

from pathlib import Path

import pandas as pd
import pytest
from bench.scored import LAST_DAY, create_partners, load, open_company, score

FILE = Path(__file__).resolve().parents[2] / "shared/data/online_retail/online_retail.csv.gz"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"no {FILE}")


@pytest.fixture(scope="module")
def documents():
    """Return the documents of known customers: customer, day, whether it credits, and pence."""
    lines = pd.read_csv(FILE, dtype={"CustomerID": str, "InvoiceNo": str, "UnitPrice": str})
    lines = lines[lines.CustomerID.notna()]
    # in tenths of pence, which are exact
    price = lines.UnitPrice.map(lambda text: round(float(text) * 1000))
    amount = lines.Quantity * price
    pence = amount.abs().add(5).floordiv(10) * amount.map(lambda value: -1 if value < 0 else 1)
    lines = lines.assign(pence=pence, day=pd.to_datetime(lines.InvoiceDate.str[:10]))
    documents = lines.groupby(["InvoiceNo", "CustomerID"], as_index=False).agg(
        day=("day", "min"), pence=("pence", "sum")
    )
    return documents.assign(is_credit=documents.pence < 0)


def mark(values, number):
    """Return marks from 1 up, in equal groups but for equal values."""
    return 1 + (values.rank(method="min").astype(int) - 1) * number // len(values)


def compute_customers(documents, months):
    """Return by customer the days since the last purchase, their number, and the pence."""
    last = pd.Timestamp(LAST_DAY)
    if months:
        documents = documents[documents.day > last - pd.DateOffset(months=months)]
    bought = documents[documents.pence > 0].groupby("CustomerID")
    customers = documents.groupby("CustomerID").pence.sum().to_frame()
    return customers.assign(days=(last - bought.day.max()).dt.days, times=bought.size())


def compute_abc(pence, share_a, share_b):
    """Return the classes by the share of the total, going from the best customer on."""
    best = pence.sort_values(ascending=False)
    positive = best.clip(lower=0)
    before = positive.cumsum() - positive
    # equal customers begin where the first of them does
    before = before.groupby(best).transform("min")
    total = positive.sum()
    codes = pd.Series("C", best.index)
    codes[(before * 100 < total * share_b) & (best > 0)] = "B"
    codes[(before * 100 < total * share_a) & (best > 0)] = "A"
    return codes


@pytest.fixture(scope="module")
def scored(load_registry, documents):
    """Return the environment with the documents, and their numbers of customers by partner."""
    numbers = sorted(documents.CustomerID.unique())
    with open_company() as env:
        partner_ids = dict(zip(numbers, create_partners(env, len(numbers)), strict=True))
        load(
            env,
            [
                (
                    1_000_000 + n,
                    partner_ids[row.CustomerID],
                    row.day.date(),
                    "out_refund" if row.is_credit else "out_invoice",
                    f"{row.pence}e-2",
                )
                for n, row in enumerate(documents.itertuples())
            ],
        )
        yield env, {id_: number for number, id_ in partner_ids.items()}


@pytest.mark.parametrize(("months", "quantiles"), [(0, 5), (12, 5), (3, 4), (6, 9)])
def test_rfm(scored, documents, months, quantiles):
    env, numbers = scored
    scores, _seconds = score(env, months=months, quantiles=quantiles)
    customers = compute_customers(documents, months).dropna()
    marks = pd.DataFrame(
        {
            "recency": mark(-customers.days, quantiles),
            "frequency": mark(customers.times, quantiles),
            "monetary": mark(customers.pence, quantiles),
        }
    ).astype(str)
    expected = marks.recency + marks.frequency + marks.monetary
    assert len(expected) > 1500
    assert {numbers[s.partner_id.id]: s.code for s in scores} == expected.to_dict()
    assert {
        numbers[s.partner_id.id]: (s.recency, s.frequency, round(s.value * 100)) for s in scores
    } == {row.Index: (row.days, row.times, row.pence) for row in customers.itertuples()}


def test_rfm_by_limits(scored, documents):
    env, numbers = scored
    limits = {"days": [30, 90, 180], "times": [2, 5, 10, 20], "pence": [30_000, 99_999]}
    scores, _seconds = score(
        env,
        method="limit",
        recency_limits="30 90 180",
        frequency_limits="2; 5; 10; 20",
        monetary_limits="300 999,99",
    )
    customers = compute_customers(documents, 12).dropna()
    expected = {
        row.Index: "".join(
            str(
                1
                + sum(
                    row.days <= limit if name == "days" else getattr(row, name) >= limit
                    for limit in limits[name]
                )
            )
            for name in limits
        )
        for row in customers.itertuples()
    }
    assert {numbers[s.partner_id.id]: s.code for s in scores} == expected


@pytest.mark.parametrize(("months", "share_a", "share_b"), [(0, 80, 95), (12, 50, 75.5)])
def test_abc(scored, documents, months, share_a, share_b):
    env, numbers = scored
    scores, _seconds = score(env, kind="abc", months=months, share_a=share_a, share_b=share_b)
    expected = compute_abc(compute_customers(documents, months).pence, share_a, share_b)
    assert set(expected) == {"A", "B", "C"}
    assert {numbers[s.partner_id.id]: s.code for s in scores} == expected.to_dict()
