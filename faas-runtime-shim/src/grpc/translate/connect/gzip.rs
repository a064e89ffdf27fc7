//! The one coding of messages.

use std::io::{self, Read as _, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::super::frame;
use crate::grpc::status::{Code, Status};

/// Decompresses a message, of which no more than the limit is ever made.
///
/// # Errors
///
/// Fails if it is not gzip's, and if it is over the limit.
pub(super) fn decompress(message: &[u8], limit: usize) -> Result<Bytes, Status> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    let read = MultiGzDecoder::new(message)
        .take(most)
        .read_to_end(&mut plain);
    if let Err(error) = read {
        let text = format!("a message cannot be decompressed: {error}");
        return Err(Status::new(Code::InvalidArgument, text));
    }
    if plain.len() > limit {
        return Err(frame::too_large(plain.len(), limit));
    }
    Ok(plain.into())
}

/// Compresses a message.
///
/// # Errors
///
/// Never in practice: it writes into memory.
pub(super) fn compress(message: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(message)?;
    encoder.finish().map(Bytes::from)
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_can_be_decompressed_up_to_the_limit() {
        let message = vec![b'a'; 1 << 20];
        let compressed = compress(&message).unwrap();
        assert!(compressed.len() < 2_000);
        assert_eq!(decompress(&compressed, message.len()).unwrap(), message);
        let refused = decompress(&compressed, message.len() - 1).unwrap_err();
        assert_eq!(refused.code, Code::ResourceExhausted);
        let members = [
            &*compress(b"ab").unwrap(),
            &compress(b"").unwrap(),
            &compress(b"c").unwrap(),
        ]
        .concat();
        assert_eq!(decompress(&members, 3).unwrap(), "abc");
    }

    #[test]
    fn anything_else_is_refused() {
        let good = compress(b"message").unwrap();
        for cut in 0..good.len() {
            let refused = decompress(&good[..cut], 100).unwrap_err();
            assert_eq!(refused.code, Code::InvalidArgument, "{cut}");
        }
        for at in 0..good.len() {
            let mut bad = good.to_vec();
            bad[at] ^= 0x10;
            let _judged = decompress(&bad, 100);
        }
        assert!(decompress(&[&good, &b"behind"[..]].concat(), 100).is_err());
    }
}
