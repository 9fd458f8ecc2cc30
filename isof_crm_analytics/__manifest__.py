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
        "security/isof_order_report_security.xml",
        "security/ir.model.access.csv",
        "reports/isof_order_report_views.xml",
        "views/isof_crm_analytics_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["isof_crm_analytics/static/src/**/*"],
        "web.assets_unit_tests": ["isof_crm_analytics/static/tests/**/*.test.js"],
    },
    "installable": True,
}
