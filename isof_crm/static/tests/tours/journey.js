import { registry } from "@web/core/registry";

// Selecting by mouse as FullCalendar hears it: the slots from one to another, both included.
function dragOverCalendar(day, from, to) {
    const columns = document.querySelectorAll(".fc-timegrid-col.fc-day");
    const column = columns[day].getBoundingClientRect();
    const x = column.left + column.width / 2;
    const slot = (time) => document.querySelector(`.fc-timegrid-slot-lane[data-time="${time}"]`);
    slot(from).scrollIntoView({ block: "center" });
    const y = (time) => slot(time).getBoundingClientRect().top + 3;
    const fire = (target, type, clientY) =>
        target.dispatchEvent(
            new MouseEvent(type, {
                bubbles: true,
                cancelable: true,
                view: window,
                button: 0,
                buttons: type === "mouseup" ? 0 : 1,
                clientX: x,
                clientY,
                screenX: x,
                screenY: clientY,
            }),
        );
    fire(document.elementFromPoint(x, y(from)), "mousedown", y(from));
    fire(document, "mousemove", y(from) + 10);
    fire(document, "mousemove", y(to));
    fire(document, "mouseup", y(to));
}

// above the dialogue of the activity, which has a result too
const doneDialog = ".o_dialog:has(footer button[name=action_confirm])";

const choose = (field, text) => [
    {
        content: `Write ${text} into ${field}`,
        trigger: `.o_dialog .o_field_widget[name=${field}] input`,
        run: `edit ${text}`,
    },
    {
        content: `Choose ${text}`,
        trigger: `.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option) a:contains(${text})`,
        run: "click",
    },
];

const openMenu = (section, entry) => [
    {
        content: `Open menu ${section}`,
        trigger: `button[data-menu-xmlid="isof_crm.${section}"]`,
        run: "click",
    },
    {
        content: `Choose ${entry}`,
        trigger: `.o-dropdown--menu a[data-menu-xmlid="isof_crm.${entry}"]`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("isof_crm_journey", {
    url: "/odoo/isof-calendar",
    steps: () => [
        // Plan a presentation by drag in the week calendar
        {
            content: "Go to next week, which lies in the future on any day",
            trigger: ".o_calendar_button_next",
            run: "click",
        },
        {
            content: "Drag over a working day from 10 to a quarter past 11",
            trigger: ".fc:not(:has(.fc-day-today)) .fc-timegrid-slot-lane[data-time='10:00:00']",
            run: () => dragOverCalendar(2, "10:00:00", "11:00:00"),
        },
        ...choose("type_id", "Journey presentation"),
        ...choose("partner_id", "Journey Customer"),
        ...choose("campaign_id", "Journey Campaign"),
        {
            content: "The subject is the type's",
            trigger: ".o_dialog .o_field_widget[name=name] input:value(Journey presentation)",
        },
        {
            content: "Save",
            trigger: ".o_dialog .o_form_button_save",
            run: "click",
        },
        {
            content: "It is in the calendar at once; look at it",
            trigger: ".fc-event:contains(Journey presentation)",
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".o_cw_popover .o_cw_popover_edit",
            run: "click",
        },
        {
            content: "The region is the customer's",
            trigger: ".o_field_widget[name=region_id] input:value(Journey Region)",
        },
        // Hold it, record the result, plan the next step
        {
            content: "Done and plan next",
            trigger: "button[name=action_done_and_plan_next]:contains(Done)",
            run: "click",
        },
        {
            content: "The suggestion of the type is chosen",
            trigger: `${doneDialog} .o_field_widget[name=next_name] input:value(Journey offer)`,
        },
        {
            content: "Record the result",
            trigger: `${doneDialog} .o_field_widget[name=result] textarea`,
            run: "edit They want an offer",
        },
        {
            content: "Confirm",
            trigger: `${doneDialog} footer button:contains(Done and Plan Next)`,
            run: "click",
        },
        {
            content: "The next step is shown",
            trigger: ".o_form_view .o_field_widget[name=name] input:value(Journey offer)",
        },
        {
            content: "Look at the chain",
            trigger: "button[name=action_open_chain]",
            run: "click",
        },
        {
            content: "The chain tells the result",
            trigger: ".o_isof_timeline_card:contains(They want an offer)",
        },
        // Find it by campaign and region
        ...openMenu("isof_crm_menu_activities", "isof_activity_action_menu"),
        {
            content: "Only this campaign",
            trigger: ".o_search_panel label:contains(Journey Campaign)",
            run: "click",
        },
        {
            content: "Only this region",
            trigger: ".o_search_panel_category_value header:contains(Journey Region)",
            run: "click",
        },
        {
            content: "Both steps are found",
            trigger: ".o_list_view:not(:has(.o_data_row:eq(2))) .o_data_row:eq(1)",
        },
        {
            content: "The one that was held is among them",
            trigger: ".o_data_row:contains(They want an offer)",
        },
        // Print the action plan
        ...openMenu("isof_crm_menu_activities", "isof_activity_action_plan_menu"),
        {
            content: "The next step is in the action plan",
            trigger: ".o_data_row:contains(Journey offer)",
        },
        {
            content: "Print or export",
            trigger: ".o_control_panel button:contains(Print or Export)",
            run: "click",
        },
        {
            content: "Export the action plan as XLSX",
            trigger: ".o_dialog footer button[name=action_export]",
            run: "click",
        },
        {
            content: "Print it",
            trigger: ".o_dialog footer button[name=action_print]",
            run: "click",
        },
        {
            content: "Without wkhtmltopdf the page opens, else the file is downloaded",
            trigger: "iframe, .o_list_view .o_data_row",
        },
    ],
});
