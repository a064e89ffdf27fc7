//! Tokens to the tree, as far as they make sense: after a mistake it goes on at the next line, so that all are told at once.
//!
//! The grammar is <https://thrift.apache.org/docs/idl>, of which pilota knows nearly all; what it does not know is found later,
//! by its own parser.
//!
//! Definitions are here; `parts` has types, values and annotations, `tokens` what is taken one by one, `recover` how to go on.

mod parts;
mod recover;
mod tokens;

use super::lex::{self, KEYWORDS, Kind as Token, Token as Place, Tokens};
use super::{Definition, Document, EnumValue, Field, Kind, Method, Namespace, Service};
use crate::error::Mistake;
use crate::source::Source;
use crate::thrift::nearest::nearest;

/// What the file says, and the mistakes in it: one for each line, for the second is mostly what comes of the first.
pub(in crate::thrift) fn parse(source: &Source) -> (Document, Vec<Mistake>) {
    let Tokens {
        tokens,
        mistakes,
        cut,
    } = lex::tokens(source);
    let mut parser = Parser {
        source,
        tokens,
        cut,
        at: 0,
        depth: 0,
        mistakes,
    };
    let document = parser.document();
    let mut mistakes = parser.mistakes;
    mistakes.sort_by_key(Mistake::position);
    mistakes.dedup_by_key(|mistake| mistake.position().0);
    (document, mistakes)
}

struct Parser<'a> {
    source: &'a Source,
    tokens: Vec<Place>,
    /// Whether the tokens end before the file does.
    cut: bool,
    at: usize,
    depth: usize,
    mistakes: Vec<Mistake>,
}

/// The mistake has been noted.
struct Noted;

type Parsed<T> = Result<T, Noted>;

