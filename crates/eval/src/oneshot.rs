//! N-way K-shot: which of N new classes is this, given K examples of each?

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tercet_kernels::Distance;

use crate::classes::Classes;
use crate::episodes::{Episode, draw, usable};
use crate::gallery::NAME as GALLERY;
use crate::nearest::named_rightly;
use crate::{Episodes, Error, Interval, Labelled, Score};

/// N-way K-shot accuracy over episodes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneShot {
    /// N, the classes of an episode.
    pub ways: usize,
    /// K, the supports of each class.
    pub shots: usize,
    /// How many episodes.
    pub episodes: usize,
    /// The mean over episodes of the share of queries answered rightly, in `[0, 1]`; chance is
    /// `1 / ways`.
    pub accuracy: f64,
    /// `accuracy +- 1.96 sigma / sqrt(episodes)`, `sigma` over episodes, cut to `[0, 1]`.
    pub interval95: Interval,
}

impl OneShot {
    /// `one_shot_20way` of 20 ways and one shot, `5_shot_20way` of five shots.
    pub fn scores(&self) -> Vec<Score> {
        let Self { ways, shots, .. } = self;
        let one = format!("one_shot_{ways}way");
        let name = match *shots == 1 && one != GALLERY {
            true => one,
            false => format!("{shots}_shot_{ways}way"),
        };
        vec![Score::new(name, self.accuracy).within(self.interval95)]
    }
}

/// N-way K-shot accuracy: a query's answer is the class of the nearest of all `N * K` supports (the
/// lowest item index of equally near ones).
///
/// An episode draws N classes. Of each it draws a query, then K supports among the items of the class
/// whose group differs from the query's, then further queries among those whose group differs from
/// all these supports'. So the right answer never shares its group with the query, while wrong
/// answers may: an embedding that looks at the style instead of the thing pays for it. Without groups
/// supports and queries are merely different items. Classes that cannot give K supports and a query
/// are not drawn. Classes come from all labels, the harder or easier protocols of the literature
/// (Lake's within one alphabet, Vinyals' across alphabets, arXiv:1606.04080) differ in what is passed.
///
/// # Errors
/// [`Error::Kind`] where labels are no class ids, [`Error::TooSmall`] for a setting below its least value, [`Error::TooFewClasses`] where fewer than
/// N classes can be drawn.
///
/// ```
/// use tercet_eval::{Episodes, Labelled, one_shot};
/// use tercet_kernels::{Distance, Rows};
///
/// let data = [0.0, 1.0, 9.0, 10.0];
/// let rows = Rows::new(&data, 1).expect("four rows of one number");
/// let items = Labelled::new(rows, &[0, 0, 1, 1], None)?;
/// let two_way = Episodes { ways: 2, episodes: 10, ..Episodes::default() };
/// let found = one_shot(&items, Distance::Euclidean, &two_way)?;
/// assert_eq!((found.accuracy, found.scores()[0].title()), (1.0, "2-way 1-shot".into()));
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn one_shot(
    items: &Labelled<'_>,
    distance: Distance,
    episodes: &Episodes,
) -> Result<OneShot, Error> {
    episodes.check()?;
    let classes = items.classes("one-shot accuracy")?;
    let usable = usable(items, classes, episodes.shots);
    if usable.len() < episodes.ways {
        return Err(Error::TooFewClasses {
            wanted: episodes.ways,
            shots: episodes.shots,
            given: usable.len(),
        });
    }
    let accuracies: Vec<f64> = (0..episodes.episodes)
        .into_par_iter()
        .map(|number| {
            let episode = draw(items, episodes, &usable, number);
            play(items, classes, distance, &episode)
        })
        .collect();
    Ok(OneShot {
        ways: episodes.ways,
        shots: episodes.shots,
        episodes: episodes.episodes,
        accuracy: accuracies.iter().sum::<f64>() / accuracies.len() as f64,
        interval95: Interval::of_mean(&accuracies),
    })
}

/// The share of an episode's queries that are answered rightly.
fn play(items: &Labelled<'_>, classes: &Classes<'_>, distance: Distance, episode: &Episode) -> f64 {
    let (queries, supports) = (&episode.queries, &episode.supports);
    let right = named_rightly(items, classes, queries, supports, distance);
    right.iter().filter(|&&right| right).count() as f64 / right.len() as f64
}
