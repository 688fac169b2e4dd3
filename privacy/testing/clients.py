"""A program that presses “Reject all” for people, as browsers have it built in: DuckDuckGo's autoconsent.

It comes from requirements-dev.txt (MPL 2.0, tests only) and runs in the page as it does in a browser, with the
rules for known banners and its heuristics for others. We give it no rule of ours.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

LISTEN = """() => {
    window.said = []
    window.autoconsentSendMessage = (message) => { window.said.push(message); return Promise.resolve() }
}"""
BEGIN = """(rules) => window.autoconsentReceiveMessage({
    type: 'initResp',
    config: {autoAction: 'optOut', enableHeuristicDetection: true, heuristicMode: 'reject', enablePrehide: false,
             isMainWorld: true},
    rules: {autoconsent: JSON.parse(rules)},
})"""
END = {"autoconsentDone", "autoconsentError"}
PATIENCE = 80  # times a tenth of a second


def missing() -> str:
    """Why it cannot run here; empty where it can."""
    try:
        import duckduckgo_autoconsent  # type: ignore[import-untyped]  # noqa: F401 - it ships no types
    except ImportError:
        return "needs autoconsent: pip install -r requirements-dev.txt"
    return ""


def reject_for_me(page: "Page") -> dict[str, Any]:
    """Let it work on the page as it stands; what it said at the end, by kind of message."""
    from duckduckgo_autoconsent import bundle, rules_json

    page.evaluate(LISTEN)
    page.evaluate(bundle())
    page.evaluate(BEGIN, rules_json())
    for _ in range(PATIENCE):
        if {message["type"] for message in page.evaluate("window.said")} & END:
            break
        page.wait_for_timeout(100)
    return {message["type"]: message for message in page.evaluate("window.said")}
