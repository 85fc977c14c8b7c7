//! Numbers of other libraries, as `reference/golden_losses.py` writes them.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

/// One loss of one library on one input.
pub(crate) struct Case {
    pub(crate) input: Value,
    pub(crate) case: Value,
}

/// The case of that name, with its input.
pub(crate) fn case(name: &str) -> Case {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/losses.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["name"] == name);
    let case = case.unwrap_or_else(|| panic!("no case {name}")).clone();
    let input = file["inputs"][case["input"].as_str().unwrap()].clone();
    Case { input, case }
}

impl Case {
    pub(crate) fn dim(&self) -> usize {
        self.input["dim"].as_u64().unwrap() as usize
    }

    /// A field of the input: `rows`, `second`, ...
    pub(crate) fn numbers(&self, field: &str) -> Vec<f64> {
        list(&self.input[field])
    }

    pub(crate) fn labels(&self) -> Vec<i64> {
        let labels = self.input["labels"].as_array().unwrap();
        labels.iter().map(|label| label.as_i64().unwrap()).collect()
    }

    pub(crate) fn value(&self) -> f64 {
        self.case["value"].as_f64().unwrap()
    }

    /// `gradient`, `second_gradient`, ...
    pub(crate) fn gradient(&self, which: &str) -> Vec<f64> {
        list(&self.case[which])
    }
}

fn list(numbers: &Value) -> Vec<f64> {
    let numbers = numbers.as_array().unwrap().iter();
    numbers.map(|number| number.as_f64().unwrap()).collect()
}
