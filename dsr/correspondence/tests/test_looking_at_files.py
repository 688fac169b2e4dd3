"""Files that came along are looked at as pictures made anew, each look in the log; no original reaches a page."""

from collections.abc import Callable

import pytest

from accounts.models import User
from dsr.correspondence.models import Attachment
from dsr.correspondence.services import STORE, GivenFile, Said, add_message
from dsr.models import SubjectRequest
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.rendering.tests.files import pdf, picture
from privacy.testing.cast import signed_in

MakeCase = Callable[..., SubjectRequest]
pytestmark = pytest.mark.django_db
DOOR = "/console/dsr/subjectrequest/attachment"


def came(case: SubjectRequest, *files: tuple[str, bytes]) -> list[Attachment]:
    said = Said(medium="mail", text="See the files", at=clock.now(), files=[GivenFile(*each) for each in files])
    add_message(subject_request=case, said=said, actor=SYSTEM, now=clock.now())
    return list(Attachment.objects.all())


def looks() -> int:
    return AuditEvent.objects.filter(type="dsr.attachment_viewed").count()


def test_a_page_is_a_picture_made_anew_and_looking_is_an_act(make_case: MakeCase, lena: User) -> None:
    case, scan = make_case(), pdf("Please delete my data.", "Second page", author="Alice")
    (row,) = came(case, ("letter.pdf", scan))
    client = signed_in(lena)
    assert f"{DOOR}/{row.pk}/" in client.get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert f"{DOOR}/{row.pk}/2.png" in client.get(f"{DOOR}/{row.pk}/?page=2").content.decode()
    shown = client.get(f"{DOOR}/{row.pk}/2.png")
    assert shown.headers["Content-Type"] == "image/png" and shown.content.startswith(b"\x89PNG")
    assert b"Alice" not in shown.content and "no-store" in shown.headers["Cache-Control"]
    event = AuditEvent.objects.get(type="dsr.attachment_viewed")
    assert (event.actor_id, event.target_id, event.subject_id) == (lena.pk, row.pk, case.subject_id)
    assert client.get(f"{DOOR}/{row.pk}/3.png").status_code == client.get(f"{DOOR}/{row.pk}/0.png").status_code == 404


def test_what_is_no_picture_is_never_shown(make_case: MakeCase, lena: User) -> None:
    client = signed_in(lena)
    files = (("a.exe", b"MZ" * 40), ("b.html", b"<script>"), ("c.png", picture()[:60]), ("d.zip", b"PK\x03\x04"))
    for row in came(make_case(), *files):
        assert client.get(f"{DOOR}/{row.pk}/1.png").status_code == 404


def test_a_file_that_was_altered_is_not_shown(make_case: MakeCase, lena: User) -> None:
    (row,) = came(make_case(), ("a.png", picture()))
    path = STORE.path / row.file
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert signed_in(lena).get(f"{DOOR}/{row.pk}/1.png").status_code == 404


def test_who_may_not_work_on_requests_sees_nothing(make_case: MakeCase, omar: User, mallory: User) -> None:
    (row,) = came(make_case(), ("a.png", picture()))
    for person in (omar, mallory):
        for door in (f"{DOOR}/{row.pk}/", f"{DOOR}/{row.pk}/1.png"):
            assert signed_in(person).get(door).status_code in {302, 403}
    assert looks() == 0
