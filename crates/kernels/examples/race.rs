//! One work of one loss, timed on rows from a file: what `reference/race.py` sets beside other libraries.
//!
//! `cargo run --release -p tercet-kernels --example race -- --work all-triplets --rows rows.npy --labels labels.npy`
//! prints one line of JSON. Threads as `RAYON_NUM_THREADS` says.
#![allow(clippy::print_stdout, reason = "an example talks")]

use std::error::Error;
use std::time::Instant;

use cpu_time::ProcessTime;
use tercet_kernels::{
    Batch, Contrastive, Distance, InfoNce, Loss, Margin, MultiSimilarity, Objective, Reduce, Rows,
    Select, SemiHard, Total, Triplet, Workspace,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A loss as the other libraries have it: plain Euclidean distance, margin 0.2.
fn objective(work: &str) -> Outcome<Objective<Loss>> {
    let triplet = |select| Loss::from(Triplet::new(Margin::default(), select));
    let unmined = MultiSimilarity {
        mining: false,
        ..MultiSimilarity::default()
    };
    let above = Select::SemiHard(SemiHard::NearestAbove);
    let (distance, loss, reduce) = match work {
        "all-triplets" => (
            Distance::Euclidean,
            triplet(Select::All),
            Reduce::MeanActive,
        ),
        "semi-hard" => (
            Distance::Euclidean,
            triplet(above),
            Reduce::MeanPositivePairs,
        ),
        "hardest" => (
            Distance::Euclidean,
            triplet(Select::Hardest),
            Reduce::MeanAnchors,
        ),
        "contrastive" => (
            Distance::Euclidean,
            Contrastive::linear(0.0, 1.4)?.into(),
            Reduce::MeanActive,
        ),
        "multi-similarity" => (Distance::Cosine, unmined.into(), Reduce::MeanAnchors),
        "ranking-symmetric" => (
            Distance::Cosine,
            InfoNce::new(20.0)?.symmetric().into(),
            Reduce::Mean,
        ),
        _ => return Err(format!("--work: no work is called {work}").into()),
    };
    Ok(Objective::new(distance, loss, reduce)?)
}

/// The numbers of a `.npy` file and how many make a row.
fn rows(path: &str) -> Outcome<(Vec<f32>, usize)> {
    let file = npyz::NpyFile::new(std::fs::File::open(path)?)?;
    let dim = *file.shape().last().ok_or("no rows")? as usize;
    Ok((file.into_vec()?, dim))
}

/// The value of an option.
fn option(name: &str) -> Option<String> {
    let mut words = std::env::args().skip_while(|word| word != name);
    words.nth(1)
}

fn needed(name: &str) -> Outcome<String> {
    Ok(option(name).ok_or(format!("{name}: wanted a value"))?)
}

/// Resident memory of the process in MiB: the most so far, or now.
fn memory(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what));
    let word = line.and_then(|line| line.split_whitespace().nth(1));
    word.and_then(|word| word.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn main() -> Outcome<()> {
    let work = needed("--work")?;
    // `kind/n/K`: how many rows there are is in the files.
    let objective = objective(work.split('/').next().unwrap_or(&work))?;
    let (data, dim) = rows(&needed("--rows")?)?;
    let second = option("--second").map(|path| rows(&path)).transpose()?;
    let labels: Vec<i64> = match option("--labels") {
        Some(path) => npyz::NpyFile::new(std::fs::File::open(path)?)?.into_vec()?,
        None => Vec::new(),
    };
    let repeat: usize = option("--repeat").map_or(Ok(9), |count| count.parse())?;
    let batch = || -> Outcome<Batch<'_, f32>> {
        let anchors = Rows::new(&data, dim)?;
        Ok(match &second {
            Some((second, dim)) => Batch::matched(anchors, Rows::new(second, *dim)?)?,
            None => Batch::within(anchors, &labels)?,
        })
    };
    let mut workspace = Workspace::default();
    let (mut wall, mut cpu, mut value) = (vec![], vec![], 0.0);
    let before = memory("VmRSS");
    for _ in 0..=repeat {
        let (start, busy) = (Instant::now(), ProcessTime::now());
        let total: Total<f32> = objective.total_in(&batch()?, &mut workspace)?;
        wall.push(1e3 * start.elapsed().as_secs_f64());
        cpu.push(1e3 * busy.elapsed().as_secs_f64());
        value = total.value;
        workspace.recycle(total);
    }
    let peak = memory("VmHWM") - before;
    let (wall, cpu) = (median(wall.split_off(1)), median(cpu.split_off(1)));
    println!(
        "{{\"work\": \"{work}\", \"value\": {value}, \"wall_ms\": {wall:.4}, \"cpu_ms\": {cpu:.4}, \"peak_mib\": {peak:.1}}}"
    );
    Ok(())
}
