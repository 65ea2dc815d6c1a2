/* Part 7: the panel beside the map. */

const overview = () => {
  const told = [];
  if (state.demand) told.push(...VIEWS.demand(state.demand));
  else if (state.actor) told.push(...VIEWS.actor(state.actor));
  else {
    if (state.scenario) told.push(...changesOf());
    const places = [...now().places]
      .filter((one) => one.teu_per_year)
      .sort(
        (a, b) =>
          (b.criticality_usd_per_year ?? 0) - (a.criticality_usd_per_year ?? 0) ||
          b.teu_per_year - a.teu_per_year,
      );
    const full = now()
      .capacities.filter((one) => one.binds === "yes")
      .sort(
        (a, b) =>
          (b.congestion_rent_low_usd_per_year || 0) - (a.congestion_rent_low_usd_per_year || 0),
      );
    if (full.length)
      told.push(
        el("h3", {}, "What is full"),
        buttons(
          full.map((one) =>
            go(`${one.label}: ${plain(one.shadow_price_low_usd_per_teu)} USD for one more TEU`, {
              kind: "capacity",
              key: one.capacity_id,
            }),
          ),
          6,
        ),
      );
    told.push(
      el(
        "h3",
        {},
        places[0]?.criticality_usd_per_year === undefined
          ? "Where most cargo passes"
          : "What costs most if shut",
      ),
      buttons(
        places.map((one) =>
          go(
            one.criticality_usd_per_year === undefined
              ? `${one.name}: ${plain(one.teu_per_year)} TEU a year`
              : `${one.name}: ${usd(one.criticality_usd_per_year)}`,
            { kind: "chokepoint", key: one.asset_id },
          ),
        ),
        10,
      ),
    );
    const shut = [...now().demands.values()].filter((one) => one.status !== "ok");
    if (shut.length)
      told.push(
        el("h3", {}, "No open route"),
        buttons(shut.map((one) => go(one.id, { kind: "demand", key: one.id }))),
      );
  }
  return told;
};
const changesOf = () => {
  const rows = [];
  for (const [id, one] of now().demands) {
    const old = SCENARIOS[0].demands.get(id)?.routes[0],
      fresh = one.routes[0];
    if (!old && !fresh) continue;
    if (!old || !fresh)
      rows.push([
        Infinity,
        `${id}: ${fresh ? "has a route now" : "has no open route any more"}`,
        id,
      ]);
    else {
      const step = fresh.usd - old.usd,
        moved =
          fresh.over.length !== old.over.length || fresh.over.some((k, at) => k !== old.over[at]);
      if (moved || Math.abs(step) >= 1)
        rows.push([
          Math.abs(step),
          `${id}: ${step < 0 ? "−" : "+"}${plain(Math.abs(step))} USD${moved ? ", another way" : ""}`,
          id,
        ]);
    }
  }
  rows.sort((a, b) => b[0] - a[0]);
  return [
    el("h3", {}, "Best routes that change"),
    el("p", { class: "small faint", dir: "auto" }, `against ${SCENARIOS[0].title}`),
    rows.length
      ? buttons(
          rows.map(([, words, id]) => go(words, { kind: "demand", key: id })),
          10,
        )
      : el("p", {}, "None."),
    ...(turned().length
      ? [
          el("h3", {}, "Opened and closed"),
          buttons(
            turned().map((one, at) =>
              go(`${one.change}: ${one.name}`, { kind: "change", key: String(at) }),
            ),
            6,
          ),
        ]
      : []),
  ];
};
const panel = () => {
  const what = state.focus;
  const parts = what ? [back(), ...VIEWS[what.kind](what.key)] : overview();
  byId("panel").replaceChildren(...parts.filter((one) => one !== ""));
  byId("panel").scrollTop = 0;
};
