// What a site does with the banner: it asks, and goes ahead on a yes only.
const show = (state) => {
  const line = ([code, allowed]) => Object.assign(document.createElement("li"), { textContent: `${code}: ${allowed ? "yes" : "no"}` });
  document.getElementById("state").replaceChildren(...Object.entries(state).map(line));
};
document.addEventListener("kept", (event) => show(event.detail));
if (window.kept) show(window.kept.state());
document.getElementById("visit").addEventListener("click", async () => {
  const key = new URL(document.querySelector("script[src*='/banner/']").src).searchParams.get("site");
  const body = new URLSearchParams({ site: key, purpose: "site_measurement", kind: "page_view", page: location.pathname });
  const answer = await fetch("/banner/v1/event", { method: "POST", credentials: "include", body });
  document.getElementById("visited").textContent = `Answered ${answer.status}; whether anything was kept depends on your choice.`;
});
