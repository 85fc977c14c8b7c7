//! A summary as text.

use std::fmt::{self, Display, Formatter};

use super::{PixelRange, Summary};

/// How many lines of a list are shown.
const LINES: usize = 12;
/// How long the longest bar is.
const BAR: usize = 40;

impl Display for Summary {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.path.display())?;
        writeln!(
            out,
            "  pictures    {} in {}",
            self.images,
            counted(self.classes, "class", "classes")
        )?;
        if self.sources > 0 || self.groups > 0 {
            let (sources, groups) = (
                counted(self.sources, "source", "sources"),
                counted(self.groups, "group", "groups"),
            );
            writeln!(out, "  from        {sources}, {groups}")?;
        }
        if self.others > 0 {
            writeln!(out, "  other files {} passed over", self.others)?;
        }
        writeln!(
            out,
            "  width       {}\n  height      {}",
            self.width, self.height
        )?;
        self.bars(out)?;
        let unreadable = self
            .unreadable
            .iter()
            .map(|picture| format!("{}: {}", picture.name, picture.reason));
        list(out, "unreadable", unreadable)?;
        let small = self
            .small
            .iter()
            .map(|small| format!("{} ({})", small.class, small.samples));
        list(
            out,
            &format!("classes with fewer than {} samples", self.least),
            small,
        )?;
        let duplicates = self
            .duplicates
            .iter()
            .map(|duplicate| duplicate.names.join(" = "));
        list(out, "the same picture in different classes", duplicates)?;
        writeln!(out, "  copies inside a class: {}", self.repeated)
    }
}

impl Summary {
    /// The histogram.
    fn bars(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "  samples per class")?;
        let bins = self.bins();
        let highest = bins
            .iter()
            .map(|&(_, _, classes)| classes)
            .max()
            .unwrap_or(1)
            .max(1);
        for (from, to, classes) in bins {
            let label = if from == to {
                from.to_string()
            } else {
                format!("{from}-{to}")
            };
            let bar = "#".repeat((classes * BAR).div_ceil(highest));
            writeln!(out, "  {label:>11} {bar} {classes}")?;
        }
        Ok(())
    }

    /// (from, to, classes): one bin for each number of samples, or, where these are many, bins that
    /// double.
    fn bins(&self) -> Vec<(usize, usize, usize)> {
        if self.histogram.len() <= LINES {
            return self
                .histogram
                .iter()
                .map(|(&samples, &classes)| (samples, samples, classes))
                .collect();
        }
        let mut bins: Vec<(usize, usize, usize)> = Vec::new();
        for (&samples, &classes) in &self.histogram {
            match bins.last_mut() {
                Some((_, to, sum)) if samples <= *to => *sum += classes,
                _ => {
                    let from = 1 << samples.ilog2();
                    bins.push((from, 2 * from - 1, classes));
                }
            }
        }
        bins
    }
}

impl Display for PixelRange {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} to {} pixels, median {}",
            self.least, self.most, self.median
        )
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn list(
    out: &mut Formatter<'_>,
    title: &str,
    lines: impl ExactSizeIterator<Item = String>,
) -> fmt::Result {
    let count = lines.len();
    writeln!(out, "  {title}: {count}")?;
    for line in lines.take(LINES) {
        writeln!(out, "    {line}")?;
    }
    if count > LINES {
        writeln!(out, "    and {} more", count - LINES)?;
    }
    Ok(())
}
