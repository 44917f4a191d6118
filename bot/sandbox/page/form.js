// Over a person's chat: a form, filled in, checked, sent, what was typed kept until it has been taken; or a window to
// be read, whose buttons show what comes of them in its place.

import { post } from "./post.js";

/** Opens a form or a window in the pane's sheet. Focus goes in, and afterwards back to `opener`. */
export function openSheet(pane, html, opener) {
  const { sheet, talk } = pane;
  const close = () => {
    sheet.hidden = true;
    sheet.replaceChildren();
    talk.inert = false;
    (opener?.isConnected ? opener : pane.box).focus({ preventScroll: true });
    pane.looked();
  };
  sheet.onkeydown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (!touched(sheet.querySelector("form"))) return close();
    pane.announce("You have typed something here. Press Cancel to throw it away.");
    sheet.querySelector("[data-cancel]").focus();
  };
  sheet.onclick = (event) => {
    const button = event.target.closest("button");
    if (button?.closest("[data-cancel]")) close();
    else if (button?.dataset.verb) pressed(pane, button, close);
  };
  sheet.oninput = (event) => {
    mended(event.target);
    counted(event.target);
  };
  sheet.onchange = (event) => event.target.type === "file" && preview(event.target);
  sheet.onsubmit = (event) => {
    event.preventDefault();
    send(pane, event.target, event.submitter, close);
  };
  sheet.hidden = false;
  talk.inert = true;
  fill(sheet, html);
}

function fill(sheet, html) {
  sheet.innerHTML = html;
  label(sheet);
  sheet.scrollTop = 0;
  (sheet.querySelector("[name^='field:']") || sheet.querySelector("[tabindex]"))?.focus({ preventScroll: true });
}

/** A button in a window: what comes of it takes the window's place. */
async function pressed(pane, button, close) {
  const answer = await pane.press(button);
  if (answer?.reply === "form" || answer?.reply === "window") return fill(pane.sheet, answer.html);
  close();
  if (answer?.reply === "problem") pane.tell(answer.said);
}

async function send(pane, form, submitter, close) {
  if (form.dataset.sending) return;
  const asking = submitter?.name === "ask";
  clear(form);
  if (!asking && !complete(form)) return wrong(pane, form);
  form.dataset.sending = "true";
  const data = new FormData(form);
  if (asking) data.set("ask", submitter.value);
  data.set("who", pane.who);
  const answer = await post("/send", data);
  delete form.dataset.sending;
  switch (answer.reply) {
    case "window":
      return fill(pane.sheet, answer.html);
    case "form":
      return asking ? again(pane, form, answer) : next(pane, answer);
    case "invalid":
      return again(pane, form, answer);
    case "problem":
      return say(pane, form, answer.said);
    default:
      return close();
  }
}

/** Goes on to the next form, from its top. Escape asks first: what was said in the form before would be lost. */
function next(pane, answer) {
  fill(pane.sheet, answer.html);
  pane.sheet.querySelector("form").dataset.touched = "true";
}

/** Draws the form anew, with the files that were chosen still in it. */
function again(pane, before, answer) {
  const { sheet } = pane;
  const names = new Set([...before.elements].map((control) => control.name));
  const top = sheet.scrollTop;
  const files = [...before.querySelectorAll("input[type=file]")].filter((input) => input.files.length);
  sheet.innerHTML = answer.html;
  label(sheet);
  const form = sheet.querySelector("form");
  form.dataset.touched = "true";
  for (const chosen of files) keepFile(form, chosen);
  sheet.scrollTop = top;
  if (answer.reply === "invalid") return wrong(pane, form);
  const fresh = [...form.elements].find((control) => control.name.startsWith("field:") && !names.has(control.name));
  (fresh || form.querySelector("[name=ask]"))?.focus();
}

