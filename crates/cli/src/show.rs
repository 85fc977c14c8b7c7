//! What a run looks like while it goes on: a bar on a terminal, lines elsewhere.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tercet::eval::Score;
use tercet::train::{
    Amount, Ending, Error, Event, Finish, Modality, Observer, OnCollapse, Start, Step,
};

use crate::text::{counted, grouped, note, time};

/// Lines about steps in a whole run, where there is no terminal.
const LINES: u64 = 20;

/// A bar with the time that is left; invisible where standard error is no terminal.
pub(crate) fn bar(len: u64, unit: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(len), ProgressDrawTarget::stderr());
    let template = format!("{{bar:24}} {{pos}}/{{len}} {unit}, {{eta}} left{{msg}}");
    let style =
        ProgressStyle::with_template(&template).expect("the template has fixed, known keys");
    bar.with_style(style)
}

/// A bar over the bytes of a file; a spinner where nobody knows how many there are.
pub(crate) fn bytes(len: u64) -> ProgressBar {
    let (len, template) = match len {
        0 => (None, "{spinner} {binary_bytes}{msg}"),
        _ => (
            Some(len),
            "{bar:24} {binary_bytes}/{binary_total_bytes}, {eta} left{msg}",
        ),
    };
    let bar = ProgressBar::with_draw_target(len, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(template).expect("the template has fixed, known keys");
    bar.with_style(style)
}

/// Shows the events of a training run on standard error.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Start,
    began: Instant,
    /// The last evaluation's first score.
    judged: Option<Score>,
    /// Batches without a triplet.
    empty: u64,
    /// Texts that were cut.
    truncated: usize,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self {
            bar: bar(0, "steps"),
            start: Start::default(),
            began: Instant::now(),
            judged: None,
            empty: 0,
            truncated: 0,
        }
    }

    fn say(&self, text: &str) {
        if self.bar.is_hidden() {
            note!("{text}");
        } else {
            self.bar.println(text);
        }
    }

    fn start(&mut self, start: &Start) {
        self.start = start.clone();
        self.began = Instant::now();
        self.say(&opening(start));
        self.bar.set_length(start.steps);
        self.bar.set_position(start.step);
        self.bar.reset_eta();
    }

    fn step(&mut self, step: &Step) {
        self.truncated += step.truncated;
        self.bar.set_message(format!("  {}", self.state(step)));
        self.bar.set_position(step.step);
        let every = self.start.steps.div_ceil(LINES).max(1);
        let last = step.step == self.start.steps;
        if self.bar.is_hidden() && (step.step.is_multiple_of(every) || last) {
            let left = time(self.seconds_left(step.step));
            let Step { step: number, .. } = step;
            note!(
                "step {number}/{}, {left} left  {}",
                self.start.steps,
                self.state(step)
            );
        }
    }

    /// Loss, share of the loss's own terms that cost something, the last evaluation.
    fn state(&self, step: &Step) -> String {
        let active = step.active as f64 / step.selected.max(1) as f64;
        let judged = self.judged.as_ref();
        let judged = judged.map_or(String::new(), |score| {
            format!(", validation {}", in_words(score))
        });
        format!(
            "loss {:.4}, {:.1} % active{judged}",
            step.loss,
            100.0 * active
        )
    }

    /// As long for each step as for those of this process.
    fn seconds_left(&self, step: u64) -> f64 {
        let done = step.saturating_sub(self.start.step).max(1);
        let left = self.start.steps.saturating_sub(step);
        self.began.elapsed().as_secs_f64() * left as f64 / done as f64
    }

    fn evaluated(&mut self, step: u64, scores: &[Score], best: bool) {
        let Some(first) = scores.first() else {
            return;
        };
        let best = if best { ", the best so far" } else { "" };
        self.say(&format!(
            "step {step}: validation {}{best}",
            in_words(first)
        ));
        self.judged = Some(first.clone());
    }

    /// The first one in full; the rest are counted.
    fn without(&mut self, step: u64, reason: &str) {
        self.empty += 1;
        if self.empty == 1 {
            self.say(&format!("step {step}: no triplet to learn from: {reason}"));
        }
    }

    fn finish(&self, finish: &Finish) {
        self.bar.finish_and_clear();
        if self.empty > 0 {
            note!(
                "{} without a triplet to learn from",
                counted(self.empty as usize, "step")
            );
        }
        if self.truncated > 0 {
            note!(
                "{} shown while training were longer than the model reads (model.max_length), and were cut",
                counted(self.truncated, "text")
            );
        }
        note!("{}", closing(finish, &self.start));
    }
}

