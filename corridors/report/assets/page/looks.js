/* Part 3: what is shown, and how each stretch looks. */

const state = {
  scenario: 0,
  show: "cargo",
  demand: "",
  actor: "",
  colour: "corridor",
  modesOff: new Set(),
  familiesOff: new Set(),
  places: true,
  names: true,
  focus: null,
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
const MOST = SCENARIOS.reduce(
  (most, one) => cargoOf(one).teu.reduce((a, b) => Math.max(a, b), most),
  1,
);
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
    if (state.show === "cargo" && cargo.teu[k] > 0)
      return { ...pen, weight: widthOf(cargo.teu[k]), opacity: 1, rank: cargo.teu[k] };
    if (state.show === "routes" || state.demand)
      return { ...pen, weight: 1.6, opacity: 0.9, rank: 0 };
    return { colour: tint("idle"), hollow: false, weight: 0.8, opacity: 0.65, rank: 0 };
  });
};
const changed = (k, old, fresh, family, familyBefore) => {
  if (family === null && familyBefore === null) return null;
  const step = fresh - old;
  if (Math.abs(step) < 0.5) {
    return {
      colour: tint("idle"),
      hollow: false,
      weight: fresh > 0 ? 1.4 : 0.6,
      opacity: 0.6,
      rank: 0,
    };
  }
  return {
    colour: tint(step > 0 ? "more" : "less"),
    hollow: false,
    opacity: 1,
    rank: Math.abs(step),
    weight: Math.max(2, widthOf(Math.abs(step))),
    dash: step > 0 ? [] : [2, 1.6],
  };
};
