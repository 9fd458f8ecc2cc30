import { registry } from "@web/core/registry";

const wizard = ".o_dialog .o_form_view";

registry.category("web_tour.tours").add("isof_crm_segment", {
    url: "/odoo/isof-segments",
    steps: () => [
        // Define a dynamic segment, and see how large it would be
        {
            content: "A new segment",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Tour segment",
        },
        {
            content: "Ask for a region: open the choice of conditions",
            trigger: ".o_field_widget[name=starter] input, .o_field_widget[name=starter] select",
            run: "click",
        },
        {
            content: "Choose the region",
            trigger: ".o_select_menu_item:contains(Region)",
            run: "click",
        },
        {
            content: "Which region",
            trigger: ".o_tree_editor .o_multi_record_selector input",
            run: "edit Tour Region",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item a:contains(Tour Region)",
            run: "click",
        },
        {
            content: "Two contractors lie in it, counted before anything is saved",
            trigger: ".o_field_widget[name=preview_count] span:text(2)",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "They are members now",
            trigger: "button[name=action_open_members] .o_stat_value:text(2)",
        },
        // Plan calls for all of them
        {
            content: "Plan activities",
            trigger: ".o_statusbar_buttons button:contains(Plan Activities)",
            run: "click",
        },
        {
            content: "What to do",
            trigger: `${wizard} .o_field_widget[name=type_id] input`,
            run: "edit Tour call",
        },
        {
            content: "Choose the call",
            trigger:
                ".o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option) a:contains(Tour call)",
            run: "click",
        },
        {
            content: "Who withdrew the consent is shown before anything is planned",
            trigger: `${wizard} .alert:contains(Tour Silent):contains(consent withdrawn)`,
        },
        {
            content: "One is left",
            trigger: `${wizard} .o_field_widget[name=activity_count] span:text(1)`,
        },
        {
            content: "Plan",
            trigger: ".o_dialog footer button[name=action_start]",
            run: "click",
        },
        // What was done
        {
            content: "The page of what was planned tells whom it skipped, and why",
            trigger:
                ".o_form_view .o-mail-Message:contains(Tour Silent):contains(consent withdrawn)",
        },
        {
            content: "One customer was planned",
            trigger: ".o_form_view .o_field_widget[name=done_count] span:text(1)",
        },
        {
            content: "Look at the activities",
            trigger: "button[name=action_open_activities]",
            run: "click",
        },
        {
            content: "The call is there, the only one",
            trigger:
                ".o_list_view:not(:has(.o_data_row:eq(1))) .o_data_row:contains(Tour Talkative)",
        },
    ],
});
