//! Given tuples and unit rows: definitions as loops, differences, threads, shards, the edge.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{apart, bits, margins, numbers, numbers_f32};
use tercet_kernels::{
    Cosent, CosineRegression, Cosines, Distance, Error, GivenTriplets, Margin, Positive, Reduce,
    Rows, Terms, Unit,
};

const DIM: usize = 3;
const STEP: f64 = 1e-6;
/// With ties, and not in order.
const SCORES: [f64; 7] = [0.5, -0.25, 1.0, 0.5, 0.0, 1.0, -0.0];

fn rows<T: tercet_kernels::Real>(data: &[T]) -> Rows<'_, T> {
    Rows::new(data, DIM).unwrap()
}

#[track_caller]
fn close(given: f64, wanted: f64) {
    let size = wanted.abs().max(1.0);
    assert!(
        (given - wanted).abs() < 1e-11 * size,
        "{given} and {wanted}"
    );
}

/// Compares gradients with differences of a function of all numbers.
fn check(point: &[f64], gradient: &[f64], what: &str, value: impl Fn(&[f64]) -> f64) {
    assert_eq!(point.len(), gradient.len());
    let size = gradient.iter().fold(1e-3, |size: f64, g| size.max(g.abs()));
    for index in 0..point.len() {
        let at = |offset: f64| {
            let mut moved = point.to_vec();
            moved[index] += offset;
            value(&moved)
        };
        let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let error = (gradient[index] - difference).abs() / size;
        assert!(
            error < 1e-6,
            "{what}, {index}: {difference}, {}",
            gradient[index]
        );
    }
}

fn losses() -> Vec<GivenTriplets> {
    let mut all = vec![];
    for &distance in Distance::ALL {
        for margin in margins() {
            for &reduce in Reduce::ALL {
                all.extend([false, true].map(|swap| GivenTriplets {
                    distance,
                    margin,
                    reduce,
                    swap,
                }));
            }
        }
    }
    all
}

