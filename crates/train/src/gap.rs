//! The margin of any loss, where it has one that triplets can be told apart by.

use tercet_kernels::{Loss, Margin, NonNegative};

/// By how much a loss wants a negative to be farther than a positive, in units of its distance; `None` where it
/// has no such number.
///
/// | loss | |
/// |---|---|
/// | triplet, vse, lifted, generalized-lifted, cos-face, soft-triple | its margin |
/// | contrastive | its margin: where negatives begin to cost |
/// | ladder | the margin of its first rung |
/// | margin | twice its margin: positives end one below the boundary, negatives one above |
///
/// The margins of circle, proxy-anchor (thresholds of one similarity) and arc-face (an angle) are none.
///
/// ```
/// use tercet_kernels::{Loss, Margin};
/// use tercet_train::gap;
/// assert_eq!(gap(&Loss::named("ladder")?), Some(Margin::hard(0.2)?));
/// assert_eq!(gap(&Loss::named("margin")?), Some(Margin::hard(0.4)?));
/// assert_eq!(gap(&Loss::named("circle")?), None);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
pub fn gap(loss: &Loss) -> Option<Margin> {
    let margin = match loss {
        Loss::Triplet(loss) => return Some(loss.margin()),
        Loss::Vse(loss) => loss.margin,
        Loss::Lifted(loss) => loss.margin,
        Loss::GeneralizedLifted(loss) => loss.margin,
        Loss::CosFace(loss) => loss.margin,
        Loss::SoftTriple(loss) => loss.margin,
        Loss::Ladder(loss) => loss.rungs().first()?.margin,
        Loss::MarginLoss(loss) => return Margin::hard(2.0 * loss.margin.get()).ok(),
        Loss::Contrastive(_) => written(loss)?,
        _ => return None,
    };
    Some(Margin::Hard(margin))
}

/// The key `margin` of a loss as it is written down.
fn written(loss: &Loss) -> Option<NonNegative> {
    let table = serde_json::to_value(loss).ok()?;
    serde_json::from_value(table.get("margin")?.clone()).ok()
}
