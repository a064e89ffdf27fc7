//! Any bytes, in any pieces.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::fuzzing::{fuzz_connect, fuzz_web};
use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_laws_hold_for_any_bytes(bytes in vec(any::<u8>(), 0..400)) {
        fuzz_web(&bytes);
        fuzz_connect(&bytes);
    }

    #[test]
    fn the_laws_hold_for_almost_good_bytes(
        options: [u8; 4],
        messages in vec((prop_oneof![8 => Just(0_u8), 2 => Just(1), 1 => any::<u8>()], vec(any::<u8>(), 0..20)), 0..6),
        cut in 0_usize..20,
    ) {
        let body: Vec<u8> = messages.iter().flat_map(|(flags, message)| frame(*flags, message)).collect();
        let body = &body[..body.len().saturating_sub(cut)];
        let bytes = [&options, body].concat();
        fuzz_web(&bytes);
        fuzz_connect(&bytes);
    }

    #[test]
    fn the_laws_hold_for_almost_good_json(options: [u8; 4], json in r#"(\{|\}|\[|"name":|"inStock":|"extra":|"since":|"inner":|"@type":|"t/shop.v1.Item"|"1970-01-01T00:00:00Z"|"x"|[0-9e.-]|,|null|"tags":| ){0,12}"#) {
        fuzz_connect(&[&options, json.as_bytes()].concat());
        fuzz_connect(&[&options, &*frame(0, json.as_bytes())].concat());
    }
}
