//! Numbers of other people's code, `golden/losses.json`, as `reference/golden_losses.py` writes it.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use tercet_kernels::Rows;

/// One case with its input.
pub(crate) struct Case {
    case: Value,
    input: Value,
}

/// The case of that name.
pub(crate) fn case(name: &str) -> Case {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/losses.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut cases = file["cases"].as_array().unwrap().iter();
    let case = cases.find(|case| case["name"] == name);
    let case = case.unwrap_or_else(|| panic!("no case {name}")).clone();
    let input = file["inputs"][case["input"].as_str().unwrap()].clone();
    Case { case, input }
}

impl Case {
    /// The value of the loss.
    pub(crate) fn value(&self) -> f64 {
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
