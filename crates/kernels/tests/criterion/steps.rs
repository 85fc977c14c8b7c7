//! Steps as the training loop has always costed them, with the same bits; numbers by authors and by hand.

use tercet_kernels::{
    Graded, Gradients, InfoNce, Loss, Partial, Relation, Relevance, Terms, Total, Tuples,
};

use super::relations::{cost, usual};
use super::*;
use crate::batches::family;

/// The numbers of a step.
struct Wanted {
    value: f64,
    gradient: Vec<f32>,
    terms: Terms,
}

impl From<Total<f32>> for Wanted {
    fn from(total: Total<f32>) -> Self {
        Self {
            value: total.value,
            gradient: total.gradient,
            terms: total.terms,
        }
    }
}

fn halves(data: &[f32], n: usize) -> (Rows<'_, f32>, Rows<'_, f32>) {
    (rows(&data[..n * DIM]), rows(&data[n * DIM..]))
}

/// One batch after the other, each by its own call.
fn by_batches(objective: &Objective<Loss>, data: &[f32], relation: &Relation) -> Option<Wanted> {
    Some(match (relation, objective.loss()) {
        (Relation::Tuples(tuples), Loss::InfoNce(_) | Loss::Sigmoid(_)) => {
            let (anchors, candidates) = halves(data, tuples.len());
            let (own, others) = tuples.groups().split_at(tuples.len());
            let batch = Batch::matched(anchors, candidates).unwrap();
            objective
                .total(&batch.identified(own, others).unwrap())
                .unwrap()
                .into()
        }
        (Relation::Scored(scores), Loss::Contrastive(_)) => pair_by_pair(objective, data, scores),
        (Relation::Graded(graded), _) => both_ways(objective, data, graded)?,
        (Relation::Scored(_), _) => return None,
        _ => {
            let classes = relation.classes();
            let batch = Batch::within(rows(data), &*classes).unwrap().keyed(3, 5);
            objective.total(&batch).ok()?.into()
        }
    })
}

const RELEVANCE: [f32; 16] = [
    1.0, 0.7, 0.1, 0.0, 0.6, 1.0, 0.3, 1.0, 0.1, 0.3, 1.0, 0.2, 0.4, 0.5, 0.9, 1.0,
];

fn both_ways(objective: &Objective<Loss>, data: &[f32], graded: &Graded) -> Option<Wanted> {
    let n = graded.first()?;
    let (first, second) = halves(data, n);
    let relevance = Relevance::matrix((n, n), &RELEVANCE).unwrap();
    let there = Batch::related(first, second, relevance)
        .unwrap()
        .keyed(3, 5);
    let there = objective.total(&there).ok()?;
    let back = Batch::related(second, first, relevance)
        .unwrap()
        .keyed(3, 5);
    let back = objective.total(&back).ok()?;
    let mut terms = there.terms;
    terms += back.terms;
    let (of_second, of_first) = back.gradient.split_at(n * DIM);
    let turned = of_first.iter().chain(of_second);
    Some(Wanted {
        value: there.value + back.value,
        gradient: there
            .gradient
            .iter()
            .zip(turned)
            .map(|(a, b)| a + b)
            .collect(),
        terms,
    })
}

/// A batch of one anchor and one candidate for every pair.
fn pair_by_pair(objective: &Objective<Loss>, data: &[f32], scores: &[f64]) -> Wanted {
    let (first, second) = halves(data, scores.len());
    let partial = |place: usize| -> Partial<f32> {
        let label = [i64::from(scores[place] < 0.5)];
        let (anchor, candidate) = (rows(first.row(place)), rows(second.row(place)));
        let batch = Batch::between(anchor, &[0], candidate, &label).unwrap();
        objective.partial(&batch).unwrap()
    };
    let pairs: Vec<Partial<f32>> = (0..scores.len()).map(partial).collect();
    let mut terms = Terms::default();
    pairs.iter().for_each(|pair| terms += pair.terms);
    let scales = [&terms.positive, &terms.negative].map(|count| objective.reduce().scale(count));
    let side = |of: fn(&Gradients<f32>) -> &[f32]| {
        pairs.iter().flat_map(move |pair| {
            let mut sum = vec![0.0; DIM];
            for (part, scale) in pair.parts.iter().zip(scales) {
                let places = sum.iter_mut().zip(of(part));
                places.for_each(|(place, slope)| *place += scale as f32 * slope);
            }
            sum
        })
    };
    Wanted {
        value: terms.positive.sum * scales[0] + terms.negative.sum * scales[1],
        gradient: side(|part| &part.anchors)
            .chain(side(|part| &part.candidates))
            .collect(),
        terms,
    }
}

/// Bits, where 0 and -0 are the same.
fn zeros(numbers: &[f32]) -> Vec<u32> {
    bits(&numbers.iter().map(|x| x + 0.0).collect::<Vec<f32>>())
}

