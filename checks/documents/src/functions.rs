//! The public functions of a crate that can fail, and whether they have an example.

use std::collections::BTreeSet;

use rustdoc_types::{
    AssocItemConstraintKind, Crate, GenericArg, GenericArgs, GenericBound, Id, Impl, Item,
    ItemEnum, Path, Term, Type,
};

use crate::example;

/// A public function whose result says whether it failed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Function {
    /// Where a reader finds it, such as `Receiver::new`.
    pub path: String,
    /// The file that defines it.
    pub file: String,
    /// Whether code that is compiled calls it, in its own documentation. For a method that a trait asks for, code that
    /// implements it will do, in the documentation of the trait.
    pub has_example: bool,
    /// Whether a section of its documentation says when it fails.
    pub names_errors: bool,
}

/// Returns the functions of a crate that can fail, methods included, in the order of their paths.
///
/// Methods of an implementation of a trait are not among them: the trait has their documentation.
#[must_use]
pub fn fallible(krate: &Crate) -> BTreeSet<Function> {
    let mut walk = Walk {
        krate,
        seen: BTreeSet::new(),
        found: BTreeSet::new(),
    };
    walk.item(krate.root, "", None);
    walk.found
}

fn docs(item: &Item) -> &str {
    item.docs.as_deref().unwrap_or_default()
}

fn join(parent: &str, name: &str) -> String {
    match parent {
        "" => name.to_owned(),
        parent => format!("{parent}::{name}"),
    }
}

struct Walk<'k> {
    krate: &'k Crate,
    /// Modules and functions that were seen: a re-export may lead to them again.
    seen: BTreeSet<Id>,
    found: BTreeSet<Function>,
}

impl<'k> Walk<'k> {
    /// Takes an item, under the name that a re-export gives it.
    fn item(&mut self, id: Id, parent: &str, renamed: Option<&str>) {
        let Some(item) = self.krate.index.get(&id) else {
            return; // Another crate's.
        };
        let name = renamed.or(item.name.as_deref()).unwrap_or_default();
        let path = join(parent, name);
        match &item.inner {
            ItemEnum::Module(module) if self.seen.insert(id) => {
                let path = if module.is_crate { "" } else { &path };
                self.items(&module.items, path);
            }
            ItemEnum::Use(reexport) => match reexport.id {
                Some(id) if reexport.is_glob => {
                    match self.krate.index.get(&id).map(|item| &item.inner) {
                        Some(ItemEnum::Module(module)) if self.seen.insert(id) => {
                            self.items(&module.items, parent);
                        }
                        _ => {}
                    }
                }
                Some(id) => self.item(id, parent, Some(&reexport.name)),
                None => {}
            },
            ItemEnum::Struct(of) => self.impls(&of.impls, &path),
            ItemEnum::Enum(of) => self.impls(&of.impls, &path),
            ItemEnum::Union(of) => self.impls(&of.impls, &path),
            ItemEnum::Trait(of) => {
                for method in of.items.iter().filter_map(|id| self.krate.index.get(id)) {
                    self.function(method, &path, Some(item));
                }
            }
            ItemEnum::Function(_) => self.function(item, parent, None),
            _ => {}
        }
    }

    fn items(&mut self, ids: &[Id], parent: &str) {
        for id in ids {
            self.item(*id, parent, None);
        }
    }

    fn impls(&mut self, ids: &[Id], path: &str) {
        let krate = self.krate;
        let items = ids.iter().filter_map(|id| krate.index.get(id));
        let inherent = items.filter_map(|item| match &item.inner {
            ItemEnum::Impl(Impl {
                trait_: None,
                items,
                ..
            }) => Some(items),
            _ => None,
        });
        for method in inherent.flatten().filter_map(|id| krate.index.get(id)) {
            self.function(method, path, None);
        }
    }

    fn function(&mut self, item: &Item, parent: &str, of_trait: Option<&Item>) {
        let ItemEnum::Function(function) = &item.inner else {
            return;
        };
        let output = function.sig.output.as_ref();
        if !output.is_some_and(|output| self.is_fallible(output)) || !self.seen.insert(item.id) {
            return;
        }
        let name = item.name.as_deref().unwrap_or_default();
        let shows = |docs: &str, text: &str| {
            let mut blocks = example::blocks(docs);
            blocks.any(|code| example::has(&code, text))
        };
        let implemented = |of_trait| shows(docs(of_trait), &format!("fn {name}"));
        let has_example =
            shows(docs(item), name) || !function.has_body && of_trait.is_some_and(implemented);
        let file = item.span.as_ref().map(|span| &span.filename);
        self.found.insert(Function {
            path: join(parent, name),
            file: file.map_or_else(String::new, |file| file.display().to_string()),
            has_example,
            names_errors: docs(item).lines().any(|line| line == "# Errors"),
        });
    }

    /// Tells whether there is a `Result` in a type, however deep: in an option, a future, an iterator, behind an alias.
    fn is_fallible(&self, of: &Type) -> bool {
        match of {
            Type::ResolvedPath(path) => self.is_result(path),
            Type::DynTrait(of) => of
                .traits
                .iter()
                .any(|of| self.args(of.trait_.args.as_deref())),
            Type::ImplTrait(bounds) => self.bounds(bounds),
            Type::Tuple(of) => of.iter().any(|of| self.is_fallible(of)),
            Type::Slice(of)
            | Type::Array { type_: of, .. }
            | Type::BorrowedRef { type_: of, .. } => self.is_fallible(of),
            _ => false,
        }
    }

    fn is_result(&self, path: &Path) -> bool {
        let alias = self.krate.index.get(&path.id).map(|item| &item.inner);
        path.path.rsplit("::").next() == Some("Result")
            || self.args(path.args.as_deref())
            || matches!(alias, Some(ItemEnum::TypeAlias(alias)) if self.is_fallible(&alias.type_))
    }

    fn args(&self, args: Option<&GenericArgs>) -> bool {
        match args {
            Some(GenericArgs::AngleBracketed { args, constraints }) => {
                let types =
                    |arg: &GenericArg| matches!(arg, GenericArg::Type(of) if self.is_fallible(of));
                args.iter().any(types)
                    || constraints
                        .iter()
                        .any(|constraint| match &constraint.binding {
                            AssocItemConstraintKind::Equality(Term::Type(of)) => {
                                self.is_fallible(of)
                            }
                            AssocItemConstraintKind::Equality(Term::Constant(_)) => false,
                            AssocItemConstraintKind::Constraint(bounds) => self.bounds(bounds),
                        })
            }
            _ => false,
        }
    }

    fn bounds(&self, bounds: &[GenericBound]) -> bool {
        bounds.iter().any(|bound| match bound {
            GenericBound::TraitBound { trait_, .. } => self.args(trait_.args.as_deref()),
            _ => false,
        })
    }
}
