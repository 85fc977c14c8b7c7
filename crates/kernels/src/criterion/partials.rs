//! Parts of a batch, and the terms' results as one.

use std::ops::Range;

use super::cost::{Share, add_slopes};
use super::direction::Direction;
use super::{Criterion, Term};
use crate::outcome::fit;
use crate::simd::add_scaled;
use crate::{Batch, Error, Gradients, Outcome, Partial, Real};

/// What a criterion gives of a batch: the sum, and each term's share of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Combined<T> {
    /// Value and gradients of the weighted sum. Its `terms` are those of the first term; its `parameters` are the sums over
    /// all terms, for terms that learn one number together.
    pub outcome: Outcome<T>,
    /// One per term.
    pub shares: Vec<Share>,
}

/// Sums over some anchors, piece by piece: what machines exchange.
///
/// A piece is a term on one number of leading dimensions in one direction. To be summed over machines: every piece's
/// `terms` and *its* candidates' gradients, which for a transposed piece of two sets are those of the batch's anchors
/// `(n of all machines, d)`. Once that is done, finishing gives a machine the gradients of its own anchors and of the
/// candidates that are its own (see [`Criterion::partial`]).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Partials<T> {
    /// One per term, number of leading dimensions and direction, in this order. Numbers may be replaced, counts stay as
    /// they are.
    pub pieces: Vec<Partial<T>>,
    /// The batch's own anchors.
    range: Range<usize>,
    /// The first candidate that is its own.
    first: usize,
    /// The batch's candidates.
    candidates: usize,
    own: Option<usize>,
    dim: usize,
}

/// A term on one number of leading dimensions in one direction.
#[derive(Clone, Copy)]
struct Piece<'c> {
    term: &'c Term,
    /// The term's place.
    place: usize,
    size: Option<usize>,
    /// Of the leading dimensions.
    weight: f64,
    is_first: bool,
    transposed: bool,
}

impl Piece<'_> {
    fn partial<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Partial<T>, Error> {
        match self.transposed {
            true => self.term.partial(&batch.exchanged_part(), self.size),
            false => self.term.partial(batch, self.size),
        }
    }
}

impl Criterion {
    /// Value, gradients and counts of a batch, as [`Objective::evaluate`](crate::Objective::evaluate); terms without a
    /// direction go forward.
    ///
    /// Of one machine's part of two sets, a transposed term has the machine's own candidates as anchors (see
    /// [`partial`](Self::partial)), and what they cost the anchors of other machines is in the partials only.
    ///
    /// # Errors
    /// As [`Objective::evaluate`](crate::Objective::evaluate), [`Error::Leading`] if rows have fewer dimensions than a
    /// term wants, [`Error::Kind`] if a regulariser asks for classes that the labels do not name, and [`Error::Unfit`]
    /// for terms on what is given, which is no batch.
    pub fn evaluate<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Combined<T>, Error> {
        self.finish(self.partial(batch)?)
    }

    /// Sums that are not yet divided by anything.
    ///
    /// Whose candidates are whose: of a machine with the anchors `a..b`, transposed pieces have the candidates `a..b` as
    /// anchors, and those of the last anchors' machine all that follow, too. A regulariser looks at the anchors of all
    /// machines, transposed at the candidates (proxies, the other set), and every machine costs its own rows' share; ids
    /// play no part in it. Its terms are rows. Those that ask for classes take class ids, or one-to-one pairs, in which
    /// every row is of a class of its own.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn partial<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Partials<T>, Error> {
        let pieces = self.pieces().map(|piece| piece.partial(batch));
        Ok(Partials::new(pieces.collect::<Result<_, _>>()?, batch))
    }

    /// Divides by the counts of all shards, and sums the terms.
    ///
    /// # Errors
    /// [`Error::Partial`] if the partials are not those of as many pieces.
    ///
    /// # Panics
    /// As [`Partial::finish`].
    pub fn finish<T: Real>(&self, partials: Partials<T>) -> Result<Combined<T>, Error> {
        let pieces: Vec<Piece<'_>> = self.pieces().collect();
        fit("pieces", pieces.len(), partials.pieces.len())?;
        Ok(partials.finish(&pieces, self.terms().len()))
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        self.terms().iter().enumerate().flat_map(pieces_of)
    }
}

