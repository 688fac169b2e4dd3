"""What staff chose for their queue is theirs; a view holds codes and no person of the list."""

from privacy.personal_data.declaring import DELETE, declare, shown, technical

declare(
    "saved_views.SavedView",
    category="staff",
    purpose="security_logs",
    subject="owner__subject",
    label="Views of the queue that you saved",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("name", "query", "is_shared", "created_at"), shown()),
        **dict.fromkeys(("id", "owner"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "saved_views.QueueChoice",
    category="staff",
    purpose="security_logs",
    subject="user__subject",
    label="How you want the queue",
    on_erase=DELETE,
    fields={
        "has_keys": shown(),
        **dict.fromkeys(("id", "user", "start_view"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
