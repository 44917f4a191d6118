// The command box: a line to type, with the commands listed as it is typed (the ARIA combobox pattern).

import { start } from "./post.js";

/** Wires the box up. `send` takes a line and tells whether it was taken. Gives the input. */
export function commandBox(form, send) {
  const input = form.querySelector("input");
  const list = form.querySelector("ul");
  let active = -1;

  const open = () => {
    const typed = input.value.trimStart().toLowerCase();
    const word = typed.startsWith("/") ? typed : `/${typed}`;
    const found = typed.includes(" ") ? [] : start.commands.filter((command) => command.name.startsWith(word));
    list.replaceChildren(...found.map((command, index) => option(command, `${list.id}-${index}`)));
    show(found.length > 0);
  };
  const show = (wanted) => {
    list.hidden = !wanted;
    input.setAttribute("aria-expanded", String(wanted));
    point(-1);
  };
  const point = (index) => {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  };
  const take = (item) => {
    input.value = `${item.dataset.name} `;
    show(false);
    input.focus();
  };

  input.addEventListener("input", () => (input.value.startsWith("/") ? open() : show(false)));
  input.addEventListener("click", () => input.value === "" && list.hidden && open());
  input.addEventListener("blur", () => show(false));
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      if (list.hidden) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(active < 0 && step < 0 ? list.children.length - 1 : (active + step + list.children.length) % list.children.length);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if ((event.key === "Enter" || event.key === "Tab") && !list.hidden && active >= 0 && count) {
      if (event.key === "Enter") event.preventDefault();
      take(list.children[active]);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) take(item);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    show(false);
    if (!text) return open();
    input.value = "";
    if (!(await send(text)) && !input.value) input.value = text;
  });
  return input;
}

function option(command, id) {
  const item = document.createElement("li");
  item.id = id;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.name = command.name;
  const name = document.createElement("b");
  name.textContent = `${command.name} ${command.hint}`.trim();
  const what = document.createElement("span");
  what.textContent = command.summary;
  item.append(name, " ", what);
  return item;
}
