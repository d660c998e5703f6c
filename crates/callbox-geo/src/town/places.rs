//! Places with names, and in which part of the town each stands.

/// Where a place may stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    /// Between two distances from the middle; 1 is where the town ends.
    Ring(f64, f64),
    /// Between two distances from the middle, in a direction: radians from the east against the clock.
    Toward(f64, f64, f64),
    /// By the sea.
    Shore,
    /// On the island.
    Island,
}

/// A place that callers name.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) chinese: &'static str,
    pub(super) tags: &'static [(&'static str, &'static str)],
    pub(super) spot: Spot,
    /// Half of the building's length in metres.
    pub(super) half: f64,
}

const fn place(
    name: &'static str,
    chinese: &'static str,
    tags: &'static [(&'static str, &'static str)],
    spot: Spot,
    half: f64,
) -> Place {
    Place {
        name,
        chinese,
        tags,
        spot,
        half,
    }
}

const FIRE: &[(&str, &str)] = &[("amenity", "fire_station")];
const POLICE: &[(&str, &str)] = &[("amenity", "police")];
const AMBULANCE: &[(&str, &str)] = &[("emergency", "ambulance_station")];
const HOSPITAL: &[(&str, &str)] = &[("amenity", "hospital"), ("emergency", "yes")];
const CARE: &[(&str, &str)] = &[("amenity", "nursing_home")];
const SCHOOL: &[(&str, &str)] = &[("amenity", "school")];

/// All of them, the large and important ones first.
pub(super) const PLACES: &[Place] = &[
    place(
        "Velmora General Hospital",
        "维尔莫拉总医院",
        HOSPITAL,
        Spot::Ring(0.35, 0.7),
        26.0,
    ),
    place(
        "Eastfield Hospital",
        "东田医院",
        HOSPITAL,
        Spot::Toward(0.6, 0.95, 0.3),
        20.0,
    ),
    place(
        "Fire Station 1 Harbour",
        "海港第一消防站",
        FIRE,
        Spot::Ring(0.1, 0.35),
        14.0,
    ),
    place(
        "Fire Station 2 Northgate",
        "北门第二消防站",
        FIRE,
        Spot::Toward(0.5, 0.8, 1.57),
        13.0,
    ),
    place(
        "Fire Station 3 Eastfield",
        "东田第三消防站",
        FIRE,
        Spot::Toward(0.6, 0.9, 0.3),
        13.0,
    ),
    place(
        "Fire Station 4 Westcliff",
        "西崖第四消防站",
        FIRE,
        Spot::Toward(0.6, 0.9, 2.8),
        13.0,
    ),
    place(
        "Ambulance Central",
        "中央急救站",
        AMBULANCE,
        Spot::Ring(0.2, 0.5),
        12.0,
    ),
    place(
        "Ambulance Eastfield",
        "东田急救站",
        AMBULANCE,
        Spot::Toward(0.5, 0.85, 0.3),
        12.0,
    ),
    place(
        "Police Headquarters",
        "警察总部",
        POLICE,
        Spot::Ring(0.1, 0.4),
        14.0,
    ),
    place(
        "Police Northgate",
        "北门警署",
        POLICE,
        Spot::Toward(0.5, 0.85, 1.57),
        11.0,
    ),
    place("Island Fire House", "海岛消防站", FIRE, Spot::Island, 9.0),
    place(
        "Town Hall",
        "市政厅",
        &[("amenity", "townhall")],
        Spot::Ring(0.0, 0.3),
        15.0,
    ),
    place(
        "Velmora Library",
        "维尔莫拉图书馆",
        &[("amenity", "library")],
        Spot::Ring(0.1, 0.6),
        12.0,
    ),
    place(
        "Compass Hotel",
        "罗盘酒店",
        &[("tourism", "hotel")],
        Spot::Ring(0.0, 0.4),
        12.0,
    ),
    place(
        "Lantern Cinema",
        "灯笼影院",
        &[("amenity", "cinema")],
        Spot::Ring(0.0, 0.5),
        11.0,
    ),
    place(
        "Tide Park Stadium",
        "潮汐体育场",
        &[("leisure", "stadium")],
        Spot::Ring(0.5, 0.95),
        28.0,
    ),
    place(
        "Covered Market",
        "室内市场",
        &[("amenity", "marketplace")],
        Spot::Ring(0.0, 0.4),
        14.0,
    ),
    place(
        "Northgate Shopping Centre",
        "北门购物中心",
        &[("shop", "mall")],
        Spot::Toward(0.6, 0.98, 1.57),
        26.0,
    ),
    place(
        "Fish Market",
        "鱼市",
        &[("shop", "seafood")],
        Spot::Shore,
        11.0,
    ),
    place(
        "Foundry Works",
        "铸造厂",
        &[("shop", "trade")],
        Spot::Ring(0.6, 1.0),
        24.0,
    ),
    place(
        "Harbourside Fuel",
        "港边加油站",
        &[("amenity", "fuel")],
        Spot::Ring(0.3, 0.9),
        9.0,
    ),
    place(
        "Ferry Terminal",
        "渡轮码头",
        &[("amenity", "ferry_terminal")],
        Spot::Shore,
        10.0,
    ),
    place(
        "Marina House",
        "游艇码头",
        &[("leisure", "marina")],
        Spot::Shore,
        10.0,
    ),
    place(
        "Lighthouse Beach Club",
        "灯塔海滩会所",
        &[("leisure", "beach_resort")],
        Spot::Shore,
        10.0,
    ),
    place(
        "Larkfield School",
        "云雀田学校",
        SCHOOL,
        Spot::Ring(0.4, 0.9),
        18.0,
    ),
    place(
        "Uplands College",
        "高地学院",
        SCHOOL,
        Spot::Ring(0.4, 0.9),
        20.0,
    ),
    place(
        "Old Town School",
        "老城学校",
        SCHOOL,
        Spot::Ring(0.1, 0.45),
        13.0,
    ),
    place(
        "Orchard Care Home",
        "果园养老院",
        CARE,
        Spot::Ring(0.4, 0.9),
        13.0,
    ),
    place(
        "Rowan Court Residence",
        "花楸苑",
        CARE,
        Spot::Ring(0.3, 0.8),
        12.0,
    ),
    place(
        "Harbour View Residence",
        "海景苑",
        CARE,
        Spot::Ring(0.1, 0.6),
        12.0,
    ),
    place(
        "Island Inn",
        "海岛客栈",
        &[("tourism", "hotel")],
        Spot::Island,
        9.0,
    ),
];
