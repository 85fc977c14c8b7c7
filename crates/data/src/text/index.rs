use std::collections::HashMap;

use super::columns::Columns;
use super::fault::Fault;
use super::parse::example;
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
        columns: &Columns,
        width: usize,
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
                record.check_width(width)?;
                example(&record, columns, number)
            });
            checked.map_err(|fault| (begin, fault))?;
            index.begins.push(begin);
        }
        index.sort(numbers);
        Ok(index)
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
