//! What a run must reach.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `[target]`: what the trained model must reach on the test data, by the names of scores as `metrics.json` has them:
/// `recall_at_1 = 0.6`. Where less is better (ranks), the most that it may be. Nothing where a key is missing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TargetRecipe(pub BTreeMap<String, f64>);
