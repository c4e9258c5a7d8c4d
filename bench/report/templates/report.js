"use strict";
// The table: sort, filter, expand. Everything from the data goes in as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const STEP = 200;
const table = document.getElementById("cases");
const body = table.tBodies[0];
const count = document.getElementById("count");
const more = document.getElementById("more");
const find = document.getElementById("find");
const ended = document.getElementById("ended");
const made = new Map();
const texts = data.rows.map(row => row.cells.concat(row.reasons).join(" ").toLowerCase());
let order = data.rows.map((_, index) => index);
let shown = STEP;

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// Long names break after an underscore, never inside a word.
function breakable(target, text) {
  text.split("_").forEach((part, number) => target.append(...(number ? ["_", element("wbr"), part] : [part])));
  return target;
}

function rowOf(index) {
  if (!made.has(index)) made.set(index, makeRow(index));
  return made.get(index);
}

function makeRow(index) {
  const row = element("tr");
  row.dataset.index = index;
  data.rows[index].cells.forEach((text, number) => {
    const cell = element("td", undefined, data.columns[number].style);
    if (number === 0) cell.append(breakable(element("button"), text));
    else breakable(cell, text);
    if (data.columns[number].name === "status") cell.classList.add(data.rows[index].status);
    row.append(cell);
  });
  wire(row);
  return row;
}

function wire(row) {
  const button = row.querySelector("button");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => toggle(row, button));
}

function toggle(row, button) {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (open) row.nextElementSibling.remove();
  else row.after(detail(Number(row.dataset.index)));
}

function detail(index) {
  const row = data.rows[index];
  const line = element("tr", undefined, "detail");
  const cell = element("td");
  cell.colSpan = data.columns.length;
  const inside = element("div", undefined, "inside");
  const list = element("dl");
  data.columns.forEach((column, number) => {
    if (!row.cells[number]) return;
    const pair = element("div");
    pair.append(element("dt", column.heading), breakable(element("dd"), row.cells[number]));
    list.append(pair);
  });
  inside.append(list);
  const box = element("div", undefined, "scroll");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Repeats of " + row.cells[0]);
  const repeats = element("table");
  const head = element("tr");
  data.repeats.forEach(heading => { const th = element("th", heading); th.scope = "col"; head.append(th); });
  repeats.createTHead().append(head);
  const lines = repeats.createTBody();
  row.repeats.forEach(([cells, reason, log, link]) => {
    const line = element("tr");
    cells.forEach((text, number) => line.append(element("td", text, number === 1 ? text.split(",")[0] : "")));
    const last = element("td");
    if (link) { const a = element("a", "log"); a.href = link; last.append(a); } else last.textContent = log;
    line.append(last);
    lines.append(line);
    if (reason) {
      const why = element("tr");
      const what = element("td", reason, "reason");
      what.colSpan = data.repeats.length;
      why.append(what);
      lines.append(why);
    }
  });
  box.append(repeats);
  inside.append(box);
  cell.append(inside);
  line.append(cell);
  return line;
}

function draw() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = ended.value;
  const found = order.filter(index =>
    (!wanted || data.rows[index].status === wanted) && words.every(word => texts[index].includes(word)));
  const lines = [];
  found.slice(0, shown).forEach(index => {
    const row = rowOf(index);
    const next = row.nextElementSibling;
    lines.push(row);
    if (next && next.classList.contains("detail")) lines.push(next);
  });
  body.replaceChildren(...lines);
  const drawn = Math.min(shown, found.length);
  count.textContent = drawn < found.length
    ? `The first ${drawn} of ${found.length} cases` : `${found.length} of ${data.rows.length} cases`;
  more.hidden = drawn === found.length;
  more.textContent = `Show ${Math.min(5 * STEP, found.length - drawn)} more`;
}

function sortBy(header, number) {
  const down = header.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  const sign = down ? -1 : 1;
  const key = index => data.rows[index].keys[number];
  order.sort((a, b) => {
    const one = key(a), two = key(b);
    if (one === two) return a - b;
    if (one === null) return 1; // what has no figure comes last, whichever way
    if (two === null) return -1;
    if (typeof one === "number") return sign * (one - two);
    return sign * one.localeCompare(two);
  });
  draw();
}

for (const row of [...body.rows]) {
  made.set(Number(row.dataset.index), row);
  wire(row);
}
[...table.tHead.rows[0].cells].forEach((header, number) => {
  const button = element("button", header.textContent);
  header.replaceChildren(button);
  button.addEventListener("click", () => sortBy(header, number));
});
find.addEventListener("input", () => { shown = STEP; draw(); });
ended.addEventListener("change", () => { shown = STEP; draw(); });
more.addEventListener("click", () => { shown += 5 * STEP; draw(); });
document.getElementById("controls").hidden = false;
draw();

// Charts: what a mark says to a screen reader, it also says to a pointer.
const tip = element("div", undefined, "tip");
tip.hidden = true;
document.body.append(tip);
document.addEventListener("pointerover", event => {
  const mark = event.target.closest && event.target.closest("figure [role=graphics-symbol][aria-label]");
  tip.hidden = !mark || mark.tagName === "g";
  if (!tip.hidden) tip.textContent = mark.getAttribute("aria-label");
});
document.addEventListener("pointermove", event => {
  if (tip.hidden) return;
  const width = document.documentElement.clientWidth;
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, width - tip.offsetWidth - 8)) + "px";
  tip.style.top = (event.clientY > 90 ? event.clientY - tip.offsetHeight - 12 : event.clientY + 18) + "px";
});
