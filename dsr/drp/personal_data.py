"""Declarations of what authorized agents file."""

from privacy.personal_data.declaring import declare, exempt, retain, shown, technical

exempt("drp.NetworkAgent", "A company that files for people, and its public key.")
exempt("drp.SeenMessage", "A keyed hash of a message without a person in it, for a day at most.")
declare(
    "drp.AgentRequest",
    category="case",
    purpose="legal_obligation",
    subject="case__subject",
    label="Requests that an authorized agent filed for you",
    on_erase=retain(ground="accountability", anchor="received_at", days=3 * 365),
    fields={
        **dict.fromkeys(("exercise", "regime", "denied", "received_at", "final_at", "forgotten_at"), shown()),
        "agent_request_id": shown(),
        **dict.fromkeys(("id", "agent", "case"), technical("an id")),
        **dict.fromkeys(("message_mac", "own_mac", "content_mac", "queued"), technical("a keyed hash")),
        "is_demo": technical("demo mark"),
        "callback": technical("an address of the agent, blanked 60 days after the end"),
        **dict.fromkeys(("has_callback", "turn", "looked_at", "last_outcome"), technical("how far the agent is told")),
    },
)
