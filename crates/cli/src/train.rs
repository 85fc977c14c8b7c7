//! `tercet train`: from a recipe to a model and its scores.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use tercet::train::{Observer, Recipe, RunFolder, RunOutcome, Spent, TargetRecipe};

use crate::show::Progress;
use crate::text::{note, say, time};
use crate::{Ending, interrupt, table};

/// Train an embedder as a recipe says
#[derive(Debug, Args)]
pub(crate) struct Train {
    /// The recipe, a TOML file; with --resume it may be left out
    #[arg(required_unless_present = "resume")]
    recipe: Option<PathBuf>,

    /// Set a key of the recipe, as in train.steps=300 or loss.margin=soft; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,

    /// The folder for the results, empty or not there yet [default: runs/ and the recipe's name]
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    out: Option<PathBuf>,

    /// Go on with the run in this folder, from its newest checkpoint
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,

    /// The seed of everything random; the same as --set seed=N
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("wanted KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

impl Train {
    pub(crate) fn run(mut self) -> anyhow::Result<Ending> {
        self.set
            .extend(self.seed.map(|seed| ("seed".to_owned(), seed.to_string())));
        let (recipe, folder) = self.prepare()?;
        let stop = interrupt::flag()?;
        let mut progress = Progress::new();
        let observers: &mut [&mut dyn Observer] = &mut [&mut progress];
        note!("run folder: {}", folder.path().display());
        let path = self.recipe.clone().unwrap_or_else(|| folder.recipe());
        let outcome = tercet::train::train(&recipe, &folder, &stop, observers)
            .with_context(|| format!("cannot train as {} says", path.display()))?;
        drop(progress);
        conclude(&recipe, &folder, &outcome)
    }

    fn prepare(&self) -> anyhow::Result<(Recipe, RunFolder)> {
        if let Some(path) = &self.resume {
            let folder = RunFolder::open(path)?;
            let recipe = self.recipe.clone().unwrap_or_else(|| folder.recipe());
            return Ok((Recipe::read(&recipe, &self.set)?, folder));
        }
        let path = self.recipe.as_deref().context("wanted a recipe")?;
        let recipe = Recipe::read(path, &self.set)?;
        let out = match &self.out {
            Some(out) => out.clone(),
            None => free(path),
        };
        Ok((recipe, RunFolder::create(&out)?))
    }
}

/// `runs/NAME`, or `runs/NAME-2` and so on where something is there.
fn free(recipe: &Path) -> PathBuf {
    let name = recipe
        .file_stem()
        .map_or("run".into(), |stem| stem.to_string_lossy());
    let first = Path::new("runs").join(name.as_ref());
    let others = (2_u64..).map(|number| Path::new("runs").join(format!("{name}-{number}")));
    let mut all = std::iter::once(first.clone()).chain(others);
    all.find(|path| !path.exists()).unwrap_or(first)
}

fn conclude(recipe: &Recipe, folder: &RunFolder, outcome: &RunOutcome) -> anyhow::Result<Ending> {
    let path = folder.path().display();
    if let Some(step) = outcome.interrupted {
        let steps = recipe.train.steps;
        note!("stopped after step {step} of {steps}; go on with\n  tercet train --resume {path}");
        return Ok(Ending::Interrupted);
    }
    if !outcome.scores.is_empty() {
        say(&format!("\n{}\n", table::text(&outcome.scores)))?;
    }
    say(&cost(outcome))?;
    say(&format!(
        "model: {}\nscores: {}",
        folder.model().display(),
        folder.metrics().display()
    ))?;
    for line in targets(&recipe.target, outcome) {
        say(&line)?;
    }
    Ok(if outcome.target_met {
        Ending::Done
    } else {
        Ending::TargetMissed
    })
}

fn cost(outcome: &RunOutcome) -> String {
    let spent = |cost: &Spent| {
        format!(
            "{} on the clock, {} of processor time",
            time(cost.wall_seconds),
            time(cost.cpu_seconds)
        )
    };
    let memory = outcome.peak_memory.map_or(String::new(), |bytes| {
        format!(
            "; at most {:.2} GiB of memory",
            bytes as f64 / f64::from(1 << 30)
        )
    });
    format!(
        "training: {}\nin all: {}{memory}",
        spent(&outcome.training),
        spent(&outcome.total)
    )
}

/// A line for every target.
fn targets(target: &TargetRecipe, outcome: &RunOutcome) -> Vec<String> {
    let line = |(name, wanted): (&String, &f64)| {
        let score = outcome.scores.score(name);
        let bound = match score.is_none_or(|score| score.higher_is_better) {
            true => "at least",
            false => "at most",
        };
        let given = score.map_or("not measured".to_owned(), |score| format!("given {score}"));
        format!("target {name}: wanted {bound} {wanted}, {given}")
    };
    target.0.iter().map(line).collect()
}
