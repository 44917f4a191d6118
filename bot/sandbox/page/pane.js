// One person's chat: their messages, what is pressed in them, and how many they have not seen.

import { openSheet } from "./form.js";
import { nonce, post } from "./post.js";
import { commandBox } from "./say.js";

const NEAR = 60;

export class Pane {
  constructor(section) {
    this.section = section;
    this.who = section.dataset.who;
    this.name = section.querySelector("h2").textContent;
    this.log = section.querySelector(".log");
    this.list = section.querySelector(".messages");
    this.status = section.querySelector("[data-status]");
    this.talk = section.querySelector(".talk");
    this.sheet = section.querySelector(".sheet");
    this.newer = section.querySelector(".newer");
    this.chip = document.querySelector(`[data-chip="${this.who}"]`);
    this.box = commandBox(section.querySelector(".say"), (text) => this.say(text));
    this.unread = new Set();
    this.inView = false;
    this.following = true;
    this.moved = 0;
    for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
      this.log.addEventListener(kind, () => { this.moved = Date.now(); }, { passive: true });
    }
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.newer.addEventListener("click", () => this.toNewest());
    new IntersectionObserver(([entry]) => { this.inView = entry.isIntersecting; this.looked(); }, { threshold: 0.5 })
      .observe(section);
    document.addEventListener("visibilitychange", () => this.looked());
  }

  /** Shows all the messages as they are now, touching only those that changed. */
  refresh(messages) {
    const kept = new Set(messages.map((message) => message.id));
    for (const item of [...this.list.children]) if (!kept.has(item.id)) this.remove(item.id);
    for (const message of messages) this.show(message, false);
    this.toNewest();
  }

  /** Puts a message at the end, or draws it again where it stands. */
  show(message, aloud = true) {
    const before = document.getElementById(message.id);
    if (before?.dataset.turn === String(message.turn)) return;
    const fresh = element(message.html);
    if (before) redraw(before, fresh);
    else this.list.append(fresh);
    if (!aloud) return;
    if (before) this.announceOnce(`Updated: ${message.summary}`);
    else this.announce(`New: ${message.summary}`);
    if (!before && !fresh.classList.contains("private")) this.unread.add(message.id);
    if (this.following) this.toNewest();
    this.looked();
  }

  remove(id) {
    const item = document.getElementById(id);
    if (item?.contains(document.activeElement)) this.log.focus({ preventScroll: true });
    item?.remove();
    this.unread.delete(id);
    this.looked();
  }

  /** Says what has changed, unless that was said just before: a record may stand in several messages. */
  announceOnce(said) {
    if (this.status.lastChild?.textContent !== `${this.name}. ${said}`) this.announce(said);
  }

  /** Says it to whoever listens; what was said just before is not cut off by it. */
  announce(said) {
    const words = document.createElement("p");
    words.textContent = `${this.name}. ${said}`;
    this.status.append(words);
    while (this.status.children.length > 3) this.status.firstChild.remove();
  }

  /** Whoever scrolls back is left in peace; at the newest message, the chat follows along again. */
  scrolled() {
    if (Date.now() - this.moved < 1000) this.following = this.atNewest();
    this.looked();
  }

  atNewest() {
    const last = this.list.lastElementChild;
    return !last || last.getBoundingClientRect().top < this.log.getBoundingClientRect().bottom - NEAR;
  }

  /** Scrolls to the newest message: to its end, or to its beginning when it is taller than the pane. */
  toNewest() {
    const last = this.list.lastElementChild;
    this.following = true;
    if (!last) return;
    const tall = last.offsetHeight > this.log.clientHeight;
    this.log.scrollTop = tall ? last.offsetTop - 8 : this.log.scrollHeight;
  }

  /** Counts as seen whatever has come into view, and says how much has not. */
  looked() {
    if (this.inView && !document.hidden && this.sheet.hidden) {
      const end = this.log.getBoundingClientRect().bottom;
      for (const id of this.unread) {
        const item = document.getElementById(id);
        if (!item || item.getBoundingClientRect().top < end - NEAR) this.unread.delete(id);
      }
    }
    const count = this.chip.querySelector(".count");
    count.hidden = this.unread.size === 0;
    count.textContent = this.unread.size ? `${this.unread.size} new` : "";
    this.newer.hidden = this.unread.size === 0 || this.atNewest();
  }

  async say(text) {
    return this.answered(await post("/say", { who: this.who, text, nonce: nonce() }), this.box);
  }

  async clicked(event) {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled")) return;
    if ("copy" in button.dataset) return this.copy(button);
    if ("dismiss" in button.dataset) return post("/dismiss", { who: this.who, id: button.closest("li").id });
    if (button.dataset.verb) this.answered(await this.press(button), button);
  }

  /** What comes of pressing a button, once. */
  async press(button) {
    const { verb, record, version, school, payload } = button.dataset;
    button.setAttribute("aria-disabled", "true");
    const answer = await post("/press", { who: this.who, verb, record, version, school, payload, nonce: nonce() });
    button.removeAttribute("aria-disabled");
    return answer;
  }

  /** Does what the answer asks; true when it was taken. */
  answered(answer, opener) {
    if (answer.reply === "form" || answer.reply === "window") openSheet(this, answer.html, opener);
    if (answer.reply === "problem") this.tell(answer.said);
    return answer.reply !== "problem";
  }

  /** Says something that comes from the page itself. */
  tell(said) {
    this.announce(said);
    this.list.querySelector(".page-said")?.remove();
    const item = document.createElement("li");
    item.className = "page-said notice danger";
    item.textContent = said;
    this.list.append(item);
    this.toNewest();
  }

  async copy(button) {
    const words = button.parentElement.querySelector(".exact");
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(words.textContent);
      button.textContent = "Copied";
      this.announce("Copied.");
    } catch {
      getSelection().selectAllChildren(words);
      this.announce("The text is selected. Press Control and C to copy it.");
      button.textContent = "Selected: press Ctrl C";
    }
    setTimeout(() => { button.textContent = before; }, 2500);
  }
}

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

/** Puts the fresh drawing in the old one's place; whoever was in it stays there. */
function redraw(before, fresh) {
  const held = document.activeElement;
  const inside = before.contains(held);
  const verb = inside ? held.dataset.verb : undefined;
  before.replaceWith(fresh);
  if (!inside) return;
  const same = verb && fresh.querySelector(`[data-verb="${CSS.escape(verb)}"]`);
  (same || fresh).focus({ preventScroll: true });
}
