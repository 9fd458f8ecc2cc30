import { registry } from "@web/core/registry";
import {
    ListDateTimeField,
    listDateTimeField,
} from "@web/views/fields/datetime/list_datetime_field";
import { formatDate } from "@web/views/fields/formatters";

/** Start or end of an activity in a list: of an all-day one its stored day, without a time. */
export class ActivityTimeField extends ListDateTimeField {
    getFormattedValue(valueIndex, numeric = this.props.numeric) {
        const value = this.values[valueIndex];
        return value && this.props.record.data.allday
            ? formatDate(value.setZone("utc"), { numeric })
            : super.getFormattedValue(valueIndex, numeric);
    }
}

registry.category("fields").add("isof_activity_time", {
    ...listDateTimeField,
    component: ActivityTimeField,
    fieldDependencies: [{ name: "allday", type: "boolean" }],
    supportedTypes: ["datetime"],
});
