/* Part 4: the map. */

const map = L.map("map-canvas", {
  attributionControl: false,
  zoomSnap: 0.25,
  minZoom: 2,
  maxZoom: 11,
  worldCopyJump: false,
  maxBounds: [
    [-75, -230],
    [84, 290],
  ],
  zoomAnimation: false,
  fadeAnimation: false,
});
const pane = (name, z) => {
  map.createPane(name).style.zIndex = z;
  return name;
};
const canvas = (name, z, tolerance) => L.canvas({ pane: pane(name, z), padding: 0.3, tolerance });
const GROUND = canvas("ground", 200, 0);
const LINES = canvas("lines", 400, 5);
const MARKS = LINES; // one canvas, so that a line under a mark can still be pointed at
const NAMES = pane("names", 460);
map.getPane("names").setAttribute("aria-hidden", "true");
const lineGroup = L.layerGroup().addTo(map);
const litGroup = L.layerGroup().addTo(map);
const markGroup = L.layerGroup().addTo(map);
const litMarks = L.layerGroup().addTo(map);

const LAND = DATA.land.stretches.map(decode);
const ring = (run) =>
  run.flatMap((k, at) => (k < 0 ? [...LAND[~k]].reverse() : LAND[k]).slice(at ? 1 : 0));
const land = L.polygon(
  DATA.land.rings.map((run) => [ring(run)]),
  { renderer: GROUND, interactive: false, stroke: false, fillOpacity: 1 },
);
const borders = L.polyline(LAND, { renderer: GROUND, interactive: false, weight: 0.8 });
const ground = () => {
  land.setStyle({ fillColor: tint("land") });
  borders.setStyle({ color: tint("border") });
};
ground();
land.addTo(map);
borders.addTo(map);
const home = () => map.fitBounds(DATA.bounds, { animate: false });
home();

const Whose = L.Control.extend({ onAdd: () => el("div", { class: "whose" }, DATA.attribution) });
new Whose({ position: "bottomright" }).addTo(map);
const Home = L.Control.extend({
  onAdd: () => {
    const button = el(
      "a",
      {
        href: "#map",
        role: "button",
        title: "Show everything",
        "aria-label": "Show everything",
        on: {
          click: (event) => {
            event.preventDefault();
            home();
          },
        },
      },
      "⤢",
    );
    return el("div", { class: "leaflet-bar" }, button);
  },
});
new Home({ position: "topleft" }).addTo(map);
L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);

const dashed = (k, weight, given) =>
  (given || DASHES[MODE_OF[k]]).map((part) => part * Math.max(weight, 2)).join(" ") || null;
let shown = [];
const drawLines = () => {
  lineGroup.clearLayers();
  shown = looks();
  const order = shown
    .map((look, k) => [look, k])
    .filter(([look]) => look)
    .sort((a, b) => a[0].rank - b[0].rank);
  for (const [look, k] of order) {
    const line = L.polyline(STRETCHES[k], {
      renderer: LINES,
      color: look.colour,
      weight: look.weight,
      opacity: look.opacity,
      dashArray: dashed(k, look.weight, look.dash),
      lineCap: "butt",
    });
    line.on("mouseover", () => glance({ kind: "stretch", key: k }));
    line.on("mouseout", () => glance(null));
    line.on("click", (event) => {
      L.DomEvent.stop(event);
      choose({ kind: "stretch", key: k });
    });
    line.bindTooltip(() => tipOf(k), { sticky: true, direction: "top", offset: [0, -6] });
    lineGroup.addLayer(line);
    if (look.hollow) {
      lineGroup.addLayer(
        L.polyline(STRETCHES[k], {
          renderer: LINES,
          interactive: false,
          color: tint("land"),
          weight: look.weight * 0.4,
          dashArray: dashed(k, look.weight, look.dash),
          lineCap: "butt",
        }),
      );
    }
  }
};
const tipOf = (k) => {
  const routes = now().through[k].filter(passes);
  const teu = sum(routes.map((one) => one.teu || 0));
  const families = [...new Set(routes.map((one) => one.family || NO_FAMILY))];
  return el(
    "div",
    {},
    el("strong", {}, `${MODE_WORDS[MODE_OF[k]]}: ${plain(teu)} TEU a year`),
    el(
      "div",
      {},
      `${count(routes.length, "route", "routes")}; ${families.slice(0, 4).join(", ")}${families.length > 4 ? " and others" : ""}`,
    ),
  );
};

