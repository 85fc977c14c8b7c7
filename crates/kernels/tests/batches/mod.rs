//! Batches that tests share, and what every test does with them.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::num::NonZeroUsize;

use tercet_kernels::{
    ArcFace, Batch, Circle, Contrastive, CosFace, Distance, GeneralizedLifted, Hinges, InfoNce,
    Ladder, LadderSampling, LadderVariant, Lifted, Loss, Margin, MarginLoss, MarginPairs,
    MultiSimilarity, NPair, NonNegative, NtXent, Objective, Outcome, Positive, ProxyAnchor,
    ProxyNca, Real, Reduce, RowLoss, Rows, Select, Sigmoid, SoftTriple, SupCon, Triplet, Vse,
};

/// Numbers in `-1..1` from a linear congruential generator: generic, so that no two distances tie.
pub(crate) fn numbers(len: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

pub(crate) fn numbers_f32(len: usize, seed: u64) -> Vec<f32> {
    numbers(len, seed).into_iter().map(|x| x as f32).collect()
}

/// Multiples of 1/8 in `-1..1`: every distance and every sum of a small batch is exact in f32.
pub(crate) fn dyadic<T: Real>(len: usize, seed: u64) -> Vec<T> {
    let each = numbers(len, seed).into_iter();
    each.map(|x| T::from_f64((x * 8.0).round() / 8.0)).collect()
}

/// Labels `0..classes`, in no order.
pub(crate) fn labels(len: usize, classes: i64, seed: u64) -> Vec<i64> {
    let each = numbers(len, seed ^ 0xABCD).into_iter();
    each.map(|x| ((x + 1.0) / 2.0 * classes as f64) as i64)
        .collect()
}

pub(crate) fn margins() -> [Margin; 2] {
    [Margin::hard(0.3).unwrap(), Margin::Soft]
}

pub(crate) fn within<'a, T: Real>(data: &'a [T], dim: usize, labels: &'a [i64]) -> Batch<'a, T> {
    Batch::within(Rows::new(data, dim).unwrap(), labels).unwrap()
}

pub(crate) fn triplet(
    distance: Distance,
    margin: Margin,
    select: Select,
    reduce: Reduce,
) -> Objective<Triplet> {
    Objective::new(distance, Triplet::new(margin, select), reduce).unwrap()
}

pub(crate) fn evaluate<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
) -> Outcome<T> {
    objective.evaluate(batch).unwrap()
}

/// Every objective with a triplet loss.
pub(crate) fn triplets() -> impl Iterator<Item = Objective<Triplet>> {
    let distances = Distance::ALL.iter().copied();
    distances.flat_map(|distance| {
        margins().into_iter().flat_map(move |margin| {
            Select::ALL.iter().flat_map(move |&select| {
                let reduces = Reduce::ALL.iter();
                reduces.map(move |&reduce| triplet(distance, margin, select, reduce))
            })
        })
    })
}

/// The same with the distance between positive and negative where it is smaller.
pub(crate) fn swapped() -> impl Iterator<Item = Objective<Triplet>> {
    triplets().map(|objective| {
        let (distance, reduce) = (objective.distance(), objective.reduce());
        Objective::new(distance, objective.loss().swapped(), reduce).unwrap()
    })
}

/// The largest difference, over the largest of the numbers wanted (or 1 if all are smaller than 1).
pub(crate) fn apart<T: Real>(given: &[T], wanted: &[T]) -> f64 {
    assert_eq!(given.len(), wanted.len());
    let each = given.iter().zip(wanted);
    let difference = each.map(|(x, y)| (x.to_f64() - y.to_f64()).abs());
    let size = wanted.iter().map(|x| x.to_f64().abs());
    difference.fold(0.0, f64::max) / size.fold(1e-300, f64::max)
}

/// Every loss of the crate, with settings that make all its branches matter on rows of [`numbers`].
pub(crate) fn family() -> Vec<Loss> {
    let mut all: Vec<Loss> = vec![];
    for margin in margins() {
        all.extend(
            Select::ALL
                .iter()
                .map(|&select| Triplet::new(margin, select).into()),
        );
    }
    for select in [Select::All, Select::Hardest, Select::default()] {
        all.extend(margins().map(|margin| Triplet::new(margin, select).swapped().into()));
    }
    all.push(Contrastive::squared(1.0).unwrap().into());
    all.push(Contrastive::linear(0.1, 1.0).unwrap().into());
    all.push(InfoNce::new(3.0).unwrap().into());
    all.push(InfoNce::new(2.0).unwrap().symmetric().into());
    all.push(NtXent::new(0.4).unwrap().into());
    all.push(SupCon::new(0.3).unwrap().into());
    all.push(NPair::default().into());
    all.push(
        InfoNce::new(2.0)
            .unwrap()
            .symmetric()
            .hard(1.5)
            .unwrap()
            .into(),
    );
    all.push(Sigmoid::new(2.0, -0.5).unwrap().into());
    all.push(Vse::new(0.3, Hinges::Max).unwrap().into());
    all.push(Vse::new(0.3, Hinges::Sum).unwrap().into());
    let ladder = Ladder::new(&[0.3, 0.2], &[0.5], &[1.0, 0.5]).unwrap();
    let pairs = ladder.clone().sampled(LadderSampling::AllPairs);
    let authors = ladder.clone().variant(LadderVariant::Authors);
    all.extend([ladder.into(), pairs.into(), authors.into()]);
    all.push(Lifted::default().into());
    all.push(GeneralizedLifted::default().into());
    all.extend(
        MarginPairs::ALL
            .iter()
            .map(|&select| margin_loss(select).into()),
    );
    for mining in [true, false] {
        let beta = Positive::new("beta", 10.0).unwrap();
        let loss = MultiSimilarity {
            beta,
            mining,
            ..MultiSimilarity::default()
        };
        all.push(loss.into());
    }
    all.push(Circle::default().into());
    all.extend(proxies());
    all
}

/// Bounds that bite on rows which are not of length 1.
fn margin_loss(select: MarginPairs) -> MarginLoss {
    MarginLoss {
        select,
        nonzero_cutoff: Positive::new("cutoff", 3.0).unwrap(),
        ..MarginLoss::default()
    }
}

/// Whether the gradient is the derivative of the value; the circle loss and hardness hold their weights constant.
pub(crate) fn is_derived(loss: &Loss) -> bool {
    match loss {
        Loss::Circle(_) => false,
        Loss::InfoNce(loss) => loss.hardness.get() == 0.0,
        _ => true,
    }
}

/// The losses with proxies, at scales where nothing saturates.
fn proxies() -> [Loss; 6] {
    let scale = Positive::new("scale", 4.0).unwrap();
    let margin = NonNegative::new("margin", 0.3).unwrap();
    let root = Positive::new("scale", 1.2).unwrap();
    let nca = |classic| ProxyNca {
        scale: root,
        classic,
    };
    let soft_triple = SoftTriple {
        centres: NonZeroUsize::MIN,
        scale,
        margin,
        ..SoftTriple::default()
    };
    [
        ProxyAnchor { scale, margin }.into(),
        nca(false).into(),
        nca(true).into(),
        ArcFace { scale, margin }.into(),
        CosFace { scale, margin }.into(),
        soft_triple.into(),
    ]
}

/// The family on every distance that each of them takes.
pub(crate) fn objectives(reduce: Reduce) -> Vec<Objective<Loss>> {
    let mut all = vec![];
    for &distance in Distance::ALL {
        let each = family().into_iter();
        all.extend(each.filter_map(|loss| Objective::new(distance, loss, reduce).ok()));
    }
    all
}

pub(crate) fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}
