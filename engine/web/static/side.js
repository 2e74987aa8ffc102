// What makes a page easier where a browser runs scripts. Every page does its whole job without.
"use strict";

// The error summary takes the focus, so that a screen reader begins there.
document.getElementById("feil")?.focus();

// A form is sent once, also when the button is pressed twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sendt) {
    event.preventDefault();
  } else if (form.method === "post") {
    form.dataset.sendt = "ja";
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sendt;
  }
});
