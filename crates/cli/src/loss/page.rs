//! The report as a page for people.

use std::fmt::Write;

use serde_json::Value;
use tercet::kernels::{Spread, Term};

use super::labels::Are;
use super::report::{Data, Norms, Report, table};
use crate::text::{counted, grouped};

/// Characters in a line of a note.
const WIDTH: usize = 96;

/// The page.
pub(super) fn page(report: &Report) -> String {
    let mut text = format!(
        "rows         {}\nobjective    {}\nvalue        {}\n\n",
        rows(&report.data),
        objective(report),
        value(report),
    );
    text += &counts(report);
    text += &distances(report);
    text += &costly(report);
    for note in &report.notes {
        text += &format!("\n{}\n", wrapped(note));
    }
    text.truncate(text.trim_end().len());
    text
}

fn rows(data: &Data) -> String {
    let classes = data.labels_of_rows;
    let each = match (classes.fewest_rows, classes.most_rows) {
        (least, most) if least == most => counted(most, "row"),
        (least, most) => format!("{} to {}", grouped(least), counted(most, "row")),
    };
    let together = match data.labels_are {
        Are::Scores => format!("{} with a score", counted(data.rows / 2, "pair")),
        Are::Tuples => format!("{} of {each}", counted(classes.different, "tuple")),
        _ => format!("{} of {each}", counted(classes.different, "label")),
    };
    let mut text = format!(
        "{} of {}, {} bits each{}; {together}",
        grouped(data.rows),
        counted(data.dim, "number"),
        data.bits,
        if data.normalized {
            ", normalised to length 1"
        } else {
            ""
        },
    );
    if data.candidates.is_some() {
        text += &format!("; {}", counted(data.candidate_rows, "candidate"));
    }
    text
}

/// A line per term.
fn objective(report: &Report) -> String {
    let lines: Vec<String> = report.criterion.terms().iter().map(term).collect();
    lines.join("\n           + ")
}

fn term(term: &Term) -> String {
    let settings = table(term).into_iter();
    let apart = ["kind", "distance", "reduce", "weight"];
    let settings = settings.filter(|(key, _)| !apart.contains(&key.as_str()));
    let settings: String = settings
        .map(|(key, value)| format!(", {key} {}", word(&value)))
        .collect();
    let weight = match term.weight() {
        1.0 => String::new(),
        weight => format!("{weight} x "),
    };
    let distance = term.distance().map_or(String::new(), |distance| {
        format!("; distance {distance}, reduce {}", term.reduce())
    });
    format!("{weight}{}{settings}{distance}", term.kind().name())
}

/// The value, and of a sum its parts.
fn value(report: &Report) -> String {
    let parts = report.shares.iter().map(|share| match share.weight {
        1.0 => number(share.value),
        weight => format!("{weight} x {}", number(share.value)),
    });
    let parts: Vec<String> = parts.collect();
    match parts.len() {
        1 if report.shares[0].weight == 1.0 => number(report.value),
        _ => format!("{} = {}", number(report.value), parts.join(" + ")),
    }
}

/// A value as it is written in a flag and on the page.
fn word(value: &Value) -> String {
    match value {
        Value::String(word) => word.clone(),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN).to_string(),
        Value::Array(list) => {
            let list: Vec<String> = list.iter().map(word).collect();
            format!("[{}]", list.join(", "))
        }
        other => other.to_string(),
    }
}

fn counts(report: &Report) -> String {
    let (terms, triplets, anchors) = (&report.terms, &report.triplets, &report.anchors);
    let of_all = |part| share(part, triplets.valid);
    let mut text = format!(
        "terms        {} selected, {} active (cost more than 0)\n",
        grouped(terms.terms),
        share(terms.active, terms.terms)
    );
    let nearly = match triplets.margin {
        Some(_) => format!("{} semi-hard, ", of_all(triplets.semi_hard)),
        None => String::new(),
    };
    text += &format!(
        "triplets     {} valid: {} hard, {nearly}{} easy\n",
        grouped(triplets.valid),
        of_all(triplets.hard),
        of_all(triplets.easy)
    );
    text += &format!(
        "anchors      {}: {} without a positive, {} without a negative\n",
        grouped(anchors.count as u64),
        grouped(anchors.without_positive),
        grouped(anchors.without_negative)
    );
    let gradient = &report.gradient;
    text += &format!("gradient     norm {}", number(gradient.norm));
    if let Some(norm) = gradient.candidate_norm {
        text += &format!(", of the candidates {}", number(norm));
    }
    if let Some(norm) = gradient.proxy_norm {
        text += &format!(", of the proxies {}", number(norm));
    }
    if gradient.parameter != 0.0 {
        let own = own(report.shares[0].kind);
        text += &format!(", of {own} {}", number(gradient.parameter));
    }
    if gradient.second_parameter != 0.0 {
        text += &format!(", of the bias {}", number(gradient.second_parameter));
    }
    text + "\n\n"
}

