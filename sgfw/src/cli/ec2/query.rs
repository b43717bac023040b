//! `--query`: JMESPath over a reply.
//!
//! The library keeps members by name, so their order is restored: what came from the reply has the order of the reply,
//! and a hash that the expression makes has the order of the expression.

use super::data::Data;
use super::error::Error;
use jmespath::ast::Ast;
use jmespath::{Expression, Variable};

/// An expression, compiled.
pub(super) struct Query {
    expression: Expression<'static>,
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Query({})", self.expression.as_str())
    }
}

impl Query {
    /// Compiles an expression.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn new(text: &str) -> Result<Self, Error> {
        let bad = |error| Error::said(format!("Bad value for --query {text}: {error}"));
        Ok(Self { expression: jmespath::compile(&quote_literals(text)).map_err(bad)? })
    }

    /// What it finds.
    ///
    /// # Errors
    /// When a function is given what it does not take.
    pub(super) fn search(&self, data: &Data) -> Result<Data, Error> {
        let failed = |error: jmespath::JmespathError| Error::said(error.to_string());
        let found = self.expression.search(Variable::from_serializable(data).map_err(failed)?).map_err(failed)?;
        let mut orders = Vec::new();
        of_data(data, &mut orders);
        of_ast(self.expression.as_ast(), &mut orders);
        Ok(order(Data::of(&found), &orders))
    }
}

/// The expression with quotes around text between backticks: the AWS CLI takes `` `web` `` for `` `"web"` ``.
fn quote_literals(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(['`', '\'', '"']) {
        let mark = &rest[start..=start];
        let inside = &rest[start + 1..];
        let Some(end) = end_of(inside, mark) else { break };
        let literal = &inside[..end];
        let is_json =
            mark != "`" || serde_json::from_str::<serde::de::IgnoredAny>(&literal.replace("\\`", "`")).is_ok();
        let literal = if is_json { literal.to_owned() } else { format!("\"{}\"", literal.trim_start()) };
        out.extend([&rest[..start], mark, &literal, mark]);
        rest = &inside[end + 1..];
    }
    out + rest
}

/// Where the mark is that no backslash is before.
fn end_of(text: &str, mark: &str) -> Option<usize> {
    text.match_indices(mark).map(|(at, _)| at).find(|at| !text[..*at].ends_with('\\'))
}

/// The names of every structure in `data`.
fn of_data(data: &Data, orders: &mut Vec<Vec<String>>) {
    data.elements().iter().for_each(|element| of_data(element, orders));
    if let Data::Map(members) = data {
        let names: Vec<String> = members.iter().map(|(name, _)| name.clone()).collect();
        if !orders.contains(&names) {
            orders.push(names);
        }
        members.iter().for_each(|(_, value)| of_data(value, orders));
    }
}

/// The names of every hash that an expression makes.
fn of_ast(ast: &Ast, orders: &mut Vec<Vec<String>>) {
    match ast {
        Ast::MultiHash { elements, .. } => {
            orders.push(elements.iter().map(|pair| pair.key.clone()).collect());
            elements.iter().for_each(|pair| of_ast(&pair.value, orders));
        }
        Ast::Comparison { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => [lhs, rhs].into_iter().for_each(|ast| of_ast(ast, orders)),
        Ast::Condition { predicate, then, .. } => [predicate, then].into_iter().for_each(|ast| of_ast(ast, orders)),
        Ast::Expref { ast, .. } => of_ast(ast, orders),
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => of_ast(node, orders),
        Ast::MultiList { elements, .. } | Ast::Function { args: elements, .. } => {
            elements.iter().for_each(|ast| of_ast(ast, orders));
        }
        Ast::Field { .. } | Ast::Identity { .. } | Ast::Index { .. } | Ast::Literal { .. } | Ast::Slice { .. } => {}
    }
}

/// `data` with the members of each structure in the order that has just these members, if one has.
fn order(data: Data, orders: &[Vec<String>]) -> Data {
    match data {
        Data::List(elements) => Data::List(elements.into_iter().map(|element| order(element, orders)).collect()),
        Data::Map(mut members) => {
            let same = |names: &&Vec<String>| {
                names.len() == members.len() && members.iter().all(|(name, _)| names.contains(name))
            };
            if let Some(names) = orders.iter().find(same) {
                members.sort_by_key(|(name, _)| names.iter().position(|known| known == name));
            }
            Data::Map(members.into_iter().map(|(name, value)| (name, order(value, orders))).collect())
        }
        scalar => scalar,
    }
}
