//! The draws of a one-shot test.

use std::collections::{BTreeMap, BTreeSet};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::bootstrap::below;
use crate::classes::Classes;
use crate::{Error, Labelled};

/// What the episodes of a one-shot test look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Episodes {
    /// N, the classes of an episode; at least 2, default 20.
    pub ways: usize,
    /// K, the supports of each class; at least 1, default 1.
    pub shots: usize,
    /// The queries of each class, fewer where a class has no more; at least 1, default 1.
    pub queries: usize,
    /// How many episodes; at least 2, default 600.
    pub episodes: usize,
    /// The key of all draws: an episode is a function of (seed, its number).
    pub seed: u64,
}

impl Default for Episodes {
    fn default() -> Self {
        Self {
            ways: 20,
            shots: 1,
            queries: 1,
            episodes: 600,
            seed: 0,
        }
    }
}

impl Episodes {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let settings = [
            ("ways", 2, self.ways),
            ("shots", 1, self.shots),
            ("queries", 1, self.queries),
            ("episodes", 2, self.episodes),
        ];
        match settings
            .into_iter()
            .find(|&(_, wanted, given)| given < wanted)
        {
            None => Ok(()),
            Some((what, wanted, given)) => Err(Error::TooSmall {
                what,
                wanted,
                given,
            }),
        }
    }

    fn random(&self, episode: usize) -> Xoshiro256PlusPlus {
        let mut key = self.seed.to_le_bytes().to_vec();
        key.extend((episode as u64).to_le_bytes());
        Xoshiro256PlusPlus::seed_from_u64(xxh3_64(&key))
    }
}

/// One episode: items that stand for their classes, and items to be told apart by them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Episode {
    pub(crate) supports: Vec<usize>,
    pub(crate) queries: Vec<usize>,
}

/// A class that can take part: its items, and those of them that can be the first query.
pub(crate) type Drawable = (Vec<usize>, Vec<usize>);

/// The classes that have `shots` supports for at least one of their items, ascending by label.
pub(crate) fn usable(items: &Labelled<'_>, classes: &Classes<'_>, shots: usize) -> Vec<Drawable> {
    let members = classes.members.iter();
    members
        .map(|class| (class.clone(), askable(items, class, shots)))
        .filter(|(_, askable)| !askable.is_empty())
        .collect()
}

/// The items of a class that leave `shots` items of other groups.
fn askable(items: &Labelled<'_>, class: &[usize], shots: usize) -> Vec<usize> {
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for &item in class {
        *sizes.entry(items.group(item)).or_default() += 1;
    }
    let others = |item: &&usize| class.len() - sizes[&items.group(**item)];
    class
        .iter()
        .filter(|item| others(item) >= shots)
        .copied()
        .collect()
}

/// Episode `number`, a function of the settings and that number.
pub(crate) fn draw(
    items: &Labelled<'_>,
    episodes: &Episodes,
    usable: &[Drawable],
    number: usize,
) -> Episode {
    let mut random = episodes.random(number);
    let mut episode = Episode::default();
    let classes = pick((0..usable.len()).collect(), episodes.ways, &mut random);
    for (class, askable) in classes.into_iter().map(|class| &usable[class]) {
        let query = askable[below(&mut random, askable.len())];
        let others = |item: &usize| items.comparable(query, *item);
        let others = class.iter().copied().filter(others).collect();
        let supports = pick(others, episodes.shots, &mut random);
        episode.queries.push(query);
        let more = further(items, class, query, &supports);
        let more = pick(more, episodes.queries - 1, &mut random);
        episode.queries.extend(more);
        episode.supports.extend(supports);
    }
    episode
}

/// What a class has left to ask once its supports are drawn.
fn further(items: &Labelled<'_>, class: &[usize], query: usize, supports: &[usize]) -> Vec<usize> {
    let shown: BTreeSet<usize> = supports.iter().map(|&item| items.group(item)).collect();
    let left = |item: &usize| *item != query && !shown.contains(&items.group(*item));
    class.iter().copied().filter(left).collect()
}

/// The first `count` of a random order (all, where there are fewer).
fn pick(mut from: Vec<usize>, count: usize, random: &mut Xoshiro256PlusPlus) -> Vec<usize> {
    let count = count.min(from.len());
    for place in 0..count {
        let other = place + below(random, from.len() - place);
        from.swap(place, other);
    }
    from.truncate(count);
    from
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Episode, Episodes, draw, usable};
    use crate::Labelled;
    use tercet_kernels::Rows;

    /// Ten classes of six items, each item in one of four groups.
    fn episode(number: usize, episodes: &Episodes) -> Episode {
        let labels: Vec<i64> = (0..60).map(|item| item % 10).collect();
        let groups: Vec<u32> = (0..60).map(|item| item / 10 % 4).collect();
        let data = [0.0; 60];
        let items = Labelled::new(Rows::new(&data, 1).unwrap(), &labels, Some(&groups)).unwrap();
        let classes = items.classes("a test").unwrap();
        let usable = usable(&items, classes, episodes.shots);
        draw(&items, episodes, &usable, number)
    }

    #[test]
    fn pinned() {
        let two = Episodes {
            ways: 3,
            shots: 2,
            queries: 2,
            ..Episodes::default()
        };
        let drawn = episode(0, &two);
        let given = (drawn.queries.clone(), drawn.supports.clone());
        assert_eq!(
            given,
            (vec![49, 9, 45, 5, 31, 41], vec![19, 29, 25, 15, 21, 51])
        );
        assert_ne!(drawn, episode(1, &two));
        assert_ne!(drawn, episode(0, &Episodes { seed: 1, ..two }));
    }

    #[test]
    fn supports_and_queries_share_no_group_within_a_class() {
        let many = Episodes {
            ways: 7,
            shots: 3,
            queries: 4,
            ..Episodes::default()
        };
        for number in 0..200 {
            let drawn = episode(number, &many);
            assert_eq!(drawn.supports.len(), 21);
            let distinct =
                |of: &[usize]| of.iter().collect::<std::collections::BTreeSet<_>>().len();
            let classes: Vec<usize> = drawn.supports.iter().map(|item| item % 10).collect();
            assert_eq!(distinct(&classes), 7);
            assert_eq!(distinct(&drawn.supports), 21);
            assert_eq!(distinct(&drawn.queries), drawn.queries.len());
            for query in &drawn.queries {
                assert!(classes.contains(&(query % 10)));
                let own = drawn
                    .supports
                    .iter()
                    .filter(|item| *item % 10 == query % 10);
                own.for_each(|support| assert_ne!(support / 10 % 4, query / 10 % 4));
            }
        }
    }
}