/// The number that a loss can learn.
fn own(kind: &str) -> &'static str {
    match kind {
        "info-nce" | "cosent" | "sigmoid" => "the scale",
        "nt-xent" | "sup-con" => "the temperature",
        "margin" => "the boundary beta",
        _ => "the loss's own number",
    }
}

fn distances(report: &Report) -> String {
    let mut text = format!(
        "distances    {:>10} {:>10} {:>10} {:>10}\n",
        "5 %", "median", "95 %", "mean"
    );
    text += &spread("  positives", &report.positive);
    text += &spread("  negatives", &report.negative);
    text += &format!("mean of all  {}\n", number(report.mean_distance));
    text += &norms("norms", &report.norms);
    if let Some(of_candidates) = &report.candidate_norms {
        text += &norms("  candidates", of_candidates);
    }
    let most = report.data.dim.min(report.data.candidate_rows);
    let seen = match report.collapsed {
        true => "looks collapsed, see below",
        false => "no sign of collapse",
    };
    text += &format!(
        "rank         {:.2} of at most {most} directions in use: {seen}\n",
        report.effective_rank
    );
    text
}

fn spread(name: &str, spread: &Spread) -> String {
    if spread.count == 0 {
        return format!("{name:<12} none\n");
    }
    let numbers = [spread.q05, spread.q50, spread.q95, spread.mean];
    let numbers: Vec<String> = numbers
        .iter()
        .map(|&x| format!("{:>10}", number(x)))
        .collect();
    format!("{name:<12} {}\n", numbers.join(" "))
}

fn norms(name: &str, norms: &Norms) -> String {
    format!(
        "{name:<12} {} to {}, mean {}\n",
        number(norms.min),
        number(norms.max),
        number(norms.mean)
    )
}

fn costly(report: &Report) -> String {
    let mut text = String::new();
    for (place, worst) in report.worst.iter().enumerate() {
        let name = if place == 0 { "\ncosts most" } else { "" };
        let cost = number(worst.cost);
        let width = 12 + usize::from(place == 0);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{name:<width$} row {}, label {}: {cost}",
            worst.row, worst.label
        );
    }
    text
}

/// `20 (83.3 %)`.
fn share(part: u64, all: u64) -> String {
    match all {
        0 => grouped(part),
        _ => format!(
            "{} ({:.1} %)",
            grouped(part),
            100.0 * part as f64 / all as f64
        ),
    }
}

/// In lines of at most `WIDTH` characters.
fn wrapped(text: &str) -> String {
    let (mut lines, mut width) = (String::new(), 0);
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}

/// Six digits that count.
pub(super) fn number(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e7).contains(&size) {
        return format!("{number:.5e}");
    }
    let before = size.log10().floor() as i32 + 1;
    let after = (6 - before).clamp(0, 9) as usize;
    format!("{number:.after$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_digits() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.450_669_467), "0.450669");
        assert_eq!(number(-12.345_678_9), "-12.3457");
        assert_eq!(number(123_456.7), "123457");
        assert_eq!(number(0.001_234_567_8), "0.00123457");
        assert_eq!(number(1.5e-9), "1.50000e-9");
        assert_eq!(number(2e300), "2.00000e300");
    }

    #[test]
    fn notes_are_wrapped_between_words() {
        let text = "word ".repeat(40);
        let lines = wrapped(text.trim());
        assert!(
            lines
                .lines()
                .all(|line| line.len() <= WIDTH && line.ends_with("word"))
        );
        assert_eq!(lines.replace('\n', " "), text.trim());
    }

    #[test]
    fn shares_of_nothing_are_left_out() {
        assert_eq!(share(20, 24), "20 (83.3 %)");
        assert_eq!(share(0, 0), "0");
    }
}
