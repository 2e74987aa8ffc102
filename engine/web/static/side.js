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

// A form with rules is checked as one types: the errors beside the fields, and the text as it would stand in the file.
for (const form of document.querySelectorAll("form[data-kontroll]")) {
  let waiting = 0;
  let asked = 0;
  const key = form.querySelector("input[name^=skjema]").value;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const number = ++asked;
      const content = new URLSearchParams(new FormData(form));
      content.set("handling", "direkte");
      try {
        const answer = await fetch(form.action, { method: "POST", headers: { "x-skjemanokkel": key }, body: content });
        if (answer.ok && number === asked) {
          tell(form, await answer.json());
        }
      } catch {
        // no answer: the button does the same
      }
    }, 500);
  });
}

function tell(form, found) {
  for (const place of form.querySelectorAll(".feltfeil")) {
    const id = place.id.slice(0, -"-feil".length);
    place.textContent = found.feil[id] ?? "";
    const field = document.getElementById(id);
    if (id in found.feil) {
      field.setAttribute("aria-invalid", "true");
    } else {
      field.removeAttribute("aria-invalid");
    }
  }
  const rest = form.querySelector("[data-annet]");
  rest.replaceChildren(
    ...found.annet.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
  const shown = form.querySelector("[data-utsnitt]");
  if (shown && found.utsnitt) {
    shown.textContent = found.utsnitt;
  }
  const count = Object.keys(found.feil).length + found.annet.length;
  form.querySelector("[data-status]").textContent = count ? `${count} feil i skjemaet` : "Ingen feil i skjemaet";
}
