//! Regularisers against their definitions as loops, their gradients, and their shards.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{apart, labels, numbers, numbers_f32};
use tercet_kernels::{Error, Real, Regularizer, Rows};

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    match dot(a, a) * dot(b, b) {
        0.0 => 0.0,
        product => dot(a, b) / product.sqrt(),
    }
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// The definitions over explicit rows and ordered pairs.
fn definition(kind: Regularizer, rows: &[&[f64]], labels: &[i64]) -> f64 {
    let pairs = |equal: bool| {
        let mut found = vec![];
        for i in 0..rows.len() {
            for j in 0..rows.len() {
                if i != j && (labels[i] == labels[j]) == equal {
                    found.push(cosine(rows[i], rows[j]));
                }
            }
        }
        found
    };
    let squares: Vec<f64> = rows.iter().map(|row| dot(row, row)).collect();
    match kind {
        Regularizer::Norm => mean(&squares.iter().map(|x| x.sqrt()).collect::<Vec<_>>()),
        Regularizer::SquaredNorm => mean(&squares),
        Regularizer::ZeroMean => {
            let column = |k: usize| mean(&rows.iter().map(|row| row[k]).collect::<Vec<_>>());
            let columns = 0..rows.first().map_or(0, |row| row.len());
            columns.map(|k| column(k).powi(2)).sum()
        }
        Regularizer::Spread => {
            let cosines = pairs(false);
            if cosines.is_empty() {
                return 0.0;
            }
            let squares: Vec<f64> = cosines.iter().map(|x| x * x).collect();
            mean(&cosines).powi(2) + (mean(&squares) - 1.0 / rows[0].len() as f64).max(0.0)
        }
        Regularizer::Centres => {
            let roots = pairs(true).into_iter();
            0.5 * mean(
                &roots
                    .map(|x| (2.0 + 1e-5 - 2.0 * x).sqrt())
                    .collect::<Vec<_>>(),
            )
        }
        _ => unreachable!("all are above"),
    }
}

/// Numbers, dimension and labels of sets: generic; few classes of more rows than numbers; a row of zeros; rows
/// off the origin, whose cosines are far above `1/d`; one class; all different; one row; none.
fn sets() -> Vec<(Vec<f64>, usize, Vec<i64>)> {
    let mut zeros = numbers(9 * 4, 3);
    zeros[8..12].fill(0.0);
    let off = numbers(12 * 3, 4).iter().map(|x| x + 1.5).collect();
    vec![
        (numbers(9 * 4, 1), 4, vec![3, 1, 1, 3, 2, 1, 3, 9, 2]),
        (numbers(20 * 3, 2), 3, labels(20, 2, 2)),
        (zeros, 4, vec![3, 1, 1, 3, 2, 1, 3, 9, 2]),
        (off, 3, labels(12, 4, 4)),
        (numbers(5 * 2, 5), 2, vec![4; 5]),
        (numbers(5 * 6, 6), 6, vec![1, 2, 3, 4, 5]),
        (numbers(3, 7), 3, vec![1]),
        (vec![], 3, vec![]),
    ]
}

#[test]
fn definitions() {
    for (data, dim, labels) in sets() {
        let rows: Vec<&[f64]> = data.chunks(dim).collect();
        for &kind in Regularizer::ALL {
            let wanted = definition(kind, &rows, &labels);
            let (value, gradient) = kind
                .evaluate(Rows::new(&data, dim).unwrap(), &labels)
                .unwrap();
            assert!((value - wanted).abs() < 1e-11, "{kind}: {value}, {wanted}");
            assert_eq!(gradient.len(), data.len());
        }
    }
}

#[test]
fn gradients() {
    for (data, dim, labels) in sets() {
        let evaluate = |kind: Regularizer, data: &[f64]| {
            let rows = Rows::new(data, dim).unwrap();
            kind.evaluate(rows, &labels).unwrap()
        };
        for &kind in Regularizer::ALL {
            let (_, gradient) = evaluate(kind, &data);
            for index in 0..data.len() {
                let row = &data[index / dim * dim..][..dim];
                // All but the mean have a kink or a jump there.
                if kind != Regularizer::ZeroMean && row.iter().all(|&x| x == 0.0) {
                    assert_eq!(gradient[index], 0.0, "{kind}, a row of zeros");
                    continue;
                }
                let at = |offset: f64| {
                    let mut moved = data.clone();
                    moved[index] += offset;
                    evaluate(kind, &moved).0
                };
                let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
                let error = (gradient[index] - difference).abs();
                assert!(error < 1e-7, "{kind}, place {index}: {error:e}");
            }
        }
    }
}

