use crate::draws::{Draws, Purpose, key};
use crate::{Error, RowPlan, Sampler};

mod classes;
mod walk;

use classes::Classes;
use walk::Walks;

/// A [`Sampler`] bound to the labels of the training items: which of them make up each step.
///
/// [`Plan::batch`] is a pure function of (seed, step), so a run can start anywhere, and minibatches
/// can be made out of order. A step costs what its batch costs, however many classes and items there are, but for the
/// first one of an epoch that is asked for, which shuffles the classes: those of the last two epochs are kept.
///
/// ```
/// use tercet_data::{Plan, Sampler};
/// let labels = [7, 7, 7, 8, 8, 9];
/// let plan = Plan::new(&Sampler::Pk { classes: 2, samples: 2 }, &labels, 1)?;
/// let batch = plan.batch(0);
/// assert_eq!(batch.len(), 4);
/// assert_eq!(labels[batch[0]], labels[batch[1]]);
/// assert_ne!(labels[batch[0]], labels[batch[2]]);
/// assert_eq!(plan.left_out(), 1); // class 9 has no positive
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    sampler: Sampler,
    seed: u64,
    classes: Classes,
    walks: Walks,
}

impl Plan {
    /// `labels` holds the class of each training item; batches are positions in that list.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] for P or K below 2, no triplet at all, batches of more than 65,536 items or more rows than
    /// there are;
    /// [`Error::TooFewClasses`] if the
    /// classes of two samples or more are fewer than P, or if there is none, or nothing beside it;
    /// [`Error::TooFewOthers`] if there may be fewer than R items outside P classes.
    pub fn new(sampler: &Sampler, labels: &[u32], seed: u64) -> Result<Self, Error> {
        sampler.check()?;
        let plan = Self {
            sampler: *sampler,
            seed,
            classes: Classes::of(labels),
            walks: Walks::default(),
        };
        plan.check()?;
        Ok(plan)
    }

    /// How many items a step has.
    pub fn batch_size(&self) -> usize {
        self.sampler.batch_size()
    }

    /// How many training items there are.
    pub fn items(&self) -> usize {
        self.classes.items()
    }

    /// How many classes have a single sample, and so are never anchors.
    pub fn left_out(&self) -> usize {
        self.classes.single()
    }

    /// How many of the other classes have fewer samples than K, so that a batch repeats some.
    pub fn short(&self) -> usize {
        (0..self.classes.len())
            .filter(|&class| self.is_short(class))
            .count()
    }

    /// Refuses classes with fewer than K samples, for those who want no repetition; `names` are the
    /// names of the labels.
    ///
    /// # Errors
    ///
    /// [`Error::ClassShort`] for the first such class.
    pub fn full(&self, names: &[String]) -> Result<(), Error> {
        let Some(class) = (0..self.classes.len()).find(|&class| self.is_short(class)) else {
            return Ok(());
        };
        let label = self.classes.label(class);
        let name = names
            .get(label as usize)
            .cloned()
            .unwrap_or_else(|| label.to_string());
        let given = self.classes.members(class).len();
        Err(Error::ClassShort {
            class: name,
            wanted: self.samples(),
            given,
        })
    }

    /// The number of steps in an epoch: one walk through all classes, or, for triplets and rows, as many
    /// as show `n` items.
    pub fn steps_per_epoch(&self) -> u64 {
        let steps = match self.sampler {
            Sampler::Pk { classes, .. } | Sampler::Facenet { classes, .. } => {
                self.classes.len().div_ceil(classes)
            }
            Sampler::Triplets { .. } | Sampler::Rows { .. } => {
                self.items().div_ceil(self.batch_size())
            }
        };
        steps as u64
    }

    /// The epoch of a step, both from 0.
    pub fn epoch_of(&self, step: u64) -> u64 {
        step / self.steps_per_epoch()
    }

