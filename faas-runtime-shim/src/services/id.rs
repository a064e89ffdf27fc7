//! New ids of tasks. Who knows one can ask for the result, so nobody may guess one.

use super::{TaskError, TaskId};

impl TaskId {
    /// Makes an id of 128 bits of the system's randomness, written as 32 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// Fails where the system gives no random numbers.
    pub fn random() -> Result<Self, TaskError> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(|error| TaskError::Unreachable {
            why: format!("the system gives no random numbers: {error}"),
        })?;
        format!("{:032x}", u128::from_be_bytes(bits)).parse()
    }
}

#[cfg(test)]
mod tests {
    //! Ids are distinct and of one form.

    use super::*;

    #[test]
    fn random_ids_are_distinct_and_of_one_length() {
        let (one, two) = (TaskId::random().unwrap(), TaskId::random().unwrap());
        assert_ne!(one, two);
        assert_eq!((one.as_str().len(), two.as_str().len()), (32, 32));
    }
}
