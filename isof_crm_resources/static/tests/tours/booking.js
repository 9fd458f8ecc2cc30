import { registry } from "@web/core/registry";

const choose = (scope, field, text) => [
    {
        content: `Write ${text} into ${field}`,
        trigger: `${scope} .o_field_widget[name=${field}] input`,
        run: `edit ${text}`,
    },
    {
        content: `Choose ${text}`,
        trigger: `.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option) a:contains(${text})`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("isof_crm_resources_find", {
    steps: () => [
        {
            content: "Open the menu of resources",
            trigger: `button[data-menu-xmlid="isof_crm_resources.isof_crm_resources_menu"]`,
            run: "click",
        },
        {
            content: "Choose to find what is free",
            trigger: `.o-dropdown--menu a[data-menu-xmlid="isof_crm_resources.isof_resource_finder_action_menu"]`,
            run: "click",
        },
        {
            content: "Ask when something is free",
            trigger: ".o_dialog .o_field_widget[name=mode] input[data-value=period]",
            run: "click",
        },
        {
            content: "Say what is needed",
            trigger: ".o_dialog .o_field_widget[name=need_ids] .o_data_row td[name=resource_ids]",
            run: "click",
        },
        ...choose(".o_dialog .o_selected_row", "resource_ids", "Tour Room"),
        {
            content: "Search",
            trigger: ".o_dialog button[name=action_search]",
            run: "click",
        },
        {
            content: "See the room and what else is needed, and ask for the kit, too",
            trigger: ".o_dialog .o_field_widget[name=line_ids] .o_data_row:contains(Tour Room)",
        },
        {
            content: "Add another need",
            trigger: ".o_dialog .o_field_widget[name=need_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...choose(".o_dialog .o_selected_row", "resource_ids", "Tour Kit"),
        {
            content: "Search again",
            trigger: ".o_dialog button[name=action_search]",
            run: "click",
        },
        {
            content: "Book room and kit by one click",
            trigger:
                ".o_dialog .o_field_widget[name=line_ids] .o_data_row:contains(Tour Kit) button[name=action_book]",
            run: "click",
        },
        {
            content: "It is said what was booked",
            trigger: ".o_notification:contains(Booked):contains(Tour Room):contains(Tour Kit)",
        },
        {
            content: "The dialogue is closed",
            trigger: "body:not(:has(.o_dialog))",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_resources_conflict", {
    steps: () => [
        ...choose(".o_form_view", "resource_id", "Tour Room"),
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The room is taken by somebody; another is free",
            trigger: ".o_dialog .modal-body:contains(Tour Holder)",
        },
        {
            content: "Book the other room instead",
            trigger: ".o_dialog .list-group-item:contains(Tour Other Room) button",
            run: "click",
        },
        {
            content: "The booking of the other room is shown",
            trigger:
                "body:not(:has(.o_dialog)) .o_field_widget[name=resource_id] input:value(Tour Other Room)",
        },
    ],
});
