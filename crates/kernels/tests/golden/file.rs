//! The cases of `losses.json`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;
use tercet_kernels::{Batch, Loss, Objective, Outcome, Rows, Unit};

/// The labelled inputs: six rows by a formula, normal ones, and ones with ties, duplicates and classes of one row.
pub(crate) const INPUTS: [&str; 3] = ["formula", "generic", "awkward"];

static FILE: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/losses.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

thread_local! {
    /// The names of cases whose value this thread has read.
    static COMPARED: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// One case with its input.
pub(crate) struct Case {
    case: &'static Value,
    input: &'static Value,
}

/// The case of that name.
pub(crate) fn case(name: &str) -> Case {
    let mut cases = FILE["cases"].as_array().unwrap().iter();
    let case = cases.find(|case| case["name"] == name);
    let case = case.unwrap_or_else(|| panic!("no case {name}"));
    let input = &FILE["inputs"][case["input"].as_str().unwrap()];
    Case { case, input }
}

/// The cases whose value this thread has not read, without the name of their input.
pub(crate) fn not_compared() -> BTreeSet<String> {
    let cases = FILE["cases"].as_array().unwrap().iter();
    let names = cases.map(|case| (case["name"].as_str().unwrap(), &case["input"]));
    let left = names.filter(|&(name, _)| COMPARED.with_borrow(|compared| !compared.contains(name)));
    left.map(|(name, input)| {
        let input = format!("-{}", input.as_str().unwrap());
        name.strip_suffix(&input).unwrap_or(name).to_owned()
    })
    .collect()
}

impl Case {
    /// Compares value and gradient for the labelled rows of the input, brought to length 1 if the library does so.
    #[track_caller]
    pub(crate) fn same(&self, objective: &Objective<Loss>, normalised: bool) -> Outcome<f64> {
        let outcome = self.outcome(objective, normalised);
        self.same_value(outcome.value);
        self.same_gradient("gradient", &self.back(&outcome.gradient(), normalised));
        outcome
    }

    /// What an objective gives for the labelled rows of the input.
    pub(crate) fn outcome(&self, objective: &Objective<Loss>, normalised: bool) -> Outcome<f64> {
        let (rows, labels) = (self.used(normalised), self.labels("labels"));
        let batch = Batch::within(self.rows(&rows), &labels).unwrap();
        objective.evaluate(&batch).unwrap()
    }

    /// The rows of the input, of length 1 if wanted.
    pub(crate) fn used(&self, normalised: bool) -> Vec<f64> {
        let rows = self.numbers("rows");
        match normalised {
            true => Unit::of(self.rows(&rows)).unwrap().rows().data().to_vec(),
            false => rows,
        }
    }

    /// A gradient in those into that in the rows of the input.
    pub(crate) fn back(&self, gradient: &[f64], normalised: bool) -> Vec<f64> {
        let rows = self.numbers("rows");
        match normalised {
            true => Unit::of(self.rows(&rows)).unwrap().back(gradient).unwrap(),
            false => gradient.to_vec(),
        }
    }

    /// The value of the loss.
    pub(crate) fn value(&self) -> f64 {
        let name = self.case["name"].as_str().unwrap().to_owned();
        COMPARED.with_borrow_mut(|compared| compared.insert(name));
        self.case["value"].as_f64().unwrap()
    }

    /// A gradient of the case, or nothing where none was taken.
    pub(crate) fn gradient(&self, name: &str) -> Option<Vec<f64>> {
        self.case[name].as_array().map(|list| floats(list))
    }

    /// A setting of the case.
    pub(crate) fn setting(&self, name: &str) -> f64 {
        self.case["settings"][name].as_f64().unwrap()
    }

    /// A setting of several numbers.
    pub(crate) fn settings(&self, name: &str) -> Vec<f64> {
        floats(self.case["settings"][name].as_array().unwrap())
    }

    /// Numbers per row of the input.
    pub(crate) fn dim(&self) -> usize {
        self.input["dim"].as_u64().unwrap() as usize
    }

    /// Numbers of the input.
    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        floats(self.input[name].as_array().unwrap())
    }

    /// Labels of the input.
    pub(crate) fn labels(&self, name: &str) -> Vec<i64> {
        let list = self.input[name].as_array().unwrap().iter();
        list.map(|label| label.as_i64().unwrap()).collect()
    }

    /// Numbers as rows.
    pub(crate) fn rows<'a>(&self, numbers: &'a [f64]) -> Rows<'a, f64> {
        Rows::new(numbers, self.dim()).unwrap()
    }

    /// Compares a value with the case's.
    #[track_caller]
    pub(crate) fn same_value(&self, given: f64) {
        let (name, wanted) = (&self.case["name"], self.value());
        let error = (given - wanted).abs() / wanted.abs().max(1.0);
        assert!(error < 1e-11, "{name}: {given}, wanted {wanted}");
    }

    /// Compares a gradient with the case's, if it has one.
    #[track_caller]
    pub(crate) fn same_gradient(&self, name: &str, given: &[f64]) {
        let Some(wanted) = self.gradient(name) else {
            return;
        };
        assert_eq!(given.len(), wanted.len());
        let size = wanted.iter().fold(1e-3, |size: f64, g| size.max(g.abs()));
        for (index, (given, wanted)) in given.iter().zip(&wanted).enumerate() {
            let error = (given - wanted).abs() / size;
            let case = &self.case["name"];
            assert!(
                error < 1e-9,
                "{case}, {name} {index}: {given}, wanted {wanted}"
            );
        }
    }
}

fn floats(list: &[Value]) -> Vec<f64> {
    list.iter().map(|number| number.as_f64().unwrap()).collect()
}