impl Observer for Progress {
    fn observe(&mut self, event: &Event) -> Result<(), Error> {
        match event {
            Event::Start(start) => self.start(start),
            Event::Step(step) => self.step(step),
            Event::NoTriplet { step, reason } => self.without(*step, reason),
            Event::EmptyRung { step, rung } => self.say(&format!(
                "step {step}: no batch so far has anything above and below rung {rung} of the ladder; other \
                 thresholds would fit (tercet data emoji --relevance)"
            )),
            Event::Collapse {
                step,
                message,
                action,
            } => {
                self.say(&format!("step {step}: {message} {}", consequence(*action)));
            }
            Event::Evaluate { step, scores, best } => self.evaluated(*step, scores, *best),
            Event::Finish(finish) => self.finish(finish),
            _ => {}
        }
        Ok(())
    }
}

/// A score and its name, without its interval.
fn in_words(score: &Score) -> String {
    let plain = Score {
        interval: None,
        ..score.clone()
    };
    format!("{} {plain}", score.title())
}

fn unit(start: &Start) -> &'static str {
    match start.unit {
        Modality::Image => "picture",
        Modality::Text => "text",
        _ => "row",
    }
}

fn opening(start: &Start) -> String {
    let amount = |amount: Amount, name: &str| {
        let Amount { classes, items } = amount;
        let items = counted(items, unit(start));
        match classes {
            0 => format!("{items} for {name}"),
            _ => format!("{items} of {} for {name}", counted(classes, "class")),
        }
    };
    let skipped = match start.unreadable {
        0 => String::new(),
        count => format!(
            "; {} skipped (`tercet data` lists them)",
            counted(count, "unreadable file")
        ),
    };
    format!(
        "{}; {}; {}{skipped}\n{}",
        amount(start.train, "training"),
        amount(start.validation, "validation"),
        amount(start.test, "the test"),
        plan(start),
    )
}

fn plan(start: &Start) -> String {
    let from = match start.step {
        0 => String::new(),
        step => format!(", going on after step {}", grouped(step)),
    };
    format!(
        "network of {}, {} per embedding; {} a step; {}{from}",
        counted(start.parameters, "parameter"),
        counted(start.dim, "number"),
        counted(start.batch, unit(start)),
        counted(start.steps as usize, "step"),
    )
}

fn consequence(action: OnCollapse) -> &'static str {
    match action {
        OnCollapse::Stop => "The run stops here (train.on_collapse = \"stop\").",
        OnCollapse::Soften => "Going on with semi-hard negatives (train.on_collapse = \"soften\").",
        _ => "Going on (train.on_collapse = \"warn\").",
    }
}

fn closing(finish: &Finish, start: &Start) -> String {
    let why = match finish.ending {
        Ending::Early => ", early: no better evaluation for train.patience of them",
        Ending::Collapsed => ", stopped by the collapse alarm",
        _ => "",
    };
    format!(
        "trained for {}{why}; keeping the weights of step {}; now the test {}",
        counted(finish.step as usize, "step"),
        finish.kept_step,
        match start.unit {
            Modality::Text => "texts",
            Modality::Image => "classes",
            _ => "rows",
        },
    )
}
