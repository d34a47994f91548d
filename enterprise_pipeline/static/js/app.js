// What makes pages quicker to use; every page works without it.
"use strict";

const announce = (text) => {
  document.getElementById("announcer").textContent = text;
};

// --- keys: "/" goes to the search, "j" and "k" through the rows of a list, Enter opens one -----------

const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

const moveThroughRows = (step) => {
  const links = [...document.querySelectorAll("tr[data-href] th a, tr[data-href] td:first-child a")];
  if (links.length === 0) return;
  const at = links.findIndex((link) => link === document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.matches("[data-hotkey]")) event.target.blur();
  if (isTyping(event.target)) return;
  const field = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
  if (field) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "j" || event.key === "k") {
    moveThroughRows(event.key === "j" ? 1 : -1);
  }
});

// --- rows: the whole row leads where its link leads; selecting text does not --------------------------

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, select, summary")) return;
  if (window.getSelection().toString() !== "") return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else window.location.assign(row.dataset.href);
});

// --- forms: a chosen day or filter applies at once; leaving with unsaved text asks --------------------

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-autosubmit]");
  // Not for dates: while somebody types a year, every digit is a change.
  if (field && field.type !== "date") field.form.requestSubmit();
});

const isChanged = (form) =>
  [...form.elements].some((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((o) => o.selected !== o.defaultSelected);
    return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
  });

let isLeavingOnPurpose = false;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  isLeavingOnPurpose = true;
  // A second click on a slow save would send it twice.
  const button = event.submitter;
  if (button && event.target.method === "post") window.setTimeout(() => button.setAttribute("disabled", ""), 0);
});
window.addEventListener("pageshow", () => {
  isLeavingOnPurpose = false;
  document.querySelectorAll("button[type=submit][disabled]").forEach((b) => b.removeAttribute("disabled"));
});
window.addEventListener("beforeunload", (event) => {
  if (!isLeavingOnPurpose && [...document.querySelectorAll("form[data-guard]")].some(isChanged)) {
    event.preventDefault();
  }
});

// --- copying ------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  announce(button.dataset.copied ?? "");
  button.classList.add("is-copied");
  window.setTimeout(() => button.classList.remove("is-copied"), 1500);
});

// --- htmx: the token goes along, and a refusal is said ------------------------------------------------

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
});
const showTrouble = (text) => {
  const note = document.getElementById("trouble") ?? document.createElement("p");
  note.id = "trouble";
  note.className = "note note-risk";
  note.setAttribute("role", "alert");
  note.textContent = text;
  document.getElementById("content").prepend(note);
  note.scrollIntoView({ block: "nearest" });
};
document.addEventListener("htmx:responseError", (event) => {
  const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  showTrouble(answer.body.textContent.replace(/\s+/g, " ").trim());
});
document.addEventListener("htmx:sendError", () => showTrouble(document.body.dataset.unreachable));
document.addEventListener("htmx:afterSwap", () => document.getElementById("trouble")?.remove());

document.getElementById("error-summary")?.focus();
