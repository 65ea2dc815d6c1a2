/* Part 5: what is pointed at, on the map and in the pictures. */

const stretchesOf = ({ kind, key }) => {
  const scenario = now();
  if (kind === "stretch") return [key];
  if (kind === "route") return scenario.route.get(key)?.over || [];
  if (kind === "arc") return scenario.flows.find((one) => one.arc === key)?.over || [];
  if (kind === "change") return turned()[key]?.over || [];
  if (kind === "demand") {
    const routes = scenario.demands.get(key)?.routes || [];
    return [
      ...new Set(routes.filter((one) => one.rank === 1 || one.teu).flatMap((one) => one.over)),
    ];
  }
  if (kind === "actor")
    return [
      ...new Set(
        scenario.routes
          .filter((one) => one.teu)
          .flatMap((one) =>
            one.legs.filter((leg) => leg.actors.includes(key)).flatMap((leg) => leg.over),
          ),
      ),
    ];
  return [];
};
const pointsOf = ({ kind, key }) => {
  const scenario = now();
  const own = (one) => [one.at[1], one.at[0]];
  if (kind === "chokepoint")
    return scenario.place.has(key)
      ? [own(scenario.place.get(key))]
      : PLACES.has(key)
        ? [PLACES.get(key)]
        : [];
  if (kind === "capacity")
    return scenario.capacity.has(key) ? [own(scenario.capacity.get(key))] : [];
  if (kind === "arc")
    return scenario.flows
      .filter((one) => one.arc === key && !one.over.length && one.at)
      .map((one) => one.at);
  if (kind === "change")
    return turned()
      .filter((one, at) => String(at) === key && !one.over.length && one.at)
      .map((one) => one.at);
  if (kind === "actor")
    return scenario.capacities
      .filter((one) => list(one.actors).some((cell) => cell.split(":")[0] === key))
      .map(own);
  return [];
};
const light = (what) => {
  litGroup.clearLayers();
  litMarks.clearLayers();
  for (const k of what ? stretchesOf(what) : []) {
    const look = shown[k] || { colour: tint("accent"), weight: 2 };
    const weight = Math.max(look.weight, 2.5);
    const line = { renderer: LINES, interactive: false, lineCap: "round" };
    litGroup.addLayer(
      L.polyline(STRETCHES[k], { ...line, color: tint("ink"), weight: weight + 5, opacity: 0.9 }),
    );
    litGroup.addLayer(
      L.polyline(STRETCHES[k], { ...line, color: tint("halo"), weight: weight + 2.5 }),
    );
    litGroup.addLayer(
      L.polyline(STRETCHES[k], {
        ...line,
        color: look.colour,
        weight,
        dashArray: dashed(k, weight, look.dash),
        lineCap: "butt",
      }),
    );
  }
  const small = what?.kind === "actor";
  for (const at of what ? pointsOf(what) : []) {
    litMarks.addLayer(
      L.circleMarker(at, {
        renderer: MARKS,
        interactive: false,
        radius: small ? 6 : 12,
        weight: small ? 2.5 : 4,
        color: tint("accent"),
        fillOpacity: 0.15,
      }),
    );
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
    const arcs = now()
      .flows.filter((one) => one.over.includes(key))
      .map((one) => `arc ${one.arc}`);
    const routes = now().through[key].filter((one) => passes(one) && one.teu);
    return [...arcs, ...routes.flatMap((one) => [`route ${one.id}`, `demand ${one.demand}`])];
  }
  return [`${kind} ${key}`];
};
const linkPictures = () => {
  for (const { scenario, marks } of DATA.charts) {
    const linked = marks
      .map(([element, kind, key]) => ({
        node: document.getElementById(element),
        what: { kind, key },
      }))
      .filter(({ node }) => node?.ownerSVGElement);
    for (const { node, what } of linked) {
      link(node, what, scenario);
      const known = `${what.kind} ${what.key}`;
      MARKED.set(known, [...(MARKED.get(known) || []), { node, scenario }]);
    }
    walk([...new Set(linked.map((one) => one.node))]);
  }
  document.querySelectorAll(".with-script").forEach((one) => {
    one.hidden = false;
  });
};
const link = (node, what, scenario) => {
  const use = () => {
    toScenario(scenario);
    choose(what, true);
  };
  const seen = () => {
    if (sameScenario(scenario)) glance(what);
  };
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
const walk = (nodes) =>
  nodes.forEach((node, at) => {
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
  if (at >= 0 && at !== state.scenario) {
    state.scenario = at;
    redraw();
  }
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
  const view = map.getBounds(),
    box = L.latLngBounds(spots);
  const share = (box.getEast() - box.getWest()) / (view.getEast() - view.getWest());
  const high = (box.getNorth() - box.getSouth()) / (view.getNorth() - view.getSouth());
  const tiny = spots.length > 1 && Math.max(share, high) < 0.15;
  if (tiny || !view.intersects(box)) map.fitBounds(box.pad(0.4), { maxZoom: 7, animate: false });
};
