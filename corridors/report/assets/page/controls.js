/* Part 8: choices above the map, the small map that stays in view, and the start. */

const tell = () => {
  const one = now(),
    routes = one.routes.filter((route) => passes(route) && route.teu);
  const left = sum([...one.demands.values()].map((demand) => demand.unserved || 0));
  const words =
    `${plain(sum(routes.map((route) => route.teu)))} TEU a year on ${count(routes.length, "route", "routes")}` +
    (state.demand || state.actor || state.familiesOff.size
      ? " as chosen"
      : left
        ? `; ${plain(left)} TEU find no way`
        : "") +
    ".";
  const change =
    state.show === "change"
      ? " Solid lines have more cargo than in the first scenario, dashed lines less; pale lines are unchanged."
      : "";
  byId("told").replaceChildren(el("bdi", {}, el("strong", {}, one.title)), `: ${words}${change}`);
};
const pill = (words, pressed, act, more = {}) =>
  el(
    "button",
    { type: "button", "aria-pressed": String(pressed), dir: "auto", ...more, on: { click: act } },
    words,
  );
const controls = () => {
  const keep = document.activeElement?.dataset?.pill;
  byId("scenarios").replaceChildren(
    ...SCENARIOS.map((one, at) =>
      pill(
        one.title,
        at === state.scenario,
        () => {
          state.scenario = at;
          state.focus = null;
          if (!at && state.show === "change") state.show = "cargo";
          redraw();
        },
        { "data-pill": `s${at}` },
      ),
    ),
  );
  byId("shows").replaceChildren(
    ...[
      ["cargo", "Cargo"],
      ["routes", "All routes"],
      ...(SCENARIOS.length > 1 ? [["change", "What changes"]] : []),
    ].map(([key, words]) =>
      pill(
        words,
        key === state.show,
        () => {
          if (key === "change" && !state.scenario) state.scenario = 1;
          state.show = key;
          redraw();
        },
        { "data-pill": key },
      ),
    ),
  );
  if (keep) document.querySelector(`[data-pill="${keep}"]`)?.focus();
};
const swatch = (colour, hollow, dash) => {
  const line = (stroke, width) => [
    "path",
    {
      d: "M0 7h32",
      stroke,
      "stroke-width": width,
      ...(dash && dash.length
        ? { "stroke-dasharray": dash.map((part) => part * 3).join(" ") }
        : {}),
    },
  ];
  return drawing(
    "0 0 32 14",
    line(colour === "#000000" ? "currentColor" : colour, 4),
    ...(hollow ? [line("var(--card)", 1.6)] : []),
  );
};
const drawing = (box, ...shapes) => {
  const ns = "http://www.w3.org/2000/svg";
  const made = (tag, given) => {
    const one = document.createElementNS(ns, tag);
    Object.entries(given).forEach(([key, value]) => one.setAttribute(key, value));
    return one;
  };
  const svg = made("svg", { class: "swatch", viewBox: box, "aria-hidden": "true", fill: "none" });
  svg.append(...shapes.map(([tag, given]) => made(tag, given)));
  return svg;
};
const rings = () =>
  drawing(
    "0 0 32 14",
    ["circle", { cx: 7, cy: 7, r: 4, stroke: "currentColor", "stroke-width": 1.4 }],
    [
      "circle",
      {
        cx: 24,
        cy: 7,
        r: 5,
        stroke: "currentColor",
        "stroke-width": 2.4,
        "stroke-dasharray": "3 2",
      },
    ],
  );
const widths = () => {
  const first = 10 ** Math.floor(Math.log10(MOST));
  return [first, first / 10, first / 100]
    .filter((teu) => teu >= 1)
    .map((teu) =>
      el(
        "span",
        { class: "sample" },
        drawing("0 0 32 14", [
          "path",
          { d: "M0 7h32", stroke: "#7A7A7A", "stroke-width": widthOf(teu) },
        ]),
        `${plain(teu)} TEU a year`,
      ),
    );
};
const tick = (words, checked, act, sample) =>
  el(
    "label",
    {},
    el("input", {
      type: "checkbox",
      checked: checked || undefined,
      on: { change: (event) => act(event.target.checked) },
    }),
    sample,
    el("span", { dir: "auto" }, words),
  );
