// Live filtering of a list: the address stays true, the number of hits is said, nothing jumps.
"use strict";

let focusedField = "";
document.addEventListener("htmx:beforeSwap", () => {
  focusedField = document.activeElement?.closest("#filters") ? document.activeElement.id : "";
});
document.addEventListener("htmx:afterSettle", (event) => {
  const results = document.getElementById("results");
  if (!results || event.target !== results) return;
  // The counts beside the choices are new, so the field is too; whoever was in it stays in it.
  if (focusedField && document.activeElement?.id !== focusedField) document.getElementById(focusedField)?.focus();
  announce(results.dataset.summary ?? "");
});

// Without scripts the button applies the filters; with them every change does.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("#filters > .filter-button")?.classList.add("visually-hidden");
});

// Up and down do in the list what "k" and "j" do everywhere.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!event.target.closest("tr[data-href]")) return;
  event.preventDefault();
  moveThroughRows(step);
});
