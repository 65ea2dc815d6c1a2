/* Part 2: the data of the page as objects. */

const STRETCHES = DATA.stretches.map(decode);
const MODE_OF = [...DATA.modes].map((digit) => MODES[digit]);
const WORD_FIELDS = new Set([
  "kind",
  "from",
  "to",
  "mode",
  "country",
  "operator",
  "rules",
  "sources",
]);
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
  DATA.route_fields.forEach((name, at) => {
    route[name] = row[at];
  });
  route.legs = row[DATA.route_fields.length].map((at) => LEGS[at]);
  route.family = list(route.corridor)[0] || "";
  route.over = [...new Set(route.legs.flatMap((leg) => leg.over))];
  route.actors = new Set(route.legs.flatMap((leg) => leg.actors));
  return route;
};
const SCENARIOS = DATA.scenarios.map((told) => {
  const routes = told.routes.map(routeOf);
  const demands = new Map(
    told.demands.map(([id, status, reason, teu, unserved]) => [
      id,
      { id, status, reason, teu, unserved, routes: [] },
    ]),
  );
  for (const route of routes) demands.get(route.demand)?.routes.push(route);
  const through = STRETCHES.map(() => []);
  routes.forEach((route) => route.over.forEach((k) => through[k].push(route)));
  const flows = told.flows.map(([arc, teu, most, price, path]) => ({
    arc,
    teu,
    most,
    price,
    over: over(path),
    at: pointOf(path),
  }));
  const changes = told.changes.map(([change, asset, name, countries, mode, reason, path]) => ({
    change,
    asset,
    name: name || asset,
    countries,
    mode,
    reason,
    over: over(path),
    at: pointOf(path),
  }));
  return {
    ...told,
    routes,
    demands,
    through,
    flows,
    changes,
    route: new Map(routes.map((one) => [one.id, one])),
    place: new Map(told.places.map((one) => [one.asset_id, one])),
    capacity: new Map(told.capacities.map((one) => [one.capacity_id, one])),
  };
});
const FAMILIES = new Map(DATA.families.map(([name, colour, hollow]) => [name, { colour, hollow }]));
