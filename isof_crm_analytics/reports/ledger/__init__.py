from . import isof_ledger_report