fn length(a: &[f64]) -> f64 {
    a.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn far(distance: Distance, a: &[f64], b: &[f64]) -> f64 {
    let difference: Vec<f64> = a.iter().zip(b).map(|(x, y)| x - y).collect();
    match distance {
        Distance::SquaredEuclidean => length(&difference).powi(2),
        Distance::Euclidean => length(&difference),
        Distance::Cosine => 1.0 - dot(a, b) / length(a) / length(b),
        _ => -dot(a, b),
    }
}

/// Every triplet's cost by its definition.
fn triplet_costs(loss: &GivenTriplets, data: [&[f64]; 3]) -> Vec<f64> {
    let [anchors, positives, negatives] = data.map(|data| data.chunks(DIM).collect::<Vec<_>>());
    let mut costs = vec![];
    for block in 0..negatives.len() / anchors.len() {
        for (index, (a, p)) in anchors.iter().zip(&positives).enumerate() {
            let n = negatives[block * anchors.len() + index];
            let mut push = far(loss.distance, a, n);
            if loss.swap {
                push = push.min(far(loss.distance, p, n));
            }
            let gap = far(loss.distance, a, p) - push;
            costs.push(match loss.margin {
                Margin::Hard(margin) => (gap + margin.get()).max(0.0),
                Margin::Soft => gap.exp().ln_1p(),
            });
        }
    }
    costs
}

#[test]
fn triplets_by_their_definition() {
    let (anchors, positives) = (numbers(7 * DIM, 1), numbers(7 * DIM, 2));
    let mut swapped = 0;
    for blocks in [0, 1, 3] {
        let negatives = numbers(blocks * 7 * DIM, 3);
        for loss in losses() {
            let costs = triplet_costs(&loss, [&anchors, &positives, &negatives]);
            let active = costs.iter().filter(|&&cost| cost > 0.0).count();
            let denominator = match loss.reduce {
                Reduce::Sum => 1,
                Reduce::Mean => 7 * blocks,
                Reduce::MeanActive => active,
                _ => 7,
            };
            let wanted = costs.iter().sum::<f64>() / denominator.max(1) as f64;
            let outcome = loss.evaluate(rows(&anchors), rows(&positives), rows(&negatives));
            let outcome = outcome.unwrap();
            close(outcome.value, wanted);
            assert_eq!(outcome.terms.terms(), 7 * blocks as u64);
            assert_eq!(outcome.terms.active(), active as u64);
            let other = GivenTriplets {
                swap: !loss.swap,
                ..loss
            };
            let other = triplet_costs(&other, [&anchors, &positives, &negatives]);
            swapped += usize::from(other != costs);
        }
    }
    assert!(swapped > 20, "swap must matter: {swapped}");
}

#[test]
fn triplets_by_differences() {
    let n = 5 * DIM;
    let point = numbers(4 * n, 4);
    for loss in losses() {
        let evaluate = |data: &[f64]| {
            let (anchors, positives) = (&data[..n], &data[n..2 * n]);
            loss.evaluate(rows(anchors), rows(positives), rows(&data[2 * n..]))
                .unwrap()
        };
        let outcome = evaluate(&point);
        assert!(outcome.negatives.iter().any(|&g| g != 0.0));
        let gradient = [outcome.anchors, outcome.positives, outcome.negatives].concat();
        check(&point, &gradient, &format!("{loss:?}"), |data| {
            evaluate(data).value
        });
    }
}

#[test]
fn scored_pairs_by_their_definition() {
    let (first, second) = (numbers(7 * DIM, 5), numbers(7 * DIM, 6));
    let pairs = first.chunks(DIM).zip(second.chunks(DIM));
    let cosines: Vec<f64> = pairs
        .map(|(a, b)| 1.0 - far(Distance::Cosine, a, b))
        .collect();
    for scale in [0.5, 20.0] {
        let (mut sum, mut compared) = (1.0, 0);
        for (i, s_i) in SCORES.iter().enumerate() {
            for (j, s_j) in SCORES.iter().enumerate() {
                if s_i > s_j {
                    sum += (scale * (cosines[j] - cosines[i])).exp();
                    compared += 1;
                }
            }
        }
        let scale = Positive::new("scale", scale).unwrap();
        let outcome = Cosent { scale }.evaluate(rows(&first), rows(&second), &SCORES);
        let outcome = outcome.unwrap();
        close(outcome.value, sum.ln());
        assert_eq!(outcome.terms.terms(), compared);
        assert_eq!(compared, 18, "7 * 6 / 2 less the three ties");
    }
    let mut sum = 0.0;
    for (cosine, score) in cosines.iter().zip(SCORES) {
        sum += (cosine - score) * (cosine - score);
    }
    for (reduce, wanted) in [(Reduce::Mean, sum / 7.0), (Reduce::Sum, sum)] {
        let loss = CosineRegression { reduce };
        let outcome = loss.evaluate(rows(&first), rows(&second), &SCORES).unwrap();
        close(outcome.value, wanted);
        assert_eq!(outcome.terms.terms(), 7);
    }
}

#[test]
fn scored_pairs_by_differences() {
    let n = 7 * DIM;
    let point = numbers(2 * n, 7);
    for scale in [0.5, 20.0] {
        let with = |scale: f64, data: &[f64]| {
            let scale = Positive::new("scale", scale).unwrap();
            let (first, second) = data.split_at(n);
            Cosent { scale }
                .evaluate(rows(first), rows(second), &SCORES)
                .unwrap()
        };
        let outcome = with(scale, &point);
        let gradient = [outcome.first, outcome.second].concat();
        check(&point, &gradient, "cosent", |data| with(scale, data).value);
        check(&[scale], &[outcome.parameter], "scale", |scale| {
            with(scale[0], &point).value
        });
        assert!(outcome.parameter.abs() > 1e-3);
    }
    let evaluate = |data: &[f64]| {
        let (first, second) = data.split_at(n);
        CosineRegression::default()
            .evaluate(rows(first), rows(second), &SCORES)
            .unwrap()
    };
    let outcome = evaluate(&point);
    let gradient = [outcome.first, outcome.second].concat();
    check(&point, &gradient, "regression", |data| evaluate(data).value);
}

#[test]
fn unit_rows_and_the_way_back() {
    let (point, upstream) = (numbers(5 * DIM, 8), numbers(5 * DIM, 9));
    let value = |data: &[f64]| dot(Unit::of(rows(data)).unwrap().rows().data(), &upstream);
    let unit = Unit::of(rows(&point)).unwrap();
    for row in unit.rows().data().chunks(DIM) {
        close(length(row), 1.0);
    }
    close(unit.lengths()[1], length(&point[DIM..2 * DIM]));
    check(&point, &unit.back(&upstream).unwrap(), "unit", value);

    let short = Unit::of(Rows::new(&[0.0f32, 0.0, 3e-31, 0.0, 3e-25, 0.0], 2).unwrap()).unwrap();
    assert_eq!(short.rows().data(), [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let back = short.back(&[1.0; 6]).unwrap();
    assert_eq!(back[..5], [0.0; 5]);
    assert!(back[5] > 3e24 && back[5].is_finite());
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let n = 1000;
    let [one, two, three] = [1, 2, 3].map(|seed| numbers_f32(n * DIM, seed));
    let scores = numbers(n, 4);
    let outcomes = [1, 3, 8].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let loss = GivenTriplets::default();
            let triplets = loss.evaluate(rows(&one), rows(&two), rows(&three)).unwrap();
            let cosent = Cosent::default();
            let pairs = cosent.evaluate(rows(&one), rows(&two), &scores).unwrap();
            let unit = Unit::of(rows(&one)).unwrap().back(&two).unwrap();
            let numbers = [triplets.value.to_bits(), pairs.value.to_bits()];
            let gradients = [triplets.anchors, triplets.negatives, pairs.first, unit];
            (numbers, bits(&gradients.concat()))
        })
    });
    assert!(outcomes[0] == outcomes[1] && outcomes[0] == outcomes[2]);
}

