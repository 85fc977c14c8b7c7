//! Numbers in their ranges.

use super::{Checked, Fault};

pub(super) fn fault(key: &str, wanted: impl Into<String>, given: impl ToString) -> Checked {
    Err(Fault::new(key, wanted, given.to_string()))
}

/// Fails with what is wanted unless it holds.
fn ensure(holds: bool, key: &str, wanted: &str, given: impl ToString) -> Checked {
    match holds {
        true => Ok(()),
        false => fault(key, wanted, given),
    }
}

pub(super) fn share(key: &str, given: f64) -> Checked {
    let wanted = "a number of at least 0 and below 1";
    ensure((0.0..1.0).contains(&given), key, wanted, given)
}

pub(super) fn proportion(key: &str, given: f64) -> Checked {
    let wanted = "a number from 0 to 1";
    ensure((0.0..=1.0).contains(&given), key, wanted, given)
}

/// In `(0, 1]`.
pub(super) fn factor(key: &str, given: f64) -> Checked {
    let wanted = "a number above 0 and at most 1";
    ensure(given > 0.0 && given <= 1.0, key, wanted, given)
}

pub(super) fn finite(key: &str, given: f64) -> Checked {
    ensure(given.is_finite(), key, "a finite number", given)
}

pub(super) fn above_zero(key: &str, given: f64) -> Checked {
    let holds = given.is_finite() && given > 0.0;
    ensure(holds, key, "a finite number above 0", given)
}

pub(super) fn at_least_zero(key: &str, given: f64) -> Checked {
    let holds = given.is_finite() && given >= 0.0;
    ensure(holds, key, "a finite number of at least 0", given)
}

pub(super) fn at_least_one(key: &str, given: u64) -> Checked {
    ensure(given > 0, key, "at least 1", given)
}
