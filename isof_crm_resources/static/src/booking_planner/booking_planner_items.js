/* global vis */

export const BOOKING_TYPE = "isof_booking";
export const CLOSED_TYPE = "isof_closed";

function createElement(className = "") {
    const element = document.createElement("div");
    element.className = className;
    return element;
}

/**
 * Return a kind of vis-timeline's items that are drawn all together.
 *
 * vis-timeline draws each item as it comes and measures it, for which the browser works out the
 * styles of the whole page. These wait for the redraw that follows once all are there.
 */
const drawnTogether = (Item) =>
    class extends Item {
        show() {}

        /** Put into the page what is as it will stay: whatever is changed there costs as much again. */
        _appendDomElement() {
            this._updateDirtyDomComponents();
            super._appendDomElement();
            this.repositionX();
        }

        repositionX(...args) {
            if (this.displayed) {
                super.repositionX(...args);
                this.dom.box.style.top = `${this.top}px`;
            }
        }
    };

/** Return the kind of a booking, with as few elements as it needs, one line high. */
function makeBookingItem() {
    const heights = new WeakMap(); // by the planner's set of items
    return class extends drawnTogether(vis.timeline.components.items.RangeItem) {
        _createDomElement() {
            if (this.dom) {
                return;
            }
            const [box, frame, content] = ["", "vis-item-overflow", "vis-item-content"].map(
                createElement,
            );
            frame.append(content);
            box.append(frame);
            // reached by the Tab key
            box.tabIndex = 0;
            box.setAttribute("role", "button");
            box.addEventListener("pointerenter", () => this._repaintHandles());
            box["vis-item"] = this;
            this.dom = { box, frame, content };
        }

        _getDomComponentsSizes() {
            const { itemSet } = this.parent;
            if (!heights.has(itemSet)) {
                heights.set(itemSet, this.dom.box.offsetHeight);
            }
            return { content: { width: 0 }, box: { height: heights.get(itemSet) } };
        }

        _repaintDomAdditionals() {
            this._repaintDragCenter();
            if (this.selected) {
                this._repaintHandles();
            }
        }

        /** Show by what the ends of a booking are dragged; only under a mouse they are needed. */
        _repaintHandles() {
            this._repaintDragLeft();
            this._repaintDragRight();
        }
    };
}

/** Return the kind of the times in which a resource is closed: a plain area. */
function makeClosedItem() {
    return class extends drawnTogether(vis.timeline.components.items.BackgroundItem) {
        _createDomElement() {
            // what it says, which is nothing, is not shown
            this.dom ||= { box: createElement(), content: createElement() };
        }

        _getDomComponentsSizes() {
            return { content: { width: 0 } };
        }

        setParent(row) {
            super.setParent(row);
            this._searchAll();
        }

        hide() {
            super.hide();
            this._searchAll();
        }

        /** vis-timeline looks for what begins or ends near the time that is shown, as this does not. */
        _searchAll() {
            if (this.parent) {
                this.parent.checkRangedItems = true;
            }
        }
    };
}

/** Make known to vis-timeline, once it is loaded, what the planner shows. */
export function defineItems() {
    const { types } = vis.timeline.components.ItemSet;
    types[BOOKING_TYPE] ||= makeBookingItem();
    types[CLOSED_TYPE] ||= makeClosedItem();
}