impl Parser<'_> {
    fn document(&mut self) -> Document {
        let mut document = Document::default();
        while self.peek() != Token::End {
            if self.item(&mut document).is_err() {
                self.skip_to_definition();
            }
        }
        document
    }

    fn item(&mut self, document: &mut Document) -> Parsed<()> {
        match self.word() {
            "include" => {
                self.advance();
                document
                    .includes
                    .push(self.text("the file's name in quotes")?);
            }
            "cpp_include" => {
                self.advance();
                self.text("a file's name in quotes")?;
            }
            "namespace" => document.namespaces.push(self.namespace()?),
            "const" => document.definitions.push(self.constant()?),
            "typedef" => document.definitions.push(self.typedef()?),
            "enum" => document.definitions.push(self.enumeration()?),
            "struct" => document.definitions.push(self.fields(Kind::Struct)?),
            "union" => document.definitions.push(self.fields(Kind::Union)?),
            "exception" => document.definitions.push(self.fields(Kind::Exception)?),
            "service" => document.definitions.push(self.service()?),
            word => {
                let near = nearest(word, KEYWORDS);
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("one of {}", KEYWORDS.join(", ")),
                };
                return Err(self.expected("a definition", Some(&help)));
            }
        }
        self.separator();
        Ok(())
    }

    fn namespace(&mut self) -> Parsed<Namespace> {
        self.advance();
        let language = match self.sign('*') {
            true => "*".to_owned(),
            false => self.name("a language such as `rs`, or `*`")?.text,
        };
        let name = self.name("the namespace")?.text;
        self.annotations()?;
        Ok(Namespace { language, name })
    }

    fn constant(&mut self) -> Parsed<Definition> {
        self.advance();
        let mut ty = self.ty()?;
        let name = self.plain_name("the name of the constant")?;
        self.need('=')?;
        let value = self.value()?;
        ty.custom |= self.annotations()?;
        let kind = Kind::Const(ty, value);
        Ok(Definition { name, kind })
    }

    fn typedef(&mut self) -> Parsed<Definition> {
        self.advance();
        let mut ty = self.ty()?;
        let name = self.plain_name("the name of the type")?;
        ty.custom |= self.annotations()?;
        let kind = Kind::Typedef(ty);
        Ok(Definition { name, kind })
    }

    fn enumeration(&mut self) -> Parsed<Definition> {
        self.advance();
        let name = self.plain_name("the name of the enum")?;
        let values = self.block(|parser| {
            let name = parser.plain_name("the name of a value, or `}`")?;
            let number = match parser.sign('=') {
                true => Some(parser.number("a number")?),
                false => None,
            };
            parser.annotations()?;
            parser.separator();
            Ok(EnumValue { name, number })
        })?;
        self.annotations()?;
        let kind = Kind::Enum(values);
        Ok(Definition { name, kind })
    }

    fn fields(&mut self, kind: fn(Vec<Field>) -> Kind) -> Parsed<Definition> {
        self.advance();
        let name = self.plain_name("a name")?;
        let fields = self.block(Self::field)?;
        self.annotations()?;
        let kind = kind(fields);
        Ok(Definition { name, kind })
    }

    fn service(&mut self) -> Parsed<Definition> {
        self.advance();
        let name = self.plain_name("the name of the service")?;
        let extends = match self.word() {
            "extends" => {
                self.advance();
                Some(self.name("the name of a service")?)
            }
            _ => None,
        };
        let methods = self.block(Self::method)?;
        self.annotations()?;
        let kind = Kind::Service(Service { extends, methods });
        Ok(Definition { name, kind })
    }

    fn method(&mut self) -> Parsed<Method> {
        let oneway = self.word() == "oneway";
        if oneway {
            self.advance();
        }
        if self.peek() != Token::Word {
            return Err(self.expected("a method, as in `i32 count(1: string what)`, or `}`", None));
        }
        let returns = self.ty()?;
        let name = self.plain_name("the name of the method")?;
        let args = self.arguments()?;
        let throws = match self.word() {
            "throws" => {
                self.advance();
                self.arguments()?
            }
            // The next method may be on the same line, but hardly this.
            word if nearest(word, ["throws"]).is_some() && !self.place().fresh => {
                return Err(self.expected("`throws`", None));
            }
            _ => Vec::new(),
        };
        self.annotations()?;
        self.separator();
        Ok(Method {
            name,
            oneway,
            returns,
            args,
            throws,
        })
    }

    fn arguments(&mut self) -> Parsed<Vec<Field>> {
        self.need('(')?;
        let mut fields = Vec::new();
        while !self.sign(')') {
            let field = match self.peek() {
                Token::Integer => self.field(),
                _ => Err(self.expected("a field, as in `1: string name`, or `)`", None)),
            };
            match field {
                Ok(field) => fields.push(field),
                Err(Noted) => self.skip_to_close()?,
            }
        }
        Ok(fields)
    }

    /// `{ … }`, whose entries begin on lines of their own after a mistake.
    fn block<T>(&mut self, mut entry: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.need('{')?;
        let mut entries = Vec::new();
        while !self.sign('}') {
            if self.at_definition() {
                return Err(self.expected("`}`", None));
            }
            let start = self.at;
            match entry(self) {
                Ok(found) => entries.push(found),
                Err(Noted) => self.skip_to_line(start)?,
            }
        }
        Ok(entries)
    }

    /// A field without a number is taken for one here, so that the rule that it needs one can tell its name.
    fn field(&mut self) -> Parsed<Field> {
        let number = match self.peek() {
            Token::Integer => {
                let number = self.number("a number")?;
                self.need(':')?;
                Some(number)
            }
            Token::Word => None,
            _ => return Err(self.expected("a field, as in `1: string name`, or `}`", None)),
        };
        if matches!(self.word(), "required" | "optional") {
            self.advance();
        }
        let mut ty = self.ty()?;
        let name = self.plain_name("the name of the field")?;
        let default = match self.sign('=') {
            true => Some(self.value()?),
            false => None,
        };
        ty.custom |= self.annotations()?;
        self.separator();
        Ok(Field {
            number,
            ty,
            name,
            default,
        })
    }
}

#[cfg(test)]
mod tests;
