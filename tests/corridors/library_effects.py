"""What each scenario of the library must change, stated against another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MEGHRI = ("R18", "R19", "X_AGB_RL", "X_AGB_RD", "X_ORD_RL", "X_ORD_RD")
RED_SEA = ("S_BAB",)


@dataclass(frozen=True)
class Effect:
    """What a scenario must change against `base` in the best ways of demands.

    `passes` gives for a demand an asset or country that its best way must pass and does
    not in the base, `keeps` one that it must pass in both, `leaves` one that it passes in
    the base only; `avoids` are places no best way passes. `opens` and `shuts` are demands
    that gain and lose every way, `cheaper` and `dearer` those whose generalised cost falls
    and rises; `alike` says that nothing changes. `never` is the direction in which no
    demand's cost may move.
    """

    base: str = "baseline"
    passes: Mapping[str, str] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    leaves: Mapping[str, str] = field(default_factory=dict)
    avoids: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    shuts: tuple[str, ...] = ()
    cheaper: tuple[str, ...] = ()
    dearer: tuple[str, ...] = ()
    alike: bool = False
    never: str = ""


EFFECTS: dict[str, Effect] = {
    "baseline": Effect(
        avoids=("S_HRM", "S_NSR", "S_BER", "X_DGK_RL", "X_MARG_RD", "X_WAGA_RD", "X_TORK_RD",
                "X_PSOU_RL", "X_ROKI_RD", *MEGHRI),
        keeps={"baku-nakhchivan": "IR", "vladikavkaz-tbilisi": "X_LARS_RD",
               "duisburg-almaty": "RU", "duisburg-almaty-listed": "AZ",
               "jeddah-mumbai": "AE", "mersin-baku": "X_BTK_RL"},
        alike=True,
    ),
    "memorandum_revived": Effect(
        passes={"mumbai-tehran": "S_HRM"},
        cheaper=("bandar-abbas-mumbai", "mumbai-tehran", "delhi-kabul"), never="dearer",
    ),
    "hostilities_resume": Effect(
        avoids=("X_AST_RL", "X_AST_RD", "X_BILA_RD", "X_JUL_RD", "PANZ", "PAMI"),
        passes={"baku-nakhchivan": "GE"},
        dearer=("moscow-tehran", "baku-tehran", "tehran-istanbul"), never="cheaper",
    ),
    "replay_2021_01_15": Effect(
        opens=("hamburg-tehran", "duisburg-moscow-listed"), shuts=("baku-yerevan",),
        passes={"kabul-karachi": "X_TORK_RD", "bandar-abbas-mumbai": "S_HRM",
                "duisburg-almaty-listed": "RU", "jeddah-mumbai": "S_BAB"},
        keeps={"mumbai-rotterdam": "S_SUZ"},
        dearer=("moscow-tehran",), avoids=("X_DGK_RL", "X_MARG_RD", "R04"),
    ),
    "replay_2022_03_15": Effect(
        opens=("hamburg-tehran",), shuts=("baku-yerevan",),
        passes={"duisburg-almaty-listed": "RU", "kabul-karachi": "X_TORK_RD"},
        avoids=("PODS", "PCHO", "X_PSOU_RL", *MEGHRI), dearer=("moscow-tehran",),
    ),
    "replay_2024_11_18": Effect(
        opens=("hamburg-tehran",), avoids=(*RED_SEA, "X_DGK_RL", *MEGHRI),
        passes={"mumbai-rotterdam": "S_CAP", "kabul-karachi": "X_TORK_RD",
                "mumbai-tehran": "S_HRM"},
        dearer=("moscow-tehran", "shanghai-istanbul"),
    ),
    "replay_2025_08_08": Effect(
        base="replay_2024_11_18", cheaper=("moscow-tehran", "yerevan-tehran"),
        avoids=(*RED_SEA, *MEGHRI),
    ),
    "replay_2026_01_14": Effect(
        base="replay_2025_08_08", opens=("baku-yerevan",), shuts=("hamburg-tehran",),
        passes={"mumbai-rotterdam": "S_SUZ"}, avoids=("X_TORK_RD", "X_WAGA_RD", *MEGHRI),
    ),
    "replay_2026_03_15": Effect(
        base="replay_2026_01_14", passes={"mumbai-rotterdam": "S_CAP"}, avoids=RED_SEA,
        keeps={"tehran-poti": "AZ"},
    ),
    "replay_2026_09_09": Effect(keeps={"jeddah-mumbai": "AE"}, alike=True),
    "zangezur_tripp": Effect(
        passes={"baku-nakhchivan": "R18", "baku-nakhchivan-turkish": "R18",
                "baku-nakhchivan-eu": "R18", "baku-yerevan": "X_AGB_RL"},
        cheaper=("baku-nakhchivan",), never="dearer",
    ),
    "zangezur_tripp_kars": Effect(
        base="zangezur_tripp", passes={"nakhchivan-istanbul": "R25"},
        cheaper=("nakhchivan-istanbul",), never="dearer",
    ),
    "zangezur_tripp_charged": Effect(
        base="zangezur_tripp", keeps={"baku-nakhchivan": "R18"},
        dearer=("baku-nakhchivan", "baku-yerevan"), never="cheaper",
    ),
    "zangezur_tripp_iran_reacts": Effect(
        base="zangezur_tripp", keeps={"baku-nakhchivan": "R18"},
        dearer=("yerevan-tehran",), never="cheaper",
    ),
    "zangezur_fsb": Effect(
        base="zangezur_tripp", keeps={"baku-nakhchivan-turkish": "R18"},
        cheaper=("baku-nakhchivan",), never="dearer",
    ),
    "zangezur_fsb_hold": Effect(
        base="zangezur_fsb", keeps={"baku-nakhchivan": "R18"},
        passes={"baku-nakhchivan-turkish": "IR", "baku-nakhchivan-eu": "IR"},
        dearer=("baku-nakhchivan", "baku-nakhchivan-turkish"), never="cheaper",
    ),
    "zangezur_armenia": Effect(
        base="zangezur_tripp", keeps={"baku-nakhchivan-eu": "R18"},
        cheaper=("baku-nakhchivan",), never="dearer",
    ),
    "zangezur_armenia_scr": Effect(
        base="zangezur_armenia", keeps={"baku-nakhchivan": "R18"},
        passes={"baku-nakhchivan-eu": "IR"}, dearer=("baku-nakhchivan-eu",), never="cheaper",
    ),
    "aras_instead": Effect(
        avoids=MEGHRI, passes={"baku-nakhchivan": "X_KLL_RL", "mersin-baku": "IR"},
        cheaper=("baku-nakhchivan",), never="dearer",
    ),
    "zangezur_closed": Effect(
        avoids=MEGHRI, keeps={"baku-nakhchivan": "IR"}, passes={"nakhchivan-istanbul": "R25"},
        never="dearer",
    ),
    "zangezur_no_aras": Effect(
        base="zangezur_closed", avoids=MEGHRI, passes={"baku-nakhchivan": "GE"},
        dearer=("baku-nakhchivan", "baku-nakhchivan-turkish"), never="cheaper",
    ),
    "amtr_open": Effect(
        leaves={"yerevan-istanbul": "GE", "yerevan-mersin": "GE"},
        cheaper=("yerevan-mersin",), avoids=("X_DGK_RL",), never="dearer",
    ),
    "amtr_gyumri": Effect(
        passes={"yerevan-istanbul": "X_DGK_RL", "yerevan-mersin": "X_DGK_RL"},
        avoids=("X_MARG_RD", "X_DGK_RD"), cheaper=("yerevan-mersin",), never="dearer",
    ),
    "amtr_dilucu": Effect(
        passes={"nakhchivan-istanbul": "R25b"}, keeps={"yerevan-istanbul": "GE"},
        avoids=("X_MARG_RD", "X_DGK_RD", "X_DGK_RL"), never="dearer",
    ),
    "amtr_dilucu_road": Effect(
        base="amtr_dilucu", leaves={"yerevan-istanbul": "GE"},
        keeps={"nakhchivan-istanbul": "R25b"}, never="dearer",
    ),
    "peace_no_corridor": Effect(
        avoids=MEGHRI, never="dearer",
        passes={"baku-yerevan": "X_IJGZ_RL", "baku-nakhchivan": "X_SDR_RL",
                "yerevan-istanbul": "X_DGK_RL", "yerevan-tehran": "X_SDR_RL"},
        cheaper=("yerevan-moscow", "rostov-yerevan"),
    ),
    "rasht_done": Effect(
        passes={"tehran-poti": "R03", "baku-tehran": "R03"},
        cheaper=("baku-tehran", "tehran-poti"), never="dearer",
    ),
    "rasht_slips": Effect(avoids=("R03",), cheaper=("kashgar-tashkent",), never="dearer"),
    "all_built": Effect(
        base="rasht_slips", passes={"baku-tehran": "R03"}, avoids=("X_DGK_RL", *MEGHRI),
        cheaper=("baku-tehran",), never="dearer",
    ),
    # Batumi stays ahead of Anaklia by a few dollars: the harbour alone moves nothing.
    "anaklia_built": Effect(keeps={"mumbai-tbilisi": "PBUS"}, alike=True),
    "georgia_west": Effect(
        passes={"trabzon-vladikavkaz-listed": "PNVS"}, dearer=("yerevan-moscow",),
        keeps={"rostov-yerevan": "X_LARS_RD"}, never="cheaper",
    ),
    "georgia_russia": Effect(
        passes={"sochi-tbilisi": "X_PSOU_RL"},
        cheaper=("sochi-tbilisi",), dearer=("duisburg-almaty-listed", "yerevan-constanta"),
    ),
    "lars_shut": Effect(
        avoids=("X_LARS_RD",), passes={"vladikavkaz-tbilisi": "AZ", "rostov-yerevan": "AZ"},
        dearer=("vladikavkaz-tbilisi",), never="cheaper",
    ),
    "lars_winter": Effect(
        passes={"yerevan-moscow": "AZ"}, dearer=("vladikavkaz-tbilisi",), never="cheaper",
    ),
    "russia_barred_eu": Effect(
        passes={"duisburg-almaty": "AZ", "aktau-budapest": "AZ", "khorgos-constanta": "AZ"},
        dearer=("duisburg-almaty", "aktau-budapest"), never="cheaper",
    ),
    "russia_bars_eu": Effect(base="russia_barred_eu", alike=True),
    "poland_shuts_belarus": Effect(
        avoids=("X_TERE_RL",), passes={"duisburg-almaty": "LT"},
        dearer=("duisburg-almaty", "aktau-budapest"), never="cheaper",
    ),
    "sanctions_russia_lifted": Effect(
        opens=("duisburg-moscow-listed",), passes={"duisburg-almaty-listed": "RU"},
        never="dearer",
    ),
    "sanctions_russia_transit": Effect(
        passes={"duisburg-almaty-listed": "RU"}, never="dearer",
    ),
    "sanctions_russia_enforced": Effect(
        shuts=("mersin-moscow-listed", "trabzon-vladikavkaz-listed"),
        dearer=("duisburg-almaty",), never="cheaper",
    ),
    "sanctions_iran_lifted": Effect(opens=("hamburg-tehran",), never="dearer"),
    "sanctions_iran_enforced": Effect(
        shuts=("istanbul-tehran", "mumbai-tehran"), passes={"baku-nakhchivan-turkish": "GE"},
        keeps={"moscow-tehran": "IR"}, never="cheaper",
    ),
    "eaeu_iran_fta_off": Effect(
        dearer=("moscow-tehran", "almaty-bandar-abbas", "yerevan-tehran"), never="cheaper",
    ),
    "eaeu_iran_fta_2024": Effect(
        base="replay_2024_11_18", cheaper=("moscow-tehran", "yerevan-tehran"), never="dearer",
    ),
    "hormuz_shut": Effect(avoids=("S_HRM",), alike=True),
    "hormuz_shut_no_blockade": Effect(
        base="hormuz_shut", avoids=("S_HRM",),
        passes={"mumbai-tehran": "PZBR", "bandar-abbas-mumbai": "PZBR"}, never="dearer",
    ),
    "hormuz_open_blockade": Effect(
        passes={"mumbai-jebel-ali": "S_HRM"}, cheaper=("mumbai-jebel-ali",), never="dearer",
    ),
    "hormuz_open": Effect(
        base="hormuz_open_blockade", passes={"mumbai-tehran": "PBKM"},
        keeps={"mumbai-jebel-ali": "S_HRM"}, cheaper=("bandar-abbas-mumbai",), never="dearer",
    ),
    "black_sea_unsafe": Effect(
        avoids=("S_KER",), passes={"mundra-novorossiysk": "GE"},
        dearer=("mumbai-tbilisi", "mumbai-constanta", "mundra-novorossiysk"),
        never="cheaper",
    ),
    "black_sea_no_ferry": Effect(
        base="black_sea_unsafe",
        dearer=("mumbai-tbilisi",), avoids=("V20", "V21", "V28"), never="cheaper",
    ),
    "bosphorus_restricted": Effect(
        leaves={"mumbai-constanta": "S_BOS"}, dearer=("mundra-novorossiysk",),
        never="cheaper",
    ),
    "caspian_low_water": Effect(
        dearer=("ashgabat-poti", "duisburg-almaty-listed"), never="cheaper",
    ),
    "caspian_very_low": Effect(
        base="caspian_low_water", dearer=("ashgabat-poti",), avoids=("S_VCC",),
        never="cheaper",
    ),
    "red_sea_shut": Effect(
        avoids=RED_SEA, passes={"mumbai-rotterdam": "S_CAP"},
        dearer=("mumbai-constanta",), never="cheaper",
    ),
    "suez_red_sea_shut": Effect(
        base="red_sea_shut", avoids=(*RED_SEA, "S_SUZ"),
        leaves={"jeddah-piraeus": "S_SUZ"}, dearer=("jeddah-piraeus",),
        never="cheaper",
    ),
    "all_open": Effect(
        opens=("hamburg-tehran", "duisburg-moscow-listed"),
        leaves={"yerevan-istanbul": "GE"}, passes={"duisburg-almaty-listed": "RU"},
        avoids=("S_BER",), never="dearer",
    ),
    "all_open_built": Effect(
        base="all_open", passes={"baku-yerevan": "X_IJGZ_RL"},
        never="dearer",
    ),
    "only_3p3": Effect(
        shuts=("xian-duisburg", "mumbai-moscow", "khorgos-poti", "tbilisi-yerevan"),
        leaves={"yerevan-istanbul": "GE", "baku-yerevan": "GE"},
        keeps={"tehran-istanbul": "X_RAZI_RL"}, avoids=("X_BTK_RL", "X_SADG_RL", "S_HRM"),
    ),
    "only_3p3_georgia": Effect(
        base="only_3p3", opens=("tbilisi-yerevan", "vladikavkaz-tbilisi"),
        never="dearer",
    ),
    "azerbaijan_refuses": Effect(
        shuts=("moscow-baku", "baku-tehran", "mersin-baku"), avoids=("AZ",),
        keeps={"moscow-tehran": "TM"}, never="cheaper",
    ),
    "azerbaijan_iran_shut": Effect(
        avoids=("X_AST_RL", "X_AST_RD", "X_BILA_RD", "X_JUL_RL", "X_JUL_RD"),
        passes={"baku-tehran": "TM", "baku-nakhchivan": "GE"},
        dearer=("baku-tehran",), never="cheaper",
    ),
    "south_asia_reopened": Effect(
        passes={"kabul-karachi": "X_TORK_RD", "delhi-kabul": "PK"},
        cheaper=("kabul-karachi", "delhi-kabul"), never="dearer",
    ),
}  # fmt: skip
