/* Letters as shortcuts in a list of the console. They move the focus of the browser itself, so that Enter, the focus ring
   and a screen reader do what they always do. The page has the dialog only for those who left the keys on (WCAG 2.1.4). */
const help = document.getElementById("keys-help");
if (help) {
  const rows = () => [...document.querySelectorAll("#result_list tbody tr, [data-rows] tbody tr")];
  const box = document.querySelector("#searchbar, #q");
  const here = () => rows().findIndex((row) => row.contains(document.activeElement));
  const move = (step) => {
    const all = rows();
    const now = here();
    const next = now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + step));
    const link = all[next]?.querySelector("th a");
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    x: () => rows()[here()]?.querySelector("input[type=checkbox]")?.click(),
    "/": () => { box?.focus(); box?.select(); },
    "?": () => help.showModal(),
  };
  const types = (element) =>
    element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit], [type=button])");
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (help.open || types(event.target) || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  for (const opener of document.querySelectorAll("[data-keys-open]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => help.showModal());
  }
}
