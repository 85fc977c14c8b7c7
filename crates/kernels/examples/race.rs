//! Plain loops against the fast path, at FaceNet's batch: 1,800 rows, 40 per class, 128 numbers.
//!
//! `cargo run --release -p tercet-kernels --example race`
#![allow(clippy::print_stdout, reason = "an example talks")]

use std::time::Instant;

use tercet_kernels::{Batch, Distance, Error, Margin, Objective, Reduce, Rows, Select, Triplet};

fn main() -> Result<(), Error> {
    let (n, dim) = (1800, 128);
    let data = unit_rows(n, dim);
    let labels: Vec<i64> = (0..n as i64).map(|i| i / 40).collect();
    let batch = Batch::within(Rows::new(&data, dim)?, &labels)?;
    println!("{:28} {:>10} {:>10}", "milliseconds", "plain", "fast");
    for &select in Select::ALL {
        let loss = Triplet::new(Margin::hard(0.2)?, select);
        let objective = Objective::new(Distance::SquaredEuclidean, loss, Reduce::Mean)?;
        let plain = milliseconds(1, || objective.evaluate_plain(&batch).map(drop))?;
        let fast = milliseconds(10, || objective.evaluate(&batch).map(drop))?;
        println!("{:28} {plain:10.1} {fast:10.1}", select.name());
    }
    Ok(())
}

/// The least time of some repetitions.
fn milliseconds(times: usize, mut work: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut least = f64::INFINITY;
    for _ in 0..times {
        let start = Instant::now();
        work()?;
        least = least.min(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(least)
}

/// Rows on the unit sphere from a linear congruential generator.
fn unit_rows(n: usize, dim: usize) -> Vec<f32> {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let mut rows: Vec<f32> = (0..n * dim).map(|_| next()).collect();
    for row in rows.chunks_mut(dim) {
        let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
        row.iter_mut().for_each(|x| *x /= length);
    }
    rows
}
