//! The event log, the schedule and the collapse alarm.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use fs_err as fs;
use tercet_kernels::{Distance, Margin, Objective, Reduce, Select, Triplet};
use tercet_train::{
    Alarm, Criterion, Error, Event, EventLog, LearningRate, Observer, OnCollapse, OptimizerRecipe,
    Recipe, Schedule, Step,
};

fn step(number: u64) -> Event {
    Event::Step(Box::new(Step {
        step: number,
        loss: 0.25,
        ..Step::default()
    }))
}

fn steps(path: &Path) -> Vec<u64> {
    let text = fs::read_to_string(path).unwrap();
    let values = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    values
        .map(|value| value["step"].as_u64().unwrap())
        .collect()
}

#[test]
fn an_event_is_a_line_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let mut log = EventLog::create(&path).unwrap();
    log.observe(&step(1)).unwrap();
    let event = Event::Collapse {
        step: 2,
        message: "all the same".to_owned(),
        action: OnCollapse::Warn,
    };
    log.observe(&event).unwrap();
    // Both lines are in the file before the log is closed.
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with(r#"{"event":"step","step":1,"epoch":0,"loss":0.25,"#));
    assert!(lines[0].contains(r#""positive":{"mean":0.0,"#));
    assert_eq!(
        lines[1],
        r#"{"event":"collapse","step":2,"message":"all the same","action":"warn"}"#
    );
}

#[test]
fn resuming_cuts_back_to_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let mut log = EventLog::resume(&path, 0).unwrap();
    for number in 1..=5 {
        log.observe(&step(number)).unwrap();
    }
    drop(log);
    // A kill in the middle of a line.
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole + r#"{"event":"step","st"#).unwrap();
    let mut log = EventLog::resume(&path, 3).unwrap();
    assert_eq!(steps(&path), [1, 2, 3]);
    log.observe(&step(4)).unwrap();
    assert_eq!(steps(&path), [1, 2, 3, 4]);
}

#[test]
fn a_foreign_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    fs::write(&path, "{\"event\":\"step\",\"step\":1}\nhello\n").unwrap();
    let error = EventLog::resume(&path, 1).unwrap_err();
    assert!(matches!(error, Error::EventLine { line: 2, .. }));
    assert!(
        error
            .to_string()
            .contains("events.jsonl, line 2: wanted an event")
    );
}

fn rate(schedule: Schedule) -> LearningRate {
    let recipe = OptimizerRecipe {
        learning_rate: 0.8,
        warmup_steps: 3,
        schedule,
        step_every: 2,
        step_factor: 0.5,
        final_fraction: 0.25,
        ..OptimizerRecipe::default()
    };
    LearningRate::new(&recipe, 11)
}

fn near(given: f64, wanted: f64) {
    assert!(
        (given - wanted).abs() < 1e-12,
        "wanted {wanted}, given {given}"
    );
}

#[test]
fn the_learning_rate_warms_up_linearly() {
    for schedule in [Schedule::Cosine, Schedule::Step, Schedule::Constant] {
        for (step, wanted) in [(0, 0.2), (1, 0.4), (2, 0.6), (3, 0.8)] {
            near(rate(schedule).at(step), wanted);
        }
    }
}

#[test]
fn the_learning_rate_falls_as_the_schedule_says() {
    let cosine = rate(Schedule::Cosine);
    // Half way, at step 3 + 8 / 2, half way between 0.8 and 0.2; a quarter of the way cos = sqrt(1/2).
    near(cosine.at(7), 0.5);
    near(cosine.at(5), 0.2 + 0.6 * (1.0 + 0.5f64.sqrt()) / 2.0);
    near(cosine.at(11), 0.2);
    near(cosine.at(99), 0.2);
    let step = rate(Schedule::Step);
    for (number, wanted) in [(4, 0.8), (5, 0.4), (6, 0.4), (7, 0.2), (9, 0.1)] {
        near(step.at(number), wanted);
    }
    near(rate(Schedule::Constant).at(10), 0.8);
}

fn seen(step: u64, rank: f64, distance: f64) -> Step {
    Step {
        step,
        loss: 0.2,
        selected: 5,
        effective_rank: rank,
        mean_squared_distance: distance,
        ..Step::default()
    }
}

