use std::collections::HashMap;

use super::cell::ReadCell;
use super::fault::Fault;
use super::parse::example;
use super::row_file::Rules;
use super::walk::Step;

/// What is kept of a file in memory: where its rows begin, and their labels.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The byte where each row begins.
    pub(super) begins: Vec<u64>,
    /// The class of each row, where rows are labelled.
    pub(super) labels: Vec<u32>,
    /// The names of the classes, in their order.
    pub(super) classes: Vec<String>,
}

impl Index {
    /// Goes through all rows and checks them; a fault comes with the byte where its row begins.
    pub(super) fn of(
        rows: impl Iterator<Item = Step>,
        rules: &Rules,
        read: &mut impl ReadCell,
    ) -> Result<Self, (u64, Fault)> {
        let mut index = Self::default();
        let mut numbers = HashMap::new();
        for (begin, record) in rows {
            let labels = &mut index.labels;
            let number = |name| {
                let next = numbers.len() as u32;
                let number = *numbers.entry(name).or_insert(next);
                labels.push(number);
                number
            };
            let checked = record.and_then(|record| {
                record.check_width(rules.width)?;
                example(&record, &rules.columns, rules.scores, read, number)
            });
            checked.map(drop).map_err(|fault| (begin, fault))?;
            index.begins.push(begin);
        }
        index.sort(numbers);
        Ok(index)
    }

    /// The bytes of all this.
    pub(super) fn held_bytes(&self) -> usize {
        let names: usize = self.classes.iter().map(String::capacity).sum();
        size_of_val(self.begins.as_slice())
            + size_of_val(self.labels.as_slice())
            + size_of_val(self.classes.as_slice())
            + names
    }

    /// Renumbers the classes by their names; until now they were in the order in which they came.
    fn sort(&mut self, numbers: HashMap<String, u32>) {
        let mut names: Vec<(String, u32)> = numbers.into_iter().collect();
        names.sort_unstable();
        let mut places = vec![0; names.len()];
        for (place, (_, number)) in (0..).zip(&names) {
            places[*number as usize] = place;
        }
        for label in &mut self.labels {
            *label = places[*label as usize];
        }
        self.classes = names.into_iter().map(|(name, _)| name).collect();
        self.begins.shrink_to_fit();
        self.labels.shrink_to_fit();
    }
}
