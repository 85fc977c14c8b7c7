//! What the embedded set holds.
#![cfg(feature = "emoji")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use tercet_data::{Dataset, Error, Summary, emoji};

#[test]
fn it_has_the_classes_vendors_and_families_it_says() {
    let emoji = emoji().unwrap();
    assert_eq!(emoji.classes().len(), 1_586);
    assert_eq!(
        emoji.sources(),
        [
            "noto",
            "twemoji",
            "openmoji",
            "fluentflat",
            "fluent",
            "fluenthc",
            "notov1",
            "emojione2",
            "emojionemono",
            "fxemoji"
        ]
    );
    assert_eq!(
        emoji.groups(),
        [
            "noto",
            "twemoji",
            "openmoji",
            "fluent",
            "notov1",
            "emojione2",
            "fxemoji"
        ]
    );
    for item in emoji.items() {
        let source = emoji.sources()[item.source.unwrap() as usize].as_str();
        let family = match source {
            "fluentflat" | "fluenthc" => "fluent",
            "emojionemono" => "emojione2",
            other => other,
        };
        assert_eq!(emoji.groups()[item.group.unwrap() as usize], family);
        let class = &emoji.classes()[item.class as usize];
        assert_eq!(item.name, format!("{source}/{class}"));
    }
}

#[test]
fn pictures_with_two_meanings_are_dropped() {
    let emoji = emoji().unwrap();
    let mut dropped: BTreeMap<&str, usize> = BTreeMap::new();
    for name in emoji.dropped() {
        *dropped.entry(name.split('/').next().unwrap()).or_default() += 1;
    }
    assert_eq!(emoji.items().len(), 13_264);
    // The table lists 13,439; one of them is an empty cell.
    assert_eq!(
        emoji.items().len() + emoji.dropped().len() + emoji.blank().len(),
        13_439
    );
    assert_eq!(emoji.blank(), ["notov1/002a-20e3-keycap"]);
    let wanted = [
        ("emojione2", 2),
        ("emojionemono", 15),
        ("fluentflat", 4),
        ("fluenthc", 30),
        ("fxemoji", 2),
        ("noto", 3),
        ("notov1", 70),
        ("openmoji", 48),
    ];
    assert_eq!(dropped, BTreeMap::from(wanted));
    let description = Summary::of(&emoji, &emoji.report(), 2);
    let inside_a_vendor = description.duplicates.iter().filter(|duplicate| {
        let vendors: Vec<&str> = duplicate
            .names
            .iter()
            .map(|name| name.split('/').next().unwrap())
            .collect();
        vendors
            .iter()
            .enumerate()
            .any(|(place, vendor)| vendors[..place].contains(vendor))
    });
    assert_eq!(inside_a_vendor.count(), 0);
}

#[test]
fn cells_are_where_the_table_says() {
    let emoji = emoji().unwrap();
    // A heavy large circle in two hues: the middle of noto's red and green circle say which they
    // are.
    let middle = |name: &str| {
        let index = emoji
            .items()
            .iter()
            .position(|item| item.name == name)
            .unwrap();
        emoji.image(index).unwrap().get_pixel(16, 16).0
    };
    let [red, green, _] = middle("noto/1f534-red-circle");
    assert!(red > 150 && green < 120, "{red} {green}");
    let [red, green, _] = middle("twemoji/1f7e2-green-circle");
    assert!(green > 120 && red < 160, "{red} {green}");
}

#[test]
fn an_index_beyond_the_end_is_an_error() {
    let emoji = emoji().unwrap();
    let error = emoji.image(usize::MAX).unwrap_err();
    assert!(matches!(error, Error::Index { .. }));
    assert!(
        error
            .to_string()
            .starts_with("item: wanted an index below 13")
    );
}
