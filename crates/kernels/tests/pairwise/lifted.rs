//! Lifted structure, original and generalised.

use crate::DIM;
use crate::table::{Table, Wanted, margin, measure, same, sets, tables};
use tercet_kernels::{Distance, GeneralizedLifted, Lifted};

#[test]
fn lifted() {
    for table in sets() {
        for &distance in Distance::ALL {
            for m in [1.0, 0.3] {
                let loss = Lifted { margin: margin(m) };
                same(&table, (distance, loss), &lifted_loops(&table, distance, m));
            }
        }
    }
}

fn lifted_loops(table: &Table, distance: Distance, m: f64) -> Wanted {
    // The whole set, for a positive's negatives are looked at too.
    let classes = &table.classes.1;
    let row = |i: usize| &table.candidates[i * DIM..][..DIM];
    let far = |i, j| measure(distance, row(i), row(j));
    let mut wanted = Wanted::default();
    for i in table.own.clone().unwrap() {
        let before = wanted.terms;
        for j in (0..classes.len()).filter(|&j| j != i && classes[i] == classes[j]) {
            let mut sum = 0.0;
            for end in [i, j] {
                for k in (0..classes.len()).filter(|&k| classes[k] != classes[end]) {
                    sum += (m - far(end, k)).exp();
                }
            }
            if sum > 0.0 {
                let cost = f64::max(sum.ln() + far(i, j), 0.0);
                wanted.add(cost * cost / 2.0);
            }
        }
        wanted.anchors += u64::from(wanted.terms > before);
    }
    wanted
}

#[test]
fn generalized_lifted() {
    for table in tables() {
        for &distance in Distance::ALL {
            for m in [1.0, 0.1] {
                let mut wanted = Wanted::default();
                for a in 0..table.n() {
                    let (positives, negatives) = (table.positives(a), table.negatives(a));
                    if positives.is_empty() || negatives.is_empty() {
                        continue;
                    }
                    let far = |&j: &usize| table.far(distance, a, j);
                    let pull: f64 = positives.iter().map(|p| far(p).exp()).sum();
                    let push: f64 = negatives.iter().map(|n| (m - far(n)).exp()).sum();
                    wanted.add(f64::max(pull.ln() + push.ln(), 0.0));
                    wanted.anchors += 1;
                }
                let loss = GeneralizedLifted { margin: margin(m) };
                same(&table, (distance, loss), &wanted);
            }
        }
    }
}
