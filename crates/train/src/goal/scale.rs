//! The scale of a loss, one over its temperature, that can be learnt with the weights.

use tercet_kernels::{Cosent, InfoNce, Loss, NtXent, Objective, SupCon};

use super::{Cost, Goal};
use crate::Error;

/// No similarity is multiplied with more, as CLIP has it (Radford et al. 2021, arXiv:2103.00020): beyond it, training
/// is unstable.
pub(crate) const LARGEST: f64 = 100.0;

impl Goal {
    /// What similarities are multiplied with; none where the loss has no such number.
    pub(crate) fn scale(&self) -> Option<f64> {
        match self {
            Self::Batch(objective) => match objective.loss() {
                Loss::InfoNce(loss) => Some(loss.scale.get()),
                Loss::NtXent(loss) => Some(1.0 / loss.temperature.get()),
                Loss::SupCon(loss) => Some(1.0 / loss.temperature.get()),
                _ => None,
            },
            Self::Cosent(cosent) => Some(cosent.scale.get()),
            Self::Leading(leading) => leading.goal.scale(),
            Self::Given(_) | Self::Cosine(_) => None,
        }
    }

    /// The same with another scale; a loss without one stays as it is.
    ///
    /// # Errors
    /// A scale that is not above 0.
    pub(crate) fn scaled(&self, scale: f64) -> Result<Self, Error> {
        match self {
            Self::Batch(objective) => {
                let loss = scaled(objective.loss(), scale)?;
                let (distance, reduce) = (objective.distance(), objective.reduce());
                Ok(Self::Batch(Objective::new(distance, loss, reduce)?))
            }
            Self::Cosent(_) => Ok(Self::Cosent(Cosent {
                scale: InfoNce::new(scale)?.scale,
            })),
            Self::Leading(leading) => {
                let mut leading = leading.clone();
                leading.goal = leading.goal.scaled(scale)?;
                Ok(Self::Leading(leading))
            }
            Self::Given(_) | Self::Cosine(_) => Ok(self.clone()),
        }
    }

    /// The slope of a cost in the logarithm of the scale: the kernels give that in the number as the loss has it.
    pub(crate) fn slope(&self, cost: &Cost) -> f64 {
        match self {
            Self::Batch(objective) => match objective.loss() {
                Loss::NtXent(loss) => -cost.parameter * loss.temperature.get(),
                Loss::SupCon(loss) => -cost.parameter * loss.temperature.get(),
                _ => cost.parameter * self.scale().unwrap_or(0.0),
            },
            Self::Leading(leading) => leading.goal.slope(cost),
            _ => cost.parameter * self.scale().unwrap_or(0.0),
        }
    }
}

fn scaled(loss: &Loss, scale: f64) -> Result<Loss, Error> {
    Ok(match loss {
        Loss::InfoNce(loss) => Loss::InfoNce(InfoNce {
            scale: InfoNce::new(scale)?.scale,
            ..*loss
        }),
        Loss::NtXent(_) => Loss::NtXent(NtXent::new(1.0 / scale)?),
        Loss::SupCon(_) => Loss::SupCon(SupCon::new(1.0 / scale)?),
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use tercet_kernels::Rows;

    use crate::goal::Question;
    use crate::relation::{Related, Relation, Tuples};
    use crate::run::Recipe;

    /// A cost at a scale, and what is said of its slope.
    fn at(kind: &str, relation: &Relation, log: f64) -> (f64, f64) {
        let text = format!("[loss]\nkind = \"{kind}\"");
        let text = match kind {
            "cosent" => format!(
                "[data]\nset = \"texts\"\npath = \"x\"\n[model]\nkind = \"sentence\"\npath = \"x\"\n{text}"
            ),
            _ => text,
        };
        let recipe = Recipe::parse(&text, "here".as_ref(), &[]).expect("a recipe");
        let goal = recipe.goal(&recipe.loss).expect("a goal");
        assert!(goal.scale().is_some(), "{kind}");
        let goal = goal.scaled(log.exp()).expect("above 0");
        assert!((goal.scale().expect("has one").ln() - log).abs() < 1e-12);
        let data: Vec<f32> = (0..24)
            .map(|i| (1.3 * f64::from(i * i)).sin() as f32)
            .collect();
        let rows = Rows::new(&data, 4).expect("six rows");
        let question = Question {
            relation,
            seed: 0,
            step: 0,
        };
        let cost = goal.cost(rows, question).expect("fits");
        (cost.value, goal.slope(&cost))
    }

    #[test]
    fn slopes_agree_with_differences() {
        let classes = Relation::Classes(vec![0, 0, 1, 1, 2, 2]);
        let tuples = Relation::Tuples(Tuples::new(3, &[1, 2, 3, 4, 5, 6]));
        let scored = Relation::Scored(vec![0.1, 0.5, 0.9]);
        let related = Relation::Related(Related {
            relevance: vec![1.0, 0.7, 0.1, 0.7, 1.0, 0.3, 0.1, 0.3, 1.0],
            classes: vec![0, 1, 2],
        });
        for (kind, relation) in [
            ("info-nce", &tuples),
            ("info-nce", &related),
            ("nt-xent", &classes),
            ("sup-con", &classes),
            ("cosent", &scored),
        ] {
            let (log, h) = (1.2, 1e-4);
            let slope = (at(kind, relation, log + h).0 - at(kind, relation, log - h).0) / (2.0 * h);
            let given = at(kind, relation, log).1;
            assert!(slope.abs() > 1e-3, "{kind}: {slope}");
            assert!(
                (slope - given).abs() < 1e-4 * slope.abs().max(1.0),
                "{kind}: {given} {slope}"
            );
        }
    }
}
