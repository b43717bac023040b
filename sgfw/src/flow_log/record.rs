//! One record: a line of fields with blanks between, `-` for what is not known.

use super::describe::About;
use super::window::{Key, Outcome, Span, Sum};
use crate::inventory::LogField;
use crate::model::Direction;
use std::fmt::Display;
use std::io::Write;

/// IANA's number of TCP.
const TCP: u8 = 6;

/// What a record says beside who says it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'a> {
    /// Packets of one conversation.
    Flow(&'a Key, &'a Sum),
    /// There were none from the first to the last second.
    NoData(Span),
    /// Some were not counted between them.
    SkipData(Span),
}

/// The fields of a log's records, in their order.
#[derive(Clone, Debug)]
pub(super) struct Format {
    fields: Vec<LogField>,
    version: u32,
}

impl Format {
    /// These fields; the version is the highest of theirs.
    pub(super) fn new(fields: &[LogField]) -> Self {
        let version = fields.iter().map(|field| field.version()).max().unwrap_or(2);
        Self { fields: fields.to_vec(), version }
    }

    /// Whether records tell reasons apart.
    pub(super) fn has_reasons(&self) -> bool {
        self.fields.contains(&LogField::RejectReason)
    }

    /// The names of the fields, as the first line of a bucket's file has them.
    pub(super) fn header(&self) -> String {
        let words: Vec<&str> = self.fields.iter().map(|field| field.word()).collect();
        words.join(" ") + "\n"
    }

    /// Appends a record with its end of line.
    pub(super) fn write(&self, out: &mut Vec<u8>, about: &About, content: Content) {
        for (place, field) in self.fields.iter().enumerate() {
            if place > 0 {
                out.push(b' ');
            }
            match field {
                LogField::Version => put(out, self.version),
                _ => of_interface(out, *field, about).or_else(|| of_record(out, *field, about, content)).unwrap_or(()),
            }
        }
        out.push(b'\n');
    }
}

/// Writing to memory does not fail.
fn put(out: &mut Vec<u8>, value: impl Display) {
    let written = write!(out, "{value}");
    debug_assert!(written.is_ok());
}

fn known(out: &mut Vec<u8>, value: Option<&str>) {
    out.extend_from_slice(value.unwrap_or("-").as_bytes());
}

/// A field that the interface alone decides; none if it is no such field.
fn of_interface(out: &mut Vec<u8>, field: LogField, about: &About) -> Option<()> {
    match field {
        LogField::AccountId => known(out, Some(about.account())),
        LogField::InterfaceId => known(out, Some(about.id().as_str())),
        LogField::VpcId => known(out, about.vpc()),
        LogField::SubnetId => known(out, about.subnet()),
        LogField::InstanceId => known(out, about.instance()),
        LogField::Region => known(out, Some(about.region())),
        LogField::AzId => known(out, about.zone()),
        _ => return None,
    }
    Some(())
}

/// A field that depends on what the record is about.
fn of_record(out: &mut Vec<u8>, field: LogField, about: &About, content: Content) -> Option<()> {
    let (span, status) = match content {
        Content::Flow(key, sum) => {
            of_flow(out, field, about, key, sum);
            return Some(());
        }
        Content::NoData(span) => (span, "NODATA"),
        Content::SkipData(span) => (span, "SKIPDATA"),
    };
    match field {
        LogField::Start => put(out, span.first),
        LogField::End => put(out, span.last),
        LogField::LogStatus => known(out, Some(status)),
        _ => known(out, None),
    }
    Some(())
}

fn of_flow(out: &mut Vec<u8>, field: LogField, about: &About, key: &Key, sum: &Sum) {
    match field {
        LogField::SrcAddr if key.direction == Direction::Egress => put(out, about.shown(key.src)),
        LogField::DstAddr if key.direction == Direction::Ingress => put(out, about.shown(key.dst)),
        LogField::SrcAddr | LogField::PktSrcAddr => put(out, key.src),
        LogField::DstAddr | LogField::PktDstAddr => put(out, key.dst),
        LogField::SrcPort => put(out, key.sport),
        LogField::DstPort => put(out, key.dport),
        LogField::Protocol => put(out, key.protocol),
        LogField::Packets => put(out, sum.packets),
        LogField::Bytes => put(out, sum.bytes),
        LogField::Start => put(out, sum.first),
        LogField::End => put(out, sum.last),
        LogField::TcpFlags => put(out, if key.protocol == TCP { sum.flags } else { 0 }),
        _ => known(out, word(field, key)),
    }
}

/// The word of a field that has only some.
fn word(field: LogField, key: &Key) -> Option<&'static str> {
    Some(match (field, key.outcome) {
        (LogField::Action, Outcome::Accept) => "ACCEPT",
        (LogField::Action, Outcome::Reject(_)) => "REJECT",
        (LogField::RejectReason, Outcome::Reject(Some(reason))) => reason.word(),
        (LogField::LogStatus, _) => "OK",
        (LogField::Type, _) if key.src.is_ipv4() => "IPv4",
        (LogField::Type, _) => "IPv6",
        (LogField::FlowDirection, _) if key.direction == Direction::Ingress => "ingress",
        (LogField::FlowDirection, _) => "egress",
        _ => return None,
    })
}
