/* Draw a rectangle on the page, and its sides stand in the form. Without this they are typed. */
const sheet = document.querySelector("[data-sheet]");
const form = document.querySelector("[data-place]");
if (sheet && form) {
  sheet.dataset.drawing = "";
  const frame = document.createElement("div");
  frame.className = "frame";
  frame.hidden = true;
  sheet.append(frame);
  let start = null;
  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    const share = (at, from, size) => Math.min(100, Math.max(0, ((at - from) / size) * 100));
    return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
  };
  const draw = (event) => {
    const end = place(event);
    const sides = { left: Math.min(start[0], end[0]), top: Math.min(start[1], end[1]), right: Math.max(start[0], end[0]), low: Math.max(start[1], end[1]) };
    frame.hidden = false;
    frame.style.left = `${sides.left}%`;
    frame.style.top = `${sides.top}%`;
    frame.style.width = `${sides.right - sides.left}%`;
    frame.style.height = `${sides.low - sides.top}%`;
    for (const [name, value] of Object.entries(sides)) form.elements[name].value = value.toFixed(2);
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") return; // a finger scrolls
    event.preventDefault();
    start = place(event);
    sheet.setPointerCapture(event.pointerId);
  });
  sheet.addEventListener("pointermove", (event) => { if (start) draw(event); });
  sheet.addEventListener("pointerup", (event) => {
    if (!start) return;
    draw(event);
    start = null;
    form.querySelector("button").focus();
  });
}
