//! Sentences about what was seen: why nothing can be learnt from it, what a collapse asks for.

use tercet::kernels::{Geometry, Loss, MarginPairs, Terms};
use tercet::train::Look;

use super::labels::Are;
use super::page::number;
use super::report::{Data, Norms, Seen};

/// All that there is to say.
pub(super) fn notes<T>(
    seen: &Seen<'_, T>,
    data: &Data,
    (look, norms): (&Look, &Norms),
) -> Vec<String> {
    let (loss, terms) = (seen.objective.loss(), &seen.outcome.terms);
    let mut notes = nothing(&seen.geometry, terms, data);
    notes.extend(sides(loss, data));
    notes.extend(rungs(loss, seen.are));
    notes.extend(lengths(loss, data, norms));
    if look.is_collapsed() {
        notes.push(collapse(look));
    }
    notes
}

/// Why nothing, or only half of it, can be learnt from this.
fn nothing(geometry: &Geometry, terms: &Terms, data: &Data) -> Vec<String> {
    let (rows, terms, active) = (data.rows as u64, terms.terms(), terms.active());
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
    if terms == 0 && geometry.valid > 0 {
        notes.push(
            "The loss selects nothing of this batch, so its value and gradient are 0.".to_owned(),
        );
    }
    if terms > 0 && active == 0 {
        notes.push("All that the loss selects costs 0: nothing is left to learn here. A larger margin or harder negatives ask for more.".to_owned());
    }
    notes
}

/// Whether the proxies of a loss that learns some are on the side where it looks for them.
fn sides(loss: &Loss, data: &Data) -> Option<String> {
    let name = loss.name();
    let several = data.labels_of_rows.most_rows > 1;
    match (loss, &data.candidates) {
        (Loss::ProxyAnchor(_), None) => Some(format!(
            "Of {name} every row is a proxy here. To compare learnt proxies with a batch, give the proxies as EMBEDDINGS and the batch as --candidates."
        )),
        (Loss::ProxyAnchor(_), Some(_)) if several => Some(format!(
            "Of {name} the proxies are EMBEDDINGS, as a rule one per label, and the batch is --candidates; given are up to {} rows of a label. Are the two exchanged?",
            data.labels_of_rows.most_rows
        )),
        (Loss::ProxyNca(_) | Loss::ArcFace(_) | Loss::CosFace(_), None) => Some(format!(
            "Of {name} every other row is a proxy here. Give the weights that were learnt for the classes as --candidates."
        )),
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

fn collapse(look: &Look) -> String {
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
