// code: F0181
//! A zone changes no span of time.

#[faas::timer(every = "5m", timezone = "Asia/Shanghai")]
async fn handle() {}

fn main() {}
