//! What labels of every kind should make positive, negative and relevant, written out as tables.

use std::collections::BTreeSet;

use crate::batches::numbers;
use crate::{DIM, M, N};
use tercet_kernels::{Batch, Mark, Masked, Pairs, Paths, Relevance, Rows, Sets};

/// What a candidate is to an anchor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bond {
    Positive,
    Negative,
    Neither,
}

/// What should hold, by definition.
pub(crate) struct Truth<'t> {
    pub(crate) shape: (usize, usize),
    pub(crate) within: bool,
    /// Whether positives are given by hand.
    pub(crate) explicit: bool,
    pub(crate) alike: &'t dyn Fn(usize, usize) -> bool,
    /// What is neither alike nor unlike.
    pub(crate) neither: &'t dyn Fn(usize, usize) -> bool,
    pub(crate) grade: &'t dyn Fn(usize, usize) -> f32,
    pub(crate) ids: Option<(&'t [u64], &'t [u64])>,
}

impl Truth<'_> {
    pub(crate) fn positive(&self, a: usize, c: usize) -> bool {
        let itself = self.within && a == c;
        let known = self.ids.is_some_and(|(one, two)| one[a] == two[c]);
        (self.alike)(a, c) && !itself && (self.explicit || !known)
    }

    pub(crate) fn bond(&self, a: usize, c: usize) -> Bond {
        if self.positive(a, c) {
            return Bond::Positive;
        }
        let duplicate = self.ids.is_some_and(|(one, two)| {
            let of_positive = |other| self.positive(a, other) && two[other] == two[c];
            one[a] == two[c] || (0..self.shape.1).any(of_positive)
        });
        let left_out = (self.neither)(a, c) || duplicate;
        if (self.within && a == c) || (self.alike)(a, c) || left_out {
            return Bond::Neither;
        }
        Bond::Negative
    }

    pub(crate) fn of(&self, a: usize, bond: Bond) -> Vec<usize> {
        let all = 0..self.shape.1;
        all.filter(|&c| self.bond(a, c) == bond).collect()
    }
}

/// Every batch of a relation: whole, a shard, with and without ids.
pub(crate) fn each(
    what: &str,
    batch: Batch<'_, f64>,
    truth: Truth<'_>,
    check: &dyn Fn(&str, &Batch<'_, f64>, &Truth<'_>),
) {
    let ids = |len: usize, factor: usize| -> Vec<u64> {
        (0..len).map(|i| (i * factor % 9) as u64).collect()
    };
    let one = ids(truth.shape.0, 1);
    let two = ids(truth.shape.1, if truth.within { 1 } else { 4 });
    check(what, &batch, &truth);
    let part = batch.clone().part(3..8).unwrap();
    check(&format!("{what}, part"), &part, &truth);
    let ids = Some((&one[..], &two[..]));
    let truth = Truth { ids, ..truth };
    let batch = batch.identified(&one, &two).unwrap();
    check(&format!("{what}, ids"), &batch, &truth);
    let part = batch.part(6..N.min(truth.shape.0)).unwrap();
    check(&format!("{what}, part, ids"), &part, &truth);
}

pub(crate) fn shared(one: &BTreeSet<i64>, two: &BTreeSet<i64>) -> (f64, f64) {
    let both = one.intersection(two).count() as f64;
    (both, one.union(two).count() as f64)
}

/// An item's set: the first is empty, the second holds every label.
pub(crate) fn set(item: usize) -> BTreeSet<i64> {
    match item {
        0 => BTreeSet::new(),
        1 => (0..9).collect(),
        _ => [item * 5 % 9, item * item % 9, item % 4 + 3]
            .map(|x| x as i64)
            .into(),
    }
}

/// An item's path; some are a beginning of others.
pub(crate) fn path(item: usize) -> Vec<i64> {
    let whole = [item % 2, item % 3, item % 2].map(|x| x as i64);
    whole[..1 + item % 3].to_vec()
}

pub(crate) fn prefix(one: &[i64], two: &[i64]) -> f32 {
    let mut common = 0;
    while common < one.len() && common < two.len() && one[common] == two[common] {
        common += 1;
    }
    (common as f64 / one.len().max(two.len()) as f64) as f32
}

/// Listed pairs: some in one order only, anchor 4 with everything, anchor 5 with nothing.
pub(crate) fn listed(a: usize, c: usize) -> bool {
    a == 4 || a != 5 && (a * 7 + c * 3).is_multiple_of(5)
}

/// Marks that are not symmetric: anchor 3 knows nothing, anchor 6 has no negative.
pub(crate) fn mark(a: usize, c: usize) -> Mark {
    match (a, (a * 7 + c * 5) % 6) {
        (3, _) | (_, 0 | 4) => Mark::Neither,
        (6, _) | (_, 1) => Mark::Positive,
        _ => Mark::Negative,
    }
}

/// A relevance that is not symmetric, in eighths.
pub(crate) fn relevance(a: usize, c: usize) -> f32 {
    (a * 5 + c * 3 + a * c) as f32 % 9.0 / 8.0
}

pub(crate) fn graded(alike: bool) -> f32 {
    f32::from(u8::from(alike))
}

