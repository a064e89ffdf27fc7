//! One question of reflection and its answer. Pure.

use prost::Message;
use prost_reflect::{DescriptorPool, FileDescriptor};
use tonic::Code;

use super::Reflection;
use super::wire::{Answer, Asked, Extensions, Files, Question, Refusal, Service, Services, Told};

impl Reflection {
    pub(super) fn answer(&self, question: Question) -> Answer {
        let pool = self.schema.pool();
        let told = match &question.asked {
            None => Err(refusal(Code::InvalidArgument, "nothing is asked")),
            Some(Asked::Services(_)) => Ok(self.services()),
            Some(Asked::FileByName(name)) => of_file(pool.get_file_by_name(name), || {
                format!("there is no file `{name}`")
            }),
            Some(Asked::FileOfSymbol(symbol)) => of_file(file_of(pool, symbol), || {
                format!("no file is known that has `{symbol}`")
            }),
            Some(Asked::FileOfExtension(asked)) => {
                let message = pool.get_message_by_name(&asked.of);
                let number = u32::try_from(asked.number);
                let extension = message.zip(number.ok());
                let extension = extension.and_then(|(of, number)| of.get_extension(number));
                of_file(extension.map(|it| it.parent_file()), || {
                    format!("no extension {} of `{}` is known", asked.number, asked.of)
                })
            }
            Some(Asked::ExtensionsOfType(name)) => extensions(pool, name),
        };
        Answer {
            host: question.host.clone(),
            question: Some(question),
            told: Some(told.unwrap_or_else(Told::Error)),
        }
    }

    fn services(&self) -> Told {
        let named = |name: &&'static str| Service {
            name: (*name).to_owned(),
        };
        Told::Services(Services {
            services: self.services.iter().map(named).collect(),
        })
    }
}

fn of_file(file: Option<FileDescriptor>, missing: impl Fn() -> String) -> Result<Told, Refusal> {
    let file = file.ok_or_else(|| refusal(Code::NotFound, missing()))?;
    Ok(Told::Files(Files {
        files: vec![file.file_descriptor_proto().encode_to_vec()],
    }))
}

fn extensions(pool: &DescriptorPool, name: &str) -> Result<Told, Refusal> {
    let Some(message) = pool.get_message_by_name(name) else {
        let missing = format!("there is no message `{name}`");
        return Err(refusal(Code::NotFound, missing));
    };
    let numbers = message.extensions().map(|it| it.number());
    Ok(Told::Extensions(Extensions {
        of: name.to_owned(),
        numbers: numbers.filter_map(|it| i32::try_from(it).ok()).collect(),
    }))
}

fn refusal(code: Code, message: impl Into<String>) -> Refusal {
    Refusal {
        code: code.into(),
        message: message.into(),
    }
}

/// Finds the file of a full name: of a service, a message, an enum, an extension, or of what is declared inside of one.
fn file_of(pool: &DescriptorPool, symbol: &str) -> Option<FileDescriptor> {
    if let Some(service) = pool.get_service_by_name(symbol) {
        return Some(service.parent_file());
    }
    if let Some(message) = pool.get_message_by_name(symbol) {
        return Some(message.parent_file());
    }
    if let Some(kind) = pool.get_enum_by_name(symbol) {
        return Some(kind.parent_file());
    }
    if let Some(extension) = pool.get_extension_by_name(symbol) {
        return Some(extension.parent_file());
    }
    let (around, name) = symbol.rsplit_once('.').unwrap_or(("", symbol));
    if let Some(service) = pool.get_service_by_name(around) {
        let has_it = service.methods().any(|method| method.name() == name);
        return has_it.then(|| service.parent_file());
    }
    if let Some(message) = pool.get_message_by_name(around) {
        let has_it = message.get_field_by_name(name).is_some()
            || message.oneofs().any(|oneof| oneof.name() == name);
        if has_it {
            return Some(message.parent_file());
        }
    }
    // the values of an enum stand beside it, not in it
    let value = pool
        .all_enums()
        .flat_map(|kind| kind.values().collect::<Vec<_>>())
        .find(|value| value.full_name() == symbol);
    value.map(|value| value.parent_enum().parent_file())
}
