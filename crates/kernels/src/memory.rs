//! The cross-batch memory.

use serde::{Deserialize, Serialize};

use crate::labels::same_length;
use crate::{Batch, Error, Real, Rows};

/// A queue of the embeddings of past steps, to be candidates of later ones: far more negatives than a batch
/// has, at the price of one product.
///
/// Networks drift slowly after their first steps, so embeddings of some hundred steps ago are still good to
/// compare with. They are constants: of the outcome of a [`batch`](Self::batch) use
/// [`anchors`](crate::Outcome::anchors) and drop [`candidates`](crate::Outcome::candidates). A step adds
///
/// ```text
/// L = L(batch, batch) + w L(batch, memory)        w = 1 in the paper
/// ```
///
/// First in, first out: up to `capacity` rows of `dim` numbers, with a class and an id each; the place of the
/// oldest is written next, at any index, so a push may wrap round. Rows are kept as given: push what the loss
/// sees, that is rows already normalised if the network normalises. Every row pushed gets an id of its own,
/// counted from 0 and never used again, by which an anchor does not meet its own copy; equal rows are not
/// mistaken for it.
///
/// Serialised whole, the next place and id among it, so that a resumed run goes on with the same bits. With
/// many machines, push the gathered rows on each in one order, and take the [`part`](Batch::part) of its own
/// anchors: the memories never differ.
///
/// Source: Wang, Zhang, Huang, Scott, *Cross-Batch Memory for Embedding Learning*, CVPR 2020,
/// arXiv:1912.06798. Equal to pytorch-metric-learning's `CrossBatchMemory`. The authors' code is full only if
/// the last label is not 0, starts again at place 0 whenever a push would wrap round, and knows an anchor's
/// own copy by similarity; we do none of that.
///
/// ```
/// use tercet_kernels::{Batch, Contrastive, Distance, Memory, Objective, Reduce, Rows};
/// let objective = Objective::new(Distance::Euclidean, Contrastive::squared(0.0)?, Reduce::Sum)?;
/// let mut memory = Memory::new(2, 1, 2)?;
/// memory.push(Rows::new(&[5.0, 4.0], 1)?, &[8, 7])?;
/// assert!(!memory.ready()); // after 2 pushes
///
/// let (rows, labels) = (Rows::new(&[1.0], 1)?, [7]);
/// let outcome = objective.evaluate(&Batch::within(rows, &labels)?)?;
/// let ids = memory.push(rows, &labels)?;
/// assert_eq!((memory.rows().data(), memory.ids()), (&[1.0, 4.0][..], &[2, 1][..]));
/// assert!(memory.ready());
/// let past = objective.evaluate(&memory.batch(rows, &labels, &ids)?)?;
/// // The row meets 4 and not itself: 1/2 * 3^2, slope 3 towards it.
/// assert_eq!((outcome.value + past.value, past.anchors), (4.5, vec![-3.0]));
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "State<T>",
    bound(deserialize = "T: Real + Deserialize<'de>")
)]
pub struct Memory<T> {
    capacity: usize,
    dim: usize,
    /// Pushes before it is ready.
    warmup: u64,
    pushes: u64,
    /// The place that is written next.
    head: usize,
    /// The id that is given next.
    next: u64,
    data: Vec<T>,
    labels: Vec<i64>,
    ids: Vec<u64>,
}

impl<T: Real> Memory<T> {
    /// An empty memory, [`ready`](Self::ready) after `warmup` pushes.
    ///
    /// # Errors
    /// [`Error::Number`] if `capacity` or `dim` is 0.
    pub fn new(capacity: usize, dim: usize, warmup: u64) -> Result<Self, Error> {
        above_zero("memory capacity", capacity)?;
        above_zero("memory dimension", dim)?;
        Ok(Self {
            capacity,
            dim,
            warmup,
            pushes: 0,
            head: 0,
            next: 0,
            data: Vec::new(),
            labels: Vec::new(),
            ids: Vec::new(),
        })
    }

