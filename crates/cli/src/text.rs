//! Words and numbers for people.

use std::io::{ErrorKind, Write};

/// Prints to standard output, with a newline at the end.
pub(crate) fn say(text: &impl std::fmt::Display) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Prints to standard error, with a newline at the end. That nobody reads it is no reason to end a run,
/// as `eprintln!` would.
macro_rules! note {
    ($($words:tt)*) => {
        $crate::text::write_note(format_args!($($words)*))
    };
}
pub(crate) use note;

/// What `note!` calls.
pub(crate) fn write_note(text: std::fmt::Arguments<'_>) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Whether the error is that nobody reads what is printed.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// The error and what caused it, a line each; a cause that the line before it already quotes is not
/// repeated.
pub(crate) fn explained(error: &anyhow::Error) -> String {
    let mut text = String::from("error: ");
    let mut last = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if last.is_empty() {
            text.push_str(&cause);
        } else if !last.contains(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause);
        }
        last = cause;
    }
    text
}

/// `12,345`.
pub(crate) fn grouped(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 picture`, `12,345 pictures`; for words whose plural ends in s.
pub(crate) fn counted(number: usize, word: &str) -> String {
    let plural = match (word.strip_suffix("ss"), word.strip_suffix('y')) {
        _ if number == 1 => word.to_owned(),
        (Some(_), _) => format!("{word}es"),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{word}s"),
    };
    format!("{} {plural}", grouped(number))
}

/// `3.2 s`, `4 min 05 s`, `2 h 03 min`.
pub(crate) fn time(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..10 => format!("{:.1} s", seconds.max(0.0)),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(7_u64), "7");
        assert_eq!(grouped(123_456_usize), "123,456");
        assert_eq!(grouped(1_234_567_u64), "1,234,567");
        assert_eq!(counted(1, "class"), "1 class");
        assert_eq!(counted(1586, "class"), "1,586 classes");
        assert_eq!(counted(0, "picture"), "0 pictures");
    }

    #[test]
    fn times_are_read_at_a_glance() {
        assert_eq!(time(3.21), "3.2 s");
        assert_eq!(time(59.2), "59 s");
        assert_eq!(time(245.0), "4 min 05 s");
        assert_eq!(time(7380.0), "2 h 03 min");
    }

    #[test]
    fn a_cause_is_told_once() {
        let inner = std::io::Error::other("no such file");
        let error = anyhow::Error::new(inner).context("cannot open a: no such file");
        assert_eq!(explained(&error), "error: cannot open a: no such file");
        let error = anyhow::anyhow!("deep").context("shallow");
        assert_eq!(explained(&error), "error: shallow\n  because: deep");
    }
}
