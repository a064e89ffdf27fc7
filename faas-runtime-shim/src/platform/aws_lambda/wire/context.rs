//! The front end's `requestContext`: the dozen keys that say what an event is and whom it came from.

use super::json::{Broken, Form, Reader, Text};

/// What is needed of a request context.
#[derive(Debug, Default)]
pub(crate) struct Context<'e> {
    /// All of it, as it stands; empty where there is none.
    pub(crate) raw: &'e [u8],
    pub(crate) has_elb: bool,
    pub(crate) has_http: bool,
    pub(crate) has_connection_id: bool,
    pub(crate) has_service_network: bool,
    pub(crate) has_condition: bool,
    pub(crate) domain_name: Option<Text<'e>>,
    pub(crate) event_type: Option<Text<'e>>,
    pub(crate) method: Option<Text<'e>>,
    pub(crate) path: Option<Text<'e>>,
    pub(crate) request_id: Option<Text<'e>>,
    pub(crate) route_key: Option<Text<'e>>,
    pub(crate) source_ip: Option<Text<'e>>,
    pub(crate) stage: Option<Text<'e>>,
}

impl<'e> Context<'e> {
    pub(super) fn read(&mut self, json: &mut Reader<'e>) -> Result<(), Broken> {
        if json.finds(Form::Object, "requestContext")? {
            self.raw = json.raw(|json| json.object(|json, key| self.entry(key, json)))?;
        }
        Ok(())
    }

    /// Which service the domain is of, if it is one of AWS's own: `{id}.{service}.{region}.…`.
    pub(crate) fn service(&self) -> Option<&[u8]> {
        let domain = self.domain_name.as_deref()?;
        domain.split(|byte| *byte == b'.').nth(1)
    }

    fn entry(&mut self, key: &[u8], json: &mut Reader<'e>) -> Result<(), Broken> {
        match key {
            b"http" => return self.http(json),
            b"identity" => return self.identity(json),
            b"domainName" => self.domain_name = json.text_if_any()?,
            b"requestId" => self.request_id = json.text_if_any()?,
            b"stage" => self.stage = json.text_if_any()?,
            b"path" => self.path = json.text_if_any()?,
            b"routeKey" => self.route_key = json.text_if_any()?,
            b"eventType" => self.event_type = json.text_if_any()?,
            b"elb" => self.has_elb = json.is_there()?,
            b"connectionId" => self.has_connection_id = json.is_there()?,
            b"serviceNetworkArn" => self.has_service_network = json.is_there()?,
            b"condition" => self.has_condition = json.is_there()?,
            _ => return json.skip(),
        }
        Ok(())
    }

    /// Of payload 2.0.
    fn http(&mut self, json: &mut Reader<'e>) -> Result<(), Broken> {
        self.has_http = json.form()? != Form::Null;
        if !json.finds(Form::Object, "requestContext.http")? {
            return Ok(());
        }
        json.object(|json, key| {
            match key {
                b"method" => self.method = json.text_if_any()?,
                b"sourceIp" => self.source_ip = json.text_if_any()?,
                _ => json.skip()?,
            }
            Ok(())
        })
    }

    /// Of payload 1.0 and WebSocket APIs. VPC Lattice's has no address.
    fn identity(&mut self, json: &mut Reader<'e>) -> Result<(), Broken> {
        if json.form()? != Form::Object {
            return json.skip();
        }
        json.object(|json, key| {
            match key {
                b"sourceIp" => self.source_ip = json.text_if_any()?,
                _ => json.skip()?,
            }
            Ok(())
        })
    }
}
