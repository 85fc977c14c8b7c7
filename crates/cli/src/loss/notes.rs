//! Sentences about what was seen: why nothing can be learnt from it, what a collapse asks for.

use tercet::kernels::{Geometry, Loss, MarginPairs, Terms};
use tercet::train::CollapseCheck;

use super::labels::Are;
use super::page::number;
use super::report::{Data, Norms, Seen};
use crate::arrays::Number;

/// All that there is to say.
pub(super) fn notes<T: Number>(
    seen: &Seen<'_, T>,
    data: &Data,
    (look, norms): (&CollapseCheck, &Norms),
) -> Vec<String> {
    let terms = &seen.costed.terms;
    let mut notes = vec![];
    let are_labels = matches!(seen.are, Are::Classes | Are::Sets | Are::Paths);
    if seen.is_of_labels() && are_labels {
        notes.extend(missing(&seen.costed.geometry, terms, data));
    }
    if let Some(loss) = seen.loss() {
        notes.extend(sides(loss, data));
        notes.extend(rungs(loss, seen.are));
        notes.extend(lengths(loss, data, norms));
    }
    notes.extend(nothing(seen, terms));
    if look.is_collapsed() {
        notes.push(collapse(look));
    }
    notes
}

/// Whether what is selected costs something, and anything is selected.
fn nothing<T: Number>(seen: &Seen<'_, T>, terms: &Terms) -> Option<String> {
    match (terms.terms(), terms.active()) {
        (0, _) if seen.costed.geometry.valid > 0 => Some(
            "The loss selects nothing of this batch, so its value and gradient are 0.".to_owned(),
        ),
        (0, _) => None,
        (_, 0) => Some("All that the loss selects costs 0: nothing is left to learn here. A larger margin or harder negatives ask for more.".to_owned()),
        _ => None,
    }
}

/// Why nothing, or only half of it, can be learnt from this.
fn missing(geometry: &Geometry, terms: &Terms, data: &Data) -> Vec<String> {
    let (rows, terms) = (data.rows as u64, terms.terms());
    let mut notes = vec![];
    let learnt = match terms {
        0 => "nothing can be learnt from this batch",
        _ => "only half of it can be learnt from this batch",
    };
    let of_one_set = data.candidates.is_none();
    if geometry.without_positive == rows {
        notes.push(match of_one_set {
            true => format!(
                "No anchor has a positive, as no two rows share a label: {learnt}. A batch wants at least two rows of a label."
            ),
            false => format!(
                "No anchor has a positive, as no candidate has the label of a row: {learnt}."
            ),
        });
    }
    if geometry.without_negative == rows {
        notes.push(match of_one_set {
            true => format!(
                "No anchor has a negative, as all rows share a label: {learnt}. A batch wants at least two labels."
            ),
            false => format!(
                "No anchor has a negative, as all candidates have its label: {learnt}. The candidates want at least two labels."
            ),
        });
    }
    notes
}

/// Where the proxies of a loss that learns some are from, and whether they are on the side where it looks for them.
fn sides(loss: &Loss, data: &Data) -> Option<String> {
    let name = loss.name();
    let several = data.labels_of_rows.most_rows > 1;
    match (loss, &data.candidates) {
        (Loss::ProxyAnchor(_), None) => Some(format!(
            "The proxies of {name} are those that training begins with: directions drawn by --seed. Give learnt ones as EMBEDDINGS, and the batch as --candidates."
        )),
        (Loss::ProxyAnchor(_), Some(_)) if several => Some(format!(
            "Of {name} the proxies are EMBEDDINGS, as a rule one per label, and the batch is --candidates; given are up to {} rows of a label. Are the two exchanged?",
            data.labels_of_rows.most_rows
        )),
        (Loss::ProxyNca(_) | Loss::ArcFace(_) | Loss::CosFace(_) | Loss::SoftTriple(_), None) => {
            Some(format!(
                "The proxies of {name} are those that training begins with: directions drawn by --seed. Give learnt ones as --candidates."
            ))
        }
        _ => None,
    }
}

/// Whether a ladder has anything below its first rung.
fn rungs(loss: &Loss, are: Are) -> Option<String> {
    match (loss, are) {
        (Loss::Ladder(ladder), Are::Classes) if ladder.rungs().len() > 1 => Some(
            "Classes are relevant to one another or not, so rungs of the ladder after the first are empty. Labels as --labels-are paths or sets are more or less relevant.".to_owned(),
        ),
        _ => None,
    }
}

/// Whether rows are as long as a loss takes them to be.
fn lengths(loss: &Loss, data: &Data, norms: &Norms) -> Option<String> {
    let Loss::MarginLoss(margin) = loss else {
        return None;
    };
    let unit = data.normalized || (norms.min > 0.99 && norms.max < 1.01);
    (margin.select == MarginPairs::DistanceWeighted && !unit).then(|| {
        "distance-weighted draws negatives as distances of rows of length 1 are spread, and none from nonzero_cutoff on; these rows have other lengths. --normalize brings them there.".to_owned()
    })
}

fn collapse(look: &CollapseCheck) -> String {
    format!(
        "The embeddings look collapsed: almost all of them are the same (effective rank {:.2} of at most {}, \
         mean squared distance {}, where rows of these lengths in unrelated directions have {}). {} {} \
         (Keys of a recipe.)",
        look.effective_rank,
        look.dim,
        number(look.mean_squared_distance),
        number(look.healthy_distance),
        look.signature(),
        look.advice()
    )
}