    /// The items of a step, as positions in the list of labels.
    pub fn batch(&self, step: u64) -> Vec<usize> {
        match self.sampler {
            Sampler::Pk { classes, samples } => {
                self.members(step, &self.walk(step, classes), samples)
            }
            Sampler::Facenet {
                classes,
                samples,
                random,
            } => {
                let chosen = self.walk(step, classes);
                let mut batch = self.members(step, &chosen, samples);
                batch.extend(self.others(step, &chosen, random));
                batch
            }
            Sampler::Triplets { triplets } => self.triplets(step, triplets),
            Sampler::Rows { shuffle, .. } => self
                .rows(shuffle)
                .map_or_else(|_| Vec::new(), |rows| rows.batch(step)),
        }
    }

    /// The items as rows, whatever their class.
    fn rows(&self, shuffle: bool) -> Result<RowPlan, Error> {
        let plan = RowPlan::new(self.items(), self.batch_size(), self.seed)?;
        Ok(if shuffle { plan } else { plan.in_order() })
    }

    /// K, or the two of a class that a triplet needs.
    fn samples(&self) -> usize {
        match self.sampler {
            Sampler::Pk { samples, .. } | Sampler::Facenet { samples, .. } => samples,
            Sampler::Triplets { .. } => 2,
            Sampler::Rows { .. } => 1,
        }
    }

    fn is_short(&self, class: usize) -> bool {
        self.classes.members(class).len() < self.samples()
    }

    fn check(&self) -> Result<(), Error> {
        let given = self.classes.len();
        let at_least = |wanted| {
            if given < wanted {
                Err(Error::TooFewClasses { wanted, given })
            } else {
                Ok(())
            }
        };
        match self.sampler {
            Sampler::Pk { classes, .. } => at_least(classes),
            Sampler::Facenet {
                classes,
                random: wanted,
                ..
            } => {
                at_least(classes)?;
                let given = self.classes.fewest_outside(classes);
                if given < wanted {
                    Err(Error::TooFewOthers { wanted, given })
                } else {
                    Ok(())
                }
            }
            // One class of two samples is enough where something else is there to be the negative.
            Sampler::Triplets { .. } if self.classes.triplets() == 0 => at_least(2),
            Sampler::Triplets { .. } => Ok(()),
            Sampler::Rows { shuffle, .. } => self.rows(shuffle).map(drop),
        }
    }

    /// The classes of a step: a stretch of the epoch's walk, which begins again at its end.
    fn walk(&self, step: u64, classes: usize) -> Vec<usize> {
        let epoch = self.epoch_of(step);
        let walk = self.walks.of(epoch, || {
            let mut walk: Vec<u32> = (0..self.classes.len() as u32).collect();
            let stream = key(Purpose::Classes, [self.seed, epoch, 0]);
            Draws::new(stream).pick(&mut walk, self.classes.len());
            walk
        });
        let first = (step % self.steps_per_epoch()) as usize * classes;
        (first..first + classes)
            .map(|place| walk[place % walk.len()] as usize)
            .collect()
    }

    /// K items of each class: a shuffle of it, again and again if it is short.
    fn members(&self, step: u64, classes: &[usize], samples: usize) -> Vec<usize> {
        let of = |&class: &usize| {
            let members = self.classes.members(class);
            let label = u64::from(self.classes.label(class));
            let mut draws = Draws::new(key(Purpose::Samples, [self.seed, step, label]));
            let picked = draws.pick_places(members.len(), samples);
            (0..samples).map(move |place| members[picked[place % picked.len()]])
        };
        classes.iter().flat_map(of).collect()
    }

    /// R items outside the chosen classes.
    fn others(&self, step: u64, chosen: &[usize], random: usize) -> Vec<usize> {
        let outside = self.classes.outside(chosen);
        let mut draws = Draws::new(key(Purpose::Others, [self.seed, step, 0]));
        let picked = draws.pick_places(outside.len(), random).into_iter();
        picked.map(|place| outside.item(place)).collect()
    }

    fn triplets(&self, step: u64, triplets: usize) -> Vec<usize> {
        let mut draws = Draws::new(key(Purpose::Triplets, [self.seed, step, 0]));
        (0..triplets)
            .flat_map(|_| self.classes.triplet(&mut draws))
            .collect()
    }
}
