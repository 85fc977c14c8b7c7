//! Splits: pinned for a seed, and the laws they promise.
#![cfg(feature = "emoji")]
#![allow(clippy::unwrap_used, reason = "tests")]

use tercet_data::{Dataset, Error, Split, Splits, emoji};

#[test]
fn positions_are_pinned() {
    let splits = Splits::new(0.1, 0.25, 7).unwrap();
    let given = ["", "cat", "1f600-grinning-face"].map(|class| splits.position(class));
    // The same from Python's xxhash 3.x: (xxh3_64(pack("<Q", 7) + name) >> 11) / 2**53.
    assert_eq!(
        given,
        [0.5054797140971543, 0.41479070903125137, 0.3721014817209283]
    );
}

#[test]
fn the_emoji_classes_are_split_as_asked() {
    let emoji = emoji().unwrap();
    let splits = Splits::new(0.1, 0.25, 1).unwrap();
    let count = |split| {
        emoji
            .classes()
            .iter()
            .filter(|class| splits.of(class) == split)
            .count()
    };
    let counts = [Split::Train, Split::Validation, Split::Test].map(count);
    assert_eq!(counts.iter().sum::<usize>(), 1_586);
    assert_eq!(counts, [1_005, 178, 403]);
}

#[test]
fn members_are_disjoint_in_items_and_in_classes() {
    let emoji = emoji().unwrap();
    let splits = Splits::default();
    let of = |split| splits.members(&emoji, split);
    let [train, validation, test] = [Split::Train, Split::Validation, Split::Test].map(of);
    assert_eq!(
        train.len() + validation.len() + test.len(),
        emoji.items().len()
    );
    let class = |&item: &usize| emoji.items()[item].class;
    let tested: Vec<u32> = test.iter().map(class).collect();
    assert!(
        train
            .iter()
            .chain(&validation)
            .map(class)
            .all(|seen| !tested.contains(&seen))
    );
}

#[test]
fn raising_a_fraction_only_adds_to_the_test() {
    let classes: Vec<String> = (0..1_000).map(|number| format!("class {number}")).collect();
    let (few, many) = (
        Splits::new(0.1, 0.1, 3).unwrap(),
        Splits::new(0.1, 0.3, 3).unwrap(),
    );
    let tested = classes.iter().filter(|class| few.of(class) == Split::Test);
    assert!(tested.clone().count() > 60);
    assert!(
        tested
            .into_iter()
            .all(|class| many.of(class) == Split::Test)
    );
}

#[test]
fn another_seed_is_another_split() {
    let classes: Vec<String> = (0..1_000).map(|number| format!("class {number}")).collect();
    let [one, other] = [1, 2].map(|seed| Splits::new(0.0, 0.5, seed).unwrap());
    let same = classes
        .iter()
        .filter(|class| one.of(class) == other.of(class))
        .count();
    assert!(
        (400..600).contains(&same),
        "{same} of 1000 classes are where they were"
    );
}

#[test]
fn fractions_outside_their_range_are_refused() {
    for (validation, test, message) in [
        (
            -0.1,
            0.2,
            "splits.validation: wanted a fraction in [0, 1), given -0.1",
        ),
        (
            0.1,
            f64::NAN,
            "splits.test: wanted a fraction in [0, 1), given NaN",
        ),
        (
            0.5,
            0.5,
            "splits.validation + splits.test: wanted a sum below 1, given 1",
        ),
    ] {
        let error = Splits::new(validation, test, 0).unwrap_err();
        assert!(matches!(error, Error::Number { .. }));
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn they_read_from_a_recipe() {
    let splits: Splits = toml::from_str("test = 0.5").unwrap();
    assert_eq!(splits, Splits::new(0.1, 0.5, 0).unwrap());
    assert_eq!(
        toml::from_str::<Splits>(&toml::to_string(&splits).unwrap()).unwrap(),
        splits
    );
    let wrong = toml::from_str::<Splits>("tset = 0.5")
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("tset"), "{wrong}");
    let wrong = toml::from_str::<Splits>("test = 2")
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("splits.test: wanted a fraction"), "{wrong}");
}
