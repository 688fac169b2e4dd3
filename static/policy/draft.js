/* While somebody types, the preview follows. Without this the button "Look at it" does the same. */
for (const field of document.querySelectorAll("[data-form] [name]")) {
  const shown = document.querySelectorAll(`[data-shows="${CSS.escape(field.name)}"]`);
  if (shown.length) field.addEventListener("input", () => shown.forEach((place) => { place.textContent = field.value; }));
}
