// The banner, as a person reads it. script.py takes out comments and indentation and puts the settings in as C.
// C: k site key, l language, v which texts these are, w words, c style, s signals that the server saw, a whether to ask, b whether the browser
// is known, m Google's consent types (or null), p purposes (c code, n name, t notice, g granted, d signals that deny).
((C, w, d) => {
"use strict";
const src = d.currentScript.src, W = C.w, on = new Set(C.s), n = w.navigator;
if (n.globalPrivacyControl === true) on.add("gpc");
if (n.doNotTrack === "1") on.add("dnt");
const out = p => p.d.some(s => on.has(s));
const ok = p => !!p.g && !out(p);
const state = () => Object.fromEntries(C.p.map(p => [p.c, ok(p)]));
const gtag = function () { w.dataLayer.push(arguments); };
const el = (tag, props, ...kids) => { const e = Object.assign(d.createElement(tag), props); e.append(...kids); return e; };
const url = path => new URL(path, src).href;
let box, back, opener;

// Google's consent mode: everything denied before any tag, told anew at each choice.
const types = s => Object.fromEntries(Object.entries(C.m.t).map(([t, of]) => [t, of.length && of.every(c => s[c]) ? "granted" : "denied"]));
if (C.m) {
w.dataLayer = w.dataLayer || [];
gtag("consent", "default", { ...types({}), wait_for_update: C.m.w });
C.m.r.forEach(r => gtag("consent", "default", { ...types(r.s), region: r.r, wait_for_update: C.m.w }));
}
const tell = () => {
const s = state();
if (C.m) gtag("consent", "update", types(s));
d.dispatchEvent(new CustomEvent("kept", { detail: s }));
};

// A no counts here at once, a yes when the server has it on record.
const post = (choice, allow) => fetch(url("v1/choice"), { method: "POST", credentials: "include", keepalive: true,
body: new URLSearchParams({ site: C.k, lang: C.l, text: C.v, choice, allow: allow.join(), signals: [...on].join() }) })
.then(r => r.ok ? r.json() : Promise.reject(r.status));
const choose = allow => {
C.p.forEach(p => { p.g = p.g && allow.includes(p.c); });
close();
tell();
return post("some", allow).then(a => {
C.p.forEach(p => { p.g = a.state[p.c]; });
C.b = 1;
tell();
return state();
}, () => { open(W.failed); return state(); });
};
const rejectAll = () => choose([]);
const acceptAll = () => choose(C.p.filter(p => !out(p)).map(p => p.c));

const close = () => {
if (!box) return;
box.remove();
box = 0;
if (back) back.hidden = false;
if (opener) opener.focus();
opener = 0;
};
const button = (text, act, cls) => el("button", { type: "button", textContent: text, onclick: act, className: cls || "" });
const open = (note, from) => {
close();
opener = from;
const off = C.p.filter(out), boxes = C.p.map(p => el("input", { type: "checkbox", checked: ok(p), disabled: out(p), value: p.c }));
box = el("div", { id: "kept-banner", tabIndex: -1, lang: C.l },
el("h2", { id: "kept-title", textContent: W.title }), el("p", { id: "kept-text", textContent: W.text }), el("ul", {}, ...C.p.map(p => el("li", { textContent: p.n }))));
box.setAttribute("role", "dialog");
box.setAttribute("aria-labelledby", "kept-title");
box.setAttribute("aria-describedby", "kept-text");
if (off.length) box.append(el("p", { className: "s" }, el("b", { textContent: W.honored }), " " + W.signal + " ", el("a", { href: url("/preferences/signals/"), textContent: W.more })));
if (note) box.append(el("p", { className: "s", role: "alert", textContent: note }));
box.append(el("div", { className: "b" }, button(W.reject, rejectAll), button(W.accept, acceptAll)),
el("details", { open: !!from }, el("summary", { textContent: W.choose }),
...C.p.map((p, i) => el("label", {}, boxes[i], el("span", {}, el("b", { textContent: p.n }), el("br"), p.t + (out(p) ? " " + W.honored + "." : "")))),
el("div", { className: "b" }, button(W.save, () => choose(boxes.filter(b => b.checked).map(b => b.value))))));
box.onkeydown = e => { if (e.key === "Escape") close(); };
if (back) back.hidden = true;
d.body.prepend(box);
if (from) box.focus();
};

const start = () => {
try { const s = new CSSStyleSheet(); s.replaceSync(C.c); d.adoptedStyleSheets = [...d.adoptedStyleSheets, s]; }
catch { d.head.append(el("style", { textContent: C.c })); }
const all = C.p.length && C.p.every(out);
if (!d.querySelector("[data-kept-open]")) {
back = button(all ? W.honored : W.open, 0, "");
back.id = "kept-open";
back.setAttribute("data-kept-open", "");
d.body.append(back);
}
d.addEventListener("click", e => { const t = e.target.closest && e.target.closest("[data-kept-open]"); if (t) { e.preventDefault(); open("", t); } });
if (C.a && C.p.length && !all) open();
if (C.b && C.p.some(p => p.g && out(p))) post("signal", []).catch(() => 0);
tell();
};
w.kept = { rejectAll, acceptAll, open: () => open("", d.activeElement), state, allows: c => !!state()[c] };
if (d.body) start(); else d.addEventListener("DOMContentLoaded", start);
})(C, window, document);
