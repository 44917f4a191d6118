// The school's clock: shown as the sandbox tells it, and moved on.

import { post } from "./post.js";

const bar = document.querySelector(".clock");
const dialog = document.getElementById("moment");
const error = document.getElementById("moment-error");
const box = document.getElementById("moment-to");

export function showClock(clock) {
  bar.querySelector("[data-day]").textContent = clock.day;
  bar.querySelector("[data-time]").textContent = clock.time;
  const staffed = bar.querySelector(".staffed");
  staffed.textContent = clock.said;
  staffed.dataset.staffed = String(clock.staffed);
  if (!dialog.open) box.value = box.min = clock.local;
}

/** Wires the bar up. `tell` says something to everybody who listens. */
export function startClock(tell) {
  bar.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-by]");
    if (button) moved(await busy({ by: button.dataset.by }), tell);
  });
  document.getElementById("moment-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!box.value) return wrong("Please give a date and a time.");
    const answer = await busy({ to: box.value });
    if (answer.reply === "problem") return wrong(answer.said);
    wrong("");
    dialog.close();
    moved(answer, tell);
  });
}

async function busy(fields) {
  bar.setAttribute("aria-busy", "true");
  const answer = await post("/clock", fields);
  bar.removeAttribute("aria-busy");
  return answer;
}

function moved(answer, tell) {
  if (answer.reply === "problem") return tell(answer.said);
  showClock(answer);
  tell(`It is now ${answer.day}, ${answer.time}. ${answer.said}.`);
}

function wrong(said) {
  error.textContent = said;
  if (said) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
  if (said) box.focus();
}