function keepFile(form, chosen) {
  const fresh = form.elements.namedItem(chosen.name);
  if (!fresh) return;
  for (const name of ["id", "aria-describedby", "aria-invalid"]) {
    if (fresh.hasAttribute(name)) chosen.setAttribute(name, fresh.getAttribute(name));
    else chosen.removeAttribute(name);
  }
  fresh.replaceWith(chosen);
  preview(chosen);
}

/** Checks what the browser can: the boxes that must be filled, and how long a text may be. */
function complete(form) {
  for (const control of form.querySelectorAll("[name^='field:']")) {
    const words = control.labels[0].firstChild.textContent.trim().replace(/[^?]$/, "$&.");
    const over = [...(control.value || "")].length - Number(control.dataset.longest || Infinity);
    if (control.validity.badInput) mark(control, "This is not a whole date and time. Please complete it.");
    else if (control.required && !control.value.trim()) mark(control, `Please ${control.tagName === "SELECT" ? "choose" : "fill in"}: ${words}`);
    else if (over > 0) mark(control, `This is ${over} characters too long.`);
  }
  return !form.querySelector("[aria-invalid]");
}

function mark(control, said) {
  const error = document.createElement("p");
  error.className = "error";
  error.id = `${control.id}-error`;
  error.textContent = said;
  control.closest(".field").append(error);
  control.setAttribute("aria-invalid", "true");
  const described = (control.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
  control.setAttribute("aria-describedby", [...described, error.id].join(" "));
}

function clear(form) {
  for (const found of form.querySelectorAll(".problems")) found.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) mended(control);
}

/** Takes away what was said to be wrong with a box, once it is being put right. */
function mended(control) {
  if (!control.hasAttribute("aria-invalid")) return;
  control.removeAttribute("aria-invalid");
  control.closest(".field").querySelector(".error")?.remove();
  const left = (control.getAttribute("aria-describedby") || "").split(" ").filter((id) => !id.endsWith("-error"));
  if (left.join("")) control.setAttribute("aria-describedby", left.join(" "));
  else control.removeAttribute("aria-describedby");
}

/** Goes to the first thing that is wrong. */
function wrong(pane, form) {
  const found = form.querySelectorAll("[aria-invalid]");
  pane.announce(`Not sent yet. ${found.length || 1} to put right.`);
  const first = found[0] || form.querySelector(".problems");
  first?.focus({ preventScroll: true });
  pane.sheet.scrollTop = first?.closest(".field")?.offsetTop - 16 || 0;
}

function say(pane, form, said) {
  const problem = document.createElement("div");
  problem.className = "notice danger problems";
  problem.textContent = said;
  form.querySelector("[data-send]").parentElement.before(problem);
  pane.announce(said);
}

/** The sheet goes by the title of what is in it; several people may each have a window open. */
function label(sheet) {
  const title = sheet.querySelector(".title");
  title.id ||= `${sheet.closest(".pane").id}-title`;
  sheet.setAttribute("aria-labelledby", title.id);
}

const touched = (form) => form?.dataset.touched === "true";

function counted(control) {
  control.form.dataset.touched = "true";
  const longest = Number(control.dataset.longest);
  if (!longest) return;
  const length = [...control.value].length;
  const field = control.closest(".field");
  let counter = field.querySelector(".counter");
  if (length < longest * 0.8) return counter?.remove();
  if (!counter) {
    counter = document.createElement("p");
    counter.className = "counter";
    field.append(counter);
  }
  counter.textContent = `${length} of ${longest} characters`;
}

/** Shows the picture that was chosen. */
function preview(input) {
  input.form.dataset.touched = "true";
  const place = input.closest(".field").querySelector(".preview");
  for (const image of place.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  place.replaceChildren();
  place.hidden = !input.files.length;
  if (!input.files.length) return;
  const image = document.createElement("img");
  image.alt = "";
  image.src = URL.createObjectURL(input.files[0]);
  const words = document.createElement("p");
  words.textContent = `Chosen: ${input.files[0].name}`;
  image.onerror = () => image.remove();
  place.append(image, words);
}
