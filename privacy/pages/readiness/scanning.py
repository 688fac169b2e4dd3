"""Whether the virus scanner does what the doors for files rely on."""

from django.conf import settings

from privacy.kernel.rendering.checking import EICAR, MOST_BYTES
from privacy.kernel.virus_scan import Verdict, verdict_on
from privacy.pages.readiness.contract import Answer, green, red, yellow

TEST_FILE = EICAR + b"$H+H*"  # whole: scanners tell it by its hash too


def check_scanner() -> Answer:
    """It answers, knows the test file of all virus scanners, and takes the largest file that people may send."""
    if not settings.KEPT_CLAMD:
        return green("No virus scanner is configured: files are taken without, and their page says so.")
    verdict = verdict_on(TEST_FILE, address=settings.KEPT_CLAMD)
    if verdict is Verdict.CLEAN:
        return red("The virus scanner takes its own test file for clean.", "Run freshclam: its signatures are missing.")
    if verdict is not Verdict.FOUND:
        return red("The virus scanner does not answer: no file is taken.", "Start clamd, and check KEPT_CLAMD.")
    if verdict_on(bytes(MOST_BYTES), address=settings.KEPT_CLAMD) is not Verdict.CLEAN:
        return yellow(
            "The virus scanner takes no file of 20 MB: people are asked for smaller ones.",
            "Set StreamMaxLength, MaxFileSize and MaxScanSize of clamd to 25M or more.",
        )
    return green("The virus scanner answers, finds its test file and takes files of 20 MB.")
