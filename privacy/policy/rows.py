"""A typed document as rows of a draft version: what queries and foreign keys need."""

from privacy.kernel.canonical import digest
from privacy.kernel.keyring import keyring
from privacy.policy.document import PolicyDocument
from privacy.policy.models import Category, Notice, PolicyVersion, Purpose, Recipient, RetentionPeriod, Site


def insert_rows(version: PolicyVersion, document: PolicyDocument) -> None:
    """Insert every row of `document` under the draft `version`."""
    Site.objects.bulk_create(
        Site(
            version=version,
            position=place,
            slug=each.code,
            label=each.label,
            host=each.host,
            public_key=public_key(each.code),
        )
        for place, each in enumerate(document.sites)
    )
    Category.objects.bulk_create(
        Category(
            version=version,
            position=place,
            code=each.code,
            label=each.label,
            description=each.description,
            sources=list(each.sources),
            only_for=list(each.only_for),
            is_derived=each.derived,
            is_sensitive=each.sensitive,
        )
        for place, each in enumerate(document.categories)
    )
    Recipient.objects.bulk_create(
        Recipient(
            version=version,
            position=place,
            code=each.code,
            label=each.label,
            role=each.role,
            country=each.country,
            description=each.description,
            categories=list(each.categories),
        )
        for place, each in enumerate(document.recipients)
    )
    RetentionPeriod.objects.bulk_create(
        RetentionPeriod(
            version=version,
            position=place,
            code=each.code,
            category=each.category,
            label=each.label,
            days=each.days,
            counts_from=each.counts_from,
            action=each.action,
            ground=each.ground,
            note=each.note,
        )
        for place, each in enumerate(document.retention)
    )
    purposes = _insert_purposes(version, document)
    Notice.objects.bulk_create(
        Notice(
            version=version,
            position=place,
            purpose=purposes[each.purpose],
            language=each.language,
            text=each.text,
            digest=notice_digest(each.purpose, each.language, each.text),
        )
        for place, each in enumerate(document.notices)
    )


def delete_rows(version: PolicyVersion) -> None:
    """Delete every row of a draft; the database refuses it for a published version."""
    for model in (Notice, Purpose, Site, Category, Recipient, RetentionPeriod):
        model._default_manager.filter(version=version).delete()


def _insert_purposes(version: PolicyVersion, document: PolicyDocument) -> dict[str, Purpose]:
    rows = Purpose.objects.bulk_create(
        Purpose(
            version=version,
            position=place,
            code=each.code,
            label=each.label,
            summary=each.summary,
            group=each.group,
            basis=each.basis,
            message_class=each.message_class,
            channels=list(each.channels),
            audiences=list(each.audiences),
            categories=list(each.categories),
            recipients=list(each.recipients),
            denied_by=list(each.denied_by),
            promises=list(each.promises),
            assessment=each.assessment,
            consequence=each.consequence,
            valid_days=each.valid_days,
            is_double_opt_in=each.double_opt_in,
            similar_to=each.similar_to,
            opt_out_offer=each.opt_out_offer,
        )
        for place, each in enumerate(document.purposes)
    )
    return {row.code: row for row in rows}


def notice_digest(purpose: str, language: str, text: str) -> str:
    """The wording hash that a consent event carries: equal wherever this text was shown."""
    return digest(["notice", purpose, language, text])


def public_key(slug: str) -> str:
    """The name of a site in public calls: stable over versions, different in every installation."""
    return f"site_{keyring().mac('policy-site', slug)[:24]}"
