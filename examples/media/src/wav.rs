//! Recordings: PCM in a RIFF WAVE file, read from front to back in constant memory.

use std::io::{self, ErrorKind, Read};

/// A recording whose samples come next.
#[derive(Debug)]
pub(crate) struct Recording<R> {
    samples: io::Take<R>,
    bytes_per_sample: usize,
    channels: usize,
}

/// Why a file is not read on.
#[derive(Debug)]
pub(crate) enum WavError {
    Io(io::Error),
    /// It has no samples that this program knows, however often it is read.
    Unknown(&'static str),
}

impl<R: Read> Recording<R> {
    /// Reads the head of a file, up to the samples.
    pub(crate) fn open(mut file: R) -> Result<Self, WavError> {
        let riff = array::<12>(&mut file)?;
        if &riff[..4] != b"RIFF" || &riff[8..] != b"WAVE" {
            return Err(WavError::Unknown("it is no WAVE file"));
        }
        let mut format = None;
        loop {
            let [a, b, c, d, size @ ..] = array::<8>(&mut file)?;
            let size = u64::from(u32::from_le_bytes(size));
            match (&[a, b, c, d], format) {
                (b"fmt ", None) if size >= 16 => {
                    format = Some(pcm(array(&mut file)?)?);
                    skip(&mut file, padded(size) - 16)?;
                }
                (b"data", Some((bytes_per_sample, channels))) => {
                    return Ok(Self {
                        samples: file.take(size),
                        bytes_per_sample,
                        channels,
                    });
                }
                (b"data" | b"fmt ", _) => {
                    return Err(WavError::Unknown("its format is not told, or told twice"));
                }
                _ => skip(&mut file, padded(size))?,
            }
        }
    }

    /// Returns how many frames are to come: samples that sound at once, one of each channel.
    pub(crate) fn frames(&self) -> u64 {
        // both are at least 1 and at most 2 and 65,535
        self.samples.limit() / (self.bytes_per_sample * self.channels) as u64
    }

    /// Reads the next frame, and calls `each` with its samples.
    pub(crate) fn next_frame(&mut self, mut each: impl FnMut(i16)) -> Result<(), WavError> {
        for _ in 0..self.channels {
            each(match self.bytes_per_sample {
                // eight bits have no sign, and silence in their middle
                1 => (i16::from(array::<1>(&mut self.samples)?[0]) - 128) * 256,
                _ => i16::from_le_bytes(array(&mut self.samples)?),
            });
        }
        Ok(())
    }
}

/// Reads a format: bytes per sample, and channels.
fn pcm(format: [u8; 16]) -> Result<(usize, usize), WavError> {
    let number = |at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
    let bytes_per_sample = match (number(0), number(14)) {
        (1, 8) => 1,
        (1, 16) => 2,
        _ => return Err(WavError::Unknown("it is not PCM with 8 or 16 bits")),
    };
    match number(2) {
        0 => Err(WavError::Unknown("it has no channel")),
        channels => Ok((bytes_per_sample, channels.into())),
    }
}

/// Chunks begin at even places.
fn padded(size: u64) -> u64 {
    size + size % 2
}

fn array<const N: usize>(file: &mut impl Read) -> Result<[u8; N], WavError> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(file: &mut impl Read, size: u64) -> Result<(), WavError> {
    let skipped = io::copy(&mut file.take(size), &mut io::sink())?;
    if skipped < size {
        return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
    }
    Ok(())
}

impl From<io::Error> for WavError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::Unknown("it ends before its samples do"),
            _ => Self::Io(error),
        }
    }
}

/// A file that cannot be reached is tried again; one that is no recording will not become one.
impl From<WavError> for faas::Error {
    fn from(error: WavError) -> Self {
        match error {
            WavError::Io(error) => Self::retry(error),
            WavError::Unknown(why) => Self::reject(format!("the recording cannot be read: {why}")),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    //! Files made by hand, right ones and wrong ones.

    use super::*;

    /// Makes a file of one channel with 16 bits.
    pub(crate) fn mono(samples: &[i16]) -> Vec<u8> {
        let data: Vec<u8> = samples.iter().flat_map(|it| it.to_le_bytes()).collect();
        file(1, 16, &data)
    }

    fn file(channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
        let mut format = Vec::new();
        for number in [1, channels, 8000, 0, 0, 0, channels * bits / 8, bits] {
            format.extend(number.to_le_bytes());
        }
        let chunks = [
            chunk(b"fmt ", &format),
            chunk(b"LIST", b"odd"),
            chunk(b"data", data),
        ]
        .concat();
        chunk(b"RIFF", &[b"WAVE".to_vec(), chunks].concat())
    }

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let size = u32::try_from(data.len()).unwrap();
        let mut chunk = [name, &size.to_le_bytes()[..], data].concat();
        chunk.resize(chunk.len().next_multiple_of(2), 0);
        chunk
    }

    fn samples(file: &[u8]) -> Result<Vec<i16>, WavError> {
        let mut recording = Recording::open(file)?;
        let mut samples = Vec::new();
        for _ in 0..recording.frames() {
            recording.next_frame(|sample| samples.push(sample))?;
        }
        Ok(samples)
    }

    #[track_caller]
    fn unknown(file: &[u8], expected: &str) {
        match samples(file) {
            Err(WavError::Unknown(why)) => assert_eq!(why, expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn samples_come_as_they_were_written() {
        let numbers = [0, 1, -1, i16::MAX, i16::MIN];
        assert_eq!(samples(&mono(&numbers)).unwrap(), numbers);
        let eight = file(1, 8, &[0, 128, 255]);
        assert_eq!(samples(&eight).unwrap(), [-32768, 0, 32512]);
        let stereo = file(2, 16, &[1, 0, 2, 0, 3, 0, 4, 0]);
        assert_eq!(Recording::open(&stereo[..]).unwrap().frames(), 2);
        assert_eq!(samples(&stereo).unwrap(), [1, 2, 3, 4]);
        assert!(samples(&mono(&[])).unwrap().is_empty());
    }

    #[test]
    fn any_cut_is_told_and_none_panics() {
        let whole = mono(&[1, 2, 3]);
        for length in 0..whole.len() {
            unknown(&whole[..length], "it ends before its samples do");
        }
    }

    #[test]
    fn other_files_are_unknown() {
        unknown(
            b"<svg xmlns=\"http://www.w3.org/2000/svg\">",
            "it is no WAVE file",
        );
        unknown(&file(0, 16, &[]), "it has no channel");
        unknown(&file(1, 24, &[0; 6]), "it is not PCM with 8 or 16 bits");
        let headless = chunk(b"RIFF", &[b"WAVE".to_vec(), chunk(b"data", b"")].concat());
        unknown(&headless, "its format is not told, or told twice");
    }
}
