//! Rows by how they belong together: what each kind of term costs on each relation.

use tercet_kernels::{
    BatchObjective, Cosent, CosineRegression, Cost, GivenTriplets, Graded, Histogram, Loss, Mark,
    Masked, Parameter, Paths, Positive, Relation, RowLoss, Sets, SoftTriple, StepContext, Tuples,
    Workspace,
};

use super::*;
use crate::batches::{family, is_derived};

/// Rows of every relation.
pub(crate) const ROWS: usize = 12;
/// Classes of proxies.
pub(crate) const CLASSES: usize = 3;

fn grades(len: usize, seed: u64) -> Vec<f32> {
    let each = numbers(len, seed).into_iter();
    // A good part of them is 1.
    each.map(|x| ((x + 1.4) as f32).clamp(0.0, 1.0)).collect()
}

fn marks(seed: u64) -> impl Fn(usize, usize) -> Mark {
    let numbers = numbers(ROWS * ROWS, seed);
    move |one, two| match numbers[one * ROWS + two] {
        x if x < -0.4 => Mark::Neither,
        x if x < 0.2 => Mark::Positive,
        _ => Mark::Negative,
    }
}

/// Every kind of relation, of 12 rows each.
pub(crate) fn relations() -> Vec<Relation> {
    let classes = labels(ROWS, CLASSES as i64, 2);
    let sets: Sets = classes
        .iter()
        .zip(0..)
        .map(|(&a, b)| vec![a, 10 + b % 4])
        .collect();
    let paths = Paths::new(classes.iter().zip(0..).map(|(&a, b)| vec![a, b % 2])).unwrap();
    let ids: Vec<u64> = (0..ROWS as u64)
        .map(|row| [row, 1][usize::from(row % 5 == 1)])
        .collect();
    let mutual = |one: usize, two: usize| marks(4)(one.min(two), one.max(two));
    let shape = (5, 7);
    vec![
        Relation::Classes(classes),
        Relation::Sets(sets),
        Relation::Paths(paths),
        Relation::Tuples(Tuples::new(4, &ids).unwrap()),
        Relation::Tuples(Tuples::new(6, &ids).unwrap()),
        Relation::Scored(vec![0.1, 0.9, 0.5, 0.4, 0.7, 0.5]),
        Relation::Graded(Graded::within(ROWS, grades(ROWS * ROWS, 3)).unwrap()),
        Relation::Graded(Graded::mirrored(6, grades(36, 4)).unwrap()),
        Relation::Graded(Graded::transposed(shape, grades(35, 5)).unwrap()),
        Relation::Graded(Graded::between(shape, grades(35, 6), grades(35, 7)).unwrap()),
        Relation::Masked(Masked::within(ROWS, marks(3))),
        Relation::Masked(Masked::within(ROWS, mutual)),
        Relation::Masked(Masked::between(shape, marks(5))),
    ]
}

pub(crate) fn usual(loss: Loss) -> Criterion {
    let (distance, reduce) = (loss.default_distance(), loss.default_reduce());
    let criterion = Criterion::of(Objective::new(distance, loss, reduce).unwrap());
    // With the numbers as they stand: a parameter is one of f32.
    criterion.learning(false)
}

/// Every kind of term.
pub(crate) fn kinds() -> Vec<Criterion> {
    let mut all: Vec<Criterion> = family().into_iter().map(usual).collect();
    let soft = SoftTriple {
        centres: std::num::NonZeroUsize::new(2).unwrap(),
        scale: Positive::new("scale", 4.0).unwrap(),
        ..SoftTriple::default()
    };
    let centres = Criterion::from(TermKind::ProxyRegularizer(Regularizer::Centres));
    all.push(usual(soft.into()).and(0.3, centres).unwrap());
    let swapped = GivenTriplets {
        swap: true,
        ..GivenTriplets::default()
    };
    let cosent = Cosent {
        scale: Positive::new("scale", 3.0).unwrap(),
    };
    let given = [
        TermKind::Triplets(GivenTriplets::default()),
        TermKind::Triplets(swapped),
        TermKind::Cosent(cosent),
        TermKind::CosineRegression(CosineRegression::default()),
    ];
    all.extend(given.map(Criterion::from));
    all.push(
        BatchObjective::new(Distance::Cosine, Histogram::default())
            .unwrap()
            .into(),
    );
    all.extend(Regularizer::ALL.iter().map(|&kind| kind.into()));
    all
}

