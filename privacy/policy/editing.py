"""Changes to a draft as plain values: pure. The whole is checked afterwards, by the reader of files."""

import copy
from typing import Any

from privacy.policy.asking_entries import RegionEntry
from privacy.policy.document import (
    AssessmentEntry,
    CategoryEntry,
    ContactEntry,
    ContradictionEntry,
    Header,
    PurposeEntry,
    RecipientEntry,
    RetentionEntry,
    SignalEntry,
    SiteEntry,
    Term,
    TransferEntry,
)
from privacy.policy.entry import Entry

Content = dict[str, Any]
HEADER = "policy"
SECTIONS: dict[str, tuple[type[Entry], str]] = {  # what forms can change, and what it is called
    "purposes": (PurposeEntry, "Purposes"),
    "recipients": (RecipientEntry, "Recipients"),
    "categories": (CategoryEntry, "Data"),
    "retention": (RetentionEntry, "Retention"),
    "regions": (RegionEntry, "Regions"),
    "signals": (SignalEntry, "Browser signals"),
    "assessments": (AssessmentEntry, "Balancing documents"),
    "transfers": (TransferEntry, "Transfers"),
    "audiences": (Term, "Audiences"),
    "sources": (Term, "Sources"),
    "sites": (SiteEntry, "Sites"),
    "contacts": (ContactEntry, "Contacts"),
    "contradictions": (ContradictionEntry, "Contradictions"),
}
WORDS = ("label", "summary", "consequence")  # of a purpose, in each further language


def entry_class(section: str) -> type[Entry]:
    """The class of a section's entries, or of the head of the file."""
    return Header if section == HEADER else SECTIONS[section][0]


def key_of(section: str, entry: Content) -> str:
    """What names an entry in an address: its code, with the day where a code stands for several days."""
    code = str(entry.get("code", ""))
    return f"{code}.{entry.get('from_on', '')}" if section == "regions" else code


def find_entry(content: Content, section: str, key: str) -> Content | None:
    """One entry of the content; None where there is none."""
    if section == HEADER:
        return dict(content[HEADER])
    return next((each for each in content.get(section, []) if key_of(section, each) == key), None)


def put_entry(content: Content, section: str, key: str, entry: Content) -> Content:
    """The content with this entry in the place of the one of that key; at the end for a new one (no key)."""
    changed = copy.deepcopy(content)
    if section == HEADER:
        changed[HEADER] = entry
        return changed
    rows = changed.setdefault(section, [])
    places = [place for place, each in enumerate(rows) if key and key_of(section, each) == key]
    if places:
        rows[places[0]] = entry
    else:
        rows.append(entry)
    return changed


def remove_entry(content: Content, section: str, key: str) -> Content:
    """The content without this entry; with a purpose go its notices, its translations and its regional defaults."""
    changed = copy.deepcopy(content)
    changed[section] = [each for each in changed.get(section, []) if key_of(section, each) != key]
    if section == "purposes":
        changed["notices"] = [each for each in changed["notices"] if each["purpose"] != key]
        for entry in changed.get("translations", []):
            entry["purposes"] = [each for each in entry.get("purposes", []) if each["code"] != key]
        for owner, field in (
            *((rule, "on_by_default") for rule in changed.get("regions", [])),
            *((category, "only_for") for category in changed.get("categories", [])),
            (changed[HEADER], "reaffirm"),
        ):
            owner[field] = [each for each in owner.get(field, []) if each != key]
    return changed


def languages_of(content: Content) -> list[str]:
    """Every language that the draft speaks, the main one first."""
    main = content[HEADER]["language"]
    spoken = [each["language"] for section in ("notices", "translations") for each in content.get(section, [])]
    return list(dict.fromkeys([main, *spoken]))


def words_in(content: Content, code: str, language: str) -> Content:
    """The notice of a purpose in a language, and its translated words."""
    notice = next(
        (each["text"] for each in content["notices"] if (each["purpose"], each["language"]) == (code, language)), ""
    )
    entry: Content = next((each for each in content.get("translations", []) if each["language"] == language), {})
    words: Content = next((each for each in entry.get("purposes", []) if each["code"] == code), {})
    return {"notice": notice, **{name: words.get(name, "") for name in WORDS}}


def put_words(content: Content, code: str, language: str, words: Content) -> Content:
    """The content with these words about a purpose in one language; empty ones are taken out."""
    changed = copy.deepcopy(content)
    notice = {"purpose": code, "language": language, "text": words.get("notice", "")}
    rows = changed["notices"]
    places = [place for place, each in enumerate(rows) if (each["purpose"], each["language"]) == (code, language)]
    if places and notice["text"]:
        rows[places[0]] = notice
    elif places:
        del rows[places[0]]
    elif notice["text"]:
        rows.append(notice)
    if language != changed[HEADER]["language"]:
        _put_translation(changed, code, language, {name: words[name] for name in WORDS if words.get(name)})
    return changed


def _put_translation(content: Content, code: str, language: str, words: Content) -> None:
    entries = content.setdefault("translations", [])
    entry = next((each for each in entries if each["language"] == language), None)
    if entry is None:
        entry = {"language": language, "purposes": []}
        if words:
            entries.append(entry)
    rows = entry.setdefault("purposes", [])
    others = [each for each in rows if each["code"] != code]
    place = next((place for place, each in enumerate(rows) if each["code"] == code), len(others))
    entry["purposes"] = [*others[:place], *([{"code": code, **words}] if words else []), *others[place:]]
