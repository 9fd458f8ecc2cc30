{
    "name": "ISOF CRM Analytics",
    "summary": "Analyses of sales and purchases in step with the ledger, in periods of your own",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "ISOF CRM",
    "website": "https://github.com/isof-crm/isof-crm",
    "license": "AGPL-3",
    "depends": ["isof_crm", "account", "sale", "purchase", "spreadsheet_dashboard"],
    "data": [
        "security/isof_crm_analytics_groups.xml",
        "security/isof_period_security.xml",
        "security/ir.model.access.csv",
        "wizards/isof_period_generate_views.xml",
        "views/isof_period_type_views.xml",
        "views/isof_period_views.xml",
        "views/isof_crm_analytics_menus.xml",
    ],
    "demo": [
        "demo/isof_period_demo.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "installable": True,
}
