//! Whether the loss can cost data of this kind.

use tercet_data::{DataLayout, LabelKind};
use tercet_kernels::{Criterion, Graded, Paths, Relation};

use super::Checked;
use super::numbers::{at_least_one, fault};
use crate::recipe::{ModelRecipe, Recipe};

pub(super) fn check(recipe: &Recipe) -> Checked {
    let relation = relation(recipe);
    if let Some(curriculum) = &recipe.curriculum {
        at_least_one("curriculum.steps", curriculum.steps)?;
        fits("curriculum.loss", &curriculum.loss, relation.as_ref())?;
    }
    fits("loss", &recipe.loss, relation.as_ref())
}

/// How the rows of a step will belong together, without any row; none where that is for the files to say.
fn relation(recipe: &Recipe) -> Option<Relation> {
    let set = recipe.data.set;
    let two = matches!(recipe.model, ModelRecipe::Towers(_));
    let labelled = matches!(set, DataLayout::Emoji | DataLayout::Folder);
    if set.has_captions() || labelled && two {
        return Graded::within(1, vec![1.0]).ok().map(Relation::Graded);
    }
    let none = std::iter::empty::<Vec<i64>>();
    match recipe.data.labels {
        _ if !labelled => None,
        LabelKind::Classes => Some(Relation::Classes(Vec::new())),
        LabelKind::Paths => Paths::new(none).ok().map(Relation::Paths),
        LabelKind::Sets => Some(Relation::Sets(none.collect())),
    }
}

fn fits(section: &str, loss: &Criterion, relation: Option<&Relation>) -> Checked {
    let Some(relation) = relation else {
        return Ok(());
    };
    for (index, term) in loss.terms().iter().enumerate() {
        if let Some(needed) = term.unfit(relation) {
            let key = match loss.terms().len() {
                1 => format!("{section}.kind"),
                _ => format!("{section}.{index}.kind"),
            };
            let wanted = format!("a loss of {}", relation.kind());
            let given = format!("{}, which needs {needed}", term.kind().name());
            return fault(&key, wanted, given);
        }
    }
    Ok(())
}