#[test]
fn machines_make_up_the_whole() {
    let n = 11;
    let [one, two, three] = [1, 2, 3].map(|seed| numbers_f32(n * DIM, seed));
    let cuts = [0, 1, 6, 6, n];
    let slices = |data: &[f32]| -> Vec<Vec<f32>> {
        let cut = |cut: &[usize]| data[cut[0] * DIM..cut[1] * DIM].to_vec();
        cuts.windows(2).map(cut).collect()
    };
    let (ones, twos, threes) = (slices(&one), slices(&two), slices(&three));
    let machines =
        || (0..cuts.len() - 1).map(|i| (rows(&ones[i]), rows(&twos[i]), rows(&threes[i])));
    for loss in losses() {
        let whole = loss.evaluate(rows(&one), rows(&two), rows(&three)).unwrap();
        let parts: Vec<_> = machines()
            .map(|(a, p, n)| loss.partial(a, p, n).unwrap())
            .collect();
        let mut all = Terms::default();
        parts.iter().for_each(|part| all += part.terms);
        let each = parts.into_iter().map(|part| part.finish(loss.reduce, &all));
        let each: Vec<_> = each.collect();
        close(each[0].value, whole.value);
        let gathered: Vec<f32> = each.iter().flat_map(|part| part.anchors.clone()).collect();
        assert!(apart(&gathered, &whole.anchors) < 1e-6);
        let gathered: Vec<f32> = each
            .iter()
            .flat_map(|part| part.negatives.clone())
            .collect();
        assert!(apart(&gathered, &whole.negatives) < 1e-6);
    }
    let scores = numbers(n, 4);
    let whole = Cosent::default()
        .evaluate(rows(&one), rows(&two), &scores)
        .unwrap();
    let parts: Vec<_> = machines()
        .map(|(a, p, _)| Cosines::of(a, p).unwrap())
        .collect();
    let cosines: Vec<f64> = parts
        .iter()
        .flat_map(|part| part.numbers().to_vec())
        .collect();
    let cost = Cosent::default().cost(&cosines, &scores).unwrap();
    let slopes = cuts.windows(2).map(|cut| &cost.slopes[cut[0]..cut[1]]);
    let pulled = parts.iter().zip(slopes);
    let pulled = pulled.flat_map(|(part, slopes)| part.pull(slopes).unwrap().0);
    assert_eq!(cost.value, whole.value);
    assert_eq!(pulled.collect::<Vec<f32>>(), whole.first);
}

