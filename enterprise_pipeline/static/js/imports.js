// Files dropped on the form, and a word while the server reads; every page works without it.
"use strict";

document.querySelectorAll("[data-drop]").forEach((place) => {
  const field = place.querySelector("input[type=file]");
  ["dragover", "dragenter"].forEach((name) =>
    place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.add("is-over");
    }),
  );
  ["dragleave", "drop"].forEach((name) => place.addEventListener(name, () => place.classList.remove("is-over")));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length > 0) field.files = event.dataTransfer.files;
  });
});

// Disabled only after the form has been sent, or the browser would not send it; freed when one comes back.
document.querySelectorAll("form[data-busy]").forEach((form) => {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit]");
    document.getElementById("announcer").textContent = form.dataset.busy;
    window.setTimeout(() => {
      button.disabled = true;
      button.dataset.word = button.textContent;
      button.textContent = form.dataset.busy;
    }, 0);
  });
});

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("button[data-word]").forEach((button) => {
    button.disabled = false;
    button.textContent = button.dataset.word;
    delete button.dataset.word;
  });
});
