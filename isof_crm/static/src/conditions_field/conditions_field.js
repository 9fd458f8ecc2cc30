import {
    Many2ManyTagsAvatarUserField,
    many2ManyTagsAvatarUserField,
} from "@mail/views/web/fields/many2many_avatar_user_field/many2many_avatar_user_field";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import {
    Many2ManyTagsField,
    many2ManyTagsField,
} from "@web/views/fields/many2many_tags/many2many_tags_field";

/**
 * Conditions: what was chosen and is archived by now is still one, and is shown greyed.
 *
 * How to use: `widget="isof_conditions"`, for people `isof_conditions_avatar`, on a field of the
 * server's `ConditionMany2many` to a model that can be archived.
 */
const withArchived = (T) =>
    class ArchivedConditions extends T {
        getTagProps(record) {
            const props = super.getTagProps(...arguments);
            return record.data.active
                ? props
                : {
                      ...props,
                      icon: "fa-archive",
                      className: "o_isof_archived",
                      title: _t("%s (archived)", props.text),
                  };
        }
    };

const describe = (field, component) => ({
    ...field,
    component,
    displayName: _t("Conditions"),
    supportedTypes: ["many2many"],
    relatedFields: (fieldInfo) => [
        ...field.relatedFields(fieldInfo),
        { name: "active", type: "boolean" },
    ],
});

export class ConditionsField extends withArchived(Many2ManyTagsField) {}

export class ConditionsAvatarField extends withArchived(Many2ManyTagsAvatarUserField) {}

const fields = registry.category("fields");
fields.add("isof_conditions", {
    ...describe(many2ManyTagsField, ConditionsField),
    additionalClasses: ["o_field_many2many_tags"],
});
fields.add("isof_conditions_avatar", describe(many2ManyTagsAvatarUserField, ConditionsAvatarField));
