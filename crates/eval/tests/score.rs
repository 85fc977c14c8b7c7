//! Scores by name, and tables of them.
#![allow(clippy::unwrap_used, reason = "tests")]

use tercet_eval::{
    CrossModal, Episodes, FixedGallery, Interval, Labelled, OneShot, Retrieval, Score, ScoreTable,
    SearchScores, fixed_gallery, of_directions, one_shot, retrieval,
};
use tercet_kernels::{Distance, Rows};

const FAR: Distance = Distance::SquaredEuclidean;

const BETWEEN: Interval = Interval {
    low: 0.125,
    high: 0.75,
};

/// What is found of one set of embeddings.
struct Found {
    retrieval: Retrieval,
    one_shot: Option<OneShot>,
    fixed_gallery: Option<FixedGallery>,
}

impl Found {
    fn scores(&self) -> Vec<Score> {
        let mut scores = self.retrieval.scores();
        scores.extend(self.one_shot.iter().flat_map(OneShot::scores));
        scores.extend(self.fixed_gallery.iter().flat_map(FixedGallery::scores));
        scores
    }
}

fn scores(data: &[f32]) -> Found {
    let rows = Rows::new(data, 1).unwrap();
    let items = Labelled::new(rows, &[1, 2, 1, 2, 3], None).unwrap();
    let episodes = Episodes {
        ways: 2,
        ..Episodes::default()
    };
    let gallery = fixed_gallery(&items, &[0, 0, 1, 2, 0], &[0, 1], &[2, 3], FAR);
    Found {
        retrieval: retrieval(&items, FAR).unwrap(),
        one_shot: Some(one_shot(&items, FAR, &episodes).unwrap()),
        fixed_gallery: Some(gallery.unwrap()),
    }
}

fn table() -> ScoreTable {
    let (bad, good) = (
        scores(&[0.0, 1.0, 4.0, 5.0, 9.0]),
        scores(&[0.0, 5.0, 1.0, 6.0, 20.0]),
    );
    let gallery = good.fixed_gallery.as_ref().unwrap().note().unwrap();
    ScoreTable::new()
        .with("raw", "raw pixels", bad.scores())
        .with("untrained", "untrained", bad.scores())
        .with("trained", "trained", good.scores())
        .noted(good.retrieval.note())
        .noted(gallery)
}

/// Both directions of two towers.
fn directions(recall: f64, rank: f64) -> Vec<Score> {
    let list = |recall| {
        vec![
            Score::new("recall_at_1", recall).within(BETWEEN),
            Score::new("median_rank", rank).lower_is_better(),
        ]
    };
    of_directions(&[
        ("picture_to_text", list(recall)),
        ("text_to_picture", list(recall / 2.0)),
    ])
}

fn names(scores: &[Score]) -> Vec<&str> {
    scores.iter().map(|score| score.name.as_str()).collect()
}

#[test]
fn a_table_is_aligned() {
    let names = [
        "recall_at_1",
        "map_at_r",
        "one_shot_2way",
        "one_shot_400way",
    ];
    let wanted = [
        "            Recall@1              MAP@R  2-way 1-shot          400-way gallery",
        "raw pixels  0.000 [0.000, 0.000]  0.000  0.265 [0.245, 0.285]  0.500 [0.000, 1.000]",
        "untrained   0.000 [0.000, 0.000]  0.000  0.265 [0.245, 0.285]  0.500 [0.000, 1.000]",
        "trained     1.000 [1.000, 1.000]  1.000  1.000 [1.000, 1.000]  1.000 [1.000, 1.000]",
        "4 queries, 1 without another item of their class left out; gallery of 2 classes; brackets: 95 % intervals",
    ];
    assert_eq!(table().showing(&names).to_string(), wanted.join("\n"));
}

#[test]
fn directions_are_rows() {
    let table = ScoreTable::new()
        .with("unseen_sources", "unseen sources", directions(0.25, 2.5))
        .with("unseen_classes", "unseen classes", directions(0.5, 3.0));
    let wanted = [
        "                                 Recall@1              Median rank",
        "unseen sources                   0.188                 2.5",
        "unseen sources, picture to text  0.250 [0.125, 0.750]  2.5",
        "unseen sources, text to picture  0.125 [0.125, 0.750]  2.5",
        "unseen classes                   0.375                 3.0",
        "unseen classes, picture to text  0.500 [0.125, 0.750]  3.0",
        "unseen classes, text to picture  0.250 [0.125, 0.750]  3.0",
        "brackets: 95 % intervals",
    ];
    assert_eq!(table.to_string(), wanted.join("\n"));
    for (name, wanted) in [
        ("recall_at_1", 0.375),
        ("text_to_picture.recall_at_1", 0.25),
        ("unseen_sources.picture_to_text.recall_at_1", 0.25),
        ("unseen_classes.median_rank", 3.0),
    ] {
        assert_eq!(table.score(name).unwrap().value, wanted, "{name}");
    }
    assert_eq!(table.score("unseen_sourcesrecall_at_1"), None);
    assert_eq!(table.score("recall_at_5"), None);
}

