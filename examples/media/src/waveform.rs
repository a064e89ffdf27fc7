//! The picture of a recording: the lowest and the highest sample of each of its parts.

use std::io::{self, Read, Write};

use crate::wav::{Recording, WavError};

/// How loud a recording is, part by part.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Waveform(Vec<Bar>);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Bar {
    low: i16,
    high: i16,
}

impl Waveform {
    /// Listens to a whole recording, and keeps `bars` parts of it, or fewer if it has fewer frames.
    pub(crate) fn of<R: Read>(mut recording: Recording<R>, bars: u16) -> Result<Self, WavError> {
        let frames = recording.frames();
        let bars = frames.min(bars.into());
        let mut waveform = Vec::new();
        let mut read = 0;
        for bar in 1..=bars {
            let mut heard = Bar {
                low: i16::MAX,
                high: i16::MIN,
            };
            // a file has at most 2^32 bytes of samples, so there are no too large numbers here
            while read < frames * bar / bars {
                recording.next_frame(|sample| {
                    heard.low = heard.low.min(sample);
                    heard.high = heard.high.max(sample);
                })?;
                read += 1;
            }
            waveform.push(heard);
        }
        Ok(Self(waveform))
    }

    /// Writes it as an SVG picture.
    pub(crate) fn draw(&self, mut svg: impl Write) -> io::Result<()> {
        let width = self.0.len().max(1);
        write!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 100" preserveAspectRatio="none"><path stroke="currentColor" d=""#
        )?;
        for (at, bar) in self.0.iter().enumerate() {
            write!(svg, "M{at}.5 {}V{}", height(bar.high), height(bar.low))?;
        }
        writeln!(svg, r#""/></svg>"#)
    }
}

/// Places a sample between 0, the loudest above, and 100; even silence is to be seen.
fn height(sample: i16) -> i32 {
    50 - i32::from(sample) * 50 / 32768
}

#[cfg(test)]
mod tests {
    //! Short recordings and what is seen of them.

    use super::*;
    use crate::wav::tests::mono;

    fn waveform(samples: &[i16], bars: u16) -> Waveform {
        Waveform::of(Recording::open(&mono(samples)[..]).unwrap(), bars).unwrap()
    }

    #[test]
    fn each_bar_holds_the_extremes_of_its_part() {
        let bar = |low, high| Bar { low, high };
        let samples = [3, -4, 5, 100, -100];
        assert_eq!(waveform(&samples, 2).0, [bar(-4, 3), bar(-100, 100)]);
        assert_eq!(waveform(&samples, 1).0, [bar(-100, 100)]);
        assert_eq!(waveform(&[7, 8], 400).0, [bar(7, 7), bar(8, 8)]);
        assert!(waveform(&[], 400).0.is_empty());
    }

    #[test]
    fn a_bar_is_a_line_from_its_highest_to_its_lowest() {
        let mut svg = Vec::new();
        waveform(&[0, i16::MIN, i16::MAX, 0], 2)
            .draw(&mut svg)
            .unwrap();
        let svg = String::from_utf8(svg).unwrap();
        assert!(svg.contains(r#"viewBox="0 0 2 100""#), "{svg}");
        assert!(svg.contains(r#"d="M0.5 50V100M1.5 1V50""#), "{svg}");
    }
}
