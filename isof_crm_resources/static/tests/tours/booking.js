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

registry.category("web_tour.tours").add("isof_crm_resources_conflict_activity", {
    steps: () => [
        ...choose(".o_form_view", "resource_ids", "Tour Room"),
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The activity may have the room later",
            trigger: ".o_dialog .list-group-item:contains(The whole activity)",
        },
        {
            content: "Take the other room instead",
            trigger: ".o_dialog .list-group-item:contains(Tour Other Room) button",
            run: "click",
        },
        {
            content: "The activity has the other room, and nothing is left to save",
            trigger:
                "body:not(:has(.o_dialog)) .o_form_view:has(.o_form_button_save:not(:visible)) .o_field_widget[name=resource_ids]:contains(Tour Other Room)",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_resources_conflict_find", {
    steps: () => [
        ...choose(".o_form_view", "resource_id", "Tour Room"),
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Look for something else than what is offered",
            trigger: ".o_dialog footer button:contains(Find Free)",
            run: "click",
        },
        {
            content: "It is for the booking that was to be moved",
            trigger: ".o_dialog .o_field_widget[name=booking_id]",
        },
        {
            content: "Search",
            trigger: ".o_dialog button[name=action_search]",
            run: "click",
        },
        {
            content: "Choose the other room",
            trigger:
                ".o_dialog .o_field_widget[name=line_ids] .o_data_row:contains(Tour Other Room) button[name=action_book]",
            run: "click",
        },
        {
            content: "The booking of the other room is shown",
            trigger:
                "body:not(:has(.o_dialog)) .o_field_widget[name=resource_id] input:value(Tour Other Room)",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_resources_series", {
    steps: () => [
        {
            content: "Change the series of the booking",
            trigger: "button[name=action_change_series]",
            run: "click",
        },
        {
            content: "This and the following ones",
            trigger: ".o_dialog .o_field_widget[name=scope] input[data-value=following]",
            run: "click",
        },
        {
            content: "It is said how many these are",
            trigger: ".o_dialog .o_field_widget[name=concerned_count]:contains(2)",
        },
        {
            content: "Say what for",
            trigger: ".o_dialog .o_field_widget[name=name] input",
            run: "edit Tour Training",
        },
        ...choose(".o_dialog", "resource_id", "Tour Other Room"),
        {
            content: "Change them",
            trigger: ".o_dialog button[name=action_apply]:contains(Change)",
            run: "click",
        },
        {
            content: "The booking is changed; cancel all of the series",
            trigger:
                "body:not(:has(.o_dialog)) .o_form_view:has(.o_field_widget[name=resource_id] input:value(Tour Other Room)) button[name=action_cancel_series]",
            run: "click",
        },
        {
            content: "All of them",
            trigger: ".o_dialog .o_field_widget[name=scope] input[data-value=all]",
            run: "click",
        },
        {
            content: "These are three",
            trigger: ".o_dialog .o_field_widget[name=concerned_count]:contains(3)",
        },
        {
            content: "Cancel them",
            trigger: ".o_dialog button[name=action_apply]:contains(Cancel)",
            run: "click",
        },
        {
            content: "The booking is cancelled",
            trigger:
                "body:not(:has(.o_dialog)) .o_statusbar_status .o_arrow_button_current:contains(Cancelled)",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_resources_refuse", {
    steps: () => [
        {
            content: "Refuse the request",
            trigger: "button[name=action_ask_refusal]",
            run: "click",
        },
        {
            content: "Without a reason nothing happens",
            trigger: ".o_dialog button[name=action_refuse]",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".o_dialog .o_field_invalid[name=reason] textarea",
            run: "edit The tour needs it",
        },
        {
            content: "Refuse it",
            trigger: ".o_dialog button[name=action_refuse]",
            run: "click",
        },
        {
            content: "The booking is refused",
            trigger:
                "body:not(:has(.o_dialog)) .o_statusbar_status .o_arrow_button_current:contains(Refused)",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_resources_archive", {
    steps: () => [
        {
            content: "Open the menu of the resource",
            trigger: ".o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Archive it",
            trigger: ".o-dropdown--menu .o_menu_item:contains(Archive)",
            run: "click",
        },
        {
            content: "Odoo asks whether it is meant",
            trigger: ".o_dialog footer button.btn-primary",
            run: "click",
        },
        {
            content: "What is booked is listed",
            trigger:
                ".o_dialog .o_field_widget[name=booking_ids] .o_data_row:contains(Tour Holder)",
        },
        {
            content: "Say why",
            trigger: ".o_dialog .o_field_widget[name=reason] textarea",
            run: "edit It becomes an office",
        },
        {
            content: "Have it cancelled",
            trigger: ".o_dialog button[name=action_cancel_and_archive]",
            run: "click",
        },
        {
            content: "The resource is archived",
            trigger: "body:not(:has(.o_dialog)) .o_form_view .ribbon:contains(Archived)",
        },
    ],
});
