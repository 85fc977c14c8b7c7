//! What a loss says of itself: its margin, its softer form, and the numbers that it could learn.

use tercet_kernels::{
    Batch, Contrastive, Error, InfoNce, Loss, Margin, Negative, NtXent, Objective, RowLoss, Rows,
    Scalar, Select, SemiHard, SupCon, Triplet,
};

/// Rows of length 1, twelve of four numbers, in four classes.
fn rows() -> Vec<f64> {
    let data: Vec<f64> = (0..48).map(|i| (1.7 * f64::from(i * i)).sin()).collect();
    let unit = |row: &[f64]| {
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.iter().map(|x| x / length).collect::<Vec<_>>()
    };
    data.chunks(4).flat_map(unit).collect()
}

/// Value and gradient of the scalars.
fn at(loss: &Loss, scalars: &[f64]) -> (f64, [f64; 2]) {
    let loss = loss.with_scalars(scalars).expect("in range");
    let (distance, reduce) = (loss.default_distance(), loss.default_reduce());
    let data = rows();
    let labels = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3];
    let batch = Batch::within(Rows::new(&data, 4).expect("whole"), &labels).expect("fits");
    let objective = Objective::new(distance, loss.clone(), reduce).expect("meant");
    let outcome = objective.evaluate(&batch).expect("fits");
    let gradient = loss.scalar_gradient(outcome.parameters);
    let total = objective.total(&batch).expect("fits");
    assert_eq!(total.parameters, outcome.parameters);
    (outcome.value, gradient)
}

/// The losses with numbers to learn.
fn learning() -> Vec<Loss> {
    let names = Loss::NAMES.iter();
    let losses = names.map(|name| Loss::named(name).expect("one of the names"));
    let mut losses: Vec<Loss> = losses.filter(|loss| !loss.scalars().is_empty()).collect();
    let all = r#"{"kind": "margin", "select": "all", "nu": 0.01}"#;
    losses.push(serde_json::from_str(all).expect("a loss"));
    losses.push(InfoNce::default().symmetric().into());
    losses
}

#[test]
fn scalar_gradients_agree_with_differences() {
    for loss in learning() {
        let scalars: Vec<f64> = loss.scalars().iter().map(|scalar| scalar.value).collect();
        for index in 0..scalars.len() {
            let h = 1e-6;
            let moved = |by: f64| {
                let mut scalars = scalars.clone();
                scalars[index] += by;
                at(&loss, &scalars).0
            };
            let slope = (moved(h) - moved(-h)) / (2.0 * h);
            let given = at(&loss, &scalars).1[index];
            let size = slope.abs().max(1.0);
            assert!(
                (slope - given).abs() < 1e-7 * size,
                "{loss:?}: {slope} {given}"
            );
            assert!(slope.abs() > 1e-4, "{loss:?}: {slope}");
        }
    }
}

#[test]
fn scalars_are_those_of_the_loss() {
    for loss in learning() {
        let scalars = loss.scalars();
        assert!(scalars.len() <= 2);
        let values: Vec<f64> = scalars.iter().map(|scalar| scalar.value + 0.1).collect();
        let moved = loss.with_scalars(&values).expect("in range").scalars();
        for (moved, value) in moved.iter().zip(&values) {
            assert!((moved.value - value).abs() < 1e-12, "{loss:?}");
        }
        let names = |scalars: &[Scalar]| scalars.iter().map(|s| s.name).collect::<Vec<_>>();
        assert_eq!(names(&moved), names(&scalars));
    }
    let scale = InfoNce::new(20.0).expect("positive").scalars();
    let same = [
        NtXent::new(0.05).expect("positive").scalars(),
        SupCon::new(0.05).expect("positive").scalars(),
    ];
    assert!(
        same.iter()
            .all(|other| (other[0].value - scale[0].value).abs() < 1e-12)
    );
    assert_eq!(scale[0].most, Some(100f64.ln()));
    assert!(!scale[0].always);
}

#[test]
fn wrong_scalars_are_refused() {
    let loss = Loss::from(InfoNce::default());
    let given = loss.with_scalars(&[]).expect_err("too few");
    assert_eq!(given.to_string(), "scalars: wanted 1, given 0");
    let given = Loss::from(Triplet::default()).with_scalars(&[1.0]);
    assert!(matches!(
        given,
        Err(Error::Length {
            wanted: 0,
            given: 1,
            ..
        })
    ));
    assert!(matches!(
        loss.with_scalars(&[1e3]),
        Err(Error::Number { .. })
    ));
    for loss in learning() {
        let wrong = vec![f64::NAN; loss.scalars().len()];
        assert!(
            matches!(loss.with_scalars(&wrong), Err(Error::Number { .. })),
            "{loss:?}"
        );
    }
}

#[test]
fn margins_are_those_of_the_losses() {
    let wanted = [
        ("triplet", Some(0.2)),
        ("contrastive", Some(1.0)),
        ("vse", Some(0.2)),
        ("ladder", Some(0.2)),
        ("lifted", Some(1.0)),
        ("generalized-lifted", Some(1.0)),
        ("margin", Some(0.4)),
        ("cos-face", Some(0.35)),
        ("soft-triple", Some(0.01)),
        ("circle", None),
        ("proxy-anchor", None),
        ("arc-face", None),
        ("info-nce", None),
    ];
    for (name, margin) in wanted {
        let wanted = margin.map(|margin| Margin::hard(margin).expect("not negative"));
        assert_eq!(
            Loss::named(name).expect("a name").margin(),
            wanted,
            "{name}"
        );
    }
    let linear = Contrastive::linear(0.1, 0.7).expect("not negative");
    assert_eq!(linear.margin(), Margin::hard(0.7).ok());
    assert_eq!(
        Loss::from(Triplet::new(Margin::Soft, Select::All)).margin(),
        Some(Margin::Soft)
    );
}

#[test]
fn the_hardest_can_be_softened() {
    let softened = |select| {
        let loss = Loss::from(Triplet::new(Margin::Soft, select).swapped());
        loss.softened()
    };
    let triplet = |select| Some(Loss::from(Triplet::new(Margin::Soft, select).swapped()));
    let above = Select::SemiHard(SemiHard::NearestAbove);
    assert_eq!(softened(Select::Hardest), triplet(above));
    let easy = Select::EasyPositive(Negative::Hardest);
    assert_eq!(
        softened(easy),
        triplet(Select::EasyPositive(Negative::SemiHard))
    );
    assert_eq!(softened(above), None);
    assert_eq!(Loss::named("contrastive").expect("a name").softened(), None);
}