pub(crate) fn truth<'t>(
    (m, within): (usize, bool),
    explicit: bool,
    alike: &'t dyn Fn(usize, usize) -> bool,
    grade: &'t dyn Fn(usize, usize) -> f32,
) -> Truth<'t> {
    Truth {
        shape: (N, m),
        within,
        explicit,
        alike,
        neither: &|_, _| false,
        grade,
        ids: None,
    }
}

/// All kinds within one set and between two.
pub(crate) fn cases(check: &dyn Fn(&str, &Batch<'_, f64>, &Truth<'_>)) {
    let data = numbers(N * DIM, 5);
    let rows = Rows::new(&data, DIM).unwrap();
    let others = numbers(M * DIM, 6);
    let others = Rows::new(&others, DIM).unwrap();
    // Candidates of the other set are labelled as the items from 2 on.
    let shifts = [(true, 0, N), (false, 2, M)];
    for (within, shift, m) in shifts {
        let shape = (m, within);
        let class = |item: usize| [3, 1, 4, 1, 5, 3][item * item % 6] as i64;
        let one: Vec<i64> = (0..N).map(class).collect();
        let two: Vec<i64> = (shift..shift + m).map(class).collect();
        let batch = match within {
            true => Batch::within(rows, &one),
            false => Batch::between(rows, &one, others, &two),
        };
        let alike = |a: usize, c: usize| class(a) == class(c + shift);
        let grade = |a, c| graded(alike(a, c));
        each(
            "classes",
            batch.unwrap(),
            truth(shape, false, &alike, &grade),
            check,
        );

        // Repeated and unsorted, as a caller may give them.
        let given = |item| set(item).into_iter().rev().chain(set(item));
        let one: Sets = (0..N).map(given).collect();
        let two: Sets = (shift..shift + m).map(given).collect();
        let batch = match within {
            true => Batch::within(rows, &one),
            false => Batch::between(rows, &one, others, &two),
        };
        let alike = |a: usize, c: usize| shared(&set(a), &set(c + shift)).0 > 0.0;
        let grade = |a: usize, c: usize| {
            let (both, either) = shared(&set(a), &set(c + shift));
            if either == 0.0 {
                0.0
            } else {
                (both / either) as f32
            }
        };
        each(
            "sets",
            batch.unwrap(),
            truth(shape, false, &alike, &grade),
            check,
        );

        let one = Paths::new((0..N).map(path)).unwrap();
        let two = Paths::new((shift..shift + m).map(path)).unwrap();
        let batch = match within {
            true => Batch::within(rows, &one),
            false => Batch::between(rows, &one, others, &two),
        };
        let alike = |a: usize, c: usize| path(a) == path(c + shift);
        let grade = |a: usize, c: usize| prefix(&path(a), &path(c + shift));
        each(
            "paths",
            batch.unwrap(),
            truth(shape, false, &alike, &grade),
            check,
        );

        let cells = || (0..N).flat_map(|a| (0..m).map(move |c| (a, c)));
        let pairs = cells().filter(|&(a, c)| listed(a, c));
        let pairs: Vec<_> = pairs.clone().chain(pairs).rev().collect();
        let pairs = Pairs::new((N, m), pairs).unwrap();
        let batch = match within {
            true => Batch::within(rows, &pairs),
            false => Batch::related(rows, others, &pairs),
        };
        let grade = |a, c| graded(listed(a, c));
        each(
            "pairs",
            batch.unwrap(),
            truth(shape, true, &listed, &grade),
            check,
        );

        let masked = match within {
            true => Masked::within(N, mark),
            false => Masked::between((N, m), mark),
        };
        let batch = match within {
            true => Batch::within(rows, &masked),
            false => Batch::related(rows, others, &masked),
        };
        let alike = |a, c| mark(a, c) == Mark::Positive && !(within && a == c);
        let grade = |a, c| graded(alike(a, c));
        let marked = Truth {
            neither: &|a, c| mark(a, c) == Mark::Neither,
            ..truth(shape, true, &alike, &grade)
        };
        each("marks", batch.unwrap(), marked, check);

        let matrix: Vec<f32> = cells().map(|(a, c)| relevance(a, c)).collect();
        let matrix = Relevance::matrix((N, m), &matrix).unwrap();
        let function = Relevance::function((N, m), &relevance);
        for (what, labels, level) in [
            ("matrix", matrix, 1.0),
            ("matrix", matrix, 0.75),
            ("function", function, 0.75),
        ] {
            let labels = labels.positive_from(level).unwrap();
            let batch = match within {
                true => Batch::within(rows, labels),
                false => Batch::related(rows, others, labels),
            };
            let alike = |a, c| relevance(a, c) >= level;
            each(
                what,
                batch.unwrap(),
                truth(shape, true, &alike, &relevance),
                check,
            );
        }
    }

    let alike = |a: usize, c: usize| a == c;
    let grade = |a, c| graded(a == c);
    let truth = Truth {
        shape: (M, N),
        within: false,
        explicit: true,
        alike: &alike,
        neither: &|_, _| false,
        grade: &grade,
        ids: None,
    };
    each(
        "matched",
        Batch::matched(others, rows).unwrap(),
        truth,
        check,
    );
}
