//! A plot as hand-written SVG: two axes, lines, bands, rows with intervals. Text takes the page's colour.

use std::fmt::Write as _;

const WIDTH: f64 = 680.0;
const TOP: f64 = 54.0;
const BOTTOM: f64 = 52.0;

/// Colours that are readable on white and on near-black.
pub const BLUE: &str = "#3d86d6";
pub const ORANGE: &str = "#d9781e";
pub const GREY: &str = "#8a8f98";

/// One axis: its range, whether it is logarithmic, its ticks and its label.
pub struct Axis {
    pub from: f64,
    pub to: f64,
    pub log: bool,
    pub ticks: Vec<(f64, String)>,
    pub label: &'static str,
}

impl Axis {
    /// A straight axis with ticks at `ticks`, each written with `decimals`.
    pub fn linear(label: &'static str, from: f64, to: f64, ticks: &[f64], decimals: usize) -> Self {
        let ticks = ticks.iter().map(|&tick| (tick, format!("{tick:.decimals$}"))).collect();
        Self { from, to, log: false, ticks, label }
    }

    /// A logarithmic axis of counts.
    pub fn log(label: &'static str, from: f64, to: f64, ticks: &[u64]) -> Self {
        let ticks = ticks.iter().map(|&tick| (tick as f64, thousands(tick))).collect();
        Self { from, to, log: true, ticks, label }
    }

    fn share(&self, value: f64) -> f64 {
        let value = value.clamp(self.from.min(self.to), self.from.max(self.to));
        if self.log {
            (value / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        }
    }
}

fn thousands(n: u64) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) }
}

/// A plot that is being drawn.
pub struct Plot {
    title: &'static str,
    desc: String,
    x: Axis,
    y: Axis,
    left: f64,
    right: f64,
    height: f64,
    body: String,
}

impl Plot {
    /// An empty plot; `desc` says in words what is to be seen.
    pub fn new(title: &'static str, desc: impl Into<String>, x: Axis, y: Axis) -> Self {
        let desc = desc.into();
        Self { title, desc, x, y, left: 84.0, right: 24.0, height: 380.0, body: String::new() }
    }

    /// A plot of labelled rows from top to bottom, `left` and `right` wide beside them.
    pub fn rows(
        title: &'static str,
        desc: impl Into<String>,
        x: Axis,
        rows: usize,
        (left, right): (f64, f64),
    ) -> Self {
        let y = Axis { from: rows as f64, to: 0.0, log: false, ticks: Vec::new(), label: "" };
        let height = TOP + BOTTOM + 44.0 * rows as f64;
        Self { left, right, height, ..Self::new(title, desc, x, y) }
    }

