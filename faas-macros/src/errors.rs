//! Collects mistakes, so that a user sees all of them after one build. `collect` hands out a result only when there are none.

pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Runs a stage. What it pushed and what it returned as its last error come out joined.
    pub(crate) fn collect<T>(stage: impl FnOnce(&mut Self) -> syn::Result<T>) -> syn::Result<T> {
        let mut errors = Self(None);
        let result = stage(&mut errors);
        match (result, errors.0) {
            (Ok(value), None) => Ok(value),
            (Ok(_), Some(errors)) => Err(errors),
            (Err(last), None) => Err(last),
            (Err(last), Some(mut errors)) => {
                errors.combine(last);
                Err(errors)
            }
        }
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn error(text: &str) -> syn::Error {
        syn::Error::new(Span::call_site(), text)
    }

    #[test]
    fn a_stage_without_mistakes_gives_its_value() {
        assert_eq!(
            Errors::collect(|_| Ok(1)).expect("no mistake was pushed"),
            1
        );
    }

    #[test]
    fn pushed_and_returned_mistakes_come_out_together() {
        let errors = Errors::collect(|errors| -> syn::Result<()> {
            errors.push(error("one"));
            errors.push(error("two"));
            Err(error("three"))
        })
        .expect_err("three mistakes were made");

        let texts: Vec<String> = errors.into_iter().map(|error| error.to_string()).collect();
        assert_eq!(texts, ["one", "two", "three"]);
    }

    #[test]
    fn a_pushed_mistake_withholds_the_value() {
        let result = Errors::collect(|errors| {
            errors.push(error("one"));
            Ok(1)
        });
        assert!(result.is_err());
    }
}
