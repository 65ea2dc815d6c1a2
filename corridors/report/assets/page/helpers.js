/* The script of the page, part 1 of 8: what the other parts are written with.
   All names reach the page as text, never as HTML. */

const DATA = JSON.parse(document.getElementById("corridors-data").textContent);
const byId = (id) => document.getElementById(id);
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map([...LETTERS].map((letter, at) => [letter, at]));
const MODES = ["rail", "road", "sea", "ferry"];
const MODE_WORDS = { rail: "Rail", road: "Road", sea: "Sea", ferry: "Ferry" };
const MODE_COLOURS = { rail: "#0072B2", road: "#E69F00", sea: "#56B4E9", ferry: "#CC79A7" };
const DASHES = { rail: [], road: [1.2, 1.4], sea: [4, 2], ferry: [4, 2] };
const NO_FAMILY = "no declared corridor";

const el = (tag, given = {}, ...kids) => {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key === "on")
      for (const [name, act] of Object.entries(value)) made.addEventListener(name, act);
    else if (value !== undefined && value !== false)
      made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...kids.filter((kid) => kid !== undefined && kid !== null && kid !== ""));
  return made;
};
const named = (id) => (id && DATA.names[id]) || id || "";
const short = (id) => {
  const name = /^N\d+$/.test(id) ? `junction ${id}` : named(id);
  return name.split(/[(/,;]/)[0].trim() || name;
};
const plain = (value, digits = 0) =>
  value === null || value === undefined || value === ""
    ? "not known"
    : Number(value).toLocaleString("en-GB", {
        minimumFractionDigits: 0,
        maximumFractionDigits: digits,
      });
const money = (value) => {
  const size = Math.abs(value);
  if (size >= 1e9) return `${plain(value / 1e9, 2)} billion`;
  return size >= 1e6 ? `${plain(value / 1e6, 1)} million` : plain(value);
};
const days = (hours) => `${plain(hours)} h (${plain(hours / 24, 1)} days)`;
const tint = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const sum = (rows) => rows.reduce((all, one) => all + one, 0);
const count = (n, one, many) => `${plain(n)} ${n === 1 ? one : many}`;
const list = (cell) =>
  String(cell || "")
    .split(";")
    .filter(Boolean);

const decode = (text) => {
  const points = [];
  let value = 0,
    shift = 0,
    lon = 0,
    lat = 0,
    isLon = true;
  for (const letter of text) {
    const part = VALUES.get(letter);
    value += (part & 31) * 2 ** shift;
    shift += 5;
    if (part & 32) continue;
    const step = value % 2 ? -(value + 1) / 2 : value / 2;
    if (isLon) lon += step;
    else {
      lat += step;
      points.push([lat / DATA.steps, lon / DATA.steps]);
    }
    isLon = !isLon;
    value = shift = 0;
  }
  return points;
};

/* What the ids of rules and sources stand for is told once, in the table at the end of the page. */
const KEYS = new Map(
  [...document.querySelectorAll("tr[data-key]")].map((row) => [row.dataset.key, row]),
);
const meaning = (key) => {
  const row = KEYS.get(key);
  const link = row?.querySelector("a");
  return el(
    "li",
    { dir: "auto" },
    row && row.cells[1].textContent !== key ? `${key}: ${row.cells[1].textContent} ` : `${key} `,
    link ? el("a", { href: link.href, rel: "noreferrer" }, "read it") : "",
  );
};
const meanings = (cells) => {
  const keys = [...new Set(cells.flatMap(list))].sort();
  if (!keys.length) return "";
  const words = `What ${count(keys.length, "id stands", "ids stand")} for`;
  return el(
    "details",
    {},
    el("summary", {}, words),
    el("ul", { class: "why" }, ...keys.map(meaning)),
  );
};
