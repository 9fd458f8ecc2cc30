import { registry } from "@web/core/registry";

// A contact has more pages than one screen shows at once; each is reached by its name.
const openPage = (name) => ({
    content: `Open the page ${name}`,
    trigger: `.o_notebook .nav-link[name=${name}]`,
    run: "click",
});

registry.category("web_tour.tours").add("isof_crm_duplicates", {
    steps: () => [
        {
            content: "Look for duplicates",
            trigger: "button[name=action_search]",
            run: "click",
        },
        {
            content: "Both are found, with the reason",
            trigger: ".o_data_row:contains(Tour Double):contains(same e-mail)",
        },
        {
            content: "Merge them",
            trigger: ".o_data_row:contains(Tour Double) button[name=action_merge]",
            run: "click",
        },
        {
            content: "Odoo's own dialogue merges them",
            trigger: ".o_dialog button[name=action_merge]",
            run: "click",
        },
        {
            content: "The dialogue has gone",
            trigger: "body:not(:has(.o_dialog))",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_duplicates_survivor", {
    steps: () => [
        {
            content: "The card counts the activities of both",
            trigger: "button[name=action_open_isof_activities]:contains(2)",
        },
        {
            content: "What comes next is in progress",
            trigger: ".o_field_widget[name=isof_open_chain_ids] .o_data_row:contains(Tour planned)",
        },
        openPage("isof_activities"),
        {
            content: "The one that was held is in the history",
            trigger: ".o_isof_timeline_card:contains(Tour held)",
        },
        {
            content: "The planned one is there too",
            trigger: ".o_isof_timeline_card:contains(Tour planned)",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_region_rule", {
    steps: () => [
        {
            content: "Add a rule",
            trigger: ".o_field_widget[name=rule_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "The country",
            trigger: ".o_field_widget[name=rule_ids] .o_field_widget[name=country_id] input",
            run: "edit Tourland",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item a:contains(Tourland)",
            run: "click",
        },
        {
            content: "The first ZIP code",
            trigger: ".o_field_widget[name=rule_ids] .o_field_widget[name=zip_from] input",
            run: "edit 10000",
        },
        {
            content: "The last ZIP code",
            trigger: ".o_field_widget[name=rule_ids] .o_field_widget[name=zip_to] input",
            run: "edit 19999",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The contractor is in the region",
            trigger: ".o_form_saved button[name=action_open_partners]:contains(1)",
            run: "click",
        },
        {
            content: "It is the one with that ZIP code",
            trigger: ".o_data_row .o_data_cell[name=complete_name]:contains(Tour Contractor)",
            run: "click",
        },
        {
            content: "The card shows the region that the rule found",
            trigger: ".o_form_view .o_field_widget[name=isof_region_id] input:value(Tour Region)",
        },
        {
            content: "Choose another one by hand",
            trigger: ".o_form_view .o_field_widget[name=isof_region_id] input",
            run: "edit Tour Chosen",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item a:contains(Tour Chosen)",
            run: "click",
        },
        {
            content: "Save the contractor",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is marked as chosen by hand",
            trigger: ".o_form_saved .badge:contains(by hand)",
        },
    ],
});
