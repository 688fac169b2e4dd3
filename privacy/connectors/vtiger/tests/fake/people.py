"""Invented people of the fake CRM."""

from privacy.connectors.vtiger.tests.fake.records import Store

DANA, ERIK = "dana.demo@example.com", "erik.demo@example.com"


def fill(store: Store) -> dict[str, str]:
    """Dana with everything that a CRM gathers about a person, and Erik, whom nobody may touch. Name → id."""
    store.rows["19x1"] = {"id": "19x1", "user_name": "admin", "last_name": "Agent", "email1": "agent@crm.example.com"}
    company = store.add("Accounts", accountname="Demo Limited", email1="office@demo.example.com")
    boss = store.add("Contacts", firstname="Erik", lastname="Demo", email=ERIK, phone="+46 8 5550102")
    dana = store.add(
        "Contacts",
        firstname="Dana",
        lastname="Demo",
        email=DANA,
        secondaryemail="dana.private@example.com",
        phone="+49 30 5550101",
        birthday="1990-04-01",
        mailingstreet="Lindenweg 4",
        mailingcity="Berlin",
        description="Met at the fair",
        account_id=company,
        contact_id=boss,
        emailoptout="0",
    )
    lead = store.add("Leads", firstname="Dana", lastname="Demo", email=DANA, company="Demo Limited")
    ticket = store.add(
        "HelpDesk", ticket_title="Login fails", description="Dana cannot sign in", contact_id=dana, ticketstatus="Open"
    )
    comment = store.add("ModComments", commentcontent="It works again, thanks. Dana", related_to=ticket, is_private="0")
    store.add("ModComments", commentcontent="Difficult customer", related_to=dana, is_private="1", creator="19x1")
    mail = store.add("Emails", subject="Your ticket", description="Dear Dana", parent_id=dana, saved_toid=DANA)
    call = store.add(
        "PBXManager", customernumber="+49305550101", customer=dana, recordingurl="https://pbx.example/1.wav"
    )
    document = store.add("Documents", notes_title="Contract of Dana", notecontent="signed", filename="contract.pdf")
    store.relations.add((dana, document))
    event = store.add("Events", subject="Call Dana", description="about the renewal", contact_id=dana)
    others = store.add("HelpDesk", ticket_title="Invoice", description="of Erik", contact_id=boss, ticketstatus="Open")
    store.add("ModComments", commentcontent="Sent to Erik", related_to=others, is_private="0")
    return {
        "company": company, "boss": boss, "dana": dana, "lead": lead, "ticket": ticket, "comment": comment,
        "mail": mail, "call": call, "document": document, "event": event,
    }  # fmt: skip
