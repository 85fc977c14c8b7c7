use std::ops::Range;

use crate::draws::Draws;

/// Labels turned into classes: who is in which.
#[derive(Debug, Clone)]
pub(super) struct Classes {
    /// Positions in the list of labels, sorted by label and then by position.
    order: Vec<usize>,
    /// Each class of two samples or more, as a range of `order`, by ascending label.
    ranges: Vec<Range<usize>>,
    /// The labels of these classes.
    labels: Vec<u32>,
    /// How many classes have a single sample.
    single: usize,
    /// For each class the number of triplets whose anchor is in it or in a class before.
    triplets: Vec<u128>,
}

impl Classes {
    pub(super) fn of(labels: &[u32]) -> Self {
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by_key(|&position| (labels[position], position));
        let all = runs(&order, labels);
        let ranges: Vec<Range<usize>> = all
            .iter()
            .filter(|class| class.len() >= 2)
            .cloned()
            .collect();
        Self {
            labels: ranges
                .iter()
                .map(|class| labels[order[class.start]])
                .collect(),
            single: all.len() - ranges.len(),
            triplets: cumulative_triplets(&ranges, order.len()),
            ranges,
            order,
        }
    }

    /// How many classes have two samples or more.
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// How many classes have a single sample.
    pub(super) fn single(&self) -> usize {
        self.single
    }

    /// How many items there are, in all classes.
    pub(super) fn items(&self) -> usize {
        self.order.len()
    }

    /// The label of a class.
    pub(super) fn label(&self, class: usize) -> u32 {
        self.labels[class]
    }

    /// The items of a class.
    pub(super) fn members(&self, class: usize) -> &[usize] {
        &self.order[self.ranges[class].clone()]
    }

    /// The items of all other classes, those of a single sample among them.
    pub(super) fn outside(&self, classes: &[usize]) -> Outside<'_> {
        let mut taken: Vec<Range<usize>> =
            classes.iter().map(|&at| self.ranges[at].clone()).collect();
        taken.sort_unstable_by_key(|range| range.start);
        taken.dedup();
        Outside {
            order: &self.order,
            taken,
        }
    }

    /// How many items remain beside the `count` largest classes.
    pub(super) fn fewest_outside(&self, count: usize) -> usize {
        let mut sizes: Vec<usize> = self.ranges.iter().map(Range::len).collect();
        sizes.sort_unstable_by(|one, other| other.cmp(one));
        self.order.len() - sizes.iter().take(count).sum::<usize>()
    }

    /// How many triplets there are.
    pub(super) fn triplets(&self) -> u128 {
        self.triplets.last().copied().unwrap_or(0)
    }

    /// A triplet, uniform among all: its class by their numbers, then an anchor of the class,
    /// another item of it, and an item of the rest.
    pub(super) fn triplet(&self, draws: &mut Draws) -> [usize; 3] {
        let drawn = draws.below_wide(self.triplets());
        let class = &self.ranges[self.triplets.partition_point(|&below| below <= drawn)];
        let skip = |place: usize, from: usize, count: usize| {
            if place < from { place } else { place + count }
        };
        let anchor = class.start + draws.below(class.len());
        let positive = skip(class.start + draws.below(class.len() - 1), anchor, 1);
        let rest = draws.below(self.order.len() - class.len());
        let negative = skip(rest, class.start, class.len());
        [anchor, positive, negative].map(|place| self.order[place])
    }
}

/// The items outside some classes, by their place, without a list of them.
pub(super) struct Outside<'a> {
    order: &'a [usize],
    /// What is left out, in order and apart.
    taken: Vec<Range<usize>>,
}

impl Outside<'_> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.order.len() - self.taken.iter().map(Range::len).sum::<usize>()
    }

    /// The item at a place below [`Outside::len`].
    pub(super) fn item(&self, place: usize) -> usize {
        let mut at = place;
        for range in &self.taken {
            if at < range.start {
                break;
            }
            at += range.len();
        }
        self.order[at]
    }
}

/// The stretches of equal labels.
fn runs(order: &[usize], labels: &[u32]) -> Vec<Range<usize>> {
    let mut start = 0;
    let runs = order.chunk_by(|&one, &next| labels[one] == labels[next]);
    runs.map(|run| {
        let from = start;
        start += run.len();
        from..start
    })
    .collect()
}

/// Running sums of `m (m - 1) (n - m)`, the triplets with an anchor in a class of `m`, among `n`
/// items.
fn cumulative_triplets(classes: &[Range<usize>], items: usize) -> Vec<u128> {
    let of = |class: &Range<usize>| {
        let samples = class.len() as u128;
        samples * (samples - 1) * (items as u128 - samples)
    };
    let mut total = 0;
    let running = classes.iter().map(|class| {
        total += of(class);
        total
    });
    running.collect()
}

#[cfg(test)]
mod tests {
    use super::Classes;

    #[test]
    fn what_is_outside_is_what_a_list_would_hold() {
        let labels: Vec<u32> = (0..60).map(|item| item * item % 17).collect();
        let classes = Classes::of(&labels);
        for chosen in [
            vec![],
            vec![0],
            vec![3, 1],
            vec![classes.len() - 1, 0, 4],
            vec![2, 1, 0],
        ] {
            let inside = |item: &usize| {
                let of = |&class: &usize| classes.members(class).contains(item);
                chosen.iter().any(of)
            };
            let list: Vec<usize> = classes
                .order
                .iter()
                .copied()
                .filter(|item| !inside(item))
                .collect();
            let outside = classes.outside(&chosen);
            let items = (0..outside.len()).map(|place| outside.item(place));
            assert!(items.eq(list), "{chosen:?}");
        }
    }
}
