import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:contains(${name})`;

/** Several activities of the register are marked as done at once, and that is undone. */
registry.category("web_tour.tours").add("isof_crm_done", {
    url: "/odoo/isof-activities",
    steps: () => [
        {
            content: "Choose the one that is over",
            trigger: `${row("Tour late")} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Choose the one that is to come",
            trigger: `${row("Tour ahead")} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Mark both as done",
            trigger: ".o_control_panel button[name=action_mark_done]",
            run: "click",
        },
        {
            content: "It is asked when the one to come was held",
            trigger:
                ".o_dialog:has(.o_field_widget[name=held_at]) .o_field_widget[name=open_count]:contains(2)",
        },
        {
            content: "Now, as is proposed",
            trigger: ".o_dialog footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "It is told how many were marked; undo it",
            trigger:
                ".o_dialog:has(.o_field_widget[name=done_count]:contains(2)) footer button[name=action_undo]",
            run: "click",
        },
        {
            content: "It is told that they are as before",
            trigger: ".o_notification:contains(Activities as they were before: 2)",
        },
        {
            content: "The list shows it",
            trigger: `body:not(:has(.o_dialog)) .o_list_view:has(${row("Tour late")}:contains(Tour planned)) ${row("Tour ahead")}:contains(Tour planned)`,
        },
    ],
});