    /// Puts rows into the places of the oldest, and gives their ids.
    ///
    /// # Errors
    /// [`Error::Capacity`] if there are more rows than places, [`Error::Length`] if labels or dimension do
    /// not fit, [`Error::NotFinite`] and [`Error::TooLong`] for rows that cannot be compared. The memory is
    /// then as before.
    pub fn push(&mut self, rows: Rows<'_, T>, labels: &[i64]) -> Result<Vec<u64>, Error> {
        same_length("dimension", self.dim, rows.dim())?;
        same_length("labels", rows.len(), labels.len())?;
        if rows.len() > self.capacity {
            let (capacity, given) = (self.capacity, rows.len());
            return Err(Error::Capacity { capacity, given });
        }
        rows.check("rows")?;
        let ids: Vec<u64> = (self.next..).take(rows.len()).collect();
        for (index, (&label, &id)) in labels.iter().zip(&ids).enumerate() {
            self.put(rows.row(index), label, id);
        }
        self.next += rows.len() as u64;
        self.pushes += 1;
        Ok(ids)
    }

    fn put(&mut self, row: &[T], label: i64, id: u64) {
        let place = self.head;
        if place == self.len() {
            self.data.extend_from_slice(row);
            self.labels.push(label);
            self.ids.push(id);
        } else {
            self.data[place * self.dim..][..self.dim].copy_from_slice(row);
            self.labels[place] = label;
            self.ids[place] = id;
        }
        self.head = (place + 1) % self.capacity;
    }

    /// The anchors with all that is remembered as candidates, in the order of their places. `ids` are those
    /// that [`push`](Self::push) gave the anchors, if they are in the memory already.
    ///
    /// # Errors
    /// As [`Batch::between`] and [`Batch::identified`].
    pub fn batch<'a>(
        &'a self,
        anchors: Rows<'a, T>,
        labels: &'a [i64],
        ids: &'a [u64],
    ) -> Result<Batch<'a, T>, Error> {
        Batch::between(anchors, labels, self.rows(), &self.labels)?.identified(ids, &self.ids)
    }

    /// What is remembered, `(len, dim)`, in the order of places: not by age once it is full.
    pub fn rows(&self) -> Rows<'_, T> {
        Rows::new(&self.data, self.dim).expect("whole rows were pushed")
    }
}

impl<T> Memory<T> {
    /// How many rows are remembered.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// How many rows can be remembered.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Numbers per row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Whether the warm-up is over: embeddings of a network's first steps are not worth remembering.
    pub fn ready(&self) -> bool {
        self.pushes >= self.warmup && !self.is_empty()
    }

    /// The class of every row remembered.
    pub fn labels(&self) -> &[i64] {
        &self.labels
    }

    /// The id of every row remembered.
    pub fn ids(&self) -> &[u64] {
        &self.ids
    }
}

/// A memory as it is read, not yet checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct State<T> {
    capacity: usize,
    dim: usize,
    warmup: u64,
    pushes: u64,
    head: usize,
    next: u64,
    data: Vec<T>,
    labels: Vec<i64>,
    ids: Vec<u64>,
}

impl<T: Real> TryFrom<State<T>> for Memory<T> {
    type Error = Error;

    fn try_from(state: State<T>) -> Result<Self, Error> {
        let empty = Self::new(state.capacity, state.dim, state.warmup)?;
        let len = state.ids.len();
        if len > state.capacity {
            let (capacity, given) = (state.capacity, len);
            return Err(Error::Capacity { capacity, given });
        }
        same_length("memory labels", len, state.labels.len())?;
        Rows::new(&state.data, state.dim)?.check("memory")?;
        same_length("memory rows", len, state.data.len() / state.dim)?;
        let head = match len < state.capacity {
            true => len,
            false => state.head.min(state.capacity - 1),
        };
        same_length("memory head", head, state.head)?;
        let after = state.ids.iter().map(|id| id.saturating_add(1)).max();
        if after.is_some_and(|after| after > state.next) {
            return Err(Error::Number {
                what: "memory next id",
                wanted: "one above all ids",
                given: state.next as f64,
            });
        }
        Ok(Self {
            pushes: state.pushes,
            head: state.head,
            next: state.next,
            data: state.data,
            labels: state.labels,
            ids: state.ids,
            ..empty
        })
    }
}

fn above_zero(what: &'static str, number: usize) -> Result<(), Error> {
    if number > 0 {
        return Ok(());
    }
    Err(Error::Number {
        what,
        wanted: "at least 1",
        given: 0.0,
    })
}
