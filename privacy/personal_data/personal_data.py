"""Declarations of the ground: this app, and the log and the jobs, which stand below it."""

from privacy.personal_data.declaring import EVIDENCE, declare, exempt, retain, shown, technical

exempt("personal_data.Subject", "An id and a date; nothing in it says who it is.")
exempt("personal_data.SubjectAlias", "Two ids; that they are one person is needed to read the evidence.")
declare(
    "personal_data.Restriction",
    category="case",
    purpose="legal_obligation",
    subject="subject",
    label="Restrictions of processing",
    on_erase=retain(ground="accountability", anchor="since", days=3 * 365),
    fields={
        "id": technical("row id"),
        "subject": technical("the person's id"),
        "ground": shown(),
        "since": shown(),
        "lifted_at": shown(),
    },
)
declare(
    "audit.AuditEvent",
    category="case",
    purpose="legal_obligation",
    subject="subject_id",
    label="Log of what was done with your data",
    on_erase=EVIDENCE,
    fields={
        "id": technical("row id"),
        "at": shown(),
        "type": shown(),
        "actor_kind": shown(),
        "actor_id": technical("a staff member or key, as an id: another person"),
        "via": shown(),
        "subject_id": technical("the person's id"),
        "target_type": technical("the kind of row acted on"),
        "target_id": technical("the row acted on"),
        "payload": technical("codes and counts"),
        "evidence_type": technical("the kind of evidence row"),
        "evidence_id": technical("the evidence row"),
        "evidence_hash": technical("a hash"),
        "is_demo": technical("demo mark"),
        "row_hash": technical("a hash"),
    },
)
exempt("audit.Seal", "Hashes and counts.")
exempt("audit.SealMember", "Hashes and places.")
