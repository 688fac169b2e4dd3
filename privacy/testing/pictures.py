"""`python -m privacy.testing.pictures FOLDER`: walk the story in a browser and take the pictures of the docs.

Every page is taken at desktop and phone size. `--readme docs/pictures` renews those of the README, `--walks docs/walks`
the small ones of the two walks through. Needs Chromium and requirements-dev.txt.
"""

import argparse
import datetime as dt
import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from privacy.testing.browser import DESKTOP, FLAGS, PHONE, Installation, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


SIZES = {"desktop": DESKTOP, "phone": PHONE}
README = frozenset(f"{page}-{size}" for page in ("preferences", "status", "desk", "queue", "preview") for size in SIZES)
WALKS = {
    "requester": ("ask-desktop", "mail-desktop", "confirm-phone", "status-desktop", "status-phone", "letter-desktop"),
    "legal": (
        *("console-desktop", "queue-desktop", "case-desktop", "decide-desktop", "extend-desktop"),
        *("preview-desktop", "approve-desktop", "systems-desktop", "case-closed-desktop"),
    ),
}
WIDEST, QUALITY = 900, 72  # of a picture in a walk: readable, and small enough to be kept with every version


class Album:
    """Takes a page at both sizes: whole, or of those that are wanted what a screen shows."""

    def __init__(
        self, folder: Path, browser: "Browser", installation: Installation, *, only: frozenset[str], is_small: bool
    ) -> None:
        self.folder, self.browser, self.installation = folder, browser, installation
        self.only, self.is_small = only, is_small
        folder.mkdir(parents=True, exist_ok=True)

    def page(self) -> "Page":
        page = self.browser.new_page(viewport=DESKTOP)
        page.set_default_timeout(15_000)
        return page

    def take(self, page: "Page", name: str, *, at: str = "") -> None:
        """`at`: what stands at the top, where not the beginning of the page does."""
        for size_name, size in SIZES.items():
            full = f"{name}-{size_name}"
            if self.only and full not in self.only:
                continue
            page.set_viewport_size(size)
            page.evaluate(
                "at => at ? document.querySelector(at).scrollIntoView({behavior: 'instant'}) : scrollTo(0, 0)", at
            )
            picture = page.screenshot(full_page=not self.only)
            if self.is_small:
                _small(picture).save(self.folder / f"{full}.webp", quality=QUALITY, method=6)
            else:
                (self.folder / f"{full}.png").write_bytes(picture)
        page.set_viewport_size(DESKTOP)

    def enter(self, role: str, *, lands: str) -> "Page":
        page = self.page()
        page.goto(self.installation.links()[role])
        page.get_by_role("button", name="Enter").click()
        page.wait_for_load_state()
        if page.locator("#demo-code").count():
            self.take(page, "code")
            page.get_by_label("Code").fill(page.locator("#demo-code").inner_text())
            page.get_by_role("button", name="Sign In").click()
        page.wait_for_url(f"**{lands}")
        return page


def _small(picture: bytes) -> Image.Image:
    """At most so wide as a page of the docs."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.thumbnail((WIDEST, 2 * WIDEST), Image.Resampling.LANCZOS)
    return image


def visitor(album: Album) -> "tuple[str, Page]":
    """Ask and confirm; the reference, and the open status page."""
    base, page = album.installation.base, album.page()
    page.goto(base + "/")
    album.take(page, "story")
    page.goto(base + "/requests/new/")
    page.get_by_label("Delete my data").check()
    page.get_by_label("Your email address").fill("erik.demo@example.com")
    album.take(page, "ask")
    page.get_by_role("button", name="Send the request").click()
    page.wait_for_load_state()
    album.take(page, "sent")
    link = page.locator('a[href*="/requests/confirm/"]')
    while not link.count():
        page.goto(base + "/demo/mail/")
    album.take(page, "mail")
    link.first.click()
    album.take(page, "confirm")
    page.get_by_role("button", name="Yes, it was me").click()
    page.wait_for_url("**/requests/status/**")
    page.get_by_text("how this is counted").click()
    album.take(page, "status")
    return page.get_by_role("heading", level=1).inner_text().split()[-1], page


def customer(album: Album) -> None:
    page = album.enter("dana", lands="/preferences/")
    page.locator("#click_tracking").get_by_role("button", name="Decline").first.click()
    page.wait_for_load_state()
    album.take(page, "preferences")
    for name in ("my-data", "logins", "policy", "requests"):
        page.goto(f"{album.installation.base}/{name}/")
        album.take(page, name)


def agent(album: Album) -> None:
    page = album.enter("omar", lands="/desk/")
    page.get_by_label("Delete my data").check()
    page.get_by_label("Post", exact=True).check()
    came = dt.date.fromisoformat(page.get_by_label("Received on").input_value()) - dt.timedelta(days=20)
    page.get_by_label("Received on").fill(came.isoformat())
    page.locator("input[name=email]").fill("farah.demo@example.com")
    album.take(page, "desk")
    page.get_by_role("button", name="File the request").click()
    page.wait_for_load_state()
    album.take(page, "desk-filed")


def legal(album: Album, reference: str) -> None:
    """Lena prepares, Nora approves."""
    page = album.enter("lena", lands="/console/")
    album.take(page, "console")
    page.goto(album.installation.base + "/console/dsr/subjectrequest/")
    album.take(page, "queue")
    page.get_by_role("link", name=reference).click()
    page.wait_for_load_state()
    album.take(page, "case")
    for name, link in (("decide", "Refuse only this"), ("extend", "Take more time")):
        page.get_by_role("link", name=link).click()
        page.wait_for_load_state()
        album.take(page, name)
        page.go_back()
    page.get_by_role("link", name="Preview erasure").click()
    page.wait_for_load_state()
    album.take(page, "preview")
    page.get_by_role("button", name="Freeze this plan").click()
    page.wait_for_load_state()
    page = album.enter("nora", lands="/console/")
    page.goto(album.installation.base + "/console/dsr/subjectrequest/")
    page.get_by_role("link", name=reference).click()
    page.get_by_role("link", name="Read and approve").click()
    page.wait_for_load_state()
    if "reauthenticate" in page.url:
        page.get_by_label("Code").fill(page.locator("#demo-code").inner_text())
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/plan/**")
    album.take(page, "approve")
    page.locator("input[name=typed]").fill(reference)
    page.get_by_role("button", name="Approve and erase").click()
    page.wait_for_timeout(1500)
    page.reload()
    album.take(page, "case-closed")
    album.take(page, "systems", at="#systems")


def main() -> int:
    parser = argparse.ArgumentParser(description="Take the pictures of the docs.")
    parser.add_argument("folder", type=Path)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--readme", action="store_true", help="only the README's pages, as far as a screen shows")
    which.add_argument("--walks", action="store_true", help="only those of the two walks through, small")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    installation = Installation(Path(tempfile.mkdtemp(prefix="kept-pictures-")))
    installation.start()
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
            walks = frozenset(name for names in WALKS.values() for name in names)
            only = README if options.readme else walks if options.walks else frozenset()
            album = Album(options.folder, browser, installation, only=only, is_small=options.walks)
            reference, status = visitor(album)
            customer(album)
            agent(album)
            legal(album, reference)
            status.reload()
            album.take(status, "status-closed")
            album.take(status, "letter", at="#letters")
            browser.close()
    finally:
        installation.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
