//! One item per class as a gallery that all others ask.

use std::collections::{BTreeMap, BTreeSet};

use tercet_data::Splits;
use tercet_eval::{FixedGallery, Labelled, fixed_gallery};
use tercet_kernels::Distance;

use super::known::Items;
use crate::Error;

/// Ways, at most, of the test by a gallery.
const MANY: usize = 400;

/// One image per class as the gallery, asked by all other sources.
///
/// The gallery is drawn by the first source of the data set and takes the (at most 400) classes of smallest hash that it
/// draws. Without sources it takes the first item of each class, and all other items ask.
pub(super) fn gallery(
    items: &Items,
    rows: &Labelled<'_>,
    splits: &Splits,
    distance: Distance,
) -> Result<Option<FixedGallery>, Error> {
    let gallery = first_of_each_class(items, splits);
    if gallery.len() < 2 {
        return Ok(None);
    }
    let named = items.sources.is_some();
    let queries: Vec<usize> = (0..items.places.len())
        .filter(|&place| match gallery.get(&items.classes[place]) {
            None => false,
            Some(&answer) if named => {
                items.source(place) != items.source(answer) && items.comparable(place, answer)
            }
            Some(&answer) => place != answer && items.comparable(place, answer),
        })
        .collect();
    if queries.is_empty() {
        return Ok(None);
    }
    let sources: Vec<u32> = (0..items.places.len())
        .map(|place| items.source(place))
        .collect();
    let gallery: Vec<usize> = gallery.into_values().collect();
    let found = fixed_gallery(rows, &sources, &gallery, &queries, distance)?;
    Ok(Some(found))
}

/// The place of the gallery's item of each class.
fn first_of_each_class(items: &Items, splits: &Splits) -> BTreeMap<u32, usize> {
    let mut first = BTreeMap::new();
    for (place, &class) in items.classes.iter().enumerate() {
        if items.source(place) == 0 {
            first.entry(class).or_insert(place);
        }
    }
    let kept = smallest(items, splits, first.keys().copied());
    first.retain(|class, _| kept.contains(class));
    first
}

/// The classes of smallest hash.
fn smallest(items: &Items, splits: &Splits, classes: impl Iterator<Item = u32>) -> BTreeSet<u32> {
    let position = |class: u32| splits.position(&items.names[class as usize]);
    let mut order: Vec<(f64, u32)> = classes.map(|class| (position(class), class)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let first = order.into_iter().take(MANY);
    first.map(|(_, class)| class).collect()
}
