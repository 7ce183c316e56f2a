//! Pure. Which requests are let in at all: names against DNS rebinding, origins against other sites; and the headers of every answer.

use core::net::{IpAddr, SocketAddr};

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

/// What the application's pages may do: run and load our own files, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-src 'self'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("x-robots-tag", "noindex"),
];

/// The names under which this server may be reached.
#[derive(Clone, Debug)]
pub struct Hosts {
    names: Vec<String>,
    has_any_address: bool,
}

impl Hosts {
    /// The names of this machine, and others that were allowed.
    pub fn new(bound: SocketAddr, allowed: &[String]) -> Self {
        Self {
            names: allowed.iter().map(|name| name.trim().to_ascii_lowercase()).collect(),
            // Another site can make its own name point here, but it cannot own an address.
            has_any_address: !bound.ip().is_loopback(),
        }
    }

    /// Whether the `Host` header is one of ours.
    pub fn allow(&self, host: &str) -> bool {
        let name = hostname(host);
        let is_here = name == "localhost" || address(&name).is_some_and(|ip| ip.is_loopback());
        is_here || self.is_named(&name) || (self.has_any_address && address(&name).is_some())
    }

    fn is_named(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

/// The name in `name:port`.
fn hostname(host: &str) -> String {
    let host = host.trim();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn address(name: &str) -> Option<IpAddr> {
    name.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Why a request is not let in; `None` where it is.
pub fn refusal(hosts: &Hosts, headers: &HeaderMap, authority: Option<&str>) -> Option<String> {
    let mut given = headers.get_all(header::HOST).iter();
    let host = given.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
    if given.next().is_some() {
        return Some("the request names several hosts".into());
    }
    for name in [Some(host), authority].into_iter().flatten() {
        if !hosts.allow(name) {
            return Some(format!(
                "this server does not answer as `{}`\n  next: use http://127.0.0.1, or start it with --allow-host NAME",
                hostname(name)
            ));
        }
    }
    None
}

/// Why a request that a page of another site may have made is not let in.
pub fn foreign(hosts: &Hosts, headers: &HeaderMap) -> Option<String> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(origin) = text(header::ORIGIN) {
        let host = text(header::HOST).unwrap_or_default();
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        let is_ours = authority.is_some_and(|authority| {
            authority.eq_ignore_ascii_case(host) || hosts.is_named(&hostname(authority))
        });
        if !is_ours {
            return Some("the request comes from a page of another site\n  next: open the application at its own address".into());
        }
    }
    match text(HeaderName::from_static("sec-fetch-site")) {
        None | Some("same-origin" | "none") => None,
        Some(_) => Some("the request comes from a page of another site\n  next: open the application at its own address".into()),
    }
}

/// Sets the headers of every answer; a page that has a policy of its own keeps it.
pub fn protect(headers: &mut HeaderMap, is_private: bool) {
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if is_private {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(bound: [u8; 4], allowed: &[&str]) -> Hosts {
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        Hosts::new(SocketAddr::from((bound, 7878)), &allowed)
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_foreign_name_is_refused_and_our_own_are_not() {
        let local = hosts([127, 0, 0, 1], &["Karat.example.org"]);
        for host in [
            "127.0.0.1:7878",
            "localhost",
            "LOCALHOST:1",
            "[::1]:7878",
            "127.8.9.1",
            "karat.example.org",
            "karat.example.org.:443",
        ] {
            assert!(local.allow(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "evil.example:7878",
            "karat.example.org.evil",
            "[::2]",
        ] {
            assert!(!local.allow(host), "{host}");
        }
        let public = hosts([0, 0, 0, 0], &[]);
        assert!(public.allow("10.0.0.1:7878") && !public.allow("evil.example"));
    }

    #[test]
    fn a_request_line_cannot_name_another_host_than_the_header() {
        let local = hosts([127, 0, 0, 1], &[]);
        let ours = headers(&[("host", "localhost")]);
        assert_eq!(refusal(&local, &ours, None), None);
        assert!(refusal(&local, &ours, Some("evil.example")).is_some());
        assert!(refusal(&local, &HeaderMap::new(), None).is_some());
        let mut two = ours.clone();
        two.append("host", HeaderValue::from_static("localhost"));
        assert!(refusal(&local, &two, None).is_some());
    }

    #[test]
    fn another_sites_page_is_refused() {
        let local = hosts([127, 0, 0, 1], &["karat.example.org"]);
        let of = |pairs: &[(&'static str, &'static str)]| {
            let mut all = headers(&[("host", "127.0.0.1:7878")]);
            all.extend(headers(pairs));
            foreign(&local, &all).is_none()
        };
        assert!(of(&[]));
        assert!(of(&[("origin", "http://127.0.0.1:7878"), ("sec-fetch-site", "same-origin")]));
        assert!(of(&[("origin", "https://karat.example.org")]));
        assert!(of(&[("sec-fetch-site", "none")]));
        for origin in ["null", "http://127.0.0.1:9999", "http://evil.example", "file://", "http://"]
        {
            assert!(!of(&[("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site", "odd"] {
            assert!(!of(&[("sec-fetch-site", site)]), "{site}");
        }
    }

    #[test]
    fn a_page_with_its_own_policy_keeps_it() {
        let mut own = headers(&[("content-security-policy", "default-src 'none'")]);
        protect(&mut own, true);
        assert_eq!(own["content-security-policy"], "default-src 'none'");
        assert_eq!(own["cache-control"], "no-store");
        let mut none = HeaderMap::new();
        protect(&mut none, false);
        assert!(none["content-security-policy"].to_str().unwrap().contains("script-src 'self';"));
        assert!(!none.contains_key("cache-control"));
    }
}