fn pieces_of((place, term): (usize, &Term)) -> impl Iterator<Item = Piece<'_>> {
    let sizes: Vec<(Option<usize>, f64)> = match term.sizes().is_empty() {
        true => vec![(None, 1.0)],
        false => term
            .dims()
            .map(|(size, weight)| (Some(size), weight))
            .collect(),
    };
    let [forward, backward] = term.direction().unwrap_or(Direction::Forward).ways();
    sizes
        .into_iter()
        .enumerate()
        .flat_map(move |(index, (size, weight))| {
            let ways = [(forward, false), (backward, true)].into_iter();
            let ways = ways.filter(|(is_asked, _)| *is_asked);
            ways.map(move |(_, transposed)| Piece {
                term,
                place,
                size,
                weight,
                is_first: index == 0,
                transposed,
            })
        })
}

impl<T: Real> Partials<T> {
    fn new(pieces: Vec<Partial<T>>, batch: &Batch<'_, T>) -> Self {
        Self {
            pieces,
            range: batch.range(),
            first: batch.exchanged_range().start,
            candidates: batch.candidates().len(),
            own: batch.own(),
            dim: batch.candidates().dim(),
        }
    }

    /// Adds the partials of the anchors that follow these, as [`Partial::add`].
    ///
    /// # Errors
    /// [`Error::Partial`] if the others do not follow or are those of another number of pieces.
    ///
    /// # Panics
    /// If a caller has emptied `parts` of a piece.
    pub fn add(&mut self, other: &Self) -> Result<(), Error> {
        fit("pieces", self.pieces.len(), other.pieces.len())?;
        fit("anchors from", self.range.end, other.range.start)?;
        for (piece, more) in self.pieces.iter().zip(&other.pieces) {
            piece.precedes(more)?;
        }
        for (piece, more) in self.pieces.iter_mut().zip(&other.pieces) {
            piece.add(more)?;
        }
        self.range.end = other.range.end;
        Ok(())
    }

    fn finish(mut self, pieces: &[Piece<'_>], terms: usize) -> Combined<T> {
        let partials = std::mem::take(&mut self.pieces);
        let zero = Gradients::zero(self.range.len() * self.dim, self.candidates * self.dim);
        let mut total = Outcome::new(zero, self.own, self.dim);
        let mut shares = vec![Share::default(); terms];
        for (piece, partial) in pieces.iter().zip(partials) {
            let outcome = partial.finish(piece.term.reduce());
            let weight = piece.term.weight() * piece.weight;
            self.add_gradients(&mut total, (piece, weight), &outcome);
            total.value += weight * outcome.value;
            add_slopes(&mut total.parameters, weight, outcome.parameters);
            shares[piece.place].add(piece, &outcome);
        }
        total.terms = shares[0].terms;
        Combined {
            outcome: total,
            shares,
        }
    }

    /// Adds a piece's gradients where they belong. Within one set, sides do not matter to the sum, and a transposed
    /// piece's own anchors are the batch's.
    fn add_gradients(
        &self,
        total: &mut Outcome<T>,
        (piece, weight): (&Piece<'_>, f64),
        outcome: &Outcome<T>,
    ) {
        let weight = T::from_f64(weight);
        if !piece.transposed || self.own.is_some() {
            add_scaled(&mut total.anchors, weight, &outcome.anchors);
            add_scaled(&mut total.candidates, weight, &outcome.candidates);
            return;
        }
        let anchors = &outcome.candidates[self.range.start * self.dim..];
        let candidates = &mut total.candidates[self.first * self.dim..];
        add_scaled(&mut total.anchors, weight, anchors);
        add_scaled(candidates, weight, &outcome.anchors);
    }
}

impl Share {
    fn add<T: Real>(&mut self, piece: &Piece<'_>, outcome: &Outcome<T>) {
        self.value += piece.weight * outcome.value;
        let weight = piece.term.weight() * piece.weight;
        add_slopes(&mut self.parameters, weight, outcome.parameters);
        if piece.is_first {
            self.terms += outcome.terms;
        }
    }
}
