"""An answer can be downloaded so many times and for so many days, and issued again."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.states import Right
from dsr.tests.conftest import Shop
from dsr.tests.conftest import asking as asking  # noqa: PLC0414 - the fixture
from dsr.tests.test_answering import answer, build, download, send
from privacy.kernel import clock
from privacy.personal_data.models import PreparedPackage
from privacy.personal_data.prepared import sweep_packages
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


@pytest.fixture(autouse=True)
def files(tmp_path: Any, settings: Any) -> None:
    settings.KEPT_FILES = tmp_path / "files"


@pytest.mark.promise(74)
def test_after_so_many_downloads_it_ends_until_it_is_issued_again(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.ACCESS)
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    PreparedPackage.objects.update(most_downloads=2)
    assert download(case) and download(case)
    assert not download(case)
    path = f"/console/dsr/subjectrequest/{case.pk}/package/reissue/"
    assert path in signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    signed_in(lena).post(path)
    assert download(case).startswith(b"PK")
    assert PreparedPackage.objects.get().downloads == 3


@pytest.mark.django_db(transaction=True)
def test_the_file_is_gone_on_its_day_and_then_nothing_can_be_issued_again(
    asking: MakeCase, shop: Shop, lena: User, tmp_path: Any
) -> None:
    case = asking(Right.ACCESS)
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    assert len(list((tmp_path / "files" / "packages").iterdir())) == 1
    sweep_packages(now=clock.now() + dt.timedelta(days=30, minutes=1))
    assert list((tmp_path / "files" / "packages").iterdir()) == []
    signed_in(lena).post(f"/console/dsr/subjectrequest/{case.pk}/package/reissue/")
    assert PreparedPackage.objects.get().state == "expired" and not download(case)
