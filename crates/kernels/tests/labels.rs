//! Labels of every kind: what each makes positive, negative and relevant, written out as tables, and
//! losses on these tables as loops.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use std::collections::BTreeSet;
use std::sync::Mutex;

use batches::numbers;
use tercet_kernels::{
    Affinity, Batch, Contrastive, Count, Distance, Error, Margin, Needs, Negative, Objective,
    Pairs, Paths, Pick, Real, Reduce, Relevance, Row, RowLoss, Rows, Select, SemiHard, Sets,
    Slopes, Terms, Triplet,
};

const DIM: usize = 3;
/// Anchors, and candidates of two sets.
const N: usize = 14;
const M: usize = 11;

/// What a candidate is to an anchor.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bond {
    Positive,
    Negative,
    Neither,
}

/// What should hold, by definition.
struct Truth<'t> {
    shape: (usize, usize),
    within: bool,
    /// Whether positives are given by hand.
    explicit: bool,
    alike: &'t dyn Fn(usize, usize) -> bool,
    grade: &'t dyn Fn(usize, usize) -> f32,
    ids: Option<(&'t [u64], &'t [u64])>,
}

impl Truth<'_> {
    fn positive(&self, a: usize, c: usize) -> bool {
        let itself = self.within && a == c;
        let known = self.ids.is_some_and(|(one, two)| one[a] == two[c]);
        (self.alike)(a, c) && !itself && (self.explicit || !known)
    }

    fn bond(&self, a: usize, c: usize) -> Bond {
        if self.positive(a, c) {
            return Bond::Positive;
        }
        let duplicate = self.ids.is_some_and(|(one, two)| {
            let of_positive = |other| self.positive(a, other) && two[other] == two[c];
            one[a] == two[c] || (0..self.shape.1).any(of_positive)
        });
        if (self.within && a == c) || (self.alike)(a, c) || duplicate {
            return Bond::Neither;
        }
        Bond::Negative
    }

    fn of(&self, a: usize, bond: Bond) -> Vec<usize> {
        let all = 0..self.shape.1;
        all.filter(|&c| self.bond(a, c) == bond).collect()
    }
}

/// A loss that writes down what it sees.
#[derive(Default)]
struct Spy {
    seen: Mutex<Vec<Seen>>,
    groups: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Seen {
    anchor: usize,
    positives: Vec<usize>,
    negatives: Vec<usize>,
    grades: Vec<f32>,
}

impl RowLoss for Spy {
    fn row<T: Real>(&self, row: &Row<'_, T>, _: &mut Slopes<'_, T>) -> Terms {
        let seen = Seen {
            anchor: row.anchor(),
            positives: row.positives().collect(),
            negatives: row.negatives().collect(),
            grades: row.grades().to_vec(),
        };
        assert_eq!(row.positive_count(), seen.positives.len());
        assert_eq!(row.negative_count(), seen.negatives.len());
        self.seen.lock().unwrap().push(seen);
        Terms::default()
    }

