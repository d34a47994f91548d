// Live filtering of a list: the address stays true, the number of hits is said, nothing jumps.
"use strict";

document.addEventListener("htmx:afterSettle", (event) => {
  const results = document.getElementById("results");
  if (results && event.target === results) announce(results.dataset.summary ?? "");
});

// Without scripts the button applies the filters; with them every change does.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("#filters > .filter-button")?.classList.add("visually-hidden");
});
