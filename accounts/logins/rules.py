"""What a login history notes of a browser: its name and system, not its fingerprint."""

import ipaddress

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def summarize_agent(header: str) -> str:
    """ "Firefox on Windows" for a User-Agent header; "Another program" for one that names no browser."""
    browser = next((name for mark, name in BROWSERS if mark in header), "")
    system = next((name for mark, name in SYSTEMS if mark in header), "")
    if not browser:
        return f"Another program on {system}" if system else "Another program"
    return f"{browser} on {system}" if system else browser


def split_agent(agent: str) -> tuple[str, str]:
    """A summary in its two parts: ("Firefox", "Windows"); the second empty where no system is known."""
    browser, _, system = agent.partition(" on ")
    return browser, system


def clean_address(text: str) -> str | None:
    """The address in its canonical form; None for what is no address."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None
