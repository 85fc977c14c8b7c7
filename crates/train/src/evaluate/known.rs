//! What is known of labelled items.

use std::sync::Arc;

use tercet_data::{Dataset, LabelKind};

/// Labelled items of a set: what is known of each.
#[derive(Debug, Clone)]
pub(crate) struct Items {
    /// Their places in the set.
    pub(crate) places: Vec<usize>,
    /// Their classes.
    pub(crate) classes: Vec<u32>,
    /// The names of all classes of the set.
    pub(crate) names: Arc<[String]>,
    /// What must not be an answer to each other; none where nothing is known of it.
    pub(crate) groups: Option<Vec<u32>>,
    /// Who made each; none where nothing is known of it.
    pub(crate) sources: Option<Vec<u32>>,
    /// How the names of classes are read.
    pub(crate) labels: LabelKind,
}

impl Items {
    /// Some items of a data set of images.
    pub(crate) fn of_images(dataset: &dyn Dataset, places: &[usize], labels: LabelKind) -> Self {
        let all = dataset.items();
        let groups = dataset.groups().len();
        // An item without a group is a group of its own.
        let own = |place: usize| u32::try_from(groups + place).expect("fewer than 2^32 items");
        let group = |(place, &item): (usize, &usize)| all[item].group.unwrap_or(own(place));
        let source = |&item: &usize| all[item].source.unwrap_or(0);
        Self {
            places: places.to_vec(),
            classes: places.iter().map(|&item| all[item].class).collect(),
            names: dataset.classes().into(),
            groups: (groups > 0).then(|| places.iter().enumerate().map(group).collect()),
            sources: (!dataset.sources().is_empty()).then(|| places.iter().map(source).collect()),
            labels,
        }
    }

    pub(super) fn source(&self, place: usize) -> u32 {
        self.sources.as_ref().map_or(0, |sources| sources[place])
    }

    /// Whether two places may be compared: their groups differ, or there are none.
    pub(super) fn comparable(&self, place: usize, other: usize) -> bool {
        let groups = self.groups.as_ref();
        groups.is_none_or(|groups| groups[place] != groups[other])
    }
}
