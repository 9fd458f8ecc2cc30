import { registry } from "@web/core/registry";

const openStatement = [
    {
        content: "Open the menu of reports",
        trigger: 'button[data-menu-xmlid="isof_crm.isof_crm_menu_reports"]',
        run: "click",
    },
    {
        content: "Choose the saved analyses",
        trigger:
            '.o-dropdown--menu a[data-menu-xmlid="isof_crm_analytics.isof_analysis_action_menu"]',
        run: "click",
    },
    {
        content: "Open one that is ready",
        trigger: ".o_kanban_record:contains(Sales Statement)",
        run: "click",
    },
    {
        content: "Open the menu of periods",
        trigger: ".o_isof_analysis_period",
        run: "click",
    },
    {
        content: "Show the whole year",
        trigger: ".o-dropdown--menu .o_menu_item:contains(This year):first",
        run: "click",
    },
    {
        content: "It is shown",
        trigger:
            ".o_isof_analysis_page:not(.o_isof_analysis_loading) .o_isof_analysis_title:contains(12/31)",
    },
];

registry.category("web_tour.tours").add("isof_crm_analytics_analysis", {
    steps: () => [
        ...openStatement,
        {
            content: "The customer has sales and margins; open its row",
            trigger:
                ".o_isof_analysis_table:has(th:contains(Margin)) tr:contains(Tour Customer):contains(350.00) .o_isof_analysis_label",
            run: "click",
        },
        {
            content: "There are rows below it",
            trigger: ".o_isof_analysis_table tr[aria-level='2']:contains(350.00)",
        },
        {
            content: "Open the menu of what it is compared with",
            trigger: ".o_isof_analysis_comparison:contains(The same time last year)",
            run: "click",
        },
        {
            content: "Compare it with nothing",
            trigger: ".o-dropdown--menu .o_menu_item:contains(Nothing)",
            run: "click",
        },
        {
            content: "There is no value before any more; open what was sold",
            trigger:
                ".o_isof_analysis_table:not(:has(th[data-kind=comparison])) tr:contains(Tour Customer) td:first",
            run: "click",
        },
        {
            content: "The three lines are listed; go back",
            trigger: ".o_list_view:has(.o_data_row:eq(2)):not(:has(.o_data_row:eq(3)))",
        },
        {
            content: "Go back",
            trigger: ".breadcrumb-item a:contains(Sales Statement)",
            run: "click",
        },
        {
            content: "The table is as it was left",
            trigger:
                ".o_isof_analysis_table:not(:has(th[data-kind=comparison])):has(tr[aria-level='2'])",
        },
        {
            content: "It can be exported",
            trigger: ".o_isof_analysis_export",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_analytics_analysis_no_margin", {
    steps: () => [
        ...openStatement,
        {
            content: "A salesperson sees sales, and no margins",
            trigger:
                ".o_isof_analysis_table:not(:has(th:contains(Margin))) tr:contains(Tour Customer):contains(350.00)",
        },
        {
            content: "A note says what is left out",
            trigger: ".o_isof_analysis_note:contains(Margin)",
        },
    ],
});