    /// Leaves `right` pixels beside the plot, for names of lines.
    pub fn right_margin(&mut self, right: f64) {
        self.right = right;
    }

    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let across = WIDTH - self.left - self.right;
        let down = self.height - TOP - BOTTOM;
        (self.left + self.x.share(x) * across, self.height - BOTTOM - self.y.share(y) * down)
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let written = points.iter().map(|&(x, y)| {
            let (x, y) = self.at(x, y);
            format!("{x:.1},{y:.1}")
        });
        written.collect::<Vec<_>>().join(" ")
    }

    /// A line through `points`.
    pub fn line(&mut self, points: &[(f64, f64)], colour: &str, dashes: &str) {
        let path = self.path(points);
        let _ = writeln!(
            self.body,
            r#"<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>"#
        );
    }

    /// The area between two lines over the same x.
    pub fn band(&mut self, lower: &[(f64, f64)], upper: &[(f64, f64)], colour: &str) {
        let around: Vec<_> = lower.iter().chain(upper.iter().rev()).copied().collect();
        let path = self.path(&around);
        let _ = writeln!(
            self.body,
            r#"<polygon points="{path}" fill="{colour}" fill-opacity="0.22" stroke="none"/>"#
        );
    }

    /// Text at a place of the plot, moved by `(dx, dy)` pixels; `anchor` is start, middle or end.
    pub fn text(&mut self, at: (f64, f64), (dx, dy): (f64, f64), anchor: &str, text: &str) {
        let (x, y) = self.at(at.0, at.1);
        let (x, y, text) = (x + dx, y + dy, escape(text));
        let _ = writeln!(
            self.body,
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
        );
    }

    /// A dot, hollow or filled.
    pub fn dot(&mut self, at: (f64, f64), colour: &str, filled: bool) {
        let (x, y) = self.at(at.0, at.1);
        let fill = if filled { colour } else { "none" };
        let _ = writeln!(
            self.body,
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="4.5" fill="{fill}" stroke="{colour}" stroke-width="2"/>"#
        );
    }

    /// A labelled row with an interval and what follows from it.
    pub fn row(&mut self, index: usize, label: &str, ends: Option<(f64, f64)>, verdict: &str) {
        let y = index as f64 + 0.5;
        let (x0, x1) = (self.x.from, self.x.to);
        self.text((x0, y), (-12.0, 4.0), "end", label);
        self.text((x1, y), (12.0, 4.0), "start", verdict);
        if let Some((lower, upper)) = ends {
            self.line(&[(lower, y), (upper, y)], BLUE, "");
            for end in [lower, upper] {
                let (x, y) = self.at(end, y);
                let _ = writeln!(
                    self.body,
                    r#"<line x1="{x:.1}" y1="{:.1}" x2="{x:.1}" y2="{:.1}" stroke="{BLUE}" stroke-width="2"/>"#,
                    y - 6.0,
                    y + 6.0
                );
            }
        }
    }

    /// The file's text.
    pub fn finish(self) -> String {
        let Self { title, height, .. } = &self;
        let mut out = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" fill="currentColor" font-family="system-ui, sans-serif" font-size="13">
<title>{}</title>
<desc>{}</desc>
<style>.plot {{ color: #1f2328 }} @media (prefers-color-scheme: dark) {{ .plot {{ color: #e6e8eb }} }}</style>
<text x="12" y="22" font-size="15" font-weight="600">{}</text>
"#,
            escape(title),
            escape(&self.desc),
            escape(title)
        );
        self.axes(&mut out);
        out.push_str(&self.body);
        out.push_str("</svg>\n");
        out
    }

    fn axes(&self, out: &mut String) {
        let (x0, y0) = (self.left, self.height - BOTTOM);
        let x1 = WIDTH - self.right;
        for (tick, text) in &self.x.ticks {
            let (x, _) = self.at(*tick, self.y.from);
            let _ = writeln!(
                out,
                r#"<line x1="{x:.1}" y1="{TOP}" x2="{x:.1}" y2="{y0}" stroke="currentColor" stroke-opacity="0.13"/>
<text x="{x:.1}" y="{:.1}" text-anchor="middle">{text}</text>"#,
                y0 + 18.0
            );
        }
        for (tick, text) in &self.y.ticks {
            let (_, y) = self.at(self.x.from, *tick);
            let _ = writeln!(
                out,
                r#"<line x1="{x0}" y1="{y:.1}" x2="{x1}" y2="{y:.1}" stroke="currentColor" stroke-opacity="0.13"/>
<text x="{:.1}" y="{:.1}" text-anchor="end">{text}</text>"#,
                x0 - 8.0,
                y + 4.0
            );
        }
        let (middle_x, middle_y) = (f64::midpoint(x0, x1), f64::midpoint(TOP, y0));
        let _ = writeln!(
            out,
            r#"<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y0}" stroke="currentColor" stroke-opacity="0.5"/>
<text x="{middle_x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            y0 + 40.0,
            escape(self.x.label)
        );
        if !self.y.label.is_empty() {
            let label = escape(self.y.label);
            let _ = writeln!(
                out,
                r#"<text x="18" y="{middle_y:.1}" text-anchor="middle" transform="rotate(-90 18 {middle_y:.1})">{label}</text>"#
            );
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