#[test]
fn every_step_has_the_bits_of_its_batches() {
    let identities = [1, 2, 3, 4, 5, 1, 7, 8, 9, 10, 2, 12];
    let relations = [
        Relation::Classes(labels(16, 4, 3)),
        Relation::Tuples(Tuples::new(4, &identities).unwrap()),
        Relation::Tuples(Tuples::new(6, &identities).unwrap()),
        Relation::Graded(Graded::mirrored(4, RELEVANCE.to_vec()).unwrap()),
        Relation::Scored(vec![0.1, 0.9, 0.5, 0.4, 0.7, 0.5, 0.0, 1.0]),
    ];
    let mut seen = 0;
    for relation in &relations {
        let data = numbers_f32(relation.len() * DIM, 21);
        for loss in family() {
            let criterion = usual(loss);
            let objective = criterion.terms()[0].objective().unwrap();
            if !criterion.parameters(DIM, Some(4), 0).unwrap().is_empty()
                || criterion.unfit(relation).is_some()
            {
                continue;
            }
            let wanted = by_batches(objective, &data, relation).unwrap();
            let given = cost(&criterion, &data, relation, &[]).unwrap();
            assert_eq!(
                given.value.to_bits(),
                wanted.value.to_bits(),
                "{criterion:?}"
            );
            assert_eq!(
                zeros(&given.gradient),
                zeros(&wanted.gradient),
                "{criterion:?}"
            );
            assert_eq!(given.terms, wanted.terms);
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

/// Given pairs of all distances and forms, more than a tile has, some of them equal or of zeros.
#[test]
fn given_pairs_have_the_bits_of_one_batch_each() {
    let n = 61;
    let mut data = numbers_f32(2 * n * DIM, 22);
    data.copy_within(0..3 * DIM, n * DIM);
    data[5 * DIM..6 * DIM].fill(0.0);
    data[(n + 7) * DIM..(n + 8) * DIM].fill(0.0);
    let scores: Vec<f64> = numbers(n, 23).iter().map(|x| (x + 1.0) / 2.0).collect();
    let relation = Relation::Scored(scores.clone());
    for loss in [Contrastive::squared(1.3), Contrastive::linear(0.2, 1.1)] {
        for distance in [
            Distance::SquaredEuclidean,
            Distance::Euclidean,
            Distance::Cosine,
        ] {
            for &reduce in Reduce::ALL {
                let objective =
                    Objective::new(distance, Loss::from(loss.clone().unwrap()), reduce).unwrap();
                let wanted = pair_by_pair(&objective, &data, &scores);
                let given = cost(&Criterion::of(objective), &data, &relation, &[]).unwrap();
                assert_eq!(given.value.to_bits(), wanted.value.to_bits(), "{distance}");
                assert_eq!(
                    zeros(&given.gradient),
                    zeros(&wanted.gradient),
                    "{distance}, {reduce}"
                );
                assert_eq!(given.terms, wanted.terms);
            }
        }
    }
}

#[test]
fn a_positive_and_a_negative_pair_by_hand() {
    let loss = Contrastive::squared(3.0).unwrap();
    let objective = Objective::new(Distance::Euclidean, loss, Reduce::Sum).unwrap();
    let relation = Relation::Scored(vec![1.0, 0.0]);
    let mut workspace = tercet_kernels::Workspace::default();
    let step = tercet_kernels::StepContext::new(0, 0, &mut workspace);
    let rows = Rows::new(&[0.0, 0.0, 2.0, 1.0], 1).unwrap();
    let cost = Criterion::of(objective)
        .cost(rows, &relation, step)
        .unwrap();
    // 2^2 / 2 and (3 - 1)^2 / 2.
    assert_eq!(cost.value, 4.0);
    assert_eq!(cost.gradient, [-2.0, 2.0, 2.0, -2.0]);
    assert_eq!(cost.terms.terms(), 2);
}

/// Leading dimensions by hand: cut, divided, costed, taken back, summed in order.
#[test]
fn leading_dimensions_have_the_bits_of_a_sum() {
    let relation = Relation::Classes(labels(16, 4, 3));
    let data = numbers_f32(16 * DIM, 24);
    let inner = usual(InfoNce::new(7.0).unwrap().into());
    let sizes = [(4, 1.0), (3, 0.6), (1, 0.3)];
    let given = cost(&inner.matryoshka(&sizes).unwrap(), &data, &relation, &[]).unwrap();
    let (mut value, mut gradient) = (0.0, vec![0.0_f32; data.len()]);
    for (size, weight) in sizes {
        let cut: Vec<f32> = data
            .chunks(DIM)
            .flat_map(|row| row[..size].to_vec())
            .collect();
        let unit = tercet_kernels::Unit::of(Rows::new(&cut, size).unwrap()).unwrap();
        let mut workspace = tercet_kernels::Workspace::default();
        let step = tercet_kernels::StepContext::new(3, 5, &mut workspace);
        let one = inner.cost(unit.rows(), &relation, step).unwrap();
        value += weight * one.value;
        let back = unit.back(&one.gradient).unwrap();
        for (row, back) in gradient.chunks_mut(DIM).zip(back.chunks(size)) {
            row.iter_mut()
                .zip(back)
                .for_each(|(sum, x)| *sum += weight as f32 * x);
        }
        if size == 4 {
            assert_eq!(given.terms, one.terms);
        }
    }
    assert_eq!(given.value.to_bits(), value.to_bits());
    assert_eq!(bits(&given.gradient), bits(&gradient));
}

/// The loss of three pairs whose rows are far from equal.
fn ranking_of(identities: &[u64; 6]) -> f64 {
    let data = [
        1.0, 0.0, 0.6, 0.8, 0.0, 1.0, 0.9, 0.1, 0.5, 0.5, -0.2, 1.0_f64,
    ];
    let loss = InfoNce::new(1.0).unwrap();
    let objective = Objective::new(Distance::NegativeDot, loss, Reduce::Mean).unwrap();
    let relation = Relation::Tuples(Tuples::new(3, identities).unwrap());
    let mut workspace = tercet_kernels::Workspace::default();
    let step = tercet_kernels::StepContext::new(0, 0, &mut workspace);
    let rows = Rows::new(&data, 2).unwrap();
    Criterion::of(objective)
        .cost(rows, &relation, step)
        .unwrap()
        .value
}

fn ranking_by_hand(negatives: [&[usize]; 3]) -> f64 {
    let dots = [[0.9, 0.5, -0.2], [0.62, 0.7, 0.68], [0.1, 0.5, 1.0_f64]];
    let one = |anchor: usize| {
        let own = dots[anchor][anchor].exp();
        let others: f64 = negatives[anchor]
            .iter()
            .map(|&n| dots[anchor][n].exp())
            .sum();
        ((own + others) / own).ln()
    };
    (0..3).map(one).sum::<f64>() / 3.0
}

#[test]
fn known_duplicates_are_no_negatives() {
    let plain = ranking_by_hand([&[1, 2], &[0, 2], &[0, 1]]);
    close(ranking_of(&[1, 2, 3, 4, 5, 6]), plain);
    // Anchor 0 is anchor 1 once more, and their positives belong to both.
    let twins = ranking_by_hand([&[2], &[2], &[0, 1]]);
    close(ranking_of(&[1, 1, 3, 4, 5, 6]), twins);
    // Positive 2 is the text of anchor 0.
    let echo = ranking_by_hand([&[1], &[0, 2], &[1]]);
    close(ranking_of(&[1, 2, 3, 4, 5, 1]), echo);
}

/// The towers of the golden numbers: rows 0, 2, 4 of `sin(1.7 i + 0.9 j + 0.3 i j)`, then rows 1, 3, 5.
fn towers() -> Vec<f64> {
    let row = |i: f64| {
        let numbers = [0.0, 1.0, 2.0, 3.0].map(|j| (1.7 * i + 0.9 * j + 0.3 * i * j).sin());
        let squares = numbers.map(|number| number * number);
        let norm = squares.iter().sum::<f64>().sqrt();
        numbers.map(|number| number / norm)
    };
    [0.0, 2.0, 4.0, 1.0, 3.0, 5.0].map(row).concat()
}

/// By the authors' own classes (ladderloss, vsepp), with margins 0.2 and 0.01, threshold 0.63, weights 1 and 0.25;
/// the paper's second rung is by its definition.
#[test]
fn towers_cost_what_their_authors_say() {
    let relevance = vec![1.0, 0.7, 0.1, 0.7, 1.0, 0.3, 0.1, 0.3, 1.0];
    let relation = Relation::Graded(Graded::mirrored(3, relevance).unwrap());
    for (loss, wanted) in [
        ("kind = \"vse\"\nhinges = \"max\"", 6.491_772_739_209),
        ("kind = \"vse\"\nhinges = \"sum\"", 7.829_866_665_414),
        ("kind = \"ladder\"\nbetas = [1.0, 0.0]", 6.491_772_739_209),
        ("kind = \"ladder\"\nbetas = [0.0, 0.25]", 0.551_202_644_581),
        (
            "kind = \"ladder\"\nvariant = \"authors\"\nbetas = [1.0, 0.25]",
            7.727_058_937_631,
        ),
        (
            "kind = \"ladder\"\nvariant = \"authors\"\nbetas = [0.0, 0.25]",
            1.235_286_198_422,
        ),
        (
            "kind = \"ladder\"\nvariant = \"authors-cumulative\"\nbetas = [1.0, 0.25]",
            7.953_294_112_965,
        ),
    ] {
        let table: toml::Table = toml::from_str(loss).unwrap();
        let criterion = Criterion::read(table).unwrap();
        let given = cost(&criterion, &towers(), &relation, &[]).unwrap();
        assert!(
            (given.value - wanted).abs() < 1e-9,
            "{loss}: {}",
            given.value
        );
        let rungs = criterion.thresholds().len();
        assert_eq!(given.filled.len(), if rungs > 0 { rungs + 1 } else { 0 });
        // Every row has its own and something else; only two have something at least 0.63 as relevant.
        assert!(rungs == 0 || given.filled[0] == 3);
    }
}
