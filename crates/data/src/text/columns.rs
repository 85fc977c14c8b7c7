use std::fmt;

/// What the rows of a file of texts are; the names of its columns say so.
///
/// | kind | columns |
/// |---|---|
/// | `Pairs` | `anchor`, `positive` |
/// | `Triplets` | `anchor`, `positive` and `negative`, or `negative_1`, `negative_2`, ... |
/// | `Lists` | `query`, `pos`, `neg`: a text and two lists of texts, `neg` may be missing; JSON only |
/// | `Labelled` | `text`, `label` |
/// | `Scored` | `text_a`, `text_b`, `score`, or `sentence1`, `sentence2`, `score` |
///
/// The first that fits is taken, in the order of this table, a triplet before a pair. Other columns
/// are left out of the examples, and named by [`Texts::ignored`](crate::Texts::ignored).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Two texts that belong together.
    Pairs,
    /// Two texts that belong together, and one or more that do not.
    Triplets,
    /// A text, those that belong to it and those that do not, as many as there are.
    Lists,
    /// A text and its class.
    Labelled,
    /// Two texts and how alike they are.
    Scored,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pairs => "pairs",
            Self::Triplets => "triplets",
            Self::Lists => "lists",
            Self::Labelled => "labelled",
            Self::Scored => "scored",
        })
    }
}

/// What is understood, for the message of one who has something else.
pub(super) const WANTED: &str = "anchor, positive and optionally negative or negative_1, negative_2, ..; \
     or query, pos, neg (JSON); or text, label; or text_a, text_b, score, each once";

/// A column: its name for JSON, its place for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) place: usize,
}

impl Column {
    /// A column of a JSON file, whose place is its name.
    pub(super) fn named(name: &str) -> Self {
        Self::new(name, 0)
    }

    pub(super) fn new(name: &str, place: usize) -> Self {
        let name = name.to_owned();
        Self { name, place }
    }
}

/// Where the parts of an example are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Columns {
    Tuple {
        anchor: Column,
        positive: Column,
        negatives: Vec<Column>,
    },
    Lists {
        query: Column,
        pos: Column,
        neg: Column,
    },
    Labelled {
        text: Column,
        label: Column,
    },
    Scored {
        a: Column,
        b: Column,
        score: Column,
    },
}

impl Columns {
    /// The columns of the first kind that fits; `lists` where a field can hold a list.
    pub(super) fn find(names: &[String], lists: bool) -> Option<Self> {
        tuple(names)
            .or_else(|| if lists { list(names) } else { None })
            .or_else(|| labelled(names))
            .or_else(|| scored(names, "text_a", "text_b"))
            .or_else(|| scored(names, "sentence1", "sentence2"))
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Tuple { negatives, .. } if negatives.is_empty() => Kind::Pairs,
            Self::Tuple { .. } => Kind::Triplets,
            Self::Lists { .. } => Kind::Lists,
            Self::Labelled { .. } => Kind::Labelled,
            Self::Scored { .. } => Kind::Scored,
        }
    }

    /// The names that no part of an example comes from.
    pub(super) fn ignored(&self, names: &[String]) -> Vec<String> {
        let used: Vec<&Column> = match self {
            Self::Tuple {
                anchor,
                positive,
                negatives,
            } => [anchor, positive].into_iter().chain(negatives).collect(),
            Self::Lists { query, pos, neg } => vec![query, pos, neg],
            Self::Labelled { text, label } => vec![text, label],
            Self::Scored { a, b, score } => vec![a, b, score],
        };
        let unused = |name: &&String| used.iter().all(|column| column.name != **name);
        names.iter().filter(unused).cloned().collect()
    }
}

/// The column of this name, if it is there once.
pub(super) fn only(names: &[String], name: &str) -> Option<Column> {
    let mut places = (0..names.len()).filter(|&place| names[place] == name);
    let place = places.next()?;
    places.next().is_none().then(|| Column::new(name, place))
}

fn tuple(names: &[String]) -> Option<Columns> {
    let negatives = ["negative".to_owned()]
        .into_iter()
        .filter(|name| names.contains(name));
    let numbered = (1..).map(|number| format!("negative_{number}"));
    let numbered = numbered.take_while(|name| names.contains(name));
    let negatives = negatives.chain(numbered);
    Some(Columns::Tuple {
        anchor: only(names, "anchor")?,
        positive: only(names, "positive")?,
        negatives: negatives
            .map(|name| only(names, &name))
            .collect::<Option<_>>()?,
    })
}

fn list(names: &[String]) -> Option<Columns> {
    let neg = Column::named("neg");
    Some(Columns::Lists {
        query: only(names, "query")?,
        pos: only(names, "pos")?,
        neg: only(names, "neg").unwrap_or(neg),
    })
}

fn labelled(names: &[String]) -> Option<Columns> {
    Some(Columns::Labelled {
        text: only(names, "text")?,
        label: only(names, "label")?,
    })
}

fn scored(names: &[String], a: &str, b: &str) -> Option<Columns> {
    Some(Columns::Scored {
        a: only(names, a)?,
        b: only(names, b)?,
        score: only(names, "score")?,
    })
}
