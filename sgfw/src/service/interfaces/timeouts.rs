//! Idle timeouts of an interface: `ConnectionTrackingSpecification`, in seconds and within AWS's ranges.

use crate::api::ConnectionTrackingSpecificationRequest;
use crate::model::{TIMEOUT_TCP, TIMEOUT_UDP, TIMEOUT_UDP_STREAM, Timeouts};
use crate::service::Fault;
use std::ops::RangeInclusive;

/// The timeouts as they become: those that are not said stay.
///
/// # Errors
/// One is out of its range.
pub(in crate::service) fn changed(
    timeouts: Timeouts,
    wanted: Option<&ConnectionTrackingSpecificationRequest>,
) -> Result<Timeouts, Fault> {
    let Some(wanted) = wanted else { return Ok(timeouts) };
    let pick = |name, value: Option<i64>, range, now| value.map_or(Ok(now), |value| within(name, value, range));
    Ok(Timeouts {
        tcp_established: pick(
            "TcpEstablishedTimeout",
            wanted.tcp_established_timeout,
            TIMEOUT_TCP,
            timeouts.tcp_established,
        )?,
        udp: pick("UdpTimeout", wanted.udp_timeout, TIMEOUT_UDP, timeouts.udp)?,
        udp_stream: pick("UdpStreamTimeout", wanted.udp_stream_timeout, TIMEOUT_UDP_STREAM, timeouts.udp_stream)?,
    })
}

fn within(name: &str, value: i64, range: RangeInclusive<u32>) -> Result<u32, Fault> {
    u32::try_from(value).ok().filter(|value| range.contains(value)).ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        Fault::value(format!("Value ({value}) for parameter {name} is invalid. Expecting {least} to {most} seconds."))
    })
}
