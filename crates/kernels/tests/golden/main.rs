//! Numbers of other people's code: `printed` has those that `reference/golden.py` prints, all other modules those of
//! `losses.json`, which `file` reads and `reference/golden_losses.py` writes.
#![allow(clippy::unwrap_used, reason = "tests")]

mod contrastive;
mod file;
mod given;
mod pairwise;
mod printed;
mod proxies;
mod regularizers;
mod towers;
mod triplets;
mod whole_batch;

use std::collections::BTreeSet;

/// Cases that no test compares, without the name of their input, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("pml-triplet-smooth", "our soft margin has no number to add"),
    (
        "pml-easy-hard-hard-semihard",
        "no selection of ours: the farthest positive goes with the nearest negative",
    ),
    (
        "pml-easy-hard-semihard-hard",
        "no selection of ours: every positive may be semi-hard, the negative of it alone",
    ),
    (
        "pml-easy-hard-easy-easy",
        "no selection of ours: easy negatives teach nothing",
    ),
    (
        "pml-easy-hard-all-hard",
        "no selection of ours: every positive goes with a negative of its own",
    ),
    (
        "pml-easy-hard-hard-all",
        "no selection of ours: only `all` takes every negative, and every positive with it",
    ),
    (
        "pml-zero-mean",
        "another thing: the numbers of each row should sum to 0, ours is the mean of the rows",
    ),
    (
        "st-contrastive-online-0.5",
        "no loss of ours: it mines among given pairs",
    ),
    (
        "st-contrastive-online-0.9",
        "no loss of ours: it mines among given pairs",
    ),
    (
        "st-ranking-four-directions",
        "no loss of ours: one soft-max over both towers",
    ),
    (
        "st-ranking-hardness-in-batch-negatives",
        "no loss of ours: hardness weighs all negatives, not some",
    ),
    (
        "st-ranking-hardness-hard-negatives",
        "as st-ranking-hardness-in-batch-negatives",
    ),
    (
        "paper-spread-out-towers",
        "ours looks at one set of rows, not at pairs across two",
    ),
    (
        "paper-ladder-kept-2",
        "no variant of ours: neither the paper nor what its authors released",
    ),
    (
        "paper-ladder-kept-2-formula-towers-second-rung",
        "as paper-ladder-kept-2",
    ),
    ("paper-ladder-kept-3", "as paper-ladder-kept-2"),
];

/// Runs everything once more on its own thread, where `file` keeps what was compared.
#[test]
fn every_case_is_compared_or_said_why_not() {
    let modules = [
        contrastive::ALL,
        given::ALL,
        pairwise::ALL,
        proxies::ALL,
        regularizers::ALL,
        towers::ALL,
        triplets::ALL,
        whole_batch::ALL,
    ];
    modules.concat().iter().for_each(|test| test());
    let left = file::not_compared();
    let told: BTreeSet<String> = NOT_COMPARED.iter().map(|&(stem, _)| stem.into()).collect();
    assert_eq!(left, told, "cases that no test compares, and those told");
}
