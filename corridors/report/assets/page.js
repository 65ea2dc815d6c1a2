/* The map of the page and what is linked to it. All names reach the page as text, never as HTML. */
"use strict";
(() => {
  const DATA = JSON.parse(document.getElementById("corridors-data").textContent);
  const byId = (id) => document.getElementById(id);
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUES = new Map([...LETTERS].map((letter, at) => [letter, at]));
  const MODES = ["rail", "road", "sea", "ferry"];
  const MODE_WORDS = { rail: "Rail", road: "Road", sea: "Sea", ferry: "Ferry" };
  const MODE_COLOURS = { rail: "#0072B2", road: "#E69F00", sea: "#56B4E9", ferry: "#CC79A7" };
  const DASHES = { rail: [], road: [1.2, 1.4], sea: [4, 2], ferry: [4, 2] };
  const NO_FAMILY = "no declared corridor";

  /* ---- small helpers ---------------------------------------------------- */

  const el = (tag, given = {}, ...kids) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(given)) {
      if (key === "on") for (const [name, act] of Object.entries(value)) made.addEventListener(name, act);
      else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...kids.filter((kid) => kid !== undefined && kid !== null && kid !== ""));
    return made;
  };
  const named = (id) => (id && DATA.names[id]) || id || "";
  const short = (id) => {
    const name = named(id);
    return name.split(/[(/,;]/)[0].trim() || name;
  };
  const plain = (value, digits = 0) =>
    value === null || value === undefined || value === ""
      ? "not known"
      : Number(value).toLocaleString("en-GB", { minimumFractionDigits: 0, maximumFractionDigits: digits });
  const money = (value) => {
    const size = Math.abs(value);
    if (size >= 1e9) return `${plain(value / 1e9, 2)} billion`;
    return size >= 1e6 ? `${plain(value / 1e6, 1)} million` : plain(value);
  };
  const days = (hours) => `${plain(hours)} h (${plain(hours / 24, 1)} days)`;
  const tint = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const sum = (rows) => rows.reduce((all, one) => all + one, 0);
  const count = (n, one, many) => `${plain(n)} ${n === 1 ? one : many}`;
  const list = (cell) => String(cell || "").split(";").filter(Boolean);

  const decode = (text) => {
    const points = [];
    let value = 0, shift = 0, lon = 0, lat = 0, isLon = true;
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

  /* ---- the data, as objects --------------------------------------------- */

  const STRETCHES = DATA.stretches.map(decode);
  const MODE_OF = [...DATA.modes].map((digit) => MODES[digit]);
  const WORD_FIELDS = new Set(["kind", "from", "to", "mode", "country", "operator", "rules", "sources"]);
  const over = (path) => {
    const way = DATA.paths[path];
    return typeof way === "string" ? [] : way.map((k) => (k < 0 ? ~k : k));
  };
  const pointOf = (path) => {
    const way = DATA.paths[path];
    if (typeof way === "string") return decode(way)[0];
    return way.length ? STRETCHES[way[0] < 0 ? ~way[0] : way[0]][0] : null;
  };
  const LEGS = DATA.legs.map((row) => {
    const leg = {};
    DATA.leg_fields.forEach((name, at) => {
      leg[name] = WORD_FIELDS.has(name) ? DATA.words[row[at]] : row[at];
    });
    leg.over = over(leg.path);
    leg.actors = [leg.country, ...list(leg.operator)].filter(Boolean);
    return leg;
  });
  const PLACES = new Map();
  for (const leg of LEGS) {
    if (!leg.over.length && !PLACES.has(leg.from)) PLACES.set(leg.from, pointOf(leg.path));
  }

  const routeOf = (row) => {
    const route = {};
    DATA.route_fields.forEach((name, at) => { route[name] = row[at]; });
    route.legs = row[DATA.route_fields.length].map((at) => LEGS[at]);
    route.family = list(route.corridor)[0] || "";
    route.over = [...new Set(route.legs.flatMap((leg) => leg.over))];
    route.actors = new Set(route.legs.flatMap((leg) => leg.actors));
    return route;
  };
  const SCENARIOS = DATA.scenarios.map((told) => {
    const routes = told.routes.map(routeOf);
    const demands = new Map(told.demands.map(([id, status, reason, teu, unserved]) => [
      id, { id, status, reason, teu, unserved, routes: [] }]));
    for (const route of routes) demands.get(route.demand)?.routes.push(route);
    const through = STRETCHES.map(() => []);
    routes.forEach((route) => route.over.forEach((k) => through[k].push(route)));
    const flows = told.flows.map(([arc, teu, most, price, path]) => ({ arc, teu, most, price, over: over(path), at: pointOf(path) }));
    const changes = told.changes.map(([change, asset, name, countries, mode, reason, path]) => ({
      change, asset, name: name || asset, countries, mode, reason, over: over(path), at: pointOf(path) }));
    return {
      ...told, routes, demands, through, flows, changes,
      route: new Map(routes.map((one) => [one.id, one])),
      place: new Map(told.places.map((one) => [one.asset_id, one])),
      capacity: new Map(told.capacities.map((one) => [one.capacity_id, one])),
    };
  });
  const FAMILIES = new Map(DATA.families.map(([name, colour, hollow]) => [name, { colour, hollow }]));

  /* ---- what is shown ------------------------------------------------------ */

  const state = {
    scenario: 0, show: "cargo", demand: "", actor: "", colour: "corridor",
    modesOff: new Set(), familiesOff: new Set(), places: true, names: true, focus: null,
  };
  const now = () => SCENARIOS[state.scenario];
  const passes = (route) =>
    (!state.demand || route.demand === state.demand) &&
    !state.familiesOff.has(route.family) &&
    (!state.actor || route.actors.has(state.actor));

  const cargoOf = (scenario) => {
    const teu = new Float64Array(STRETCHES.length);
    const family = new Array(STRETCHES.length).fill(null);
    const most = new Float64Array(STRETCHES.length).fill(-1);
    const parts = STRETCHES.map(() => null);
    for (const route of scenario.routes) {
      if (!passes(route)) continue;
      const amount = route.teu || 0;
      for (const k of route.over) {
        teu[k] += amount;
        const by = (parts[k] ??= {});
        by[route.family] = (by[route.family] || 0) + amount + 1e-6 / route.rank;
        if (by[route.family] > most[k]) {
          most[k] = by[route.family];
          family[k] = route.family;
        }
      }
    }
    return { teu, family };
  };
  const MOST = SCENARIOS.reduce((most, one) => cargoOf(one).teu.reduce((a, b) => Math.max(a, b), most), 1);
  const widthOf = (teu) => 1.2 + 9 * (teu / MOST) ** 0.4;
  const inkOf = (colour) => (colour === "#000000" ? tint("ink") : colour);
  const penOf = (k, family) => {
    if (state.colour === "mode") return { colour: MODE_COLOURS[MODE_OF[k]], hollow: false };
    const pen = FAMILIES.get(family) || FAMILIES.get("") || { colour: "#7A7A7A", hollow: false };
    return { colour: inkOf(pen.colour), hollow: pen.hollow };
  };

  /* How each stretch looks: null is not shown. */
  const looks = () => {
    const cargo = cargoOf(now());
    const before = state.show === "change" ? cargoOf(SCENARIOS[0]) : null;
    return STRETCHES.map((_, k) => {
      if (state.modesOff.has(MODE_OF[k])) return null;
      if (before) return changed(k, before.teu[k], cargo.teu[k], cargo.family[k], before.family[k]);
      if (cargo.family[k] === null) return null;
      const pen = penOf(k, cargo.family[k]);
      if (state.show === "cargo" && cargo.teu[k] > 0) return { ...pen, weight: widthOf(cargo.teu[k]), opacity: 1, rank: cargo.teu[k] };
      if (state.show === "routes" || state.demand) return { ...pen, weight: 1.6, opacity: 0.9, rank: 0 };
      return { colour: tint("idle"), hollow: false, weight: 0.8, opacity: 0.65, rank: 0 };
    });
  };
  const changed = (k, old, fresh, family, familyBefore) => {
    if (family === null && familyBefore === null) return null;
    const step = fresh - old;
    if (Math.abs(step) < 0.5) {
      return { colour: tint("idle"), hollow: false, weight: fresh > 0 ? 1.4 : 0.6, opacity: 0.6, rank: 0 };
    }
    return {
      colour: tint(step > 0 ? "more" : "less"), hollow: false, opacity: 1, rank: Math.abs(step),
      weight: Math.max(2, widthOf(Math.abs(step))), dash: step > 0 ? [] : [2, 1.6],
    };
  };

  /* ---- the map -------------------------------------------------------------- */

  const map = L.map("map-canvas", {
    attributionControl: false, zoomSnap: 0.25, minZoom: 2, maxZoom: 11, worldCopyJump: false,
    maxBounds: [[-75, -230], [84, 290]], zoomAnimation: false, fadeAnimation: false,
  });
  const pane = (name, z) => { map.createPane(name).style.zIndex = z; return name; };
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
  const ring = (run) => run.flatMap((k, at) => (k < 0 ? [...LAND[~k]].reverse() : LAND[k]).slice(at ? 1 : 0));
  const land = L.polygon(DATA.land.rings.map((run) => [ring(run)]), { renderer: GROUND, interactive: false, stroke: false, fillOpacity: 1 });
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
      const button = el("a", { href: "#map", role: "button", title: "Show everything", "aria-label": "Show everything",
        on: { click: (event) => { event.preventDefault(); home(); } } }, "⤢");
      return el("div", { class: "leaflet-bar" }, button);
    },
  });
  new Home({ position: "topleft" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);

  const dashed = (k, weight, given) => (given || DASHES[MODE_OF[k]]).map((part) => part * Math.max(weight, 2)).join(" ") || null;
  let shown = [];
  const drawLines = () => {
    lineGroup.clearLayers();
    shown = looks();
    const order = shown.map((look, k) => [look, k]).filter(([look]) => look).sort((a, b) => a[0].rank - b[0].rank);
    for (const [look, k] of order) {
      const line = L.polyline(STRETCHES[k], {
        renderer: LINES, color: look.colour, weight: look.weight, opacity: look.opacity,
        dashArray: dashed(k, look.weight, look.dash), lineCap: "butt",
      });
      line.on("mouseover", () => glance({ kind: "stretch", key: k }));
      line.on("mouseout", () => glance(null));
      line.on("click", (event) => { L.DomEvent.stop(event); choose({ kind: "stretch", key: k }); });
      line.bindTooltip(() => tipOf(k), { sticky: true, direction: "top", offset: [0, -6] });
      lineGroup.addLayer(line);
      if (look.hollow) {
        lineGroup.addLayer(L.polyline(STRETCHES[k], {
          renderer: LINES, interactive: false, color: tint("land"), weight: look.weight * 0.4,
          dashArray: dashed(k, look.weight, look.dash), lineCap: "butt",
        }));
      }
    }
  };
  const tipOf = (k) => {
    const routes = now().through[k].filter(passes);
    const teu = sum(routes.map((one) => one.teu || 0));
    const families = [...new Set(routes.map((one) => one.family || NO_FAMILY))];
    return el("div", {}, el("strong", {}, `${MODE_WORDS[MODE_OF[k]]}: ${plain(teu)} TEU a year`),
      el("div", {}, `${count(routes.length, "route", "routes")}; ${families.slice(0, 4).join(", ")}${families.length > 4 ? " and others" : ""}`));
  };

  const drawMarks = () => {
    markGroup.clearLayers();
    if (!state.places) return;
    for (const place of roomFor(placesShown())) {
      const mark = L.circleMarker([place.at[1], place.at[0]], {
        renderer: MARKS, radius: 2.5 + 7 * (place.traffic_share || 0) ** 0.5, weight: 1.4,
        color: tint("ink"), fillColor: tint("halo"), fillOpacity: 0.85,
      });
      wire(mark, { kind: "chokepoint", key: place.asset_id }, () => el("div", {}, el("strong", {}, place.name),
        el("div", {}, `${place.kind}; ${plain(place.teu_per_year)} TEU a year`)));
    }
    for (const one of now().capacities) {
      if (one.binds !== "yes" || state.demand || (state.actor && !concerns(one))) continue;
      const mark = L.circleMarker([one.at[1], one.at[0]], {
        renderer: MARKS, radius: 8, weight: 3, color: tint("ink"), fill: true, fillOpacity: 0.05, dashArray: "3 2",
      });
      wire(mark, { kind: "capacity", key: one.capacity_id }, () => el("div", {}, el("strong", {}, one.label),
        el("div", {}, `full: ${plain(one.used_teu_per_year)} TEU a year; another is worth ${plain(one.shadow_price_low_usd_per_teu)} USD`)));
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
    const met = new Set(now().routes.filter(passes).flatMap((one) => one.legs.flatMap((leg) => [leg.from, leg.to])));
    return now().places.filter((one) => (state.demand ? met.has(one.asset_id) : concerns(one)));
  };
  const wire = (mark, what, tip) => {
    mark.on("mouseover", () => glance(what));
    mark.on("mouseout", () => glance(null));
    mark.on("click", (event) => { L.DomEvent.stop(event); choose(what); });
    mark.bindTooltip(tip, { direction: "top", offset: [0, -6] });
    markGroup.addLayer(mark);
  };
  const turned = () => now().changes.filter((one) => one.change === "opened" || one.change === "closed");
  const drawChange = (one, at) => {
    const closed = one.change === "closed";
    const look = { renderer: MARKS, color: tint(closed ? "less" : "more"), weight: 4, opacity: 0.75, fillOpacity: 0.1, dashArray: closed ? "2 5" : null };
    const tip = () => el("div", {}, el("strong", {}, `${one.change}: ${one.name}`), el("div", {}, one.reason));
    const what = { kind: "change", key: String(at) };
    for (const k of one.over) wire(L.polyline(STRETCHES[k], look), what, tip);
    if (!one.over.length && one.at) wire(L.circleMarker(one.at, { ...look, radius: 6, weight: 3 }), what, tip);
  };
  const concerns = (one) =>
    list(one.countries).includes(state.actor) || list(one.actors).some((cell) => cell.split(":")[0] === state.actor);

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
      if (taken.some((one) => one[0] < box[2] && one[2] > box[0] && one[1] < box[3] && one[3] > box[1])) return;
      taken.push(box);
      const label = el("span", { class: corridor ? "map-name corridor" : "map-name", dir: "auto" }, text);
      L.DomUtil.setPosition(label, map.latLngToLayerPoint(at).add([6, -7]));
      holder.append(label);
    };
    if (state.colour === "corridor" && state.show !== "change") for (const [name, at] of middles()) put(name, at, true);
    const kinds = new Set(["terminal", "crossing", "strait"]);
    const places = roomFor(placesShown()).filter((one) => kinds.has(one.kind) && !one.name.startsWith("unnamed")).sort((a, b) => (b.teu_per_year || 0) - (a.teu_per_year || 0));
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
      if (view.contains(middle) && length > (best.get(cargo.family[k])?.[0] || 0)) best.set(cargo.family[k], [length, middle]);
    });
    return [...best].map(([name, [, at]]) => [name, at]);
  };

  /* ---- what is pointed at: on the map and in the pictures ------------------- */

  const stretchesOf = ({ kind, key }) => {
    const scenario = now();
    if (kind === "stretch") return [key];
    if (kind === "route") return scenario.route.get(key)?.over || [];
    if (kind === "arc") return scenario.flows.find((one) => one.arc === key)?.over || [];
    if (kind === "change") return turned()[key]?.over || [];
    if (kind === "demand") {
      const routes = scenario.demands.get(key)?.routes || [];
      return [...new Set(routes.filter((one) => one.rank === 1 || one.teu).flatMap((one) => one.over))];
    }
    if (kind === "actor") return [...new Set(scenario.routes.filter((one) => one.teu).flatMap((one) => one.legs.filter((leg) => leg.actors.includes(key)).flatMap((leg) => leg.over)))];
    return [];
  };
  const pointsOf = ({ kind, key }) => {
    const scenario = now();
    const own = (one) => [one.at[1], one.at[0]];
    if (kind === "chokepoint") return scenario.place.has(key) ? [own(scenario.place.get(key))] : PLACES.has(key) ? [PLACES.get(key)] : [];
    if (kind === "capacity") return scenario.capacity.has(key) ? [own(scenario.capacity.get(key))] : [];
    if (kind === "arc") return scenario.flows.filter((one) => one.arc === key && !one.over.length && one.at).map((one) => one.at);
    if (kind === "change") return turned().filter((one, at) => String(at) === key && !one.over.length && one.at).map((one) => one.at);
    if (kind === "actor") return scenario.capacities.filter((one) => list(one.actors).some((cell) => cell.split(":")[0] === key)).map(own);
    return [];
  };
  const light = (what) => {
    litGroup.clearLayers();
    litMarks.clearLayers();
    for (const k of what ? stretchesOf(what) : []) {
      const look = shown[k] || { colour: tint("accent"), weight: 2 };
      const weight = Math.max(look.weight, 2.5);
      const line = { renderer: LINES, interactive: false, lineCap: "round" };
      litGroup.addLayer(L.polyline(STRETCHES[k], { ...line, color: tint("ink"), weight: weight + 5, opacity: 0.9 }));
      litGroup.addLayer(L.polyline(STRETCHES[k], { ...line, color: tint("halo"), weight: weight + 2.5 }));
      litGroup.addLayer(L.polyline(STRETCHES[k], { ...line, color: look.colour, weight, dashArray: dashed(k, weight, look.dash), lineCap: "butt" }));
    }
    const small = what?.kind === "actor";
    for (const at of what ? pointsOf(what) : []) {
      litMarks.addLayer(L.circleMarker(at, { renderer: MARKS, interactive: false, radius: small ? 6 : 12, weight: small ? 2.5 : 4, color: tint("accent"), fillOpacity: 0.15 }));
    }
    lightPictures(what);
  };

  const MARKED = new Map();
  const lightPictures = (what) => {
    document.querySelectorAll(".lit").forEach((one) => one.classList.remove("lit"));
    document.querySelectorAll(".has-lit").forEach((one) => one.classList.remove("has-lit"));
    for (const key of what ? alike(what) : []) {
      for (const { node, scenario } of MARKED.get(key) || []) {
        if (scenario && scenario !== now().id) continue;
        node.classList.add("lit");
        node.ownerSVGElement.classList.add("has-lit");
      }
    }
  };
  const alike = ({ kind, key }) => {
    if (kind === "route") return [`route ${key}`, `demand ${now().route.get(key)?.demand}`];
    if (kind === "stretch") {
      const arcs = now().flows.filter((one) => one.over.includes(key)).map((one) => `arc ${one.arc}`);
      const routes = now().through[key].filter((one) => passes(one) && one.teu);
      return [...arcs, ...routes.flatMap((one) => [`route ${one.id}`, `demand ${one.demand}`])];
    }
    return [`${kind} ${key}`];
  };
  const linkPictures = () => {
    for (const { scenario, marks } of DATA.charts) {
      const linked = marks.map(([element, kind, key]) => ({ node: document.getElementById(element), what: { kind, key } }))
        .filter(({ node }) => node?.ownerSVGElement);
      for (const { node, what } of linked) {
        link(node, what, scenario);
        const known = `${what.kind} ${what.key}`;
        MARKED.set(known, [...(MARKED.get(known) || []), { node, scenario }]);
      }
      walk([...new Set(linked.map((one) => one.node))]);
    }
    document.querySelectorAll(".with-script").forEach((one) => { one.hidden = false; });
  };
  const link = (node, what, scenario) => {
    const use = () => { toScenario(scenario); choose(what, true); };
    const seen = () => { if (sameScenario(scenario)) glance(what); };
    const said = `${what.kind} ${named(what.key)}: show on the map`;
    node.classList.add("linked");
    node.setAttribute("role", "button");
    node.setAttribute(node.textContent.trim() ? "aria-description" : "aria-label", said);
    node.ownerSVGElement.setAttribute("role", "group"); // an image would hide the buttons in it
    node.addEventListener("pointerenter", seen);
    node.addEventListener("pointerleave", () => glance(null));
    node.addEventListener("focus", seen);
    node.addEventListener("blur", () => glance(null));
    node.addEventListener("click", use);
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      use();
    });
  };
  /* A picture is one stop of the tab key; arrows walk its parts. */
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const walk = (nodes) => nodes.forEach((node, at) => {
    node.setAttribute("tabindex", at ? "-1" : "0");
    node.addEventListener("keydown", (event) => {
      if (!(event.key in STEPS)) return;
      event.preventDefault();
      const next = nodes[(at + STEPS[event.key] + nodes.length) % nodes.length];
      nodes.forEach((one) => one.setAttribute("tabindex", one === next ? "0" : "-1"));
      next.focus();
    });
  });
  const sameScenario = (id) => !id || id === now().id;
  const toScenario = (id) => {
    const at = SCENARIOS.findIndex((one) => one.id === id);
    if (at >= 0 && at !== state.scenario) { state.scenario = at; redraw(); }
  };

  let timer = 0;
  const glance = (what) => {
    clearTimeout(timer);
    timer = setTimeout(() => light(what || state.focus), what ? 0 : 60);
  };
  const choose = (what, fromPicture = false) => {
    state.focus = what;
    light(what);
    panel();
    if (what) bringIntoView([...stretchesOf(what).flatMap((k) => STRETCHES[k]), ...pointsOf(what)]);
    if (fromPicture) dock();
  };

  /* What is out of sight, or a line too small to be seen, is gone to; else the map stays. */
  const bringIntoView = (spots) => {
    if (!spots.length) return;
    const view = map.getBounds(), box = L.latLngBounds(spots);
    const share = (box.getEast() - box.getWest()) / (view.getEast() - view.getWest());
    const high = (box.getNorth() - box.getSouth()) / (view.getNorth() - view.getSouth());
    const tiny = spots.length > 1 && Math.max(share, high) < 0.15;
    if (tiny || !view.intersects(box)) map.fitBounds(box.pad(0.4), { maxZoom: 7, animate: false });
  };

  /* ---- the panel beside the map --------------------------------------------- */

  const fact = (name, value) => [el("dt", {}, name), el("dd", {}, value)];
  const facts = (...rows) => el("dl", {}, ...rows.filter(Boolean).flatMap(([name, value]) => fact(name, value)));
  const go = (words, what) => el("li", {}, el("button", { type: "button", dir: "auto", on: {
    click: () => choose(what), pointerenter: () => glance(what), pointerleave: () => glance(null),
    focus: () => glance(what), blur: () => glance(null) } }, words));
  const buttons = (rows, most = 12) => {
    const made = el("ul", {}, ...rows.slice(0, most));
    const rest = rows.slice(most);
    if (rest.length) {
      const more = el("li", {}, el("button", { type: "button", on: { click: () => { more.replaceWith(...rest); rest[0].firstChild.focus(); } } }, `${rest.length} more`));
      made.append(more);
    }
    return made;
  };
  const back = () => el("button", { type: "button", on: { click: () => choose(null) } }, "← Overview");
  const routeWords = (one) =>
    `${one.rank}. ${one.family || NO_FAMILY}: ${plain(one.usd)} USD, ${plain(one.h / 24, 1)} days${one.teu ? `, ${plain(one.teu)} TEU a year` : ""}`;
  const demandWords = (id) => {
    const first = now().demands.get(id)?.routes[0];
    return first ? `${short(first.legs[0].from)} → ${short(first.legs.at(-1).to)} (${id})` : id;
  };

  const VIEWS = {
    route: (key) => {
      const one = now().route.get(key);
      if (!one) return missing(key);
      return [el("h3", { dir: "auto" }, `${short(one.legs[0]?.from)} → ${short(one.legs.at(-1)?.to)}`),
        el("p", { class: "faint" }, `${one.id}; choice ${one.rank} (${list(one.objective).join(", ")}); corridor ${list(one.corridor).join(", ") || "none declared"}`),
        facts(["Cost", `${plain(one.usd)} USD per TEU`], ["Time", days(one.h)], one.p80 && ["in 80 of 100 cases at most", days(one.p80)],
          one.p95 && ["in 95 of 100 cases at most", days(one.p95)], ["Distance", `${plain(one.km)} km`], ["Emissions", `${plain(one.kg)} kg CO2e per TEU`],
          ["Borders, gauge changes, transfers", `${one.borders}, ${one.gauges}, ${one.transfers}`], ["Cargo", `${plain(one.teu)} TEU a year`],
          ["Countries", list(one.countries).join(", ")]),
        el("h4", {}, "Leg by leg"), legTable(one),
        el("ul", {}, go(`All routes of ${one.demand}`, { kind: "demand", key: one.demand }))];
    },
    stretch: (key) => {
      const routes = now().through[key].filter(passes).sort((a, b) => (b.teu || 0) - (a.teu || 0) || a.rank - b.rank);
      const arcs = now().flows.filter((one) => one.over.includes(key));
      return [el("h3", {}, `A stretch of ${MODE_OF[key]}`),
        facts(["Cargo", `${plain(sum(routes.map((one) => one.teu || 0)))} TEU a year`], ["Routes over it", plain(routes.length)], beforeOf(key)),
        ...arcs.map(arcFacts), arcs.length ? "" : el("p", { class: "faint" }, "No cargo is assigned to it; routes over it are alternatives."),
        el("h4", {}, "Routes over it"), buttons(routes.map((one) => go(`${one.demand} ${routeWords(one)}`, { kind: "route", key: one.id })))];
    },
    arc: (key) => {
      const one = now().flows.find((row) => row.arc === key);
      if (!one) return missing(key);
      return one.over.length ? VIEWS.stretch(one.over[0]) : [el("h3", {}, `Stop ${key}`), arcFacts(one)];
    },
    chokepoint: (key) => {
      const one = now().place.get(key);
      if (!one) return [el("h3", { dir: "auto" }, named(key)), el("p", {}, "No cargo of this scenario passes here.")];
      const routes = now().routes.filter((route) => route.legs.some((leg) => leg.from === key || leg.to === key)).sort((a, b) => (b.teu || 0) - (a.teu || 0) || a.rank - b.rank);
      const cap = now().capacities.filter((row) => list(row.on).includes(key));
      return [el("h3", { dir: "auto" }, one.name), el("p", { class: "faint" }, `${one.kind} ${key}; ${list(one.countries).map(named).join(", ")}; confidence ${one.confidence}`),
        facts(...Object.entries(PLACE_FACTS).map(([field, [words, tell]]) => one[field] !== undefined && one[field] !== null && [words, tell(one[field])])),
        one.disruption_assumed ? el("p", { class: "small faint" }, `Assumed, not known: ${list(one.disruption_assumed).join(", ")}.`) : "",
        cap.length ? el("h4", {}, "Capacities here") : "", buttons(cap.map((row) => go(row.label, { kind: "capacity", key: row.capacity_id }))),
        routes.length ? el("h4", {}, "Routes that stop here") : "", buttons(routes.map((row) => go(`${row.demand} ${routeWords(row)}`, { kind: "route", key: row.id })))];
    },
    capacity: (key) => {
      const one = now().capacity.get(key);
      if (!one) return missing(key);
      const range = (low, high) => (low === null ? "not known" : low === high || high === null ? money(low) : `${money(low)} to ${money(high)}`);
      return [el("h3", { dir: "auto" }, one.label), el("p", { class: "faint" }, `${one.kind.replaceAll("_", " ")} ${key}; ${one.quality}; sources ${list(one.source_ids).join(", ")}`),
        facts(["Used", `${plain(one.used_teu_per_year)} of ${plain(one.capacity_teu_per_year)} TEU a year (${plain(100 * one.used_share, 1)} %)`], ["Full", one.binds],
          ["Another TEU is worth", `${range(one.shadow_price_low_usd_per_teu, one.shadow_price_high_usd_per_teu)} USD`],
          ["Rent of being scarce", `${range(one.congestion_rent_low_usd_per_year, one.congestion_rent_high_usd_per_year)} USD a year`]),
        el("h4", {}, "Who controls it"), buttons(list(one.actors).map((cell) => {
          const [actor, roles] = cell.split(":");
          return go(`${named(actor)}: ${roles.replaceAll("_", " ").replaceAll("/", ", ")}`, { kind: "actor", key: actor });
        }))];
    },
    actor: (key) => {
      const routes = now().routes.filter((one) => one.teu && one.actors.has(key)).sort((a, b) => b.teu - a.teu);
      const told = now().actors[key] || {};
      const held = now().capacities.filter((row) => list(row.actors).some((cell) => cell.split(":")[0] === key));
      return [el("h3", { dir: "auto" }, named(key)), el("p", { class: "faint" }, `actor ${key}, as territory or operator on the way`),
        facts(["Cargo through it", `${plain(sum(routes.map((one) => one.teu)))} TEU a year`], ["Routes with cargo", plain(routes.length)],
          ...Object.entries(ACTOR_FACTS).map(([field, [words, tell]]) => told[field] !== undefined && [words, tell(told[field])])),
        Object.keys(told).length ? "" : el("p", { class: "small faint" }, "Its leverage is told where a control run of this scenario is among the folders."),
        held.length ? el("h4", {}, "Capacities it has a hand in") : "", buttons(held.map((row) => go(row.label, { kind: "capacity", key: row.capacity_id }))),
        routes.length ? el("h4", {}, "Routes through it") : "", buttons(routes.map((row) => go(`${row.demand} ${routeWords(row)}`, { kind: "route", key: row.id })))];
    },
    change: (key) => {
      const one = turned()[key];
      if (!one) return missing(key);
      return [el("h3", { dir: "auto" }, `${one.change}: ${one.name}`), facts(["Asset", one.asset], one.mode && ["Mode", one.mode], one.countries && ["Country", list(one.countries).map(named).join(", ")]),
        el("p", { dir: "auto" }, one.reason)];
    },
    demand: (key) => {
      const one = now().demands.get(key);
      if (!one) return missing(key);
      return [el("h3", { dir: "auto" }, demandWords(key)), facts(["Cargo", `${plain(one.teu)} TEU a year`], one.unserved && ["Not served", `${plain(one.unserved)} TEU a year`], ["Routes found", plain(one.routes.length)]),
        one.reason ? el("p", { dir: "auto" }, one.reason) : "", buttons(one.routes.map((row) => go(routeWords(row), { kind: "route", key: row.id })), 20)];
    },
  };
  const usd = (value) => `${money(value)} USD a year`;
  const PLACE_FACTS = {
    teu_per_year: ["Cargo", (v) => `${plain(v)} TEU a year`], traffic_share: ["Share of all cargo", (v) => `${plain(100 * v, 1)} %`],
    demands: ["Demands that pass", plain], criticality_usd_per_year: ["Costs if shut", usd],
    criticality_unserved_teu_per_year: ["Left behind if shut", (v) => `${plain(v)} TEU a year`], severs_demands: ["Demands cut off if shut", plain],
    detour_factor: ["Detour factor if shut", (v) => plain(v, 2)], capacitated_usd_per_year: ["Costs if shut, with capacities", usd],
    betweenness_share: ["Share of shortest ways", (v) => `${plain(100 * v, 1)} %`],
    closure_chance_per_year: ["Chance of closing in a year", (v) => `${plain(100 * v, 1)} %`], trade_disrupted_usd_per_year: ["Trade disrupted, expected", usd],
  };
  const ACTOR_FACTS = {
    transit_share_teu: ["Share of cargo in transit", (v) => `${plain(100 * v, 1)} %`], veto_demands: ["Demands it can cut off alone", plain],
    effective_veto_demands: ["Demands it can make too dear alone", plain], rent_ceiling_usd_per_year: ["Most it could charge", usd],
    shapley_g1_x1_usd_per_year: ["Shapley value", usd], banzhaf_g1_usd_per_year: ["Banzhaf value", usd],
  };
  const missing = (key) => [el("h3", { dir: "auto" }, named(key)), el("p", {}, `Not in the scenario shown, ${now().title}.`)];
  const arcFacts = (one) => facts(["Arc", one.arc], ["Flow one way", `${plain(one.teu)} TEU a year`],
    ["Capacity", one.most === null ? "none counted" : `${plain(one.most)} TEU a year`],
    ["Shadow price", one.price === null ? "none" : `${plain(one.price, 2)} USD per TEU`]);
  const beforeOf = (k) => {
    if (!state.scenario) return null;
    const old = sum(SCENARIOS[0].through[k].filter(passes).map((one) => one.teu || 0));
    return [`In ${SCENARIOS[0].id}`, `${plain(old)} TEU a year`];
  };
  const legTable = (route) => el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {},
    ...["leg", "km", "h", "USD"].map((name, at) => el("th", { scope: "col", class: at ? "n" : undefined }, name)))),
  el("tbody", {}, ...route.legs.map((leg) => el("tr", {}, el("td", { dir: "auto" },
    leg.from === leg.to || !leg.over.length ? `${short(leg.from)}: ${leg.kind.replaceAll("_", " ")}` : `${short(leg.from)} → ${short(leg.to)}, ${leg.mode}`,
    el("div", { class: "why" }, [leg.country, leg.operator, leg.gauge_mm ? `${leg.gauge_mm} mm` : "", leg.rules ? `rules ${list(leg.rules).join(" ")}` : "", leg.sources ? `sources ${list(leg.sources).join(" ")}` : ""].filter(Boolean).join("; "))),
  el("td", { class: "n" }, plain(leg.km)), el("td", { class: "n" }, plain(leg.h, 1)), el("td", { class: "n" }, plain(leg.usd)))))));

  const overview = () => {
    const told = [];
    if (state.demand) told.push(...VIEWS.demand(state.demand));
    else if (state.actor) told.push(...VIEWS.actor(state.actor));
    else {
      if (state.scenario) told.push(...changesOf());
      const places = [...now().places].filter((one) => one.teu_per_year).sort((a, b) => (b.criticality_usd_per_year ?? 0) - (a.criticality_usd_per_year ?? 0) || b.teu_per_year - a.teu_per_year);
      const full = now().capacities.filter((one) => one.binds === "yes").sort((a, b) => (b.congestion_rent_low_usd_per_year || 0) - (a.congestion_rent_low_usd_per_year || 0));
      if (full.length) told.push(el("h3", {}, "What is full"), buttons(full.map((one) => go(`${one.label}: ${plain(one.shadow_price_low_usd_per_teu)} USD for one more TEU`, { kind: "capacity", key: one.capacity_id })), 6));
      told.push(el("h3", {}, places[0]?.criticality_usd_per_year === undefined ? "Where most cargo passes" : "What costs most if shut"),
        buttons(places.map((one) => go(one.criticality_usd_per_year === undefined ? `${one.name}: ${plain(one.teu_per_year)} TEU a year` : `${one.name}: ${usd(one.criticality_usd_per_year)}`, { kind: "chokepoint", key: one.asset_id })), 10));
      const shut = [...now().demands.values()].filter((one) => one.status !== "ok");
      if (shut.length) told.push(el("h3", {}, "No open route"), buttons(shut.map((one) => go(one.id, { kind: "demand", key: one.id }))));
    }
    return told;
  };
  const changesOf = () => {
    const rows = [];
    for (const [id, one] of now().demands) {
      const old = SCENARIOS[0].demands.get(id)?.routes[0], fresh = one.routes[0];
      if (!old && !fresh) continue;
      if (!old || !fresh) rows.push([Infinity, `${id}: ${fresh ? "has a route now" : "has no open route any more"}`, id]);
      else {
        const step = fresh.usd - old.usd, moved = fresh.over.length !== old.over.length || fresh.over.some((k, at) => k !== old.over[at]);
        if (moved || Math.abs(step) >= 1) rows.push([Math.abs(step), `${id}: ${step < 0 ? "−" : "+"}${plain(Math.abs(step))} USD${moved ? ", another way" : ""}`, id]);
      }
    }
    rows.sort((a, b) => b[0] - a[0]);
    return [el("h3", {}, "Best routes that change"), el("p", { class: "small faint", dir: "auto" }, `against ${SCENARIOS[0].title}`),
      rows.length ? buttons(rows.map(([, words, id]) => go(words, { kind: "demand", key: id })), 10) : el("p", {}, "None."),
      ...(turned().length ? [el("h3", {}, "Opened and closed"), buttons(turned().map((one, at) => go(`${one.change}: ${one.name}`, { kind: "change", key: String(at) })), 6)] : [])];
  };
  const panel = () => {
    const what = state.focus;
    const parts = what ? [back(), ...VIEWS[what.kind](what.key)] : overview();
    byId("panel").replaceChildren(...parts.filter((one) => one !== ""));
    byId("panel").scrollTop = 0;
  };

  /* ---- controls ---------------------------------------------------------------- */

  const tell = () => {
    const one = now(), routes = one.routes.filter((route) => passes(route) && route.teu);
    const left = sum([...one.demands.values()].map((demand) => demand.unserved || 0));
    const words = `${plain(sum(routes.map((route) => route.teu)))} TEU a year on ${count(routes.length, "route", "routes")}` +
      (state.demand || state.actor || state.familiesOff.size ? " as chosen" : left ? `; ${plain(left)} TEU find no way` : "") + ".";
    const change = state.show === "change"
      ? " Solid lines have more cargo than in the first scenario, dashed lines less; pale lines are unchanged." : "";
    byId("told").replaceChildren(el("bdi", {}, el("strong", {}, one.title)), `: ${words}${change}`);
  };
  const pill = (words, pressed, act, more = {}) => el("button", { type: "button", "aria-pressed": String(pressed), dir: "auto", ...more, on: { click: act } }, words);
  const controls = () => {
    const keep = document.activeElement?.dataset?.pill;
    byId("scenarios").replaceChildren(...SCENARIOS.map((one, at) => pill(one.title, at === state.scenario, () => { state.scenario = at; state.focus = null; if (!at && state.show === "change") state.show = "cargo"; redraw(); }, { "data-pill": `s${at}` })));
    byId("shows").replaceChildren(...[["cargo", "Cargo"], ["routes", "All routes"], ...(SCENARIOS.length > 1 ? [["change", "What changes"]] : [])].map(([key, words]) =>
      pill(words, key === state.show, () => { if (key === "change" && !state.scenario) state.scenario = 1; state.show = key; redraw(); }, { "data-pill": key })));
    if (keep) document.querySelector(`[data-pill="${keep}"]`)?.focus();
  };
  const swatch = (colour, hollow, dash) => {
    const line = (stroke, width) => ["path", { d: "M0 7h32", stroke, "stroke-width": width,
      ...(dash && dash.length ? { "stroke-dasharray": dash.map((part) => part * 3).join(" ") } : {}) }];
    return drawing("0 0 32 14", line(colour === "#000000" ? "currentColor" : colour, 4), ...(hollow ? [line("var(--card)", 1.6)] : []));
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
  const rings = () => drawing("0 0 32 14", ["circle", { cx: 7, cy: 7, r: 4, stroke: "currentColor", "stroke-width": 1.4 }],
    ["circle", { cx: 24, cy: 7, r: 5, stroke: "currentColor", "stroke-width": 2.4, "stroke-dasharray": "3 2" }]);
  const widths = () => {
    const first = 10 ** Math.floor(Math.log10(MOST));
    return [first, first / 10, first / 100].filter((teu) => teu >= 1).map((teu) => el("span", { class: "sample" },
      drawing("0 0 32 14", ["path", { d: "M0 7h32", stroke: "#7A7A7A", "stroke-width": widthOf(teu) }]), `${plain(teu)} TEU a year`));
  };
  const tick = (words, checked, act, sample) => el("label", {}, el("input", { type: "checkbox", checked: checked || undefined, on: { change: (event) => act(event.target.checked) } }), sample, el("span", { dir: "auto" }, words));
  const setOff = (set, key) => (on) => { if (on) set.delete(key); else set.add(key); redraw(); };
  const option = (value, words) => el("option", { value, dir: "auto" }, words);
  const setUp = () => {
    byId("modes").append(...MODES.filter((mode) => MODE_OF.includes(mode)).map((mode) => tick(MODE_WORDS[mode], true, setOff(state.modesOff, mode), swatch("#7A7A7A", false, DASHES[mode]))));
    byId("extras").append(tick("Places, and rings where a capacity is full", true, (on) => { state.places = on; redraw(); }, rings()), tick("Names", true, (on) => { state.names = on; redraw(); }));
    byId("widths").append(...widths());
    byId("families").append(...DATA.families.map(([name, colour, hollow]) => tick(name || NO_FAMILY, true, setOff(state.familiesOff, name), swatch(colour, hollow))));
    const ids = [...new Set(SCENARIOS.flatMap((one) => [...one.demands.keys()]))];
    byId("demand").append(option("", "all demands"), ...ids.map((id) => option(id, id)));
    byId("demand").addEventListener("change", (event) => { state.demand = event.target.value; state.focus = null; redraw(); });
    const actors = [...new Set([...LEGS.flatMap((leg) => leg.actors), ...SCENARIOS.flatMap((one) => Object.keys(one.actors))])].sort((a, b) => named(a).localeCompare(named(b), "en"));
    byId("actor").append(option("", "any"), ...actors.map((id) => option(id, named(id) === id ? id : `${named(id)} (${id})`)));
    byId("actor").addEventListener("change", (event) => { state.actor = event.target.value; state.focus = state.actor ? { kind: "actor", key: state.actor } : null; redraw(); });
    byId("colour").append(option("corridor", "corridor"), option("mode", "mode"));
    byId("colour").addEventListener("change", (event) => { state.colour = event.target.value; redraw(); });
    map.on("click", () => choose(null));
    map.on("zoomend resize", drawMarks);
    map.on("zoomend moveend resize", drawNames);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { ground(); redraw(); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && state.focus) choose(null); });
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

  /* ---- the small map that stays in view while pictures are read ------------------ */

  const frame = byId("map-frame");
  const inView = () => {
    const box = byId("place-of-map").getBoundingClientRect();
    return Math.min(box.bottom, innerHeight) - Math.max(box.top, 0) > 0.45 * box.height;
  };
  const dock = () => { if (!inView()) { frame.classList.add("docked"); map.invalidateSize({ animate: false }); } };
  const undock = () => {
    if (!frame.classList.contains("docked")) return;
    frame.classList.remove("docked");
    map.invalidateSize({ animate: false });
  };
  addEventListener("scroll", () => { if (inView()) undock(); }, { passive: true });
  byId("dock-close").addEventListener("click", undock);
  byId("dock-go").addEventListener("click", () => { undock(); byId("map").scrollIntoView(); byId("panel").focus({ preventScroll: true }); });

  byId("board").hidden = false;
  document.documentElement.classList.add("live");
  map.invalidateSize({ animate: false });
  home();
  setUp();
  linkPictures();
  redraw();
})();
