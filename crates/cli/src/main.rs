//! The `tercet` command: trains embedders, judges them and uses them.
//!
//! One file per subcommand; errors become text and exit codes here and nowhere else.
#![forbid(unsafe_code)]

mod arrays;
mod data;
mod embed;
mod eval;
mod gallery;
mod interrupt;
mod loss;
mod opened;
mod search;
mod show;
mod table;
mod text;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Burn allocates and frees large tensors at every step; this allocator keeps their pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Train, judge and use embeddings with the triplet loss and its family.
#[derive(Debug, Parser)]
#[command(
    name = "tercet",
    version,
    after_help = "Exit codes: 0 done, 1 target not met, 2 error, 130 interrupted."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// Threads that compute [default: one per processor]; results do not depend on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Train(train::Train),
    Eval(eval::Eval),
    Embed(embed::Embed),
    Search(search::Search),
    Data(data::Data),
    Loss(Box<loss::Microscope>),
}

/// How a command ended that met no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Done,
    TargetMissed,
    Interrupted,
}

impl Arguments {
    fn run(self) -> anyhow::Result<Ending> {
        if let Some(threads) = self.threads {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into());
            pool.build_global()?;
        }
        match self.command {
            Command::Train(train) => train.run(),
            Command::Eval(eval) => eval.run(),
            Command::Embed(embed) => embed.run(),
            Command::Search(search) => search.run(),
            Command::Data(data) => data.run(),
            Command::Loss(loss) => loss.run(),
        }
    }
}

fn main() -> ExitCode {
    match Arguments::parse().run() {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::TargetMissed) => ExitCode::from(1),
        Ok(Ending::Interrupted) => ExitCode::from(interrupt::CODE),
        // Whoever reads our output has seen enough of it: `tercet data . | head`.
        Err(error) if text::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            text::note!("{}", text::explained(&error));
            ExitCode::from(2)
        }
    }
}