/// The same around and beside others.
fn sums(criterion: &Criterion) -> [Criterion; 3] {
    let nested = [(DIM, 0.5), (3, 1.0)];
    [
        criterion.clone(),
        criterion.matryoshka(&nested).unwrap().times(0.7).unwrap(),
        criterion
            .clone()
            .learning(true)
            .and(0.5, criterion.clone().transposed())
            .unwrap()
            .normalized(true),
    ]
}

pub(crate) fn cost<T: Real>(
    criterion: &Criterion,
    data: &[T],
    relation: &Relation,
    parameters: &[Parameter],
) -> Result<Cost<T>, Error> {
    let mut workspace = Workspace::default();
    let step = StepContext::new(3, 5, &mut workspace).with_parameters(parameters);
    criterion.cost(rows(data), relation, step)
}

pub(crate) fn parameters(criterion: &Criterion) -> Vec<Parameter> {
    criterion.parameters(DIM, Some(CLASSES), 9).unwrap()
}

fn differentiable(criterion: &Criterion) -> bool {
    let losses = criterion.terms().iter().filter_map(Term::objective);
    losses.map(|objective| objective.loss()).all(is_derived)
}

#[test]
fn gradients_of_every_kind_on_every_relation() {
    let data = numbers(ROWS * DIM, 11);
    let (mut seen, mut learnt) = (0, 0);
    for relation in relations() {
        for criterion in kinds().iter().filter(|criterion| differentiable(criterion)) {
            if criterion.unfit(&relation).is_some() {
                continue;
            }
            for criterion in sums(criterion) {
                let parameters = parameters(&criterion);
                let found = cost(&criterion, &data, &relation, &parameters).unwrap();
                by_differences(&criterion, &data, &relation, &parameters, &found);
                learnt +=
                    by_parameter_differences(&criterion, &data, &relation, &parameters, &found);
                seen += usize::from(found.gradient.iter().any(|x| x.abs() > 1e-3));
            }
        }
    }
    assert!(seen > 800 && learnt > 150, "{seen}, {learnt}");
}

fn by_differences(
    criterion: &Criterion,
    data: &[f64],
    relation: &Relation,
    parameters: &[Parameter],
    found: &Cost<f64>,
) {
    let size = found
        .gradient
        .iter()
        .fold(1e-2, |size: f64, g| size.max(g.abs()));
    for index in (0..data.len()).step_by(5) {
        let at = |offset: f64| {
            let mut moved = data.to_vec();
            moved[index] += offset;
            cost(criterion, &moved, relation, parameters).unwrap().value
        };
        let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let error = (found.gradient[index] - difference).abs() / size;
        assert!(
            error < 1e-6,
            "{criterion:?}, {relation:?}, {index}: {difference}"
        );
    }
}

/// Parameters are numbers of `f32`, so steps are large and the limit is wide.
fn by_parameter_differences(
    criterion: &Criterion,
    data: &[f64],
    relation: &Relation,
    parameters: &[Parameter],
    found: &Cost<f64>,
) -> usize {
    let mut seen = 0;
    for (place, gradient) in found.parameters.iter().enumerate() {
        assert_eq!(gradient.len(), parameters[place].values.len());
        let size = gradient.iter().fold(1e-1, |size: f64, g| size.max(g.abs()));
        for index in (0..gradient.len()).step_by(5) {
            let at = |offset: f32| {
                let mut moved = parameters.to_vec();
                moved[place].values[index] += offset;
                let value = cost(criterion, data, relation, &moved).unwrap().value;
                (value, f64::from(moved[place].values[index]))
            };
            let (up, down) = (at(1e-3), at(-1e-3));
            let difference = (up.0 - down.0) / (up.1 - down.1);
            let error = (gradient[index] - difference).abs() / size;
            let name = &parameters[place].name;
            assert!(
                error < 2e-3,
                "{name}, {criterion:?}, {relation:?}: {} {difference}",
                gradient[index]
            );
            seen += usize::from(difference.abs() > 1e-3);
        }
    }
    seen
}

