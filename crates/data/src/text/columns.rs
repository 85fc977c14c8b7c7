use std::fmt;

/// What the rows of a table are; the names of its columns say so.
///
/// | kind | columns |
/// |---|---|
/// | `Pairs` | `anchor`, `positive` |
/// | `Triplets` | `anchor`, `positive` and `negative`, or `negative_1`, `negative_2`, ... |
/// | `Lists` | `query`, `pos`, `neg`: a text and two lists of texts, `neg` may be missing; JSON only |
/// | `Labelled` | `text`, `label` |
/// | `Scored` | `text_a`, `text_b`, `score`, or `sentence1`, `sentence2`, `score` |
/// | `Judged` | `text_a`, `text_b`, `same` (1 or 0, true or false) |
///
/// In tables of pictures cells are paths relative to the table, and pairs `path_a`, `path_b`; in tables of vectors
/// cells are numbers of rows from 0, and pairs `row_a`, `row_b`. Neither is `Labelled`.
///
/// The first that fits is taken, in the order of this table, a triplet before a pair. Other columns
/// are left out of the examples, and named by [`Texts::ignored`](crate::Texts::ignored).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowKind {
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
    /// Two texts and whether they are the same thing.
    Judged,
}

impl fmt::Display for RowKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pairs => "pairs",
            Self::Triplets => "triplets",
            Self::Lists => "lists",
            Self::Labelled => "labelled",
            Self::Scored => "scored",
            Self::Judged => "judged",
        })
    }
}

/// The names of columns, which differ by what a cell is.
#[derive(Debug)]
pub(crate) struct Names {
    /// The cell that has a label; none where labelled rows are read in another way.
    labelled: Option<&'static str>,
    /// The two cells of a pair with a score or a judgement.
    pairs: &'static [[&'static str; 2]],
    /// What is understood, for the message of one who has something else.
    pub(crate) wanted: &'static str,
}

impl Names {
    pub(crate) const TEXTS: Self = Self {
        labelled: Some("text"),
        pairs: &[["text_a", "text_b"], ["sentence1", "sentence2"]],
        wanted: "anchor, positive and optionally negative or negative_1, negative_2, ..; \
                 or query, pos, neg (JSON); or text, label; or text_a, text_b and score or same, each once",
    };
    pub(crate) const IMAGES: Self = Self {
        labelled: None,
        pairs: &[["path_a", "path_b"]],
        wanted: "path, label and optionally split, group; or anchor, positive and optionally negative or \
                 negative_1, negative_2, ..; or query, pos, neg (JSON); or path_a, path_b and score or same, each once",
    };
    pub(crate) const VECTORS: Self = Self {
        labelled: None,
        pairs: &[["row_a", "row_b"]],
        wanted: "anchor, positive and optionally negative or negative_1, negative_2, ..; \
                 or query, pos, neg (JSON); or row_a, row_b and score or same, each once",
    };
}

/// A column: its name for JSON, its place for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) place: usize,
}

impl Column {
    /// A column of a JSON file, whose place is its name.
    pub(super) fn named(name: &str) -> Self {
        Self::new(name, 0)
    }

    pub(crate) fn new(name: &str, place: usize) -> Self {
        let name = name.to_owned();
        Self { name, place }
    }
}

/// Where the parts of an example are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Columns {
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
    Judged {
        a: Column,
        b: Column,
        same: Column,
    },
}

impl Columns {
    /// The columns of the first kind that fits; `lists` where a field can hold a list.
    pub(crate) fn find(names: &[String], lists: bool, known: &Names) -> Option<Self> {
        tuple(names)
            .or_else(|| if lists { list(names) } else { None })
            .or_else(|| labelled(names, known.labelled?))
            .or_else(|| known.pairs.iter().find_map(|&pair| scored(names, pair)))
            .or_else(|| known.pairs.iter().find_map(|&pair| judged(names, pair)))
    }

    pub(super) fn kind(&self) -> RowKind {
        match self {
            Self::Tuple { negatives, .. } if negatives.is_empty() => RowKind::Pairs,
            Self::Tuple { .. } => RowKind::Triplets,
            Self::Lists { .. } => RowKind::Lists,
            Self::Labelled { .. } => RowKind::Labelled,
            Self::Scored { .. } => RowKind::Scored,
            Self::Judged { .. } => RowKind::Judged,
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
            Self::Judged { a, b, same } => vec![a, b, same],
        };
        let unused = |name: &&String| used.iter().all(|column| column.name != **name);
        names.iter().filter(unused).cloned().collect()
    }
}

/// The column of this name, if it is there once.
pub(crate) fn only(names: &[String], name: &str) -> Option<Column> {
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

fn labelled(names: &[String], cell: &str) -> Option<Columns> {
    Some(Columns::Labelled {
        text: only(names, cell)?,
        label: only(names, "label")?,
    })
}

fn scored(names: &[String], [a, b]: [&str; 2]) -> Option<Columns> {
    Some(Columns::Scored {
        a: only(names, a)?,
        b: only(names, b)?,
        score: only(names, "score")?,
    })
}

fn judged(names: &[String], [a, b]: [&str; 2]) -> Option<Columns> {
    Some(Columns::Judged {
        a: only(names, a)?,
        b: only(names, b)?,
        same: only(names, "same")?,
    })
}