    fn needs(&self) -> Needs {
        Needs::none().grades().groups(self.groups)
    }
}

fn seen(batch: &Batch<'_, f64>) -> Vec<Seen> {
    let spy = Objective::new(Distance::Euclidean, Spy::default(), Reduce::Sum).unwrap();
    spy.evaluate(batch).unwrap();
    let mut seen = spy.loss().seen.lock().unwrap().clone();
    seen.sort_by_key(|row| row.anchor);
    seen
}

fn wanted(truth: &Truth<'_>, range: std::ops::Range<usize>) -> Vec<Seen> {
    let row = |anchor| Seen {
        anchor,
        positives: truth.of(anchor, Bond::Positive),
        negatives: truth.of(anchor, Bond::Negative),
        grades: (0..truth.shape.1)
            .map(|c| (truth.grade)(anchor, c))
            .collect(),
    };
    range.map(row).collect()
}

/// Every batch of a relation: whole, a shard, with and without ids.
fn each(
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

fn shared(one: &BTreeSet<i64>, two: &BTreeSet<i64>) -> (f64, f64) {
    let both = one.intersection(two).count() as f64;
    (both, one.union(two).count() as f64)
}

/// An item's set: the first is empty, the second holds every label.
fn set(item: usize) -> BTreeSet<i64> {
    match item {
        0 => BTreeSet::new(),
        1 => (0..9).collect(),
        _ => [item * 5 % 9, item * item % 9, item % 4 + 3]
            .map(|x| x as i64)
            .into(),
    }
}

/// An item's path; some are a beginning of others.
fn path(item: usize) -> Vec<i64> {
    let whole = [item % 2, item % 3, item % 2].map(|x| x as i64);
    whole[..1 + item % 3].to_vec()
}

fn prefix(one: &[i64], two: &[i64]) -> f32 {
    let mut common = 0;
    while common < one.len() && common < two.len() && one[common] == two[common] {
        common += 1;
    }
    (common as f64 / one.len().max(two.len()) as f64) as f32
}

/// Listed pairs: some in one order only, anchor 4 with everything, anchor 5 with nothing.
fn listed(a: usize, c: usize) -> bool {
    a == 4 || a != 5 && (a * 7 + c * 3).is_multiple_of(5)
}

/// A relevance that is not symmetric, in eighths.
fn relevance(a: usize, c: usize) -> f32 {
    (a * 5 + c * 3 + a * c) as f32 % 9.0 / 8.0
}

fn graded(alike: bool) -> f32 {
    f32::from(u8::from(alike))
}

fn truth<'t>(
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
        grade,
        ids: None,
    }
}

