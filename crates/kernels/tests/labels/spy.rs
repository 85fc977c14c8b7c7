//! A loss that looks at what a batch makes of its labels.

use std::sync::Mutex;

use crate::truth::{Bond, Truth};
use tercet_kernels::{
    Batch, Distance, Needs, Objective, Real, Reduce, Row, RowLoss, Slopes, Terms,
};

/// A loss that writes down what it sees.
#[derive(Default)]
pub(crate) struct Spy {
    pub(crate) seen: Mutex<Vec<Seen>>,
    pub(crate) groups: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) anchor: usize,
    pub(crate) positives: Vec<usize>,
    pub(crate) negatives: Vec<usize>,
    pub(crate) grades: Vec<f32>,
}

impl RowLoss for Spy {
    fn row<T: Real>(&self, row: &Row<'_, T>, _: &mut Slopes<'_, T>) -> Terms {
        let seen = Seen {
            anchor: row.anchor(),
            positives: row.positives().collect(),
            negatives: row.negatives().collect(),
            grades: row.grades().to_vec(),
        };
        assert_eq!(row.positive_count(), seen.positives.len());
        assert_eq!(row.negative_count(), seen.negatives.len());
        self.seen.lock().unwrap().push(seen);
        Terms::default()
    }

    fn needs(&self) -> Needs {
        Needs::none().grades().groups(self.groups)
    }
}

pub(crate) fn seen(batch: &Batch<'_, f64>) -> Vec<Seen> {
    let spy = Objective::new(Distance::Euclidean, Spy::default(), Reduce::Sum).unwrap();
    spy.evaluate(batch).unwrap();
    let mut seen = spy.loss().seen.lock().unwrap().clone();
    seen.sort_by_key(|row| row.anchor);
    seen
}

pub(crate) fn wanted(truth: &Truth<'_>, range: std::ops::Range<usize>) -> Vec<Seen> {
    let row = |anchor| Seen {
        anchor,
        positives: truth.of(anchor, Bond::Positive),
        negatives: truth.of(anchor, Bond::Negative),
        grades: (0..truth.shape.1)
            .map(|c| (truth.grade)(anchor, c))
            .collect(),
    };
    range.map(row).collect()
}
