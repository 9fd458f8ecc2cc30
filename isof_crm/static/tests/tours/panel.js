import { registry } from "@web/core/registry";

const item = (name) => `.o_search_panel_filter_value:contains(${name}) input`;
const call = ".fc-event:contains(Panel call)";
const meeting = ".fc-event:contains(Panel meeting)";

/** What is chosen in the panel beside the register holds in the calendar, and back in the list. */
registry.category("web_tour.tours").add("isof_crm_panel", {
    url: "/odoo/isof-activities",
    steps: () => [
        {
            trigger: ".o_data_row:contains(Panel call)",
        },
        {
            content: "Only meetings",
            trigger: item("Panel type"),
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Panel call)))",
        },
        {
            trigger: ".o_switch_view.o_calendar",
            run: "click",
        },
        {
            content: "The calendar shows meetings only, and the choice",
            trigger: `.o_calendar_view:has(${meeting}):not(:has(${call})) ${item("Panel type")}:checked`,
        },
        {
            content: "Everything",
            trigger: `.o_calendar_view ${item("Panel type")}`,
            run: "click",
        },
        {
            trigger: `.o_calendar_view:has(${call})`,
        },
        {
            trigger: `.o_calendar_view ${item("Panel type")}`,
            run: "click",
        },
        {
            trigger: `.o_calendar_view:not(:has(${call}))`,
        },
        {
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            trigger: `.o_list_view:has(.o_data_row:contains(Panel meeting)) ${item("Panel type")}:checked`,
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Panel call)))",
        },
    ],
});