#[test]
fn what_all_directions_have_has_a_mean_and_keeps_its_direction() {
    let [first, second] =
        [("a", 1.0), ("b", 2.0)].map(|(name, value)| vec![Score::new(name, value)]);
    let apart = of_directions(&[("one", first.clone()), ("other", second)]);
    assert_eq!(names(&apart), ["one.a", "other.b"]);
    assert!(of_directions(&[]).is_empty());
    let mean = &directions(0.5, 3.0)[1];
    assert_eq!(
        (mean.name.as_str(), mean.higher_is_better),
        ("median_rank", false)
    );
    assert_eq!(names(&of_directions(&[("one", first)])), ["a", "one.a"]);
}

#[test]
fn a_table_reads_back() {
    let table = ScoreTable::new()
        .with("before", "before", directions(0.25, 2.5))
        .with("after", "after", vec![Score::new("spearman", f64::NAN)])
        .noted("never in JSON");
    let text = serde_json::to_string(&table).unwrap();
    assert!(
        text.starts_with(r#"{"before":[{"name":"recall_at_1","value":0.1875},"#),
        "{text}"
    );
    assert!(
        text.ends_with(r#""after":[{"name":"spearman","value":null}]}"#),
        "{text}"
    );
    let read: ScoreTable = serde_json::from_str(&text).unwrap();
    assert_eq!(read.keys().collect::<Vec<_>>(), ["before", "after"]);
    assert_eq!(read.get("before"), table.get("before"));
    assert!(read.score("spearman").unwrap().value.is_nan());
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    for wrong in [
        "[]",
        r#"{"before":[{"name":"mrr"}]}"#,
        r#"{"before":[{"name":"mrr","value":1.0,"unit":"m"}]}"#,
    ] {
        assert!(
            serde_json::from_str::<ScoreTable>(wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn trained_is_asked_wherever_it_stands() {
    let list = |value| vec![Score::new("mrr", value)];
    let table = ScoreTable::new()
        .with("trained", "trained", list(0.75))
        .with("twin", "twin", list(0.5));
    assert_eq!(table.score("mrr").unwrap().value, 0.75);
    let table =
        ScoreTable::new()
            .with("before", "before", list(0.75))
            .with("after", "after", list(0.5));
    assert_eq!(table.score("mrr").unwrap().value, 0.5);
}

#[test]
fn keys_and_names_are_there_once() {
    let twice = vec![Score::new("mrr", 0.25), Score::new("mrr", 0.5)];
    let table =
        ScoreTable::new()
            .with("raw", "raw", Vec::new())
            .with("trained", "trained", Vec::new());
    assert!(table.is_empty() && ScoreTable::new().is_empty());
    let table = table.with("raw", "raw pixels", twice);
    assert_eq!(table.keys().collect::<Vec<_>>(), ["raw", "trained"]);
    assert_eq!(table.get("raw"), Some(&[Score::new("mrr", 0.25)][..]));
    assert_eq!(table.get("best"), None);
    assert!(!table.is_empty());
    assert_eq!(table.to_string(), "            MRR\nraw pixels  0.250");
    assert_eq!(ScoreTable::new().to_string(), "");
    assert_eq!(ScoreTable::new().noted("a").noted("b").to_string(), "a; b");
}

#[test]
fn better_is_more_but_of_ranks() {
    let share = |value| Score::new("recall_at_1", value);
    let rank = |value| Score::new("mean_rank", value).lower_is_better();
    for (worse, better) in [(share(0.25), share(0.5)), (rank(4.0), rank(2.0))] {
        assert!(better.is_better_than(&worse) && !worse.is_better_than(&better));
        assert!(!better.is_better_than(&better));
        assert!(better.meets(worse.value) && better.meets(better.value));
        assert!(!worse.meets(better.value));
        let none = Score {
            value: f64::NAN,
            ..worse.clone()
        };
        assert!(worse.is_better_than(&none));
        assert!(!none.is_better_than(&worse) && !none.is_better_than(&none));
        let targets = [0.0, 1.0, f64::NEG_INFINITY, f64::INFINITY, f64::NAN];
        assert!(targets.iter().all(|&target| !none.meets(target)));
        assert!(!worse.meets(f64::NAN));
    }
}

#[test]
fn cells_are_padded_and_ranks_have_one_digit() {
    let share = Score::new("mrr", 0.5);
    assert_eq!(format!("{share:9}|"), "0.500    |");
    let rank = Score::new("mean_rank", 2.25).within(Interval {
        low: 1.0,
        high: 3.5,
    });
    assert_eq!(rank.to_string(), "2.2 [1.0, 3.5]");
}

#[test]
fn evaluators_name_what_they_found() {
    let found = scores(&[0.0, 5.0, 1.0, 6.0, 20.0]);
    let wanted = [
        "recall_at_1",
        "map_at_r",
        "r_precision",
        "mrr",
        "recall_at_5",
        "recall_at_10",
        "precision_at_1",
        "one_shot_2way",
        "one_shot_400way",
    ];
    assert_eq!(names(&found.scores()), wanted);
    let searched = SearchScores {
        ndcg_at_10: 0.1,
        mrr_at_10: 0.2,
        map_at_100: 0.3,
        recall_at: [(1, 0.4), (3, 0.45), (10, 0.5)].into(),
        accuracy_at: [(1, 0.6), (3, 0.65), (10, 0.7)].into(),
        accuracy_at_1_interval95: BETWEEN,
        queries: 5,
        skipped: 2,
    };
    let listed = |scores: Vec<Score>| -> Vec<(String, f64, bool)> {
        let scores = scores.into_iter();
        scores
            .map(|score| (score.name, score.value, score.interval.is_some()))
            .collect()
    };
    let wanted = [
        ("ndcg_at_10", 0.1, false),
        ("mrr_at_10", 0.2, false),
        ("map_at_100", 0.3, false),
        ("recall_at_1", 0.4, false),
        ("recall_at_3", 0.45, false),
        ("recall_at_10", 0.5, false),
        ("accuracy_at_1", 0.6, true),
        ("accuracy_at_3", 0.65, false),
        ("accuracy_at_10", 0.7, false),
    ];
    let wanted = wanted.map(|(name, value, interval)| (name.to_owned(), value, interval));
    assert_eq!(listed(searched.scores()), wanted);
    let wanted = [
        ("recall_at_1", 0.6, true),
        ("recall_at_10", 0.7, false),
        ("mrr_at_10", 0.2, false),
        ("ndcg_at_10", 0.1, false),
    ];
    let wanted = wanted.map(|(name, value, interval)| (name.to_owned(), value, interval));
    assert_eq!(listed(searched.hit_scores()), wanted);
    assert_eq!(
        searched.note(),
        "5 queries, 2 without a relevant document left out"
    );
}

#[test]
fn ranks_of_cross_modal_retrieval_are_lower_is_better() {
    let found = CrossModal {
        recall_at_1: 0.5,
        recall_at_1_interval95: BETWEEN,
        recall_at: [(1, 0.5), (5, 0.75), (10, 1.0)].into(),
        median_rank: 1.5,
        mean_rank: 2.5,
        queries: 4,
        skipped: 1,
    };
    let scores = found.scores();
    let wanted = [
        "recall_at_1",
        "recall_at_5",
        "recall_at_10",
        "median_rank",
        "mean_rank",
    ];
    assert_eq!(names(&scores), wanted);
    let better: Vec<bool> = scores.iter().map(|score| score.higher_is_better).collect();
    assert_eq!(better, [true, true, true, false, false]);
    assert_eq!(scores[0].interval, Some(BETWEEN));
    assert_eq!(
        found.note(),
        "4 queries, 1 without a right candidate left out"
    );
}

#[test]
fn episodes_of_400_ways_are_not_taken_for_the_gallery() {
    let name = |ways, shots| {
        let found = OneShot {
            ways,
            shots,
            episodes: 2,
            accuracy: 0.5,
            interval95: BETWEEN,
        };
        found.scores()[0].name.clone()
    };
    assert_eq!(name(20, 1), "one_shot_20way");
    assert_eq!(name(20, 5), "5_shot_20way");
    assert_eq!(name(400, 1), "1_shot_400way");
    let gallery = |ways| FixedGallery {
        ways,
        accuracy: 0.5,
        interval95: BETWEEN,
        per_source: Vec::new(),
    };
    assert_eq!(names(&gallery(7).scores()), ["one_shot_400way"]);
    assert_eq!(gallery(400).note(), None);
}
