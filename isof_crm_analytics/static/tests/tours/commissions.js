import { registry } from "@web/core/registry";

const openMenu = (name) => [
    {
        content: "Open the menu of reports",
        trigger: 'button[data-menu-xmlid="isof_crm.isof_crm_menu_reports"]',
        run: "click",
    },
    {
        content: `Choose ${name}`,
        trigger: `.o-dropdown--menu a[data-menu-xmlid="isof_crm_analytics.${name}_menu"]`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("isof_crm_analytics_commission_manager", {
    steps: () => [
        ...openMenu("isof_commission_plan_action"),
        {
            content: "Open the draft",
            trigger: ".o_list_view .o_data_row:contains(Tour Plan) td[name=name]",
            run: "click",
        },
        {
            content: "Try it",
            trigger: ".o_form_view button[name=action_try]",
            run: "click",
        },
        {
            content: "On last month",
            trigger: ".o_dialog footer button[name=action_try]",
            run: "click",
        },
        {
            content: "It would have paid 10 % of 300",
            trigger: ".o_pivot:has(tbody th:contains(Tour Seller)):contains(30.00)",
        },
        {
            content: "Go back to the plan",
            trigger: ".o_breadcrumb a:contains(Tour Plan), .breadcrumb-item a:contains(Tour Plan)",
            run: "click",
        },
        {
            content: "Approve it",
            trigger: ".o_form_view button[name=action_compare_and_approve]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".o_dialog footer .btn-primary",
            run: "click",
        },
        {
            content: "It is approved, and pays for what was posted already",
            trigger:
                ".o_form_view:has(.o_arrow_button_current:contains(Approved)) .oe_stat_button:contains(Commissions)",
        },
        ...openMenu("isof_commission_settle_action"),
        {
            content: "See what settling last month makes",
            trigger: ".o_dialog footer button[name=action_preview]",
            run: "click",
        },
        {
            content: "Who gets how much is there before it is done",
            trigger: ".o_dialog .o_data_row:contains(Tour Seller):contains(30.00)",
        },
        {
            content: "Settle last month",
            trigger: ".o_dialog footer button[name=action_settle]",
            run: "click",
        },
        {
            content: "Open the settlement",
            trigger:
                "body:not(:has(.o_dialog)) .o_list_view .o_data_row:contains(Tour Seller):contains(30.00) td[name=payee_id]",
            run: "click",
        },
        {
            content: "Confirm it",
            trigger: ".o_form_view button[name=action_confirm]",
            run: "click",
        },
        {
            content: "Approve it",
            trigger: ".o_form_view button[name=action_approve]",
            run: "click",
        },
        {
            content: "It is to be paid",
            trigger:
                ".o_form_view:has(.o_arrow_button_current:contains(Approved)) button[name=action_pay]",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_analytics_commission_seller", {
    steps: () => [
        ...openMenu("isof_commission_card_action_open"),
        {
            content: "What was earned this month",
            trigger: ".o_form_view .o_field_widget[name=earned]:contains(5.00)",
        },
        {
            content: "Open the statements",
            trigger: ".o_form_view .oe_stat_button:contains(My Statements)",
            run: "click",
        },
        {
            content: "Open the own one; there is no other",
            trigger:
                ".o_list_view:not(:has(.o_data_row:eq(1))) .o_data_row:contains(Tour Seller) td[name=payee_id]",
            run: "click",
        },
        {
            content: "Each document is there, and why it earned",
            trigger:
                ".o_form_view .o_data_row:contains(Tour Customer):contains(Sale · Tour Plan · Everything):contains(30.00)",
        },
        {
            content: "It can be read as a page",
            trigger: ".o_form_view button[name=action_print_statement]",
        },
        {
            content: "It cannot be changed",
            trigger: ".o_form_view:not(:has(button[name=action_pay]))",
        },
    ],
});
