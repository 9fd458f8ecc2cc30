from . import assortment, campaign, commission, ledger, order
