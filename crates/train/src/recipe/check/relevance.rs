//! How relevant images and captions are to each other.

use super::Checked;
use super::numbers::{fault, proportion};
use crate::recipe::{Recipe, RelevanceFrom};

pub(super) fn check(recipe: &Recipe) -> Checked {
    let keys = &recipe.relevance;
    proportion("relevance.missing", f64::from(keys.missing))?;
    if keys.from == Some(RelevanceFrom::File) && keys.path.is_none() {
        return fault("relevance.path", "the table of pairs", "none");
    }
    quantiles(&keys.quantiles, &recipe.loss.thresholds())
}

/// One for each threshold, descending.
fn quantiles(shares: &[f64], thresholds: &[f32]) -> Checked {
    let key = "relevance.quantiles";
    for &share in shares {
        proportion(key, share)?;
    }
    if let Some(two) = shares.windows(2).find(|two| two[0] <= two[1]) {
        let given = format!("{} before {}", two[0], two[1]);
        return fault(key, "each below the one before", given);
    }
    if shares.is_empty() {
        return Ok(());
    }
    if shares.len() != thresholds.len() {
        let given = format!("{} for {}", shares.len(), thresholds.len());
        return fault(key, "one for each of loss.thresholds", given);
    }
    if thresholds.iter().any(|&threshold| threshold <= 0.0) {
        let wanted = "numbers above 0 with relevance.quantiles";
        return fault("loss.thresholds", wanted, "0");
    }
    Ok(())
}
