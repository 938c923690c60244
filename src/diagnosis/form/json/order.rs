use std::ops::Range;

use super::tree::{Kind, Node, parse};
use crate::diagnosis::permutations::permutations;

/// Up to how many orders all are tried.
const MOST_ORDERS: usize = 120;

/// Longer JSON is not put in another order.
const LONGEST: usize = 16 * 1024;

/// The members that Twilio writes, in its order.
const TWILIOS: [&str; 4] = ["\"message\"", "\"fields\"", "\"label\"", "\"value\""];

/// The texts that JSON has with its members in other orders.
pub(in crate::diagnosis::form) struct Orders {
    pub(in crate::diagnosis::form) texts: Vec<String>,
    /// Whether these are all.
    pub(in crate::diagnosis::form) all: bool,
}

/// The names of the members of an object, in order. Objects with the same ones are put in the same order.
type Shape<'t> = Vec<&'t str>;

/// Puts the members of every object in other orders: in every one if that are few, else in the usual ones.
pub(in crate::diagnosis::form) fn orders(text: &str) -> Orders {
    let mut orders = Orders {
        texts: Vec::new(),
        all: true,
    };
    if !text.trim_ascii_start().starts_with(['{', '[']) {
        return orders;
    }
    let Some(root) = parse(text).filter(|_| text.len() <= LONGEST) else {
        orders.all = false;
        return orders;
    };
    let mut shapes: Vec<Shape<'_>> = Vec::new();
    collect(text, &root, &mut shapes);
    let count = shapes.iter().try_fold(1_usize, |count, shape| {
        let factorial = (1..=shape.len()).try_fold(1_usize, usize::checked_mul)?;
        count
            .checked_mul(factorial)
            .filter(|count| *count <= MOST_ORDERS)
    });
    orders.all = count.is_some();
    let choices: Vec<Vec<Vec<usize>>> = if orders.all {
        let mut choices = vec![Vec::new()];
        for shape in &shapes {
            let indices: Vec<usize> = (0..shape.len()).collect();
            let all = permutations(&indices);
            choices = choices
                .iter()
                .flat_map(|choice: &Vec<Vec<usize>>| {
                    all.iter()
                        .map(|order| [choice.as_slice(), std::slice::from_ref(order)].concat())
                })
                .collect();
        }
        choices
    } else {
        [usual_twilio, sorted, reversed]
            .into_iter()
            .map(|order| shapes.iter().map(|shape| order(shape)).collect())
            .collect()
    };
    for choice in choices {
        let mut out = String::with_capacity(text.len());
        print(text, &root, &shapes, &choice, &mut out);
        // What follows the value is white space.
        out.insert_str(0, slice(text, 0..root.range.start));
        out.push_str(slice(text, root.range.end..text.len()));
        if out != text && !orders.texts.contains(&out) {
            orders.texts.push(out);
        }
    }
    orders
}

fn by_key<K: Ord>(shape: &[&str], key: impl Fn(&str) -> K) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..shape.len()).collect();
    indices.sort_by_key(|index| shape.get(*index).map(|name| key(name)));
    indices
}

fn usual_twilio(shape: &[&str]) -> Vec<usize> {
    by_key(shape, |name| {
        TWILIOS
            .iter()
            .position(|known| *known == name)
            .unwrap_or(TWILIOS.len())
    })
}

fn sorted(shape: &[&str]) -> Vec<usize> {
    by_key(shape, str::to_owned)
}

fn reversed(shape: &[&str]) -> Vec<usize> {
    (0..shape.len()).rev().collect()
}

fn collect<'t>(text: &'t str, node: &Node, shapes: &mut Vec<Shape<'t>>) {
    if node.kind == Kind::Object && node.children.len() > 1 {
        let shape = shape(text, node);
        if !shapes.contains(&shape) {
            shapes.push(shape);
        }
    }
    for child in &node.children {
        collect(text, &child.node, shapes);
    }
}

fn shape<'t>(text: &'t str, node: &Node) -> Shape<'t> {
    let names = node
        .children
        .iter()
        .map(|child| slice(text, child.name.clone()));
    names.collect()
}

/// Prints a value with what is between its members and elements in its old place.
fn print(text: &str, node: &Node, shapes: &[Shape<'_>], choice: &[Vec<usize>], out: &mut String) {
    let names = shape(text, node);
    let order = (node.kind == Kind::Object)
        .then(|| shapes.iter().position(|shape| *shape == names))
        .flatten()
        .and_then(|position| choice.get(position));
    let mut end = node.range.start;
    for (place, child) in node.children.iter().enumerate() {
        out.push_str(slice(text, end..child.range.start));
        end = child.range.end;
        let moved = order.and_then(|order| order.get(place));
        let moved = moved.and_then(|index| node.children.get(*index));
        let child = moved.unwrap_or(child);
        out.push_str(slice(text, child.range.start..child.node.range.start));
        print(text, &child.node, shapes, choice, out);
    }
    out.push_str(slice(text, end..node.range.end));
}

fn slice(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}
