"""Declarations of intake."""

from privacy.personal_data.declaring import DELETE, declare, exempt, shown, technical

declare(
    "intake.Collection",
    category="identification",
    purpose="account_service",
    subject="subject",
    label="Where you gave us data, and under which notice",
    on_erase=DELETE,
    grouped_by="site",
    fields={
        **dict.fromkeys(("received_at", "site", "touchpoint", "form", "notice_on", "notice_language"), shown()),
        **dict.fromkeys(("purpose", "asked"), shown()),
        "id": technical("row id"),
        "subject": technical("the person's id"),
        "minimum_age": technical("the age that was asked for, not the answer"),
        "masked": technical("how many card numbers were left out"),
        "key_id": technical("the system that reported it"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "intake.CollectedValue",
    category="identification",
    purpose="account_service",
    subject="collection__subject",
    label="What you gave us, and what others told us about you",
    on_erase=DELETE,
    grouped_by="collection__site",
    category_in="category",
    fields={
        **dict.fromkeys(("received_at", "name", "value", "category"), shown()),
        **dict.fromkeys(("source", "obtained_on", "evidence"), shown()),
        "id": technical("row id"),
        "collection": technical("the occasion"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "intake.TellTask",
    category="identification",
    purpose="legal_obligation",
    subject="subject",
    label="When we told you that others told us about you",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("opened_at", "source", "due_on", "told_at", "how_told"), shown()),
        **dict.fromkeys(("id", "collection", "subject"), technical("an id")),
        "reminded_at": technical("a reminder to our staff"),
        "told_by": technical("a staff member"),
        "is_demo": technical("demo mark"),
    },
)
PUBLIC = {
    **dict.fromkeys(("received_at", "shown_name", "site", "language", "state"), shown()),
    **dict.fromkeys(("published_at", "ended_at", "end_reason"), shown()),
    "id": technical("row id"),
    "subject": technical("the person's id"),
    "is_demo": technical("demo mark"),
}
declare(
    "intake.Testimonial",
    category="testimonials",
    purpose="testimonials",
    subject="subject",
    label="What you said about us",
    on_erase=DELETE,
    fields={**PUBLIC, "text": shown()},
)
declare(
    "intake.CustomerEntry",
    category="business",
    purpose="customer_list",
    subject="subject",
    label="Your line on the list of customers",
    on_erase=DELETE,
    fields=PUBLIC,
)
declare(
    "intake.PromotionEntry",
    category="promotions",
    purpose="promotions",
    subject="subject",
    label="Promotions that you entered",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("received_at", "state", "answers", "entered_at", "promotion_ended_on"), shown()),
        "id": technical("row id"),
        "promotion": technical("the promotion"),
        "subject": technical("the person's id"),
        "is_demo": technical("demo mark"),
    },
)
exempt("intake.Promotion", "A promotion, not a person.")
exempt("intake.AcceptedKey", "Ids and keyed hashes of the sender's own keys; gone after thirty days.")
exempt("intake.IntakeCount", "Counts per day and site.")
exempt("intake.TooYoungCount", "Counts per day and country.")
declare(
    "intake.VisitorEvent",
    category="browsing",
    purpose="site_measurement",
    subject="subject",
    label="What your browser did on our sites",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("site", "purpose", "kind", "page", "collected_at"), shown()),
        **dict.fromkeys(("id", "subject"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "intake.VisitorLink",
    category="browsing",
    purpose="site_measurement",
    subject="subject",
    label="Visits of a browser that are linked to you",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("purpose", "basis", "linked_at"), shown()),
        **dict.fromkeys(("id", "subject", "visitor"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "intake.Device",
    category="mobile_device",
    purpose="push_messages",
    subject="subject",
    label="Your devices, and what each lets our app do",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("platform", "label", "permissions", "first_seen_at", "last_seen_at"), shown()),
        "id": technical("row id"),
        "subject": technical("the person's id"),
        "index": technical("a keyed hash for searching"),
        "version": technical("a number that rises with each change"),
        "key_id": technical("the system that reported it"),
        "is_demo": technical("demo mark"),
    },
)
