import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { SelectionField, selectionField } from "@web/views/fields/selection/selection_field";

/**
 * Selection of a text out of pairs of a value and a label that another field of the record has.
 *
 * A value that is not among them stays: it is what somebody else may see, or what has gone.
 */
export class AnalysisChoiceField extends SelectionField {
    static props = { ...SelectionField.props, choicesField: String };

    get options() {
        const options = this.props.record.data[this.props.choicesField] || [];
        const { value } = this;
        return value && !options.some(([known]) => known === value)
            ? [...options, [value, _t("%s (not available)", value)]]
            : options;
    }

    get string() {
        const { value } = this;
        return value ? this.options.find(([known]) => known === value)[1] : "";
    }

    onChange(value) {
        this.props.record.update({ [this.props.name]: value ?? false });
    }
}

registry.category("fields").add("isof_analysis_choice", {
    ...selectionField,
    component: AnalysisChoiceField,
    displayName: _t("Choice of an Analysis"),
    supportedTypes: ["char"],
    extractProps(fieldInfo, dynamicInfo) {
        return {
            ...selectionField.extractProps(fieldInfo, dynamicInfo),
            choicesField: fieldInfo.options.choices,
        };
    },
});
