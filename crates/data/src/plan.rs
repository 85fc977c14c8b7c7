use std::ops::Range;

use crate::draws::{Draws, Purpose, key};
use crate::{Error, Sampler};

/// A [`Sampler`] bound to the labels of the training items: which of them make up each step.
///
/// [`Plan::batch`] is a pure function of (seed, step), so a run can start anywhere, and minibatches can be made out of
/// order.
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
    /// Positions in the list of labels, sorted by label and then by position.
    order: Vec<usize>,
    /// Each class of two samples or more, as a range of `order`, by ascending label.
    classes: Vec<Range<usize>>,
    /// The labels of `classes`.
    labels: Vec<u32>,
    left_out: usize,
    /// For each class the number of triplets whose anchor is in it or in a class before.
    triplets: Vec<u128>,
}

impl Plan {
    /// `labels` holds the class of each training item; batches are positions in that list.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] for P or K below 2 or no triplet at all; [`Error::TooFewClasses`] if the classes of two samples
    /// or more are fewer than P, or if there is none, or nothing beside it; [`Error::TooFewOthers`] if there may be
    /// fewer than R items outside P classes.
    pub fn new(sampler: &Sampler, labels: &[u32], seed: u64) -> Result<Self, Error> {
        sampler.check()?;
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by_key(|&position| (labels[position], position));
        let all = runs(&order, labels);
        let classes: Vec<Range<usize>> = all
            .iter()
            .filter(|class| class.len() >= 2)
            .cloned()
            .collect();
        let plan = Self {
            sampler: *sampler,
            seed,
            labels: classes
                .iter()
                .map(|class| labels[order[class.start]])
                .collect(),
            left_out: all.len() - classes.len(),
            triplets: cumulative_triplets(&classes, order.len()),
            classes,
            order,
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
        self.order.len()
    }

    /// How many classes have a single sample, and so are never anchors.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// How many of the other classes have fewer samples than K, so that a batch repeats some.
    pub fn short(&self) -> usize {
        let wanted = self.samples();
        self.classes
            .iter()
            .filter(|class| class.len() < wanted)
            .count()
    }

    /// Refuses classes with fewer than K samples, for those who want no repetition; `names` are the names of the labels.
    ///
    /// # Errors
    ///
    /// [`Error::ClassShort`] for the first such class.
    pub fn full(&self, names: &[String]) -> Result<(), Error> {
        let wanted = self.samples();
        let mut classes = self.classes.iter().zip(&self.labels);
        match classes.find(|(class, _)| class.len() < wanted) {
            None => Ok(()),
            Some((class, &label)) => {
                let named = names.get(label as usize).cloned();
                let name = named.unwrap_or_else(|| label.to_string());
                Err(Error::ClassShort {
                    class: name,
                    wanted,
                    given: class.len(),
                })
            }
        }
    }

    /// The number of steps in an epoch: one walk through all classes, or, for triplets, as many as show `n` items.
    pub fn steps_per_epoch(&self) -> u64 {
        let steps = match self.sampler {
            Sampler::Pk { classes, .. } | Sampler::Facenet { classes, .. } => {
                self.classes.len().div_ceil(classes)
            }
            Sampler::Triplets { .. } => self.order.len().div_ceil(self.batch_size()),
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
            Sampler::Pk { classes, samples } => self.walk(step, classes, samples).1,
            Sampler::Facenet {
                classes,
                samples,
                random,
            } => {
                let (chosen, mut batch) = self.walk(step, classes, samples);
                batch.extend(self.others(step, &chosen, random));
                batch
            }
            Sampler::Triplets { triplets } => self.triplets(step, triplets),
        }
    }

    /// K, or the two of a class that a triplet needs.
    fn samples(&self) -> usize {
        match self.sampler {
            Sampler::Pk { samples, .. } | Sampler::Facenet { samples, .. } => samples,
            Sampler::Triplets { .. } => 2,
        }
    }

    fn check(&self) -> Result<(), Error> {
        let given = self.classes.len();
        match self.sampler {
            Sampler::Pk { classes, .. } if given < classes => Err(Error::TooFewClasses {
                wanted: classes,
                given,
            }),
            Sampler::Facenet {
                classes, random, ..
            } => {
                if given < classes {
                    return Err(Error::TooFewClasses {
                        wanted: classes,
                        given,
                    });
                }
                let left = self.fewest_others(classes);
                if left < random {
                    Err(Error::TooFewOthers {
                        wanted: random,
                        given: left,
                    })
                } else {
                    Ok(())
                }
            }
            // One class of two samples is enough where something else is there to be the negative.
            Sampler::Triplets { .. } if self.triplets.last().is_none_or(|&total| total == 0) => {
                Err(Error::TooFewClasses { wanted: 2, given })
            }
            _ => Ok(()),
        }
    }

    /// How many items remain beside the P largest classes.
    fn fewest_others(&self, classes: usize) -> usize {
        let mut sizes: Vec<usize> = self.classes.iter().map(Range::len).collect();
        sizes.sort_unstable_by(|one, other| other.cmp(one));
        self.order.len() - sizes.iter().take(classes).sum::<usize>()
    }

    /// The classes of a step and K items of each.
    fn walk(&self, step: u64, classes: usize, samples: usize) -> (Vec<usize>, Vec<usize>) {
        let (epoch, within) = (self.epoch_of(step), step % self.steps_per_epoch());
        let mut shuffled: Vec<usize> = (0..self.classes.len()).collect();
        Draws::new(key(Purpose::Classes, [self.seed, epoch, 0]))
            .pick(&mut shuffled, self.classes.len());
        let first = within as usize * classes;
        let chosen: Vec<usize> = (first..first + classes)
            .map(|place| shuffled[place % shuffled.len()])
            .collect();
        let batch = chosen
            .iter()
            .flat_map(|&class| self.members(step, class, samples))
            .collect();
        (chosen, batch)
    }

    /// K items of a class: a shuffle of it, again and again if it is short.
    fn members(&self, step: u64, class: usize, samples: usize) -> Vec<usize> {
        let mut members = self.order[self.classes[class].clone()].to_vec();
        let stream = key(
            Purpose::Samples,
            [self.seed, step, u64::from(self.labels[class])],
        );
        Draws::new(stream).pick(&mut members, samples);
        (0..samples)
            .map(|place| members[place % members.len()])
            .collect()
    }

    /// R items outside the chosen classes.
    fn others(&self, step: u64, chosen: &[usize], random: usize) -> Vec<usize> {
        let mut taken = vec![false; self.order.len()];
        for &class in chosen {
            taken[self.classes[class].clone()].fill(true);
        }
        let mut others: Vec<usize> = self
            .order
            .iter()
            .zip(taken)
            .filter(|(_, taken)| !taken)
            .map(|(&item, _)| item)
            .collect();
        Draws::new(key(Purpose::Others, [self.seed, step, 0])).pick(&mut others, random);
        others.truncate(random);
        others
    }

    fn triplets(&self, step: u64, triplets: usize) -> Vec<usize> {
        let total = self.triplets.last().copied().unwrap_or(0);
        let mut draws = Draws::new(key(Purpose::Triplets, [self.seed, step, 0]));
        let one = |_| {
            let drawn = draws.below_wide(total);
            let class = &self.classes[self.triplets.partition_point(|&below| below <= drawn)];
            self.triplet(class, &mut draws)
        };
        (0..triplets).flat_map(one).collect()
    }

    /// A uniform anchor of the class, another item of it, and an item of the rest.
    fn triplet(&self, class: &Range<usize>, draws: &mut Draws) -> [usize; 3] {
        let skip = |place: usize, from: usize, count: usize| {
            if place < from { place } else { place + count }
        };
        let anchor = class.start + draws.below(class.len());
        let positive = skip(class.start + draws.below(class.len() - 1), anchor, 1);
        let negative = skip(
            draws.below(self.order.len() - class.len()),
            class.start,
            class.len(),
        );
        [anchor, positive, negative].map(|place| self.order[place])
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

/// Running sums of `m (m - 1) (n - m)`, the triplets with an anchor in a class of `m`, among `n` items.
fn cumulative_triplets(classes: &[Range<usize>], items: usize) -> Vec<u128> {
    let of = |class: &Range<usize>| {
        let samples = class.len() as u128;
        samples * (samples - 1) * (items as u128 - samples)
    };
    let mut total = 0;
    classes
        .iter()
        .map(|class| {
            total += of(class);
            total
        })
        .collect()
}