/// All kinds within one set and between two.
fn cases(check: &dyn Fn(&str, &Batch<'_, f64>, &Truth<'_>)) {
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

#[test]
fn positives_negatives_and_grades() {
    cases(&|what, batch, truth| {
        assert_eq!(seen(batch), wanted(truth, batch.range()), "{what}");
    });
}

#[test]
fn exchanged_is_the_transposed_relation() {
    cases(&|what, batch, truth| {
        let transposed = Truth {
            shape: (truth.shape.1, truth.shape.0),
            alike: &|a, c| (truth.alike)(c, a),
            grade: &|a, c| (truth.grade)(c, a),
            ids: truth.ids.map(|(one, two)| (two, one)),
            ..*truth
        };
        let exchanged = batch.exchanged();
        let all = 0..truth.shape.1;
        assert_eq!(seen(&exchanged), wanted(&transposed, all), "{what}");
        let all = 0..truth.shape.0;
        assert_eq!(seen(&exchanged.exchanged()), wanted(truth, all), "{what}");
    });
}

fn distance(kind: Distance, one: &[f64], two: &[f64]) -> f64 {
    let squared: f64 = one.iter().zip(two).map(|(x, y)| (x - y) * (x - y)).sum();
    match kind {
        Distance::SquaredEuclidean => squared,
        _ => squared.sqrt(),
    }
}

/// Distances of one anchor to the candidates of a bond.
fn far(
    batch: &Batch<'_, f64>,
    truth: &Truth<'_>,
    kind: Distance,
    (index, bond): (usize, Bond),
) -> Vec<f64> {
    let anchor = batch.anchors().row(index);
    let candidates = truth.of(batch.range().start + index, bond).into_iter();
    let rows = candidates.map(|c| batch.candidates().row(c));
    rows.map(|row| distance(kind, anchor, row)).collect()
}

fn least(all: impl IntoIterator<Item = f64>) -> Vec<f64> {
    all.into_iter().min_by(f64::total_cmp).into_iter().collect()
}

fn most(all: &[f64]) -> Vec<f64> {
    let all = all.iter().copied();
    all.max_by(f64::total_cmp).into_iter().collect()
}

/// The negatives that a selection that does not draw puts beside the positive at distance `p`.
fn chosen(select: Select, margin: f64, p: f64, positives: &[f64], negatives: &[f64]) -> Vec<f64> {
    let above = || negatives.iter().copied().filter(move |&d| d > p);
    let window = || above().filter(move |&d| d < p + margin);
    match select {
        Select::All => negatives.to_vec(),
        Select::Hardest if most(positives) == [p] => least(negatives.to_vec()),
        Select::EasyPositive(_) if least(positives.to_vec()) != [p] => vec![],
        Select::EasyPositive(Negative::Hardest) => least(negatives.to_vec()),
        Select::EasyPositive(Negative::SemiHard) => least(above()),
        Select::SemiHard(SemiHard::Facenet(Pick::Hardest)) => least(window()),
        Select::SemiHard(SemiHard::Facenet(Pick::All)) => window().collect(),
        Select::SemiHard(SemiHard::NearestAbove) if above().count() == 0 => most(negatives),
        Select::SemiHard(SemiHard::NearestAbove) => least(above()),
        _ => vec![],
    }
}

fn add(count: &mut Count, cost: f64) {
    count.sum += cost;
    count.terms += 1;
    count.active += u64::from(cost > 0.0);
}

fn same(given: &Count, wanted: &Count, what: &str) {
    let counts = |c: &Count| (c.terms, c.active, c.anchors, c.pairs);
    assert_eq!(counts(given), counts(wanted), "{what}");
    let apart = (given.sum - wanted.sum).abs();
    assert!(apart <= 1e-11 * (1.0 + wanted.sum.abs()), "{what}");
}

#[test]
fn triplets_under_every_selection_that_does_not_draw() {
    let selects = [
        Select::All,
        Select::Hardest,
        Select::EasyPositive(Negative::Hardest),
        Select::EasyPositive(Negative::SemiHard),
        Select::SemiHard(SemiHard::Facenet(Pick::Hardest)),
        Select::SemiHard(SemiHard::Facenet(Pick::All)),
        Select::SemiHard(SemiHard::NearestAbove),
    ];
    let (margin, kind) = (0.3, Distance::SquaredEuclidean);
    cases(&|what, batch, truth| {
        for select in selects {
            let mut count = Count::default();
            for index in 0..batch.anchors().len() {
                let positives = far(batch, truth, kind, (index, Bond::Positive));
                let negatives = far(batch, truth, kind, (index, Bond::Negative));
                let before = count.terms;
                for &p in &positives {
                    count.pairs += u64::from(!negatives.is_empty());
                    for n in chosen(select, margin, p, &positives, &negatives) {
                        add(&mut count, (p - n + margin).max(0.0));
                    }
                }
                count.anchors += u64::from(count.terms > before);
            }
            let loss = Triplet::new(Margin::hard(margin).unwrap(), select);
            let objective = Objective::new(kind, loss, Reduce::Mean).unwrap();
            let what = format!("{what}, {select}");
            let fast = objective.evaluate(batch).unwrap();
            let plain = objective.evaluate_plain(batch).unwrap();
            same(&fast.terms.positive, &count, &what);
            same(&plain.terms.positive, &count, &what);
            let value = count.sum / count.terms.max(1) as f64;
            assert!((fast.value - value).abs() < 1e-11, "{what}");
            for (fast, plain) in fast.gradient().iter().zip(plain.gradient()) {
                assert!((fast - plain).abs() < 1e-11, "{what}");
            }
        }
    });
}

#[test]
fn contrastive_pairs() {
    let kind = Distance::Euclidean;
    cases(&|what, batch, truth| {
        let mut wanted = Terms::default();
        for index in 0..batch.anchors().len() {
            let positives = far(batch, truth, kind, (index, Bond::Positive));
            let negatives = far(batch, truth, kind, (index, Bond::Negative));
            let pairs = positives.len() * usize::from(!negatives.is_empty());
            for (count, far, positive) in [
                (&mut wanted.positive, positives, true),
                (&mut wanted.negative, negatives, false),
            ] {
                count.pairs += pairs as u64;
                count.anchors += u64::from(!far.is_empty());
                for d in far {
                    let cost: f64 = if positive { d - 0.2 } else { 1.1 - d };
                    add(count, cost.max(0.0));
                }
            }
        }
        let loss = Contrastive::linear(0.2, 1.1).unwrap();
        let objective = Objective::new(kind, loss, Reduce::MeanActive).unwrap();
        let found = objective.evaluate(batch).unwrap();
        same(&found.terms.positive, &wanted.positive, what);
        same(&found.terms.negative, &wanted.negative, what);
    });
}

/// An affinity says of every pair what a batch makes of it, itself and duplicates aside.
#[test]
fn affinities_agree_with_the_tables() {
    fn check(affinity: &Affinity<'_>, shift: usize, alike: &dyn Fn(usize, usize) -> bool) {
        let (n, m) = affinity.shape();
        for a in 0..n {
            let wanted: Vec<usize> = (0..m).filter(|&c| alike(a, c + shift)).collect();
            assert_eq!(affinity.positives(a), wanted);
            for c in 0..m {
                assert_eq!(affinity.is_positive(a, c), wanted.contains(&c));
            }
        }
    }
    let sets = |from| (from..from + M).map(set).collect::<Sets>();
    let paths = |from| Paths::new((from..from + M).map(path)).unwrap();
    let classes = |from: usize| (from..from + M).map(|i| i as i64 % 4).collect::<Vec<_>>();
    let (one, two) = (sets(0), sets(2));
    let alike = |a: usize, c: usize| shared(&set(a), &set(c)).0 > 0.0;
    check(&Affinity::within(&one), 0, &alike);
    check(&Affinity::between(&one, &two).unwrap(), 2, &alike);
    assert_eq!(
        Affinity::between(&one, &two).unwrap().grade(3, 4),
        (shared(&set(3), &set(6)).0 / shared(&set(3), &set(6)).1) as f32
    );
    let (one, two) = (paths(0), paths(2));
    let alike = |a: usize, c: usize| path(a) == path(c);
    check(&Affinity::within(&one), 0, &alike);
    check(&Affinity::between(&one, &two).unwrap(), 2, &alike);
    let (one, two) = (classes(0), classes(2));
    let alike = |a: usize, c: usize| a % 4 == c % 4;
    check(&Affinity::within(&one), 0, &alike);
    check(&Affinity::between(&one, &two).unwrap(), 2, &alike);
    let labels = Relevance::function((N, M), &relevance)
        .positive_from(0.5)
        .unwrap();
    check(&Affinity::within(labels), 0, &|a, c| relevance(a, c) >= 0.5);
    assert_eq!(Affinity::within(labels).shape(), (N, M));
    assert_eq!(Affinity::within(labels).grade(3, 4), relevance(3, 4));
    let pairs = (0..N).flat_map(|a| (0..M).map(move |c| (a, c)));
    let pairs = Pairs::new((N, M), pairs.filter(|&(a, c)| listed(a, c))).unwrap();
    check(&Affinity::within(&pairs), 0, &listed);
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn pairs_outside_their_shape() {
    let text = "pairs: wanted anchors below 2 and candidates below 3, given";
    message(
        Pairs::new((2, 3), [(0, 1), (2, 0)]),
        &format!("{text} (2, 0)"),
    );
    message(Pairs::new((2, 3), [(0, 3)]), &format!("{text} (0, 3)"));
    assert!(Pairs::new((0, 0), []).is_ok());
}

#[test]
fn paths_without_a_step() {
    let text = "paths: wanted at least one step per item, given none for item 1";
    message(Paths::new([vec![1], vec![], vec![2]]), text);
    assert!(Paths::new([[1; 0]; 0]).is_ok());
}

#[test]
fn relevance_outside_its_range() {
    for (bad, given) in [(f32::NAN, "NaN"), (-0.5, "-0.5"), (1.5, "1.5")] {
        let text =
            format!("relevance: wanted a number in [0, 1], given {given} of anchor 1, candidate 0");
        message(Relevance::matrix((2, 2), &[0.0, 1.0, bad, 2.0]), &text);
    }
    // A function cannot be looked at beforehand.
    let wild = |a: usize, _: usize| [f32::NAN, -1.0, 2.0, f32::INFINITY][a];
    let relevance = Relevance::function((4, 1), &wild);
    assert_eq!(
        [0, 1, 2, 3].map(|a| relevance.of(a, 0)),
        [0.0, 0.0, 1.0, 1.0]
    );
    for (level, given) in [(0.0, "0"), (-1.0, "-1"), (1.5, "1.5"), (f32::NAN, "NaN")] {
        let text =
            format!("positive relevance: wanted a number above 0 and at most 1, given {given}");
        message(relevance.positive_from(level), &text);
    }
}

#[test]
fn kinds_that_do_not_fit() {
    let data = [0.0; 4];
    let rows = Rows::new(&data, 2).unwrap();
    let sets: Sets = [[1], [2]].into_iter().collect();
    let paths = Paths::new([[1], [2]]).unwrap();
    let pairs = Pairs::new((2, 2), [(0, 1)]).unwrap();
    let text = "labels: wanted one kind for anchors and candidates, given";
    let both = format!("{text} label sets and hierarchy paths");
    message(Batch::between(rows, &sets, rows, &paths), &both);
    message(Affinity::between(&sets, &paths), &both);
    let both = format!("{text} class ids and label sets");
    message(Batch::between(rows, &[1, 2], rows, &sets), &both);

    let text = "labels: wanted class ids, label sets or hierarchy paths of each side, given";
    let listed = format!("{text} positive pairs");
    message(Batch::between(rows, &pairs, rows, &pairs), &listed);
    message(Batch::between(rows, &[1, 2], rows, &pairs), &listed);
    let one = Relevance::function((2, 2), &|_, _| 1.0);
    message(
        Batch::between(rows, one, rows, &sets),
        &format!("{text} relevance"),
    );

    let text = "labels: wanted positive pairs or relevance, given";
    let given = Batch::related(rows, rows, &[1, 2]);
    message(given, &format!("{text} class ids"));
    let given = Batch::related(rows, rows, &paths);
    message(given, &format!("{text} hierarchy paths"));
}

#[test]
fn lengths_that_do_not_fit() {
    let data = [0.0; 6];
    let three = Rows::new(&data, 2).unwrap();
    let two = Rows::new(&data[..4], 2).unwrap();
    let sets: Sets = [[1], [2]].into_iter().collect();
    let paths = Paths::new([[1], [2]]).unwrap();
    let pairs = Pairs::new((3, 2), [(0, 1)]).unwrap();
    let one = Relevance::function((2, 3), &|_, _| 1.0);
    message(Batch::within(three, &sets), "labels: wanted 3, given 2");
    message(Batch::within(three, &paths), "labels: wanted 3, given 2");
    let anchors = "anchor labels: wanted 3, given 2";
    message(Batch::between(three, &sets, two, &sets), anchors);
    message(Batch::within(three, one), anchors);
    message(Batch::related(three, three, one), anchors);
    let candidates = "candidate labels: wanted 3, given 2";
    message(Batch::between(two, &paths, three, &paths), candidates);
    message(Batch::within(three, &pairs), candidates);
    let text = "candidates: wanted 3, given 2";
    message(Batch::matched(three, two), text);
    let text = "relevance: wanted 4, given 3";
    message(Relevance::matrix((2, 2), &[1.0; 3]), text);
    assert!(Relevance::matrix((usize::MAX, 2), &[]).is_err());
    let batch = || Batch::within(two, &sets).unwrap();
    let text = "anchor ids: wanted 2, given 1";
    message(batch().identified(&[1], &[1, 2]), text);
    let text = "candidate ids: wanted 2, given 3";
    message(batch().identified(&[1, 2], &[1, 2, 3]), text);
}

#[test]
fn candidates_that_cannot_be_grouped() {
    let data = [0.0, 1.0, 2.0, 3.0];
    let rows = Rows::new(&data, 1).unwrap();
    let evaluate = |batch: Result<Batch<'_, f64>, Error>| {
        let groups = Spy {
            groups: 2,
            ..Spy::default()
        };
        let objective = Objective::new(Distance::Euclidean, groups, Reduce::Sum).unwrap();
        let (fast, plain) = (
            objective.evaluate(&batch.clone().unwrap()),
            objective.evaluate_plain(&batch.unwrap()),
        );
        assert_eq!(fast.is_ok(), plain.is_ok());
        fast
    };
    let text = "candidates: wanted groups of 2 neighbours of one class, given";
    assert!(evaluate(Batch::within(rows, &[1, 1, 5, 5])).is_ok());
    let apart = format!("{text} another class or none in group 1 of 4 candidates");
    message(evaluate(Batch::within(rows, &[1, 1, 5, 6])), &apart);
    let odd = Rows::new(&data[..3], 1).unwrap();
    let apart = format!("{text} another class or none in group 1 of 3 candidates");
    message(evaluate(Batch::within(odd, &[1, 1, 5])), &apart);
    let sets: Sets = [[1], [1], [2], [2]].into_iter().collect();
    let kind = format!("{text} labels that are no class ids");
    message(evaluate(Batch::within(rows, &sets)), &kind);
}