/// The batches of a relation by public means, each with how many of its anchors' numbers stand behind the candidates'.
fn with_batches(criterion: &Criterion, data: &[f64], relation: &Relation) -> Option<f64> {
    let objective = criterion.terms()[0].objective()?;
    let value = |batch: Result<Batch<'_, f64>, Error>| {
        let batch = batch.unwrap().keyed(3, 5);
        objective.evaluate_plain(&batch).unwrap().value
    };
    let halves = |n: usize| (rows(&data[..n * DIM]), rows(&data[n * DIM..]));
    let is_ranking = matches!(objective.loss(), Loss::InfoNce(_) | Loss::Sigmoid(_));
    Some(match relation {
        Relation::Classes(labels) => value(Batch::within(rows(data), labels)),
        Relation::Sets(sets) => value(Batch::within(rows(data), sets)),
        Relation::Paths(paths) => value(Batch::within(rows(data), paths)),
        Relation::Tuples(tuples) if is_ranking => {
            let (one, two) = halves(tuples.len());
            let (own, others) = tuples.groups().split_at(tuples.len());
            value(Batch::matched(one, two).unwrap().identified(own, others))
        }
        Relation::Tuples(_) => value(Batch::within(rows(data), &*relation.classes())),
        Relation::Masked(masked) => match masked.first() {
            None => value(Batch::within(rows(data), masked)),
            Some(n) => {
                let (one, two) = halves(n);
                let back = Batch::related(one, two, masked).unwrap().exchanged();
                value(Batch::related(one, two, masked)) + value(Ok(back))
            }
        },
        _ => return None,
    })
}

