//! The top level of an event.

use bytes::Bytes;

use super::context::Context;
use super::headers::{HeaderLines, cookies};
use super::json::{Broken, Fault, Form, Mismatch, Reader, Text};

/// What one pass over an event picks up.
#[derive(Debug, Default)]
pub(crate) struct Scan<'e> {
    // HTTP requests
    pub(crate) version: Option<Text<'e>>,
    pub(crate) http_method: Option<Text<'e>>,
    pub(crate) method: Option<Text<'e>>,
    pub(crate) path: Option<Text<'e>>,
    pub(crate) raw_path: Option<Text<'e>>,
    pub(crate) raw_query: Option<Text<'e>>,
    /// As they stand; empty where there are none.
    pub(crate) query: &'e [u8],
    pub(crate) multi_value_query: &'e [u8],
    pub(crate) headers: HeaderLines,
    pub(crate) multi_value_headers: Option<HeaderLines>,
    /// As one header's value; empty where there are none.
    pub(crate) cookies: Vec<u8>,
    pub(crate) body: Option<Text<'e>>,
    pub(crate) body_is_base64: bool,
    pub(crate) context: Context<'e>,
    /// The first of those above that had another form.
    pub(crate) mismatch: Option<Mismatch>,

    // the discriminators of all other sources
    pub(crate) event_source: Option<Text<'e>>,
    pub(crate) first_record_source: Option<Text<'e>>,
    pub(crate) kind: Option<Text<'e>>,
    pub(crate) has: Has,
}

/// The keys whose presence alone says something.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Has {
    pub(crate) aws_logs: bool,
    pub(crate) code_pipeline_job: bool,
    pub(crate) delivery_stream_arn: bool,
    pub(crate) detail_type: bool,
    /// `Records` without any.
    pub(crate) empty_records: bool,
    pub(crate) method_or_route_arn: bool,
    pub(crate) records: bool,
    pub(crate) request_payload: bool,
    pub(crate) request_type: bool,
    pub(crate) response_url: bool,
    pub(crate) shard_id: bool,
    pub(crate) source: bool,
    pub(crate) spec_version: bool,
    pub(crate) trigger_source: bool,
    pub(crate) window: bool,
}

impl<'e> Scan<'e> {
    /// Only broken JSON fails.
    pub(crate) fn read(&mut self, event: &'e Bytes) -> Result<(), Fault> {
        let mut json = Reader::new(event);
        let read = self.fill(&mut json, event);
        self.mismatch = json.mismatch;
        match (read, json.fault) {
            (Err(Broken), Some(fault)) => Err(fault),
            _ => Ok(()),
        }
    }

    fn fill(&mut self, json: &mut Reader<'e>, event: &'e Bytes) -> Result<(), Broken> {
        match json.form()? {
            Form::Object => json.object(|json, key| self.entry(key, json, event))?,
            _ => json.skip()?,
        }
        json.end()
    }

    /// The keys of payload 2.0 come first: they are compared in this order.
    fn entry(&mut self, key: &[u8], json: &mut Reader<'e>, event: &'e Bytes) -> Result<(), Broken> {
        let has = &mut self.has;
        match key {
            b"version" => self.version = json.text_if_any()?,
            b"rawPath" => self.raw_path = text(json, "rawPath")?,
            b"rawQueryString" => self.raw_query = text(json, "rawQueryString")?,
            b"cookies" => self.cookies = cookies(json)?,
            b"headers" => {
                if json.finds(Form::Object, "headers")? {
                    self.headers.read(json, event)?;
                }
            }
            b"queryStringParameters" => self.query = object(json, "queryStringParameters")?,
            b"requestContext" => self.context.read(json)?,
            b"body" => self.body = text(json, "body")?,
            b"isBase64Encoded" => {
                if json.finds(Form::Flag, "isBase64Encoded")? {
                    self.body_is_base64 = json.flag()?;
                }
            }
            b"httpMethod" => self.http_method = text(json, "httpMethod")?,
            b"method" => self.method = text(json, "method")?,
            b"path" => self.path = text(json, "path")?,
            b"multiValueHeaders" => {
                if json.finds(Form::Object, "multiValueHeaders")? {
                    let lines = self.multi_value_headers.get_or_insert_default();
                    lines.read(json, event)?;
                }
            }
            b"multiValueQueryStringParameters" => {
                self.multi_value_query = object(json, "multiValueQueryStringParameters")?;
            }
            b"Records" => {
                let records = json.raw(|json| {
                    self.first_record_source = first_record_source(json)?;
                    Ok(())
                })?;
                has.empty_records = is_empty_array(records);
            }
            b"eventSource" => self.event_source = json.text_if_any()?,
            b"detail-type" => has.detail_type = json.is_there()?,
            b"source" => has.source = json.is_there()?,
            b"awslogs" => has.aws_logs = json.is_there()?,
            b"deliveryStreamArn" => has.delivery_stream_arn = json.is_there()?,
            b"records" => has.records = json.is_there()?,
            b"requestPayload" => has.request_payload = json.is_there()?,
            b"specversion" => has.spec_version = json.is_there()?,
            b"type" => self.kind = json.text_if_any()?,
            b"methodArn" | b"routeArn" => has.method_or_route_arn = json.is_there()?,
            b"triggerSource" => has.trigger_source = json.is_there()?,
            b"RequestType" => has.request_type = json.is_there()?,
            b"ResponseURL" => has.response_url = json.is_there()?,
            b"shardId" => has.shard_id = json.is_there()?,
            b"window" => has.window = json.is_there()?,
            b"CodePipeline.job" => has.code_pipeline_job = json.is_there()?,
            _ => json.skip()?,
        }
        Ok(())
    }
}

fn text<'e>(json: &mut Reader<'e>, path: &'static str) -> Result<Option<Text<'e>>, Broken> {
    if json.finds(Form::Text, path)? {
        return json.text().map(Some);
    }
    Ok(None)
}

fn object<'e>(json: &mut Reader<'e>, path: &'static str) -> Result<&'e [u8], Broken> {
    if json.finds(Form::Object, path)? {
        return json.raw(Reader::skip);
    }
    Ok(b"")
}

/// Reads the `eventSource` of the first of `Records`: all of an event have the same.
fn first_record_source<'e>(json: &mut Reader<'e>) -> Result<Option<Text<'e>>, Broken> {
    let mut source = None;
    if json.form()? != Form::Array {
        return json.skip().map(|()| source);
    }
    let mut is_first = true;
    json.array(|json| {
        if !std::mem::take(&mut is_first) || json.form()? != Form::Object {
            return json.skip();
        }
        json.object(|json, key| {
            match key {
                // SNS and SES write theirs with a capital
                b"eventSource" | b"EventSource" => source = json.text_if_any()?,
                _ => json.skip()?,
            }
            Ok(())
        })
    })?;
    Ok(source)
}

fn is_empty_array(raw: &[u8]) -> bool {
    let inside = raw
        .strip_prefix(b"[")
        .and_then(|raw| raw.strip_suffix(b"]"));
    inside.is_some_and(|inside| inside.trim_ascii().is_empty())
}
