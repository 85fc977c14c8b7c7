//! Naming a query after the nearest of the items that stand for their classes.

use tercet_kernels::{Distance, Rows};

use crate::Labelled;
use crate::classes::Classes;
use crate::order::nearest;
use crate::tiles::look;

/// Whether the nearest of the `shown` items has the label of the query, for each of the `queries`;
/// both are item indices, and of equally near items the lowest index is the answer. `shown` is not
/// empty.
pub(crate) fn named_rightly(
    items: &Labelled<'_>,
    classes: &Classes<'_>,
    queries: &[usize],
    shown: &[usize],
    distance: Distance,
) -> Vec<bool> {
    let mut shown = shown.to_vec();
    shown.sort_unstable();
    let (asked, answers) = (gather(items, queries), gather(items, &shown));
    let dim = items.rows().dim();
    let rows = |data| Rows::new(data, dim).expect("whole rows of a valid dim were gathered");
    look(rows(&asked), rows(&answers), distance, |i, distances| {
        let found = nearest(distances.iter().copied().zip(0..));
        found.is_some_and(|(_, j)| classes.of[shown[j]] == classes.of[queries[i]])
    })
}

fn gather(items: &Labelled<'_>, indices: &[usize]) -> Vec<f32> {
    let rows = indices.iter().flat_map(|&item| items.rows().row(item));
    rows.copied().collect()
}
