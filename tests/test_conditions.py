"""An archived record still is a condition, in every list of ours in which empty means all."""

import pytest

# Lists of records that can be archived in which nothing is a condition, and why.
OTHERS = {
    "what happened, or what there is; nothing passes because a list is empty": {
        *("isof.activity.contact_ids", "isof.activity.next_ids", "isof.activity.participant_ids"),
        *("isof.activity.resource_ids", "isof.activity.tag_ids", "isof.booking.activity_ids"),
        *("isof.activity.plan.run.activity_line_ids", "isof.partner.group.child_ids"),
        *("isof.region.child_ids", "isof.resource.place.child_ids"),
        *("isof.resource.finder.line.resource_ids", "isof.segment.member_ids"),
        *("res.partner.isof_activity_ids", "res.partner.isof_commercial_activity_ids"),
        *("res.partner.isof_open_chain_ids", "res.partner.isof_segment_ids"),
        *("resource.resource.isof_resource_ids", "utm.campaign.isof_activity_ids"),
    },
    "who may do something, or is asked to: who is archived cannot, and somebody stands in": {
        *("isof.activity.access_user_ids", "isof.analysis.shared_user_ids"),
        *("isof.activity.bulk.wizard.user_ids", "isof.activity.plan.step.user_ids"),
        *("isof.analysis.schedule.recipient_ids", "isof.resource.approver_ids"),
    },
    "what is to be done to whom: without anybody nothing is done": {
        *("isof.activity.held.wizard.activity_ids", "isof.activity.held.wizard.marked_ids"),
        "isof.resource.archiving.resource_ids",
        *("isof.activity.bulk.wizard.partner_ids", "isof.activity.bulk.wizard.segment_ids"),
        *("isof.activity.plan.launch.partner_ids", "isof.activity.plan.launch.segment_ids"),
        *("isof.partner.export.wizard.partner_ids", "isof.partner.export.wizard.segment_ids"),
        *("isof.partner.update.wizard.partner_ids", "isof.partner.update.wizard.segment_ids"),
        *("isof.partner.update.wizard.add_tag_ids", "isof.partner.update.wizard.remove_tag_ids"),
        *("isof.partner.duplicate.line.partner_ids", "isof.segment.add.wizard.partner_ids"),
        *("isof.segment.fill.wizard.found_ids", "isof.segment.fill.wizard.line.candidate_ids"),
        *("isof.activity.plan.run.pending_partner_ids", "isof.analysis.schedule_ids"),
        *("isof.hand.over.user_ids", "isof.hand.over.company_ids"),
    },
    "looked at together with the contact, who is in no segment as long as he or she is archived": {
        *("isof.segment.addition_ids", "isof.segment.exclusion_ids"),
    },
    "what a resource offers; features are asked for by SQL, which finds archived ones, too": {
        "isof.resource.feature_ids",
    },
    "the companies that were switched on, which an archived one cannot be": {
        *("isof.activity.report.wizard.company_ids", "isof.commission.export.company_ids"),
        *("isof.consent.export.company_ids", "isof.list.export.company_ids"),
        *("isof.partner.export.wizard.company_ids", "isof.resource.report.wizard.company_ids"),
    },
}


@pytest.fixture(scope="module")
def found(probe):
    """Return what ``conditions.py`` has found in the demo company."""
    return probe("conditions.py")


def test_every_list_is_a_condition_or_has_a_reason(found):
    """Whoever adds a list in which empty means all makes it a ``ConditionMany2many``."""
    others = set().union(*OTHERS.values())
    assert sum(map(len, OTHERS.values())) == len(others), "two reasons for one list"
    assert set(found["lists"]) - set(found["conditions"]) == others
    assert len(found["conditions"]) > 20


def test_archived_record_still_is_a_condition(found):
    assert found["lost"] == []


def test_archived_records_are_not_proposed(found):
    assert found["proposed"] == []


def test_archived_condition_is_shown(found):
    """Greyed, wherever the condition is; and nobody can find out about one that is nowhere."""
    assert found["unmarked"] == []
    assert [field for field, views in found["shown"].items() if not views] == []
