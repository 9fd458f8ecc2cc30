from . import isof_campaign_report
