"""The roles that an installation starts with. They are ordinary groups: legal staff may change them."""

from django.contrib.auth.models import Group, Permission

GROUPS = {
    "Agents": ("dsr.file_subject_request",),
    "Legal": (
        "dsr.work_subject_request",
        "dsr.approve_erasure",
        "review.review_documents",
        "identity.view_evidence",
        "referring.manage_customers",
        "drp.manage_agents",
        "saved_views.share_views",
        "policy.publish_policy",
        "retention.manage_holds",
        "retention.switch_rules",
        "intake.tell_people",
        "intake.publish_people",
        "registers.manage_recipients",
        "demands.file_demand",
        "demands.approve_demand",
        "mailing.send_campaign",
        "webhooks.manage_webhooks",
        "imports.run_imports",
        "timekeeping.keep_calendars",
        "accounts.manage_api_keys",
        "consent.overrule_objections",
        "connectors.manage_systems",
    ),
    "Marketing": ("mailing.send_campaign",),
    "Operators": (
        "retention.switch_rules",
        "webhooks.manage_webhooks",
        "accounts.manage_api_keys",
        "connectors.manage_systems",
    ),
}


def ensure_groups(**_: object) -> None:
    """Make the groups that are missing; one that is there keeps what people made of it."""
    for name, rights in GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            for right in rights:
                app, _dot, codename = right.partition(".")
                group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
