//! The structure that a screen reader follows: document, headings, lists, and the table of deliveries.

use krilla::{
    destination::XyzDestination,
    geom::Point,
    outline::{Outline, OutlineNode},
    tagging::{Node, TableHeaderScope, Tag, TagGroup},
};

use super::{
    flow::{Item, Spot},
    paper,
};

/// What the pieces of the front were drawn as: a node for each text.
pub type Drawn = Vec<Option<Node>>;

/// The structure of everything before the rows; `drawn` has an entry for each item.
pub fn front(items: Vec<Item>, drawn: Drawn) -> Vec<Node> {
    let mut done = Vec::new();
    let mut open: Vec<TagGroup> = Vec::new();
    for (item, node) in items.into_iter().zip(drawn) {
        match item {
            Item::Open(tag) => open.push(TagGroup::new(tag)),
            Item::Close => {
                let closed = open.pop().map(Node::from);
                match open.last_mut() {
                    Some(parent) => parent.children.extend(closed),
                    None => done.extend(closed),
                }
            }
            Item::Text { .. } => {
                if let (Some(parent), Some(node)) = (open.last_mut(), node) {
                    parent.push(node);
                }
            }
            Item::Rule { .. } => {}
        }
    }
    done
}

/// The structure of the Delivery Detail, a row at a time.
pub struct Deliveries {
    head: Vec<Node>,
    body: Vec<Node>,
    row: Vec<Vec<Node>>,
}

impl Deliveries {
    /// A table that is to get so many rows.
    pub fn new(rows: usize, columns: usize) -> Deliveries {
        Deliveries {
            head: Vec::new(),
            body: Vec::with_capacity(rows),
            row: vec![Vec::new(); columns],
        }
    }

    /// The name of the next column.
    pub fn head(&mut self, name: Node) {
        let cell = Tag::TH(TableHeaderScope::Column);
        self.head
            .push(TagGroup::with_children(cell, vec![name]).into());
    }

    /// Something in a cell of the current row.
    pub fn cell(&mut self, column: usize, content: Node) {
        let cell = &mut self.row[column];
        cell.reserve_exact(1);
        cell.push(content);
    }

    /// The current row has all its cells.
    pub fn end_row(&mut self) {
        let cells = self.row.iter_mut().map(|content| {
            let content = std::mem::take(content);
            Node::from(TagGroup::with_children(Tag::TD, content))
        });
        let row = TagGroup::with_children(Tag::TR, cells.collect());
        self.body.push(row.into());
    }

    /// The table.
    pub fn finish(self) -> Node {
        let head = TagGroup::with_children(Tag::TR, self.head);
        let parts = vec![
            TagGroup::with_children(Tag::THead, vec![head.into()]).into(),
            TagGroup::with_children(Tag::TBody, self.body).into(),
        ];
        TagGroup::with_children(Tag::Table, parts).into()
    }
}

/// The outline that a reader shows beside the pages.
pub fn outline(sections: &[(&'static str, Spot)]) -> Outline {
    let mut outline = Outline::new();
    for (name, spot) in sections {
        let point = Point::from_xy(paper::MARGIN, spot.y);
        let destination = XyzDestination::new(spot.page, point);
        outline.push_child(OutlineNode::new((*name).to_owned(), destination));
    }
    outline
}
