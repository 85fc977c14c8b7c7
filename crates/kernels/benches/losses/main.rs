//! Every loss beside plain matrix products of the same shape, in one run.
//!
//! `cargo bench -p tercet-kernels` prints one table; `-- NAME` runs the works whose names contain it. Times
//! are medians of repetitions that alternate between a work and its products; a ratio is the median of
//! the ratios of neighbours. Memory is the most that was allocated at once above the inputs.
#![allow(clippy::print_stdout, reason = "a bench talks")]

mod measure;
mod products;
mod works;

use measure::{Figures, paired};
use works::{Work, works};

#[global_allocator]
static ALLOCATOR: measure::Counting = measure::Counting;

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let threads = std::env::var("THREADS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(2);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a pool of threads")
        .install(|| table(&words, threads));
}

fn table(words: &[String], threads: usize) {
    println!("f32, {threads} threads; milliseconds, medians; ratios to the products\n");
    println!(
        "| work | n | d | ms | CPU ms | products ms | CPU ms | ratio | CPU ratio | MiB |\n\
         |---|---|---|---|---|---|---|---|---|---|"
    );
    for work in works() {
        if words.is_empty() || words.iter().any(|word| work.name.contains(word.as_str())) {
            line(&work);
        }
    }
}

fn line(work: &Work) {
    let Figures {
        ours,
        products,
        wall,
        cpu,
        peak,
    } = paired(work);
    println!(
        "| {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {wall:.2} | {cpu:.2} | {:.1} |",
        work.name,
        work.n,
        work.dim,
        ours.0,
        ours.1,
        products.0,
        products.1,
        peak as f64 / f64::from(1 << 20),
    );
}
