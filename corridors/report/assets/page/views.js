/* Part 6: what the panel tells of a route, a place, an actor and what else can be chosen. */

const fact = (name, value) => [el("dt", {}, name), el("dd", {}, value)];
const facts = (...rows) =>
  el("dl", {}, ...rows.filter(Boolean).flatMap(([name, value]) => fact(name, value)));
const go = (words, what) =>
  el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        dir: "auto",
        on: {
          click: () => choose(what),
          pointerenter: () => glance(what),
          pointerleave: () => glance(null),
          focus: () => glance(what),
          blur: () => glance(null),
        },
      },
      words,
    ),
  );
const buttons = (rows, most = 12) => {
  const made = el("ul", {}, ...rows.slice(0, most));
  const rest = rows.slice(most);
  if (rest.length) {
    const more = el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          on: {
            click: () => {
              more.replaceWith(...rest);
              rest[0].firstChild.focus();
            },
          },
        },
        `${rest.length} more`,
      ),
    );
    made.append(more);
  }
  return made;
};
const back = () =>
  el("button", { type: "button", on: { click: () => choose(null) } }, "← Overview");
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
    return [
      el("h3", { dir: "auto" }, `${short(one.legs[0]?.from)} → ${short(one.legs.at(-1)?.to)}`),
      el(
        "p",
        { class: "faint" },
        `${one.id}; choice ${one.rank} (${list(one.objective).join(", ")}); corridor ${list(one.corridor).join(", ") || "none declared"}`,
      ),
      facts(
        ["Cost", `${plain(one.usd)} USD per TEU`],
        ["Time", days(one.h)],
        one.p80 && ["in 80 of 100 cases at most", days(one.p80)],
        one.p95 && ["in 95 of 100 cases at most", days(one.p95)],
        ["Distance", `${plain(one.km)} km`],
        ["Emissions", `${plain(one.kg)} kg CO2e per TEU`],
        ["Borders, gauge changes, transfers", `${one.borders}, ${one.gauges}, ${one.transfers}`],
        ["Cargo", `${plain(one.teu)} TEU a year`],
        ["Countries", list(one.countries).join(", ")],
      ),
      el("h4", {}, "Leg by leg"),
      legTable(one),
      meanings(one.legs.flatMap((leg) => [leg.rules, leg.sources])),
      el("ul", {}, go(`All routes of ${one.demand}`, { kind: "demand", key: one.demand })),
    ];
  },
  stretch: (key) => {
    const routes = now()
      .through[key].filter(passes)
      .sort((a, b) => (b.teu || 0) - (a.teu || 0) || a.rank - b.rank);
    const arcs = now().flows.filter((one) => one.over.includes(key));
    return [
      el("h3", {}, `A stretch of ${MODE_OF[key]}`),
      facts(
        ["Cargo", `${plain(sum(routes.map((one) => one.teu || 0)))} TEU a year`],
        ["Routes over it", plain(routes.length)],
        beforeOf(key),
      ),
      ...arcs.map(arcFacts),
      arcs.length
        ? ""
        : el(
            "p",
            { class: "faint" },
            "No cargo is assigned to it; routes over it are alternatives.",
          ),
      el("h4", {}, "Routes over it"),
      buttons(
        routes.map((one) => go(`${one.demand} ${routeWords(one)}`, { kind: "route", key: one.id })),
      ),
    ];
  },
  arc: (key) => {
    const one = now().flows.find((row) => row.arc === key);
    if (!one) return missing(key);
    return one.over.length
      ? VIEWS.stretch(one.over[0])
      : [el("h3", {}, `Stop ${key}`), arcFacts(one)];
  },
  chokepoint: (key) => {
    const one = now().place.get(key);
    if (!one)
      return [
        el("h3", { dir: "auto" }, named(key)),
        el("p", {}, "No cargo of this scenario passes here."),
      ];
    const routes = now()
      .routes.filter((route) => route.legs.some((leg) => leg.from === key || leg.to === key))
      .sort((a, b) => (b.teu || 0) - (a.teu || 0) || a.rank - b.rank);
    const cap = now().capacities.filter((row) => list(row.on).includes(key));
    return [
      el("h3", { dir: "auto" }, one.name),
      el(
        "p",
        { class: "faint" },
        `${one.kind} ${key}; ${list(one.countries).map(named).join(", ")}; confidence ${one.confidence}`,
      ),
      facts(
        ...Object.entries(PLACE_FACTS).map(
          ([field, [words, tell]]) =>
            one[field] !== undefined && one[field] !== null && [words, tell(one[field])],
        ),
      ),
      one.disruption_assumed
        ? el(
            "p",
            { class: "small faint" },
            `Assumed, not known: ${list(one.disruption_assumed).join(", ")}.`,
          )
        : "",
      cap.length ? el("h4", {}, "Capacities here") : "",
      buttons(cap.map((row) => go(row.label, { kind: "capacity", key: row.capacity_id }))),
      routes.length ? el("h4", {}, "Routes that stop here") : "",
      buttons(
        routes.map((row) => go(`${row.demand} ${routeWords(row)}`, { kind: "route", key: row.id })),
      ),
    ];
  },
  capacity: (key) => {
    const one = now().capacity.get(key);
    if (!one) return missing(key);
    const range = (low, high) =>
      low === null
        ? "not known"
        : low === high || high === null
          ? money(low)
          : `${money(low)} to ${money(high)}`;
    return [
      el("h3", { dir: "auto" }, one.label),
      el(
        "p",
        { class: "faint" },
        `${one.kind.replaceAll("_", " ")} ${key}; ${one.quality}; sources ${list(one.source_ids).join(", ")}`,
      ),
      facts(
        [
          "Used",
          `${plain(one.used_teu_per_year)} of ${plain(one.capacity_teu_per_year)} TEU a year (${plain(100 * one.used_share, 1)} %)`,
        ],
        ["Full", one.binds],
        [
          "Another TEU is worth",
          `${range(one.shadow_price_low_usd_per_teu, one.shadow_price_high_usd_per_teu)} USD`,
        ],
        [
          "Rent of being scarce",
          `${range(one.congestion_rent_low_usd_per_year, one.congestion_rent_high_usd_per_year)} USD a year`,
        ],
      ),
      meanings([one.source_ids]),
      el("h4", {}, "Who controls it"),
      buttons(
        list(one.actors).map((cell) => {
          const [actor, roles] = cell.split(":");
          return go(`${named(actor)}: ${roles.replaceAll("_", " ").replaceAll("/", ", ")}`, {
            kind: "actor",
            key: actor,
          });
        }),
      ),
    ];
  },
  actor: (key) => {
    const routes = now()
      .routes.filter((one) => one.teu && one.actors.has(key))
      .sort((a, b) => b.teu - a.teu);
    const told = now().actors[key] || {};
    const held = now().capacities.filter((row) =>
      list(row.actors).some((cell) => cell.split(":")[0] === key),
    );
    return [
      el("h3", { dir: "auto" }, named(key)),
      el("p", { class: "faint" }, `actor ${key}, as territory or operator on the way`),
      facts(
        ["Cargo through it", `${plain(sum(routes.map((one) => one.teu)))} TEU a year`],
        ["Routes with cargo", plain(routes.length)],
        ...Object.entries(ACTOR_FACTS).map(
          ([field, [words, tell]]) => told[field] !== undefined && [words, tell(told[field])],
        ),
      ),
      Object.keys(told).length
        ? ""
        : el(
            "p",
            { class: "small faint" },
            "Its leverage is told where a control run of this scenario is among the folders.",
          ),
      held.length ? el("h4", {}, "Capacities it has a hand in") : "",
      buttons(held.map((row) => go(row.label, { kind: "capacity", key: row.capacity_id }))),
      routes.length ? el("h4", {}, "Routes through it") : "",
      buttons(
        routes.map((row) => go(`${row.demand} ${routeWords(row)}`, { kind: "route", key: row.id })),
      ),
    ];
  },
  change: (key) => {
    const one = turned()[key];
    if (!one) return missing(key);
    return [
      el("h3", { dir: "auto" }, `${one.change}: ${one.name}`),
      facts(
        ["Asset", one.asset],
        one.mode && ["Mode", one.mode],
        one.countries && ["Country", list(one.countries).map(named).join(", ")],
      ),
      el("p", { dir: "auto" }, one.reason),
    ];
  },
  demand: (key) => {
    const one = now().demands.get(key);
    if (!one) return missing(key);
    return [
      el("h3", { dir: "auto" }, demandWords(key)),
      facts(
        ["Cargo", `${plain(one.teu)} TEU a year`],
        one.unserved && ["Not served", `${plain(one.unserved)} TEU a year`],
        ["Routes found", plain(one.routes.length)],
      ),
      one.reason ? el("p", { dir: "auto" }, one.reason) : "",
      buttons(
        one.routes.map((row) => go(routeWords(row), { kind: "route", key: row.id })),
        20,
      ),
    ];
  },
};
const usd = (value) => `${money(value)} USD a year`;
const PLACE_FACTS = {
  teu_per_year: ["Cargo", (v) => `${plain(v)} TEU a year`],
  traffic_share: ["Share of all cargo", (v) => `${plain(100 * v, 1)} %`],
  demands: ["Demands that pass", plain],
  criticality_usd_per_year: ["Costs if shut", usd],
  criticality_unserved_teu_per_year: ["Left behind if shut", (v) => `${plain(v)} TEU a year`],
  severs_demands: ["Demands cut off if shut", plain],
  detour_factor: ["Detour factor if shut", (v) => plain(v, 2)],
  capacitated_usd_per_year: ["Costs if shut, with capacities", usd],
  betweenness_share: ["Share of shortest ways", (v) => `${plain(100 * v, 1)} %`],
  closure_chance_per_year: ["Chance of closing in a year", (v) => `${plain(100 * v, 1)} %`],
  trade_disrupted_usd_per_year: ["Trade disrupted, expected", usd],
};
const ACTOR_FACTS = {
  transit_share_teu: ["Share of cargo in transit", (v) => `${plain(100 * v, 1)} %`],
  veto_demands: ["Demands it can cut off alone", plain],
  effective_veto_demands: ["Demands it can make too dear alone", plain],
  rent_ceiling_usd_per_year: ["Most it could charge", usd],
  shapley_g1_x1_usd_per_year: ["Shapley value", usd],
  banzhaf_g1_usd_per_year: ["Banzhaf value", usd],
};
const missing = (key) => [
  el("h3", { dir: "auto" }, named(key)),
  el("p", {}, `Not in the scenario shown, ${now().title}.`),
];
const arcFacts = (one) =>
  facts(
    ["Arc", one.arc],
    ["Flow one way", `${plain(one.teu)} TEU a year`],
    ["Capacity", one.most === null ? "none counted" : `${plain(one.most)} TEU a year`],
    ["Shadow price", one.price === null ? "none" : `${plain(one.price, 2)} USD per TEU`],
  );