const setOff = (set, key) => (on) => {
  if (on) set.delete(key);
  else set.add(key);
  redraw();
};
const option = (value, words) => el("option", { value, dir: "auto" }, words);
const setUp = () => {
  byId("modes").append(
    ...MODES.filter((mode) => MODE_OF.includes(mode)).map((mode) =>
      tick(
        MODE_WORDS[mode],
        true,
        setOff(state.modesOff, mode),
        swatch("#7A7A7A", false, DASHES[mode]),
      ),
    ),
  );
  byId("extras").append(
    tick(
      "Places, and rings where a capacity is full",
      true,
      (on) => {
        state.places = on;
        redraw();
      },
      rings(),
    ),
    tick("Names", true, (on) => {
      state.names = on;
      redraw();
    }),
  );
  byId("widths").append(...widths());
  byId("families").append(
    ...DATA.families.map(([name, colour, hollow]) =>
      tick(name || NO_FAMILY, true, setOff(state.familiesOff, name), swatch(colour, hollow)),
    ),
  );
  const ids = [...new Set(SCENARIOS.flatMap((one) => [...one.demands.keys()]))];
  byId("demand").append(option("", "all demands"), ...ids.map((id) => option(id, id)));
  byId("demand").addEventListener("change", (event) => {
    state.demand = event.target.value;
    state.focus = null;
    redraw();
  });
  const actors = [
    ...new Set([
      ...LEGS.flatMap((leg) => leg.actors),
      ...SCENARIOS.flatMap((one) => Object.keys(one.actors)),
    ]),
  ].sort((a, b) => named(a).localeCompare(named(b), "en"));
  byId("actor").append(
    option("", "any"),
    ...actors.map((id) => option(id, named(id) === id ? id : `${named(id)} (${id})`)),
  );
  byId("actor").addEventListener("change", (event) => {
    state.actor = event.target.value;
    state.focus = state.actor ? { kind: "actor", key: state.actor } : null;
    redraw();
  });
  byId("colour").append(option("corridor", "corridor"), option("mode", "mode"));
  byId("colour").addEventListener("change", (event) => {
    state.colour = event.target.value;
    redraw();
  });
  map.on("click", () => choose(null));
  map.on("zoomend resize", drawMarks);
  map.on("zoomend moveend resize", drawNames);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    ground();
    redraw();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.focus) choose(null);
  });
};
const redraw = () => {
  controls();
  drawLines();
  drawMarks();
  drawNames();
  tell();
  light(state.focus);
  panel();
};

/* The small map stays in view while pictures are read. */
const frame = byId("map-frame");
const inView = () => {
  const box = byId("place-of-map").getBoundingClientRect();
  return Math.min(box.bottom, innerHeight) - Math.max(box.top, 0) > 0.45 * box.height;
};
const dock = () => {
  if (!inView()) {
    frame.classList.add("docked");
    map.invalidateSize({ animate: false });
  }
};
const undock = () => {
  if (!frame.classList.contains("docked")) return;
  frame.classList.remove("docked");
  map.invalidateSize({ animate: false });
};
addEventListener(
  "scroll",
  () => {
    if (inView()) undock();
  },
  { passive: true },
);
byId("dock-close").addEventListener("click", undock);
byId("dock-go").addEventListener("click", () => {
  undock();
  byId("map").scrollIntoView();
  byId("panel").focus({ preventScroll: true });
});

byId("board").hidden = false;
document.documentElement.classList.add("live");
map.invalidateSize({ animate: false });
home();
setUp();
linkPictures();
redraw();
