// The query form: stops a query that runs, and puts the cursor where the text is wrong.
// Everything else on the page works without this.
"use strict";
const form = document.querySelector("form.query");
const cancel = document.getElementById("cancel");
const running = document.getElementById("running");
const text = document.getElementById("query");
let timer;

function rest() {
  clearInterval(timer);
  cancel.hidden = true;
  running.textContent = "";
}

form.addEventListener("submit", () => {
  if (document.getElementById("format").value) return; // a download: this page stays as it is
  const begun = Date.now();
  const tell = () => {
    running.textContent = `${form.dataset.running} ${Math.round((Date.now() - begun) / 1000)} s`;
  };
  rest();
  tell();
  timer = setInterval(tell, 1000);
  cancel.hidden = false;
});

// The service notices that nobody waits any more, and kills the query.
cancel.addEventListener("click", () => {
  window.stop();
  rest();
});

window.addEventListener("pageshow", rest);

if (form.dataset.line) {
  const lines = text.value.split("\n");
  const before = lines.slice(0, form.dataset.line - 1).join("\n").length;
  const place = before + (form.dataset.line > 1 ? 1 : 0) + Number(form.dataset.column) - 1;
  text.focus();
  text.setSelectionRange(place, place + 1);
}
