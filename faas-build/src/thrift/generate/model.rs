//! A service as its code needs it: pilota's names and types, looked up once.

use pilota_build::db::RirDatabase;
use pilota_build::rir::{Item, Message, MethodSource, Node, NodeKind};
use pilota_build::{Context, DefId, rir};

/// A service with all its methods, inherited ones first.
pub(super) struct Service {
    /// The name in Rust, of the trait.
    pub(super) name: String,
    /// The name in the IDL.
    pub(super) wire: String,
    pub(super) docs: Vec<String>,
    pub(super) methods: Vec<Method>,
}

pub(super) struct Method {
    pub(super) name: String,
    /// The name in messages.
    pub(super) wire: String,
    pub(super) docs: Vec<String>,
    pub(super) args: Vec<Arg>,
    pub(super) returns: String,
    pub(super) oneway: bool,
    /// Defined in this service, not inherited.
    pub(super) own: bool,
    pub(super) args_recv: String,
    pub(super) args_send: String,
    pub(super) result_recv: Outcome,
    pub(super) result_send: Outcome,
    pub(super) exception: Option<Exception>,
}

pub(super) struct Arg {
    pub(super) name: String,
    pub(super) ty: String,
}

/// The enum of a method's results: one variant for the value, one for each declared exception.
pub(super) struct Outcome {
    pub(super) path: String,
    pub(super) value: String,
    pub(super) exceptions: Vec<String>,
}

/// The enum of a method's declared exceptions.
pub(super) struct Exception {
    pub(super) path: String,
    pub(super) variants: Vec<Variant>,
}

pub(super) struct Variant {
    pub(super) name: String,
    pub(super) ty: String,
}

impl Service {
    /// Must be called while `cx` writes the service, for paths are told from there.
    pub(super) fn new(cx: &Context, id: DefId, service: &rir::Service) -> Self {
        let methods = cx.service_methods(id);
        Service {
            name: cx.rust_name(id).to_string(),
            wire: service.name.raw_str().to_string(),
            docs: docs(&service.leading_comments),
            methods: methods.iter().map(|m| Method::new(cx, id, m)).collect(),
        }
    }
}

impl Method {
    fn new(cx: &Context, service: DefId, method: &rir::Method) -> Self {
        let (owner, own) = match method.source {
            MethodSource::Own => (service, true),
            MethodSource::Extend(parent) => (parent, false),
        };
        let items = Items::of(cx, owner, method);
        Method {
            name: cx.rust_name(method.def_id).to_string(),
            wire: method.name.raw_str().to_string(),
            docs: docs(&method.leading_comments),
            args: args(cx, items.args_recv),
            returns: cx.codegen_item_ty(method.ret.kind.clone()).to_string(),
            oneway: method.oneway,
            own,
            args_recv: cx.cur_related_item_path(items.args_recv).to_string(),
            args_send: cx.cur_related_item_path(items.args_send).to_string(),
            result_recv: outcome(cx, items.result_recv),
            result_send: outcome(cx, items.result_send),
            exception: items.exception.map(|id| exception(cx, id)),
        }
    }
}

/// The items that pilota-build derives from one method.
struct Items {
    result_recv: DefId,
    result_send: DefId,
    exception: Option<DefId>,
    args_send: DefId,
    args_recv: DefId,
}

impl Items {
    /// pilota-build keeps them beside the service in one list: for each method, in order, what is taken here.
    fn of(cx: &Context, owner: DefId, wanted: &rir::Method) -> Self {
        let node = cx.node(owner).expect("a service that has methods is there");
        let mut related = node.related_nodes.iter().copied();
        let mut next = || {
            related
                .next()
                .expect("pilota-build derives four items from each method, five with `throws`")
        };
        for method in &service(&node).methods {
            let items = Items {
                result_recv: next(),
                result_send: next(),
                exception: method.exceptions.is_some().then(&mut next),
                args_send: next(),
                args_recv: next(),
            };
            if method.def_id == wanted.def_id {
                return items;
            }
        }
        unreachable!("a method's owner lists it")
    }
}

fn service(node: &Node) -> &rir::Service {
    match &node.kind {
        NodeKind::Item(item) => match &**item {
            Item::Service(service) => service,
            other => unreachable!("{:?} owns no methods", other.symbol_name()),
        },
        other => unreachable!("{other:?} owns no methods"),
    }
}

fn args(cx: &Context, id: DefId) -> Vec<Arg> {
    let item = cx.expect_item(id);
    let Item::Message(Message { fields, .. }) = &*item else {
        unreachable!("arguments are a struct")
    };
    let arg = |field: &std::sync::Arc<rir::Field>| {
        let ty = cx.codegen_item_ty(field.ty.kind.clone());
        Arg {
            name: cx.rust_name(field.did).to_string(),
            ty: match field.is_optional() {
                true => format!("::core::option::Option<{ty}>"),
                false => ty.to_string(),
            },
        }
    };
    fields.iter().map(arg).collect()
}

fn outcome(cx: &Context, id: DefId) -> Outcome {
    let mut variants = variants(cx, id).into_iter().map(|variant| variant.name);
    Outcome {
        path: cx.cur_related_item_path(id).to_string(),
        value: variants
            .next()
            .expect("a result's first variant is the value"),
        exceptions: variants.collect(),
    }
}

fn exception(cx: &Context, id: DefId) -> Exception {
    Exception {
        path: cx.cur_related_item_path(id).to_string(),
        variants: variants(cx, id),
    }
}

fn variants(cx: &Context, id: DefId) -> Vec<Variant> {
    let item = cx.expect_item(id);
    let Item::Enum(item) = &*item else {
        unreachable!("results and exceptions are enums")
    };
    let variant = |variant: &std::sync::Arc<rir::EnumVariant>| Variant {
        name: cx.rust_name(variant.did).to_string(),
        ty: cx
            .codegen_item_ty(variant.fields[0].kind.clone())
            .to_string(),
    };
    item.variants.iter().map(variant).collect()
}

/// The lines of an IDL comment, without its marks. A comment with a code block is left out: rustdoc would compile the block.
fn docs(comment: &str) -> Vec<String> {
    if comment.contains("```") {
        return Vec::new();
    }
    let line = |line: &str| {
        let line = line.trim();
        let line = line
            .trim_start_matches("/**")
            .trim_start_matches("/*")
            .trim_end_matches("*/");
        let line = line.trim_start_matches(['/', '*']);
        line.trim().to_owned()
    };
    let lines: Vec<String> = comment.lines().map(line).collect();
    let first = lines.iter().position(|line| !line.is_empty());
    let last = lines.iter().rposition(|line| !line.is_empty());
    match (first, last) {
        (Some(first), Some(last)) => lines[first..=last].to_vec(),
        _ => Vec::new(),
    }
}