const beforeOf = (k) => {
  if (!state.scenario) return null;
  const old = sum(SCENARIOS[0].through[k].filter(passes).map((one) => one.teu || 0));
  return [`In ${SCENARIOS[0].id}`, `${plain(old)} TEU a year`];
};
const legTable = (route) =>
  el(
    "div",
    { class: "scroll" },
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          ...["leg", "km", "h", "USD"].map((name, at) =>
            el("th", { scope: "col", class: at ? "n" : undefined }, name),
          ),
        ),
      ),
      el(
        "tbody",
        {},
        ...route.legs.map((leg) =>
          el(
            "tr",
            {},
            el(
              "td",
              { dir: "auto" },
              leg.from === leg.to || !leg.over.length
                ? `${short(leg.from)}: ${leg.kind.replaceAll("_", " ")}`
                : `${short(leg.from)} → ${short(leg.to)}, ${leg.mode}`,
              el(
                "div",
                { class: "why" },
                [
                  leg.country,
                  leg.operator,
                  leg.gauge_mm ? `${leg.gauge_mm} mm` : "",
                  leg.rules ? `rules ${list(leg.rules).join(" ")}` : "",
                  leg.sources ? `sources ${list(leg.sources).join(" ")}` : "",
                ]
                  .filter(Boolean)
                  .join("; "),
              ),
            ),
            el("td", { class: "n" }, plain(leg.km)),
            el("td", { class: "n" }, plain(leg.h, 1)),
            el("td", { class: "n" }, plain(leg.usd)),
          ),
        ),
      ),
    ),
  );
