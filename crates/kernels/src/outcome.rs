//! What an objective gives, whole or in part.

use crate::{Batch, Error, Real, Reduce, Terms};

/// Gradients of both sides, row-major.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gradients<T> {
    /// With respect to the anchors, `(n, d)`, counting only what each costs as an anchor.
    pub anchors: Vec<T>,
    /// With respect to the candidates, `(m, d)`, counting only what each costs as a candidate.
    pub candidates: Vec<T>,
}

/// Sums over some anchors, not yet divided by anything: what machines exchange.
///
/// To be summed over machines: `terms` and the candidates' gradients. The anchors' gradients stay
/// where their anchors are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Partial<T> {
    /// What was counted.
    pub terms: Terms,
    /// Gradients of the sums, one per denominator of the loss ([`Parts`](crate::Parts)). The numbers
    /// may be replaced (by sums over machines, say), their counts stay as they are.
    pub parts: Vec<Gradients<T>>,
    /// The first anchor's place among the candidates; `None` for disjoint sets.
    own: Option<usize>,
    /// The first anchor's place among those of all machines.
    start: usize,
    dim: usize,
}

/// Value, gradients and counts of a batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Outcome<T> {
    /// The reduced loss.
    pub value: f64,
    /// Its gradient with respect to the anchors, `(n, d)`, counting only what each costs as an anchor.
    pub anchors: Vec<T>,
    /// Its gradient with respect to the candidates, `(m, d)`, counting only what each costs as one.
    pub candidates: Vec<T>,
    /// What was counted.
    pub terms: Terms,
    /// Its gradient with respect to each number that the loss could learn, as [`Count::parameters`](crate::Count);
    /// 0 where there is none. [`RowLoss::scalar_gradient`](crate::RowLoss::scalar_gradient) turns it into what is learnt.
    pub parameters: [f64; 2],
    own: Option<usize>,
    dim: usize,
}

impl<T: Real> Partial<T> {
    pub(crate) fn new(terms: Terms, parts: Vec<Gradients<T>>, batch: &Batch<'_, T>) -> Self {
        Self {
            terms,
            parts,
            own: batch.own(),
            start: batch.range().start,
            dim: batch.anchors().dim(),
        }
    }

    /// Adds the partial of the anchors that follow these: counts and candidates' gradients are summed,
    /// anchors' gradients are appended.
    ///
    /// # Errors
    /// [`Error::Partial`] if the other one does not follow: other candidates, another kind of loss, or
    /// anchors that do not start where these end.
    ///
    /// # Panics
    /// If a caller has emptied `parts`.
    pub fn add(&mut self, other: &Self) -> Result<(), Error> {
        self.precedes(other)?;
        self.terms += other.terms;
        for (part, more) in self.parts.iter_mut().zip(&other.parts) {
            part.anchors.extend_from_slice(&more.anchors);
            add(&mut part.candidates, &more.candidates);
        }
        Ok(())
    }

    /// Refuses a partial that does not follow this one.
    pub(crate) fn precedes(&self, other: &Self) -> Result<(), Error> {
        fit("parts", self.parts.len(), other.parts.len())?;
        fit("dimension", self.dim, other.dim)?;
        let shards = |partial: &Self| usize::from(partial.own.is_some());
        fit("shards of one set", shards(self), shards(other))?;
        let ours = self.parts[0].anchors.len() / self.dim;
        fit("anchors from", self.start + ours, other.start)?;
        for (part, more) in self.parts.iter().zip(&other.parts) {
            let what = "numbers of candidates";
            fit(what, part.candidates.len(), more.candidates.len())?;
        }
        Ok(())
    }

    /// With gradients of the rows, `dim` numbers each, that these rows were made of.
    pub(crate) fn taken_back(
        self,
        dim: usize,
        anchors: impl Fn(Vec<T>) -> Vec<T>,
        candidates: impl Fn(Vec<T>) -> Vec<T>,
    ) -> Self {
        let back = |part: Gradients<T>| Gradients {
            anchors: anchors(part.anchors),
            candidates: candidates(part.candidates),
        };
        let parts = self.parts.into_iter().map(back).collect();
        Self { parts, dim, ..self }
    }

    /// Divides every part by its own count and sums the parts.
    ///
    /// # Panics
    /// If a caller has emptied `parts`.
    pub fn finish(self, reduce: Reduce) -> Outcome<T> {
        let counts = [self.terms.positive, self.terms.negative];
        let (mut value, mut parameters) = (0.0, [0.0; 2]);
        let mut total: Option<Gradients<T>> = None;
        for (mut part, count) in self.parts.into_iter().zip(counts) {
            let scale = reduce.scale(&count);
            value += count.sum * scale;
            count.add_parameters(&mut parameters, scale);
            part.scale(T::from_f64(scale));
            match &mut total {
                Some(total) => total.add(&part),
                None => total = Some(part),
            }
        }
        let Gradients {
            anchors,
            candidates,
        } = total.expect("every loss has at least one part");
        Outcome {
            value,
            anchors,
            candidates,
            terms: self.terms,
            parameters,
            own: self.own,
            dim: self.dim,
        }
    }
}

impl<T: Real> Gradients<T> {
    pub(crate) fn zero(anchors: usize, candidates: usize) -> Self {
        Self {
            anchors: vec![T::ZERO; anchors],
            candidates: vec![T::ZERO; candidates],
        }
    }

    fn scale(&mut self, factor: T) {
        for place in self.anchors.iter_mut().chain(&mut self.candidates) {
            *place *= factor;
        }
    }

    fn add(&mut self, other: &Self) {
        add(&mut self.anchors, &other.anchors);
        add(&mut self.candidates, &other.candidates);
    }
}

impl<T: Real> Outcome<T> {
    /// Gradients without a value yet.
    pub(crate) fn new(gradients: Gradients<T>, own: Option<usize>, dim: usize) -> Self {
        Self {
            value: 0.0,
            anchors: gradients.anchors,
            candidates: gradients.candidates,
            terms: Terms::default(),
            parameters: [0.0; 2],
            own,
            dim,
        }
    }

    /// The gradient with respect to every embedding given, in the order given.
    ///
    /// Of a batch `within`: `(n, d)`, each row counted as anchor and as candidate. Of a `shard`: `(m, d)`, this
    /// shard's part of it. Of a batch `between`: `(n + m, d)`, anchors first, for no embedding is on
    /// both sides.
    pub fn gradient(&self) -> Vec<T> {
        match self.own {
            Some(own) => {
                let mut sum = self.candidates.clone();
                add(&mut sum[own * self.dim..], &self.anchors);
                sum
            }
            None => [self.anchors.as_slice(), &self.candidates].concat(),
        }
    }

    /// The gradient with respect to the anchors alone, `(n, d)`, each counted as anchor and, unless the
    /// sets are disjoint, as candidate. Once the candidates' gradients are summed over machines, this
    /// is what a machine's own embeddings get.
    pub fn own_gradient(&self) -> Vec<T> {
        let mut sum = self.anchors.clone();
        if let Some(own) = self.own {
            add(&mut sum, &self.candidates[own * self.dim..]);
        }
        sum
    }
}

/// Adds as many numbers as both have.
fn add<T: Real>(sum: &mut [T], more: &[T]) {
    for (place, &number) in sum.iter_mut().zip(more) {
        *place += number;
    }
}

pub(crate) fn fit(what: &'static str, wanted: usize, given: usize) -> Result<(), Error> {
    if wanted == given {
        return Ok(());
    }
    Err(Error::Partial {
        what,
        wanted,
        given,
    })
}
