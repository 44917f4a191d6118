// The page's beginning: a pane for each person, the news that keeps them up to date, and the page's own buttons.

import { showClock, startClock } from "./clock.js";
import { Pane } from "./pane.js";
import { post, start } from "./post.js";

const panes = new Map([...document.querySelectorAll(".pane")].map((section) => [section.dataset.who, new Pane(section)]));
const line = document.getElementById("line");
const spoken = document.getElementById("spoken");

listen();
startClock((said) => { spoken.textContent = said; });
wireDialogs();
wireKeys();
wireChips();

/** Everything as it stands at first, and after every break in the line; then each change. */
function listen() {
  const news = new EventSource("/events");
  const on = (name, act) => news.addEventListener(name, (event) => act(JSON.parse(event.data)));
  news.onerror = () => {
    line.textContent = "The sandbox cannot be reached just now. Trying again…";
  };
  on("state", (state) => {
    if (state.edition !== start.edition) return location.reload();
    line.textContent = "";
    showClock(state.clock);
    for (const [who, messages] of Object.entries(state.talks)) panes.get(who).refresh(messages);
    document.documentElement.dataset.live = "true";
  });
  on("message", (message) => panes.get(message.who).show(message));
  on("gone", (message) => panes.get(message.who).remove(message.id));
  on("clock", showClock);
  on("reset", () => location.reload());
  addEventListener("beforeunload", () => news.close());
}

function wireDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open).showModal();
    event.target.closest("[data-close]")?.closest("dialog").close();
  });
  document.getElementById("reset-now").addEventListener("click", async (event) => {
    event.target.disabled = true;
    const answer = await post("/reset", {});
    if (answer.reply === "problem") location.reload();
  });
}

function wireKeys() {
  document.addEventListener("keydown", (event) => {
    const place = /^Digit([1-9])$/.exec(event.code);
    if (!event.altKey || event.ctrlKey || event.metaKey || !place) return;
    const pane = [...panes.values()][Number(place[1]) - 1];
    if (!pane || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    goTo(pane);
  });
}

function goTo(pane) {
  pane.section.scrollIntoView({ inline: "start", block: "nearest" });
  const field = pane.sheet.hidden ? pane.box : pane.sheet.querySelector("[name^='field:']") || pane.sheet;
  field.focus({ preventScroll: true });
}

/** The names above the panes: which of them is on the screen, and a way to each. */
function wireChips() {
  const row = document.querySelector(".people");
  const chips = new Map([...document.querySelectorAll(".chip")].map((chip) => [chip.hash.slice(1), chip]));
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const chip = chips.get(target.id);
        chip.classList.toggle("shown", isIntersecting);
        if (isIntersecting) row.scrollLeft = Math.max(0, chip.offsetLeft - (row.clientWidth - chip.offsetWidth) / 2);
      }
    },
    { threshold: 0.6 },
  );
  for (const [id, chip] of chips) {
    const place = document.getElementById(id);
    seen.observe(place);
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      place.scrollIntoView({ inline: "start", block: "nearest" });
      place.focus({ preventScroll: true });
    });
  }
}
