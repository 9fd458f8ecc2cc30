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

registry.category("web_tour.tours").add("isof_crm_analytics_campaign", {
    steps: () => [
        {
            content: "Open the menu of reports",
            trigger: 'button[data-menu-xmlid="isof_crm.isof_crm_menu_reports"]',
            run: "click",
        },
        {
            content: "Choose the campaign results",
            trigger:
                '.o-dropdown--menu a[data-menu-xmlid="isof_crm_analytics.isof_campaign_report_action_menu"]',
            run: "click",
        },
        {
            content: "The campaign won a customer; each cost what was spent",
            trigger:
                ".o_pivot:has(.o_pivot_measure_row:contains(Customers Won)) tbody tr:contains(Tour Campaign):contains(40.00)",
        },
        {
            content: "Open the menu of contractors",
            trigger: 'button[data-menu-xmlid="isof_crm.isof_crm_menu_contractors"]',
            run: "click",
        },
        {
            content: "Choose the campaigns",
            trigger: '.o-dropdown--menu a[data-menu-xmlid="isof_crm.utm_campaign_action_menu"]',
            run: "click",
        },
        {
            content: "Compare them side by side",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "The card shows what it brought; open it",
            trigger:
                ".o_kanban_record:contains(Tour Campaign):contains(200.00):contains(1 / 0) .fw-bold:first",
            run: "click",
        },
        {
            content: "Look at the costs",
            trigger: ".o_notebook a[name=isof_costs]",
            run: "click",
        },
        {
            content: "They are listed",
            trigger: ".o_field_widget[name=isof_cost_ids] .o_data_row:contains(Tour Stand)",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_analytics_score", {
    steps: () => [
        {
            content: "The schemes are listed; open one",
            trigger: ".o_list_view .o_data_row:contains(Tour Scheme) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Score the customers",
            trigger: ".o_form_view button[name=action_run]",
            run: "click",
        },
        {
            content: "The customer is the best one; open it",
            trigger: ".o_list_view .o_data_row:contains(Tour Customer):contains(A)",
        },
        {
            content: "Open the menu of contractors",
            trigger: 'button[data-menu-xmlid="isof_crm.isof_crm_menu_contractors"]',
            run: "click",
        },
        {
            content: "Choose the contractors",
            trigger: '.o-dropdown--menu a[data-menu-xmlid="isof_crm.res_partner_action_menu"]',
            run: "click",
        },
        {
            content: "They are there, and not the scores any more",
            trigger: ".o_last_breadcrumb_item:contains(Contractors)",
        },
        {
            content: "Open the menu of the search",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Filter by the class",
            trigger: ".o_filter_menu .o_menu_item:contains(ABC: A)",
            run: "click",
        },
        {
            content: "The filter is on",
            trigger: ".o_searchview .o_facet_value:contains(ABC: A)",
        },
    ],
});
