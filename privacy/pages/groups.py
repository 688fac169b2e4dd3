"""The roles that an installation starts with. They are ordinary groups: legal staff may change them."""

from django.contrib.auth.models import Group, Permission

GROUPS = {
    "Agents": ("dsr.file_subject_request",),
    "Legal": (
        "dsr.work_subject_request",
        "dsr.approve_erasure",
        "policy.publish_policy",
        "retention.manage_holds",
        "retention.switch_rules",
        "intake.tell_people",
        "intake.publish_people",
        "registers.manage_recipients",
        "mailing.send_campaign",
        "webhooks.manage_webhooks",
        "imports.run_imports",
        "accounts.manage_api_keys",
        "consent.overrule_objections",
    ),
    "Marketing": ("mailing.send_campaign",),
    "Operators": ("retention.switch_rules", "webhooks.manage_webhooks", "accounts.manage_api_keys"),
}


def ensure_groups(**_: object) -> None:
    """Make the groups that are missing; one that is there keeps what people made of it."""
    for name, rights in GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            for right in rights:
                app, _dot, codename = right.partition(".")
                group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
