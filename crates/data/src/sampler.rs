use serde::{Deserialize, Serialize};

use crate::Error;

/// The most items that a batch may have.
const LARGEST: usize = 65_536;

/// How the items of a step are chosen. [`Plan`](crate::Plan) applies it to a data set.
///
/// Classes with a single sample have no positive, so they are never among the P classes; they still
/// serve as negatives where negatives are drawn apart. In a file: `kind = "pk"`, `classes = 60`,
/// `samples = 6`.
///
/// Default: `pk` with 60 classes of 6 samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Sampler {
    /// P classes x K samples, class by class (Hermans et al. 2017, arXiv:1703.07737, section 2).
    ///
    /// An epoch is one walk through all classes in a shuffled order: `ceil(classes of the set / P)`
    /// steps, the last of them filled up with the epoch's first classes. Inside a class samples are
    /// drawn without repetition; a class shorter than K gives each of its samples in turn until
    /// there are K.
    Pk {
        /// P, at least 2.
        classes: usize,
        /// K, at least 2.
        samples: usize,
    },
    /// As `Pk`, then R other items of classes outside the P, without repetition.
    ///
    /// The preset, 30 x 40 + 600 = 1,800, follows Schroff et al. 2015 (arXiv:1503.03832, section
    /// 3.2): the paper gives "around 40 faces" per identity and batches of "around 1,800
    /// exemplars", not the number of identities.
    Facenet {
        /// P, at least 2; default 30.
        #[serde(default = "facenet_classes")]
        classes: usize,
        /// K, at least 2; default 40.
        #[serde(default = "facenet_samples")]
        samples: usize,
        /// R; default 600.
        #[serde(default = "facenet_random")]
        random: usize,
    },
    /// (anchor, positive, negative) drawn uniformly from all triplets of the training set: the
    /// naive baseline of the literature. The batch lists a, p, n, a, p, n, ...
    Triplets {
        /// T, at least 1: a batch has 3 T items.
        triplets: usize,
    },
    /// Rows or items whatever their class: each once an epoch, the last step filled up with the epoch's first. For
    /// pairs and triplets of texts, which belong together by their rows.
    Rows {
        /// How many, at least 1.
        batch: usize,
        /// Whether the order is drawn anew every epoch, or stays that of the file; default true.
        #[serde(default = "shuffled")]
        shuffle: bool,
    },
}

impl Default for Sampler {
    fn default() -> Self {
        Self::Pk {
            classes: 60,
            samples: 6,
        }
    }
}

fn facenet_classes() -> usize {
    30
}

fn facenet_samples() -> usize {
    40
}

fn facenet_random() -> usize {
    600
}

fn shuffled() -> bool {
    true
}

impl Sampler {
    /// The preset of [`Sampler::Facenet`]: 1,800 items.
    pub fn facenet() -> Self {
        Self::Facenet {
            classes: facenet_classes(),
            samples: facenet_samples(),
            random: facenet_random(),
        }
    }

    /// How many items a step has; `usize::MAX` where no number is large enough.
    pub fn batch_size(&self) -> usize {
        match *self {
            Self::Pk { classes, samples } => classes.saturating_mul(samples),
            Self::Facenet {
                classes,
                samples,
                random,
            } => classes.saturating_mul(samples).saturating_add(random),
            Self::Triplets { triplets } => triplets.saturating_mul(3),
            Self::Rows { batch, .. } => batch,
        }
    }

    /// Refuses numbers that no data set could satisfy, and such as no memory holds.
    ///
    /// # Errors
    /// [`Error::Number`] names the key, `sampler.classes`.
    pub fn check(&self) -> Result<(), Error> {
        self.check_numbers()?;
        let given = self.batch_size();
        if given <= LARGEST {
            return Ok(());
        }
        let name = match self {
            Self::Pk { .. } => "sampler.classes * sampler.samples",
            Self::Facenet { .. } => "sampler.classes * sampler.samples + sampler.random",
            Self::Triplets { .. } => "3 * sampler.triplets",
            Self::Rows { .. } => "sampler.batch",
        };
        let wanted = "at most 65,536 items in a batch";
        let given = given.to_string();
        Err(Error::Number {
            name,
            wanted,
            given,
        })
    }

    fn check_numbers(&self) -> Result<(), Error> {
        const LARGE: usize = 1 << 20;
        let at_least = |name, value: usize, least: usize| {
            if (least..=LARGE).contains(&value) {
                return Ok(());
            }
            let wanted = ["0 to 1,048,576", "1 to 1,048,576", "2 to 1,048,576"][least];
            Err(Error::Number {
                name,
                wanted,
                given: value.to_string(),
            })
        };
        match *self {
            Self::Pk { classes, samples } => {
                at_least("sampler.classes", classes, 2)?;
                at_least("sampler.samples", samples, 2)
            }
            Self::Facenet {
                classes,
                samples,
                random,
            } => {
                at_least("sampler.classes", classes, 2)?;
                at_least("sampler.samples", samples, 2)?;
                at_least("sampler.random", random, 0)
            }
            Self::Triplets { triplets } => at_least("sampler.triplets", triplets, 1),
            Self::Rows { batch, .. } => at_least("sampler.batch", batch, 1),
        }
    }
}