#[test]
fn values_are_those_of_the_batches() {
    let data = numbers(ROWS * DIM, 12);
    let mut seen = 0;
    for relation in relations() {
        for criterion in kinds() {
            let is_proxied = !parameters(&criterion).is_empty();
            if criterion.unfit(&relation).is_some() || is_proxied {
                continue;
            }
            let Some(wanted) = with_batches(&criterion, &data, &relation) else {
                continue;
            };
            let given = cost(&criterion, &data, &relation, &[]).unwrap();
            close(given.value, wanted);
            assert_eq!(given.shares[0].value, given.value);
            assert_eq!(given.shares[0].terms, given.terms);
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

/// Relevance both ways by a batch each.
#[test]
fn relevance_carries_both_directions() {
    let data = numbers(ROWS * DIM, 13);
    let shape = (5, 7);
    let (there, back) = (grades(35, 6), grades(35, 7));
    let (one, two) = (rows(&data[..5 * DIM]), rows(&data[5 * DIM..]));
    for loss in family() {
        let needs = loss.needs();
        if needs.within || needs.groups > 0 || loss.name() == "proxy-anchor" {
            continue;
        }
        let criterion = usual(loss);
        let objective = criterion.terms()[0].objective().unwrap();
        if criterion
            .unfit(&Relation::Graded(Graded::within(1, vec![1.0]).unwrap()))
            .is_some()
        {
            continue;
        }
        let value = |one, two, shape, grades: &[f32]| {
            let relevance = tercet_kernels::Relevance::matrix(shape, grades).unwrap();
            let batch = Batch::related(one, two, relevance).unwrap().keyed(3, 5);
            objective.evaluate_plain(&batch).unwrap().value
        };
        let forward = value(one, two, shape, &there);
        let backward = value(two, one, (7, 5), &back);
        let graded = Graded::between(shape, there.clone(), back.clone()).unwrap();
        let relation = Relation::Graded(graded);
        let of = |criterion: &Criterion| cost(criterion, &data, &relation, &[]).unwrap().value;
        close(of(&criterion), forward + backward);
        let ways = criterion.clone().transposed();
        close(of(&ways), backward);
        close(of(&ways.transposed()), forward);
        close(of(&criterion.clone().both_ways()), forward + backward);
        // The transposed matrix is the same as one of its own.
        let turned: Vec<f32> = (0..35)
            .map(|place| there[place % 5 * 7 + place / 5])
            .collect();
        let own = Relation::Graded(Graded::between(shape, there.clone(), turned).unwrap());
        let same = Relation::Graded(Graded::transposed(shape, there.clone()).unwrap());
        let [own, same] = [own, same].map(|it| cost(&criterion, &data, &it, &[]).unwrap());
        close(own.value, same.value);
        assert!(apart(&own.gradient, &same.gradient) < 1e-12);
    }
}

#[test]
fn the_same_cost_in_any_order() {
    let data = numbers(ROWS * DIM, 14);
    let order: Vec<usize> = (0..ROWS).map(|row| row * 5 % ROWS).collect();
    let moved: Vec<f64> = order
        .iter()
        .flat_map(|&row| data[row * DIM..][..DIM].to_vec())
        .collect();
    let classes = labels(ROWS, CLASSES as i64, 2);
    let masked = |one: usize, two: usize| marks(3)(one, two);
    let pairs = [
        (
            Relation::Classes(classes.clone()),
            Relation::Classes(order.iter().map(|&row| classes[row]).collect()),
        ),
        (
            Relation::Masked(Masked::within(ROWS, masked)),
            Relation::Masked(Masked::within(ROWS, |i, j| masked(order[i], order[j]))),
        ),
    ];
    for (one, two) in pairs {
        for criterion in kinds() {
            let is_random = serde_json::to_string(&criterion).unwrap();
            let is_random = ["random", "sandberg", "distance-weighted"]
                .iter()
                .any(|name| is_random.contains(name));
            if is_random || criterion.unfit(&one).is_some() {
                continue;
            }
            let parameters = parameters(&criterion);
            let before = cost(&criterion, &data, &one, &parameters).unwrap();
            let after = cost(&criterion, &moved, &two, &parameters).unwrap();
            close(after.value, before.value);
            let turned: Vec<f64> = order
                .iter()
                .flat_map(|&row| before.gradient[row * DIM..][..DIM].to_vec())
                .collect();
            assert!(apart(&after.gradient, &turned) < 1e-10, "{criterion:?}");
        }
    }
}

#[test]
fn the_same_bits_of_steps_on_any_number_of_threads() {
    let data = numbers_f32(ROWS * DIM, 15);
    for relation in relations() {
        for criterion in kinds() {
            if criterion.unfit(&relation).is_some() {
                continue;
            }
            let criterion = criterion.matryoshka(&[(DIM, 1.0), (2, 0.5)]).unwrap();
            let parameters = parameters(&criterion);
            let costs = [1, 3].map(|threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                pool.unwrap()
                    .install(|| cost(&criterion, &data, &relation, &parameters).unwrap())
            });
            assert_eq!(costs[0], costs[1]);
        }
    }
}

/// A workspace that has seen another step, and parameters in another order, change nothing.
#[test]
fn what_was_before_does_not_matter() {
    let data = numbers_f32(ROWS * DIM, 16);
    let relation = &relations()[0];
    let mut workspace = Workspace::default();
    for criterion in kinds() {
        let fits = criterion.unfit(relation).is_none();
        for criterion in sums(&criterion).iter().filter(|_| fits) {
            let mut parameters = parameters(criterion);
            let fresh = cost(criterion, &data, relation, &parameters).unwrap();
            let step = StepContext::new(3, 5, &mut workspace).with_parameters(&parameters);
            assert_eq!(criterion.cost(rows(&data), relation, step).unwrap(), fresh);
            parameters.reverse();
            let mut turned = cost(criterion, &data, relation, &parameters).unwrap();
            turned.parameters.reverse();
            assert_eq!(turned, fresh);
        }
    }
}
