import { registry } from "@web/core/registry";

const FIRST_HOUR = 6;
const HOURS = 16;

/** Return where a time of the day is in the row of a resource, null where that is not shown yet. */
function locate(resource, hour) {
    const labels = [...document.querySelectorAll(".o_isof_planner .vis-label")];
    const label = labels.find(
        (each) => each.querySelector(".o_isof_planner_name")?.textContent === resource,
    );
    if (!label) {
        return null;
    }
    const row = label.getBoundingClientRect();
    const center = document
        .querySelector(".o_isof_planner .vis-panel.vis-center")
        .getBoundingClientRect();
    return {
        clientX: center.left + (center.width * (hour - FIRST_HOUR)) / HOURS + 1,
        clientY: row.top + row.height / 2,
    };
}

/** Wait until a booking starts at a time of the day in the row of a resource. */
async function waitForBooking(text, resource, hour) {
    const isThere = () => {
        const point = locate(resource, hour);
        if (!point) {
            return false;
        }
        const { clientX, clientY } = point;
        return [...document.querySelectorAll(".o_isof_planner_booking.vis-item")].some((item) => {
            const { left, top, bottom } = item.getBoundingClientRect();
            return (
                item.textContent.includes(text) &&
                Math.abs(left - clientX) <= 3 &&
                top < clientY &&
                clientY < bottom
            );
        });
    };
    for (let tries = 0; !isThere(); tries++) {
        if (tries === 50) {
            throw new Error(`no booking of ${text} in ${resource} at ${hour}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

/** Drag the mouse as vis-timeline and the planner hear it, no faster than a hand does. */
async function drag(from, to) {
    const fire = (type, point, target = document.elementFromPoint(point.clientX, point.clientY)) =>
        target.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                cancelable: true,
                pointerId: 1,
                pointerType: "mouse",
                isPrimary: true,
                button: type === "pointermove" ? -1 : 0,
                buttons: type === "pointerup" ? 0 : 1,
                ...point,
            }),
        );
    fire("pointerdown", from);
    const steps = 30;
    for (let step = 1; step <= steps; step++) {
        await new Promise((resolve) => setTimeout(resolve, 15));
        fire("pointermove", {
            clientX: from.clientX + ((to.clientX - from.clientX) * step) / steps,
            clientY: from.clientY + ((to.clientY - from.clientY) * step) / steps,
        });
    }
    fire("pointerup", to);
}

const openTomorrow = () => [
    {
        content: "Open the menu of resources",
        trigger: `button[data-menu-xmlid="isof_crm_resources.isof_crm_resources_menu"]`,
        run: "click",
    },
    {
        content: "Choose the planner",
        trigger: `.o-dropdown--menu a[data-menu-xmlid="isof_crm_resources.isof_booking_action_planner_menu"]`,
        run: "click",
    },
    {
        content: "Look at a day",
        trigger: ".o_isof_planner_scale_day",
        run: "click",
    },
    {
        content: "It is today",
        trigger: ".o_isof_planner_scale_day.active",
    },
    {
        content: "Go to tomorrow",
        trigger: ".o_isof_planner_next",
        run: "click",
    },
    {
        content: "See what is booked then",
        trigger: ".o_isof_planner_booking:contains(Tour Holder)",
        run: () => waitForBooking("Tour Holder", "Tour Room", 10),
    },
];

registry.category("web_tour.tours").add("isof_crm_resources_planner_book", {
    steps: () => [
        ...openTomorrow(),
        {
            content: "Select a free time",
            trigger: ".o_isof_planner_booking:contains(Tour Holder)",
            run: () => drag(locate("Tour Room", 13), locate("Tour Room", 14.4)),
        },
        {
            content: "Say what for",
            trigger: ".o_dialog .o_field_widget[name=name] input",
            run: "edit Tour Training",
        },
        {
            content: "The resource is the one of the row",
            trigger: ".o_dialog .o_field_widget[name=resource_id] input:value(Tour Room)",
        },
        {
            content: "Book",
            trigger: ".o_dialog .o_form_button_save",
            run: "click",
        },
        {
            content: "It is in the planner at once",
            trigger: "body:not(:has(.o_dialog)) .o_isof_planner_mine:contains(Tour Training)",
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_resources_planner_move", {
    steps: () => [
        ...openTomorrow(),
        {
            content: "Drag my booking onto what somebody else has",
            trigger: ".o_isof_planner_mine.vis-item",
            run: () => drag(locate("Tour Start Room", 10.5), locate("Tour Room", 10.5)),
        },
        {
            content: "It is said who has it",
            trigger: ".o_dialog .modal-body:contains(already taken):contains(Tour Holder)",
        },
        {
            content: "Close the message",
            trigger: ".o_dialog footer button:contains(Close)",
            run: "click",
        },
        {
            content: "The booking is back in its row; drag it to a free time of the room",
            trigger: "body:not(:has(.o_dialog)) .o_isof_planner_mine.vis-item",
            run: async () => {
                await waitForBooking("Tour Booker", "Tour Start Room", 10);
                // a little further, as vis-timeline starts to drag after some pixels
                await drag(locate("Tour Start Room", 10.5), locate("Tour Room", 12.6));
            },
        },
        {
            content: "It is there",
            trigger: ".o_isof_planner_mine.vis-item",
            run: () => waitForBooking("Tour Booker", "Tour Room", 12),
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_resources_planner_conflict", {
    steps: () => [
        ...openTomorrow(),
        {
            content: "Drag my booking onto what somebody else has",
            trigger: ".o_isof_planner_mine.vis-item",
            run: () => drag(locate("Tour Start Room", 10.5), locate("Tour Room", 10.5)),
        },
        {
            content: "Take the room an hour later",
            trigger: ".o_dialog .list-group-item:contains(Tour Room, ) button",
            run: "click",
        },
        {
            content: "It is said what was booked",
            trigger: ".o_notification:contains(Booked: Tour Room)",
        },
        {
            content: "The planner shows it, and tomorrow still",
            trigger: "body:not(:has(.o_dialog)) .o_isof_planner_mine.vis-item",
            run: () => waitForBooking("Tour Booker", "Tour Room", 11),
        },
    ],
});

registry.category("web_tour.tours").add("isof_crm_resources_approve", {
    steps: () => [
        {
            content: "Open the menu of resources",
            trigger: `button[data-menu-xmlid="isof_crm_resources.isof_crm_resources_menu"]`,
            run: "click",
        },
        {
            content: "Choose what is to be approved",
            trigger: `.o-dropdown--menu a[data-menu-xmlid="isof_crm_resources.isof_booking_action_approve_menu"]`,
            run: "click",
        },
        {
            content: "Approve the request",
            trigger: ".o_kanban_record:contains(Tour Boss Room) button[name=action_confirm]",
            run: "click",
        },
        {
            content: "Nothing is left to approve",
            trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains(Tour Boss Room)))",
        },
    ],
});
