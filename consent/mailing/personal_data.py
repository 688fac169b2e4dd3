"""Declarations of mail by consent."""

from privacy.personal_data.declaring import DELETE, declare, exempt, shown, technical

declare(
    "mailing.MailReading",
    category="browsing",
    purpose="click_tracking",
    subject="subject",
    label="Mails that you opened and links that you followed, while you allowed to note it",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("kind", "topic", "position", "at"), shown()),
        **dict.fromkeys(("id", "subject", "mail_id", "campaign"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
exempt("mailing.Campaign", "A text for everybody who allows a topic; it names nobody.")