/// The steps at which the alarm rings.
fn rings(alarm: &mut Alarm, steps: impl IntoIterator<Item = Step>, dim: usize) -> Vec<u64> {
    let loss = Criterion::default();
    let alerts = steps
        .into_iter()
        .filter_map(|step| alarm.look(&step, &loss, dim, || None));
    alerts.map(|alert| alert.step).collect()
}

#[test]
fn the_alarm_rings_after_ten_flat_steps() {
    let flat = |from: u64, to: u64| (from..=to).map(|step| seen(step, 1.4, 1.0));
    let mut alarm = Alarm::default();
    assert!(rings(&mut alarm, flat(1, 9), 128).is_empty());
    assert!(rings(&mut alarm, [seen(10, 1.6, 1.0)], 128).is_empty());
    assert_eq!(rings(&mut alarm, flat(11, 40), 128), [20]);
    // Two numbers per embedding cannot have a higher rank than 2; there rank says nothing.
    assert!(rings(&mut Alarm::default(), flat(1, 40), 2).is_empty());
}

#[test]
fn the_alarm_rings_after_ten_shrunken_steps() {
    let mut alarm = Alarm::default();
    let shrunken = |share: f64| (2..=20).map(move |step| seen(step, 9.0, 2.0 * share));
    assert!(rings(&mut alarm, [seen(1, 9.0, 2.0)], 128).is_empty());
    assert!(rings(&mut alarm, shrunken(0.011), 128).is_empty());
    assert_eq!(rings(&mut alarm, shrunken(0.009), 128), [11]);
}

#[test]
fn the_alarm_is_carried_by_a_checkpoint() {
    let flat = |from: u64, to: u64| (from..=to).map(|step| seen(step, 1.0, 1.0));
    let mut alarm = Alarm::default();
    assert!(rings(&mut alarm, flat(1, 6), 8).is_empty());
    let text = serde_json::to_string(&alarm).unwrap();
    let mut alarm: Alarm = serde_json::from_str(&text).unwrap();
    assert_eq!(rings(&mut alarm, flat(7, 12), 8), [10]);
}

#[test]
fn the_alarm_names_the_signature_of_the_loss() {
    let last = |loss: f64, selected: u64, margin: Margin| {
        let mut alarm = Alarm::default();
        let steps = (1..=10).map(|step| Step {
            loss,
            selected,
            ..seen(step, 1.0, 1e-9)
        });
        let objective = Objective::new(
            Distance::SquaredEuclidean,
            Triplet::new(margin, Select::Hardest),
            Reduce::Mean,
        );
        let loss = Criterion::of(objective.unwrap());
        let mut alerts = steps.filter_map(|step| alarm.look(&step, &loss, 8, || None));
        alerts.next().unwrap().message
    };
    let hard = Margin::hard(0.2).unwrap();
    assert!(last(0.199, 5, hard).contains("near its margin 0.2000"));
    assert!(last(0.69, 5, Margin::Soft).contains("near ln 2 = 0.6931"));
    let nothing = last(0.0, 0, hard);
    assert!(nothing.contains("No triplet is selected, so the loss is 0"));
    assert!(nothing.contains("nearest-above"));
    assert!(last(0.7, 5, hard).contains("stands at 0.7000."));
}

#[test]
fn the_alarm_knows_what_equal_embeddings_cost_under_other_losses() {
    let recipe = Recipe::parse("[loss]\nkind = \"sup-con\"\n", "here".as_ref(), &[]).unwrap();
    let last = |loss: f64, equal: Option<f64>| {
        let mut alarm = Alarm::default();
        let steps = (1..=10).map(|step| Step {
            loss,
            ..seen(step, 1.0, 1e-9)
        });
        let mut alerts = steps.filter_map(|step| alarm.look(&step, &recipe.loss, 8, || equal));
        alerts.next().unwrap().message
    };
    let message = last(2.8, Some(2.833));
    assert!(
        message.contains("stands at 2.8000, near 2.8330: what equal"),
        "{message}"
    );
    assert!(message.contains("or kind = \"triplet\""), "{message}");
    assert!(!message.contains("on_collapse"), "{message}");
    assert!(last(2.0, Some(2.833)).contains("stands at 2.0000."));
    assert!(last(2.8, None).contains("stands at 2.8000."));
}