#[test]
fn parts_make_up_the_whole() {
    for (data, dim, labels) in sets() {
        let (rows, n) = (Rows::new(&data, dim).unwrap(), labels.len());
        for &kind in Regularizer::ALL {
            let (value, gradient) = kind.evaluate(rows, &labels).unwrap();
            let cuts = [0, n / 3, n / 2, n];
            let (mut sum, mut gathered) = (0.0, vec![]);
            for cut in cuts.windows(2) {
                let part = kind.evaluate_part(rows, &labels, cut[0]..cut[1]).unwrap();
                sum += part.0;
                gathered.extend(part.1);
            }
            assert!((sum - value).abs() < 1e-14 * value.max(1.0), "{kind}");
            assert_eq!(gathered, gradient, "{kind}");
        }
    }
}

#[test]
fn same_bits_on_any_number_of_threads() {
    let (n, dim) = (300, 40);
    let (data, labels) = (numbers_f32(n * dim, 8), labels(n, 5, 8));
    for &kind in Regularizer::ALL {
        let outcomes = [1, 2, 3, 8].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let rows = Rows::new(&data, dim).unwrap();
            let work = || kind.evaluate(rows, &labels).unwrap();
            let (value, gradient) = pool.build().unwrap().install(work);
            (value.to_bits(), batches::bits(&gradient))
        });
        assert!(outcomes.iter().all(|other| *other == outcomes[0]), "{kind}");
    }
}

#[test]
fn f32_is_near_f64() {
    let data = numbers_f32(60 * 8, 9);
    let wide: Vec<f64> = data.iter().map(|x| x.to_f64()).collect();
    let labels = labels(60, 7, 9);
    for &kind in Regularizer::ALL {
        let (rows, wide) = (Rows::new(&data, 8).unwrap(), Rows::new(&wide, 8).unwrap());
        let narrow = kind.evaluate(rows, &labels).unwrap();
        let wide = kind.evaluate(wide, &labels).unwrap();
        assert!((narrow.0 - wide.0).abs() < 1e-12, "{kind}");
        let narrow: Vec<f64> = narrow.1.iter().map(|x| x.to_f64()).collect();
        assert!(apart(&narrow, &wide.1) < 1e-6, "{kind}");
    }
}

/// Equal rows: one point is as far from spread out as can be, and centres have merged.
#[test]
fn equal_rows_stay_finite() {
    let data = numbers_f32(5, 10).repeat(8);
    for labels in [[0; 8], [0, 1, 2, 3, 4, 5, 6, 7]] {
        for &kind in Regularizer::ALL {
            let rows = Rows::new(&data, 5).unwrap();
            let (value, gradient) = kind.evaluate(rows, &labels).unwrap();
            assert!(value.is_finite() && gradient.iter().all(|g| g.is_finite()));
            if kind == Regularizer::Spread && labels[7] == 7 {
                assert!((value - 1.8).abs() < 1e-6, "1 + (1 - 1/5)");
            }
        }
    }
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn what_is_refused() {
    let data = [0.5, 1.0, f64::NAN, 0.0];
    let rows = Rows::new(&data, 2).unwrap();
    let (kind, good) = (Regularizer::Spread, rows);
    let text = "labels: wanted 2, given 1";
    message(kind.evaluate(good, &[1]), text);
    let text = "rows: wanted finite numbers, given NaN in row 1, column 0";
    message(kind.evaluate(rows, &[1, 2]), text);
    let text = "own: wanted a range within 0..2, given 1..3";
    message(kind.evaluate_part(rows, &[1, 2], 1..3), text);
    let text =
        "regularizer: wanted one of norm, squared-norm, zero-mean, spread, centres, given l2";
    message("l2".parse::<Regularizer>(), text);
    for &kind in Regularizer::ALL {
        let text = serde_json::to_string(&kind).unwrap();
        assert_eq!(text, format!("\"{}\"", kind.name()));
        assert_eq!(serde_json::from_str::<Regularizer>(&text).unwrap(), kind);
    }
}
