import { registry } from "@web/core/registry";

const openStatement = [
    {
        content: "Open the menu of reports",
        trigger: 'button[data-menu-xmlid="isof_crm.isof_crm_menu_reports"]',
        run: "click",
    },
    {
        content: "Choose the sales statement",
        trigger:
            '.o-dropdown--menu a[data-menu-xmlid="isof_crm_analytics.isof_trade_line_action_sale_menu"]',
        run: "click",
    },
];

registry.category("web_tour.tours").add("isof_crm_analytics_statement", {
    steps: () => [
        ...openStatement,
        {
            content: "The statement shows the customer and margins",
            trigger:
                ".o_pivot:has(tbody th:contains(Tour Customer)):has(.o_pivot_measure_row:contains(Margin))",
        },
        {
            content: "Open the menu of the search",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Group by the seasons",
            trigger: ".o_group_by_menu .o_menu_item:contains(Tour Seasons)",
            run: "click",
        },
        {
            content: "Close the menu",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "There is a row for each season, and for what is outside",
            trigger:
                ".o_pivot:has(tbody th:contains(Tour Winter)):has(tbody th:contains(Tour Summer)):has(tbody th:contains(Outside any period))",
        },
        {
            content: "Look at what is in a season",
            trigger: ".o_pivot tbody tr:contains(Tour Summer) .o_pivot_cell_value:last .o_value",
            run: "click",
        },
        {
            content: "Only that line is listed",
            trigger:
                ".o_list_view:not(:has(.o_data_row:eq(1))) .o_data_row:contains(Tour Customer):contains(200.00)",
        },
        {
            content: "Choose all lines",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "They can be exported",
            trigger: ".o_control_panel .o_cp_action_menus .dropdown-toggle",
            run: "click",
        },
        {
            content: "Export",
            trigger: ".o-dropdown--menu .o_menu_item:contains(Export)",
            run: "click",
        },
        {
            content: "The columns to export are offered",
            trigger: ".o_dialog .o_export_data_dialog .o_right_field_panel:contains(Document)",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_analytics_no_margin", {
    steps: () => [
        ...openStatement,
        {
            content: "The statement shows own sales, and no margins",
            trigger:
                ".o_pivot:has(tbody th:contains(Tour Customer)):not(:has(.o_pivot_measure_row:contains(Margin)))",
        },
        {
            content: "Open the menu of measures",
            trigger: ".o_pivot_view button:contains(Measures)",
            run: "click",
        },
        {
            content: "It offers no margins and costs",
            trigger:
                ".o-dropdown--menu:contains(Discount):not(:contains(Margin)):not(:contains(Cost))",
        },
    ],
});
