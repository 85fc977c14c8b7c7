//! Embeddings from anywhere, rows of floats with labels, to a table of scores with intervals.
#![allow(clippy::print_stdout, reason = "an example")]

use tercet::eval::{Episodes, Error, Labelled, Score, ScoreTable, one_shot, retrieval};
use tercet::kernels::{Distance, Rows};

const CLASSES: i64 = 20;
const DIM: usize = 16;

/// Six rows of every class: a direction of the class, and noise.
fn embeddings(noise: f32) -> Vec<f32> {
    let number = |place: i64| ((place as f32) * 12.9898).sin() * 43758.547 % 1.0;
    let rows = (0..CLASSES * 6).flat_map(|row| {
        (0..DIM as i64).map(move |column| {
            let of_class = number((row % CLASSES) * 31 + column);
            of_class + noise * number(9999 + row * 17 + column)
        })
    });
    rows.collect()
}

fn judged(rows: &[f32], labels: &[i64]) -> Result<Vec<Score>, Error> {
    let rows = Rows::new(rows, DIM).expect("whole rows");
    // The third argument would keep rows of one group (one photo session, one source) from answering each other.
    let items = Labelled::new(rows, labels, None)?;
    let mut scores = retrieval(&items, Distance::Cosine)?.scores();
    let episodes = Episodes {
        ways: 10,
        ..Episodes::default()
    };
    scores.extend(one_shot(&items, Distance::Cosine, &episodes)?.scores());
    Ok(scores)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let labels: Vec<i64> = (0..CLASSES * 6).map(|row| row % CLASSES).collect();
    let table = ScoreTable::new()
        .with("noisy", "noisy model", judged(&embeddings(3.0), &labels)?)
        .with("clean", "clean model", judged(&embeddings(1.5), &labels)?)
        .noted(format!("{} rows of {CLASSES} classes", labels.len()));
    let shown = ["recall_at_1", "map_at_r", "one_shot_10way"];
    println!("{}\n", table.clone().showing(&shown));
    let noisy = table.score("noisy.recall_at_1").ok_or("no such score")?;
    let clean = table.score("clean.recall_at_1").ok_or("no such score")?;
    println!(
        "clean is better than noisy: {}",
        clean.is_better_than(noisy)
    );
    println!("as JSON: {}", serde_json::to_string(clean)?);
    Ok(())
}
