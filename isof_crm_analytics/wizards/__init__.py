from . import commission, ledger, period