const drawMarks = () => {
  markGroup.clearLayers();
  if (!state.places) return;
  for (const place of roomFor(placesShown())) {
    const mark = L.circleMarker([place.at[1], place.at[0]], {
      renderer: MARKS,
      radius: 2.5 + 7 * (place.traffic_share || 0) ** 0.5,
      weight: 1.4,
      color: tint("ink"),
      fillColor: tint("halo"),
      fillOpacity: 0.85,
    });
    wire(mark, { kind: "chokepoint", key: place.asset_id }, () =>
      el(
        "div",
        {},
        el("strong", {}, place.name),
        el("div", {}, `${place.kind}; ${plain(place.teu_per_year)} TEU a year`),
      ),
    );
  }
  for (const one of now().capacities) {
    if (one.binds !== "yes" || state.demand || (state.actor && !concerns(one))) continue;
    const mark = L.circleMarker([one.at[1], one.at[0]], {
      renderer: MARKS,
      radius: 8,
      weight: 3,
      color: tint("ink"),
      fill: true,
      fillOpacity: 0.05,
      dashArray: "3 2",
    });
    wire(mark, { kind: "capacity", key: one.capacity_id }, () =>
      el(
        "div",
        {},
        el("strong", {}, one.label),
        el(
          "div",
          {},
          `full: ${plain(one.used_teu_per_year)} TEU a year; another is worth ${plain(one.shadow_price_low_usd_per_teu)} USD`,
        ),
      ),
    );
  }
  if (state.show === "change") turned().forEach(drawChange);
};
/* From afar only the places that most cargo passes; the lists beside the map hold them all. */
const roomFor = (places) => {
  if (map.getZoom() >= 5 || state.demand) return places;
  const size = map.getSize();
  const most = Math.max(8, Math.round((size.x * size.y) / 9000));
  return [...places].sort((a, b) => (b.teu_per_year || 0) - (a.teu_per_year || 0)).slice(0, most);
};
const placesShown = () => {
  if (!state.demand && !state.actor) return now().places;
  const met = new Set(
    now()
      .routes.filter(passes)
      .flatMap((one) => one.legs.flatMap((leg) => [leg.from, leg.to])),
  );
  return now().places.filter((one) => (state.demand ? met.has(one.asset_id) : concerns(one)));
};
const wire = (mark, what, tip) => {
  mark.on("mouseover", () => glance(what));
  mark.on("mouseout", () => glance(null));
  mark.on("click", (event) => {
    L.DomEvent.stop(event);
    choose(what);
  });
  mark.bindTooltip(tip, { direction: "top", offset: [0, -6] });
  markGroup.addLayer(mark);
};
const turned = () =>
  now().changes.filter((one) => one.change === "opened" || one.change === "closed");
const drawChange = (one, at) => {
  const closed = one.change === "closed";
  const look = {
    renderer: MARKS,
    color: tint(closed ? "less" : "more"),
    weight: 4,
    opacity: 0.75,
    fillOpacity: 0.1,
    dashArray: closed ? "2 5" : null,
  };
  const tip = () =>
    el("div", {}, el("strong", {}, `${one.change}: ${one.name}`), el("div", {}, one.reason));
  const what = { kind: "change", key: String(at) };
  for (const k of one.over) wire(L.polyline(STRETCHES[k], look), what, tip);
  if (!one.over.length && one.at)
    wire(L.circleMarker(one.at, { ...look, radius: 6, weight: 3 }), what, tip);
};
const concerns = (one) =>
  list(one.countries).includes(state.actor) ||
  list(one.actors).some((cell) => cell.split(":")[0] === state.actor);

/* Names keep off each other; the places with most cargo come first. */
const drawNames = () => {
  const holder = map.getPane(NAMES);
  holder.replaceChildren();
  if (!state.names) return;
  const taken = [];
  const size = map.getSize();
  const put = (text, at, corridor) => {
    const point = map.latLngToContainerPoint(at);
    const width = text.length * (corridor ? 7 : 6) + 6;
    const box = [point.x + 6, point.y - 7, point.x + 6 + width, point.y + 7];
    if (box[0] < 0 || box[1] < 0 || box[2] > size.x || box[3] > size.y) return;
    if (
      taken.some((one) => one[0] < box[2] && one[2] > box[0] && one[1] < box[3] && one[3] > box[1])
    )
      return;
    taken.push(box);
    const label = el(
      "span",
      { class: corridor ? "map-name corridor" : "map-name", dir: "auto" },
      text,
    );
    L.DomUtil.setPosition(label, map.latLngToLayerPoint(at).add([6, -7]));
    holder.append(label);
  };
  if (state.colour === "corridor" && state.show !== "change")
    for (const [name, at] of middles()) put(name, at, true);
  const kinds = new Set(["terminal", "crossing", "strait"]);
  const places = roomFor(placesShown())
    .filter((one) => kinds.has(one.kind) && !one.name.startsWith("unnamed"))
    .sort((a, b) => (b.teu_per_year || 0) - (a.teu_per_year || 0));
  for (const place of places.slice(0, 160)) {
    if (taken.length > 70) break;
    put(place.name.split(/[(/,;]/)[0].trim() || place.name, [place.at[1], place.at[0]], false);
  }
};
const middles = () => {
  const best = new Map();
  const view = map.getBounds();
  const cargo = cargoOf(now());
  STRETCHES.forEach((line, k) => {
    if (!cargo.family[k] || !shown[k] || (state.show === "cargo" && !cargo.teu[k])) return;
    const middle = line[line.length >> 1];
    const length = Math.hypot(line[0][0] - line.at(-1)[0], line[0][1] - line.at(-1)[1]);
    if (view.contains(middle) && length > (best.get(cargo.family[k])?.[0] || 0))
      best.set(cargo.family[k], [length, middle]);
  });
  return [...best].map(([name, [, at]]) => [name, at]);
};
