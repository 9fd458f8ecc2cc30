import { patch } from "@web/core/utils/patch";
import { StatusBarField } from "@web/views/fields/statusbar/statusbar_field";

/** On a new record of ours a status is only chosen: it is saved with the rest, or discarded. */
patch(StatusBarField.prototype, {
    async selectItem(item) {
        const { name, record } = this.props;
        if (record.resId || !record.resModel.startsWith("isof.")) {
            return super.selectItem(item);
        }
        const isRelation = this.field.type === "many2one";
        await record.update({
            [name]: isRelation ? { id: item.value, display_name: item.label } : item.value,
        });
    },
});
