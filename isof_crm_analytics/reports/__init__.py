from . import campaign, commission, ledger, order
