import { Component, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { AccordionItem } from "@web/core/dropdown/accordion_item";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { useDropdownState } from "@web/core/dropdown/dropdown_hooks";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { groupBy } from "@web/core/utils/arrays";
import { useService } from "@web/core/utils/hooks";

// What else some of the choices need.
const NEEDS = {
    last_days: "days",
    current_period: "type",
    previous_period: "type",
    own_period: "period",
    dates: "dates",
};

/** Menu of periods: the moving ones, user-defined ones, and from – to. */
export class AnalysisPeriodMenu extends Component {
    static template = "isof_crm_analytics.AnalysisPeriodMenu";
    static components = { AccordionItem, DateTimeInput, Dropdown, DropdownItem };
    static props = {
        className: String,
        icon: String,
        label: String,
        // pairs of a value and its label
        choices: Array,
        // which fields of the analysis it sets: choice, days, type, period, from, to
        names: Object,
        values: Object,
        onChange: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.dropdown = useDropdownState();
        this.state = useState({ draft: {}, periods: null });
    }

    get value() {
        return this.props.values[this.props.names.choice];
    }

    get valueLabel() {
        return this.props.choices.find(([value]) => value === this.value)?.[1];
    }

    getNeed(choice) {
        return NEEDS[choice];
    }

    /** Return the value that is entered, or else the one that applies. */
    getDraft(part) {
        const name = this.props.names[part];
        return this.state.draft[name] ?? this.props.values[name];
    }

    getDay(part) {
        const day = this.getDraft(part);
        return day ? deserializeDate(day) : false;
    }

    async onOpen() {
        this.state.draft = {};
        if (!this.state.periods) {
            const periods = await this.orm.searchRead("isof.period", [], ["name", "type_id"], {
                order: "type_id, date_from desc",
                limit: 1000,
            });
            this.state.periods = Object.values(groupBy(periods, ({ type_id }) => type_id[0])).map(
                (found) => ({ id: found[0].type_id[0], name: found[0].type_id[1], periods: found }),
            );
        }
    }

    onChoose(choice) {
        this.dropdown.close();
        this.props.onChange({ [this.props.names.choice]: choice });
    }

    onEnter(part, value) {
        this.state.draft[this.props.names[part]] = value;
    }

    onEnterNumber(part, text) {
        this.onEnter(part, Number(text));
    }

    onEnterDay(part, day) {
        this.onEnter(part, day ? serializeDate(day) : false);
    }

    /** Return the fields that a choice needs. */
    getParts(choice) {
        const need = NEEDS[choice];
        return need === "dates" ? ["from", "to"] : [need];
    }

    isComplete(choice) {
        const values = this.getParts(choice).map((part) => this.getDraft(part));
        return values.every(Boolean) && !(values[0] > values[1]);
    }

    onKeydown(ev, choice) {
        if (ev.key === "Enter" && this.isComplete(choice)) {
            // the menu would take it for a choice
            ev.stopPropagation();
            this.onApply(choice);
        }
    }

    onApply(choice) {
        const vals = { [this.props.names.choice]: choice };
        for (const part of this.getParts(choice)) {
            vals[this.props.names[part]] = this.getDraft(part);
        }
        this.dropdown.close();
        this.props.onChange(vals);
    }
}
