//! How good two towers are on pictures with captions.

use std::path::Path;

use tercet::kernels::Distance;
use tercet::train::{Recipe, TowersModel, towers_report};

use super::Eval;
use crate::Ending;
use crate::text::say;

/// Whether data are described by a recipe.
pub(super) fn is_recipe(data: &Path) -> bool {
    let end = data.extension();
    end.is_some_and(|end| end.eq_ignore_ascii_case("toml"))
}

impl Eval {
    /// Judges towers on the test data of a recipe, by the distance asked for or the cosine.
    pub(super) fn towers(&self, model: &TowersModel) -> anyhow::Result<Ending> {
        let recipe = Recipe::read(&self.data, &[])?;
        let distance = self.distance.unwrap_or(Distance::Cosine);
        let report = towers_report(model, &recipe, distance)?;
        match self.json {
            true => say(&serde_json::to_string_pretty(&report)?)?,
            false => say(&report)?,
        }
        Ok(Ending::Done)
    }
}
