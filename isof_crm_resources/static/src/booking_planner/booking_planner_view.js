import { registry } from "@web/core/registry";
import { TimelineView } from "@web_timeline/views/timeline/timeline_view.esm";
import { BookingPlannerController } from "./booking_planner_controller";
import { BookingPlannerModel } from "./booking_planner_model";
import { BookingPlannerRenderer } from "./booking_planner_renderer";

registry.category("views").add("isof_booking_planner", {
    ...TimelineView,
    Controller: BookingPlannerController,
    Model: BookingPlannerModel,
    Renderer: BookingPlannerRenderer,
});