#[test]
fn the_edge() {
    let none: &[f64] = &[];
    let outcome = GivenTriplets::default()
        .evaluate(rows(none), rows(none), rows(none))
        .unwrap();
    assert_eq!((outcome.value, outcome.terms), (0.0, Terms::default()));
    let outcome = Cosent::default()
        .evaluate(rows(none), rows(none), &[])
        .unwrap();
    assert_eq!((outcome.value, outcome.terms), (0.0, Terms::default()));
    let outcome = CosineRegression::default()
        .evaluate(rows(none), rows(none), &[])
        .unwrap();
    assert_eq!((outcome.value, outcome.terms), (0.0, Terms::default()));

    // All equal: the margin, gradient 0 (but for the dot product).
    let same = [0.5f32, -0.25, 1.0].repeat(4);
    let outcome = GivenTriplets::default()
        .evaluate(rows(&same), rows(&same), rows(&same))
        .unwrap();
    assert_eq!((outcome.value, outcome.terms.active()), (1.0, 4));
    assert!(outcome.anchors.iter().all(|&g| g == 0.0));
    let scores = [0.0, 1.0, 1.0, 2.0];
    let outcome = Cosent::default()
        .evaluate(rows(&same), rows(&same), &scores)
        .unwrap();
    close(outcome.value, 6f64.ln());
    let outcome = Cosent::default()
        .evaluate(rows(&same), rows(&same), &[0.3; 4])
        .unwrap();
    assert_eq!((outcome.value, outcome.terms), (0.0, Terms::default()));

    // Opposite to what is wanted, with scales at which an exponential would overflow.
    let (first, second) = (
        [1.0f32, 0.0, 0.0].repeat(2),
        [1.0f32, 0.0, 0.0, -1.0, 0.0, 0.1],
    );
    for scale in [1000.0, 1e30] {
        let cosent = Cosent {
            scale: Positive::new("scale", scale).unwrap(),
        };
        let outcome = cosent
            .evaluate(rows(&first), rows(&second), &[-1e300, 1e300])
            .unwrap();
        assert!(
            (outcome.value / scale - 1.995).abs() < 1e-3,
            "{}",
            outcome.value
        );
        assert!(outcome.second.iter().all(|g| g.is_finite()));
        assert!(outcome.second[5] != 0.0);
        let outcome = cosent
            .evaluate(rows(&first), rows(&second), &[1e300, -1e300])
            .unwrap();
        assert_eq!(outcome.value, 0.0);
    }
    let zeros = [0.0f32; 12];
    let outcome = CosineRegression::default()
        .evaluate(rows(&zeros), rows(&same), &scores)
        .unwrap();
    assert_eq!(outcome.value, 6.0 / 4.0);
    assert!(
        outcome
            .first
            .iter()
            .chain(&outcome.second)
            .all(|&g| g == 0.0)
    );
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn what_is_refused() {
    let two = [0.5f64; 2 * DIM];
    let (one, flat) = (&two[..DIM], Rows::new(&two, 2 * DIM).unwrap());
    let broken = [0.5, f64::NAN, 0.0];
    let triplets = GivenTriplets::default();
    let (r, rs) = (rows(one), rows(&two));
    message(triplets.evaluate(r, rs, r), "positives: wanted 1, given 2");
    message(triplets.evaluate(rs, rs, r), "negatives: wanted 2, given 1");
    let three = [0.5; 3 * DIM];
    message(
        triplets.evaluate(rs, rs, rows(&three)),
        "negatives: wanted 4, given 3",
    );
    message(
        triplets.evaluate(rows(&[]), rows(&[]), r),
        "negatives: wanted 0, given 1",
    );
    message(
        triplets.evaluate(r, flat, r),
        "positive dimension: wanted 3, given 6",
    );
    message(
        triplets.evaluate(r, r, flat),
        "negative dimension: wanted 3, given 6",
    );
    let text = "negatives: wanted finite numbers, given NaN in row 0, column 1";
    message(triplets.evaluate(r, r, rows(&broken)), text);
    let text = "positives: wanted finite numbers, given NaN in row 0, column 1";
    message(triplets.evaluate(r, rows(&broken), r), text);
    let text = "anchors: wanted finite numbers, given NaN in row 0, column 1";
    message(triplets.evaluate(rows(&broken), r, r), text);

    let cosent = Cosent::default();
    message(
        cosent.evaluate(r, rs, &[0.0]),
        "second rows: wanted 1, given 2",
    );
    message(
        cosent.evaluate(r, flat, &[0.0]),
        "second dimension: wanted 3, given 6",
    );
    message(cosent.evaluate(r, r, &[]), "scores: wanted 1, given 0");
    let text = "scores: wanted finite numbers, given inf in row 0, column 0";
    message(cosent.evaluate(r, r, &[f64::INFINITY]), text);
    let text = "second rows: wanted finite numbers, given NaN in row 0, column 1";
    message(cosent.evaluate(r, rows(&broken), &[0.0]), text);
    let text = "cosine: wanted a finite number, given NaN";
    message(cosent.cost(&[f64::NAN], &[0.0]), text);
    let text = "score: wanted a number between -1e30 and 1e30, given 1e200";
    message(
        CosineRegression::default()
            .cost(&[0.0], &[1e200])
            .map_err(round),
        text,
    );
    message(
        Cosines::of(r, r).unwrap().pull(&[]),
        "slopes: wanted 1, given 0",
    );

    let text = "rows: wanted finite numbers, given NaN in row 0, column 1";
    message(Unit::of(rows(&broken)), text);
    message(
        Unit::of(r).unwrap().back(&two),
        "gradient: wanted 3, given 6",
    );
}

/// Prints large numbers short.
fn round(error: Error) -> Error {
    match error {
        Error::Number {
            what,
            wanted,
            given,
        } => {
            assert_eq!(given, 1e200);
            Error::Name {
                what,
                wanted: wanted.to_owned(),
                given: "1e200".to_owned(),
            }
        }
        other => other,
    }
}

#[test]
fn settings_in_json() {
    let read = serde_json::from_str::<GivenTriplets>;
    assert_eq!(read("{}").unwrap(), GivenTriplets::default());
    let loss = read(r#"{"distance": "cosine", "margin": "soft", "swap": true}"#).unwrap();
    assert_eq!(
        (loss.margin, loss.reduce, loss.swap),
        (Margin::Soft, Reduce::Mean, true)
    );
    assert!(read(r#"{"margins": 1}"#).is_err());
    let json = serde_json::to_string(&loss).unwrap();
    assert_eq!(read(&json).unwrap(), loss);
    assert_eq!(
        serde_json::from_str::<Cosent>("{}").unwrap(),
        Cosent::default()
    );
    assert!(serde_json::from_str::<Cosent>(r#"{"scale": 0}"#).is_err());
    let json = serde_json::to_string(&CosineRegression::default()).unwrap();
    assert_eq!(json, r#"{"reduce":"mean"}"#);
}
