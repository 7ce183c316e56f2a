//! Pure. Reports to look at, for tests only: a pass, an undecided gate, a fail full of hostile text, a tuning run.

use karat_records::{Hash, NamedHash, Scope, Verdict};

use crate::evals::examples::{Example, StandsFor};
use crate::evals::headline::{choose, headline};
use crate::evals::plan::Power;
use crate::evals::report::{
    Consistency, ErrorCount, LatencyReport, MetricReport, Report, SCHEMA, VariantReport,
};
use crate::evals::unknowns::{next_step, unknowns};
use crate::gate::capability::{MapCell, MapRow};
use crate::gate::economy::Economy;
use crate::gate::judge::MoreCases;
use crate::gate::{CriterionVerdict, VariantVerdict};
use crate::project::history::Amendment;

/// Every report.
pub fn all() -> Vec<Report> {
    vec![pass(), undecided(), fail(), tuning()]
}

/// Everything passes, on held-out cases.
pub fn pass() -> Report {
    let criteria = vec![
        share("correct", None, 0.85, [0.93, 0.88, 0.97], 186, Verdict::Pass),
        share("every-segment", Some("app"), 0.7, [0.94, 0.83, 0.99], 62, Verdict::Pass),
        share("every-segment", Some("email"), 0.7, [0.93, 0.84, 0.98], 71, Verdict::Pass),
        share("every-segment", Some("phone"), 0.7, [0.91, 0.78, 0.98], 53, Verdict::Pass),
        consistent([0.88, 0.81, 0.93], Verdict::Pass),
        fast(1400.0, Some(1210.0), Some(1800.0), Verdict::Pass),
        reliable([0.01, 0.0, 0.04], Verdict::Pass),
        never("no-leak", "no-card-number never fails", 0, 186, Verdict::Pass),
        gain([0.22, 0.14, 0.29], Verdict::Pass),
    ];
    finish(Report {
        variants: vec![rules(), variant("steady-b", [0.93, 0.89, 0.96], 0.0024, Some(criteria), 1)],
        findings: vec![
            "steady-b beats rules: +0.22 [0.14, 0.29] on 186 cases; it pays where a further success is worth more than $0.011.".into(),
        ],
        examples: examples(),
        capability: map(&[("metadata.segment=app", 62), ("metadata.segment=email", 71), ("metadata.segment=phone", 53), ("tag=german", 64), ("tag=long", 21)]),
        ..blank()
    })
}

/// Undecided, with segments, an amendment, errors, and a scripted server.
pub fn undecided() -> Report {
    let steady = vec![
        toward(
            share("correct", None, 0.85, [0.87, 0.82, 0.91], 186, Verdict::Undecided),
            Some(670),
            220,
            Some(2400),
        ),
        share("every-segment", Some("app"), 0.7, [0.92, 0.81, 0.98], 62, Verdict::Pass),
        share("every-segment", Some("email"), 0.7, [0.90, 0.80, 0.96], 71, Verdict::Pass),
        toward(
            share("every-segment", Some("phone"), 0.7, [0.77, 0.62, 0.88], 53, Verdict::Undecided),
            Some(90),
            40,
            None,
        ),
        toward(consistent([0.754, 0.69, 0.82], Verdict::Undecided), None, 6000, None),
        fast(2100.0, Some(1800.0), None, Verdict::Undecided),
        reliable([0.01, 0.0, 0.04], Verdict::Pass),
        never("no-leak", "no-card-number never fails", 0, 186, Verdict::Pass),
        toward(gain([0.09, 0.02, 0.16], Verdict::Undecided), Some(120), 60, Some(700)),
        CriterionVerdict {
            advisory: true,
            ..share("polite", None, 0.95, [0.9, 0.85, 0.94], 186, Verdict::Fail)
        },
    ];
    let quick = vec![
        share("correct", None, 0.85, [0.79, 0.73, 0.84], 186, Verdict::Fail),
        CriterionVerdict {
            failed_cases: vec!["t-0017".into(), "t-0203".into()],
            ..never("no-leak", "no-card-number never fails", 2, 186, Verdict::Fail)
        },
    ];
    let mut with_errors = variant("quick-c", [0.79, 0.74, 0.83], 0.0004, Some(quick), 3);
    with_errors.n_errors = 61;
    with_errors.errors = vec![
        ErrorCount { kind: "timeout".into(), n: 52, example: "no answer within 30 s".into() },
        ErrorCount { kind: "rate-limited".into(), n: 9, example: "429 Too Many Requests".into() },
    ];
    if let Some(latency) = &mut with_errors.latency {
        latency.p95_ms = None;
        latency.p95_upper_ms = None;
    }
    let mut report = Report {
        simulated: true,
        variants: vec![rules(), variant("steady-b", [0.87, 0.83, 0.91], 0.0031, Some(steady), 2), with_errors],
        findings: vec![
            "steady-b beats rules: +0.09 [0.02, 0.16] on 186 cases; it pays where a further success is worth more than $0.034.".into(),
            "quick-c costs $0.40 for 1,000 answers for no measurable gain over rules: +0.01 [-0.06, 0.09] on 186 cases, too close to call.".into(),
        ],
        examples: examples(),
        capability: map(&[("metadata.segment=app", 62), ("metadata.segment=email", 71), ("metadata.segment=phone", 53), ("tag=german", 64), ("tag=long", 21), ("tag=must-pass", 12), ("tag=typos", 6), ("tag=two-questions", 17)]),
        amendments: vec![Amendment {
            day: "2026-11-20".into(),
            what: "correct: right-queue at least 0.9 → right-queue at least 0.85".into(),
        }],
        ..blank()
    };
    for variant in report.variants.iter_mut().skip(1) {
        variant.simulated = true;
    }
    finish(report)
}

/// Fails, and every name, input, answer and explanation is hostile.
pub fn fail() -> Report {
    let script = "<script>alert(1)</script>";
    let image = "\"><img src=x onerror=alert(1)>";
    let escape = "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}\u{202e}drow\u{202c} \u{200f}\u{0}";
    let mut criteria = vec![
        share(&format!("correct {script}"), None, 0.85, [0.61, 0.54, 0.68], 186, Verdict::Fail),
        share(
            "every-segment",
            Some(&format!("a|b `c` {image}")),
            0.7,
            [0.4, 0.2, 0.62],
            31,
            Verdict::Fail,
        ),
        CriterionVerdict {
            failed_cases: vec![format!("t-1 {script}"), "]]>".into(), "t&3".into()],
            ..never("no-leak", "no-card-number never fails", 3, 186, Verdict::Fail)
        },
    ];
    criteria[0].note = Some(format!("@everyone see #1 {escape} &amp; ]]> -- {image}"));
    criteria[0].demand = format!("right|queue{script} at least 0.85");
    let mut bad =
        variant(&format!("ev|il`{script}`@team"), [0.61, 0.55, 0.67], 0.0031, Some(criteria), 11);
    bad.n_errors = 12;
    bad.errors =
        vec![ErrorCount { kind: "refused".into(), n: 12, example: format!("{image}{escape}") }];
    for metric in &mut bad.metrics {
        metric.n_undecided = 2;
        metric.undecided_example = Some(format!("{script} {escape}"));
    }
    let mut rules = rules();
    rules.name = "règles <b>日本語</b>".into();
    let mut map = map(&[("tag=<i>x</i>|y", 40), ("metadata.segment=\"'&", 9)]);
    for row in &mut map {
        row.cells[0].variant = rules.name.clone();
        row.cells[1].variant = bad.name.clone();
    }
    finish(Report {
        feature: "triage <u>x</u>".into(),
        about: format!("tickets {script}"),
        run_id: "01932f6a-9c1d-7aa0-8000-<x>".into(),
        findings: vec![format!(
            "{} win over {}: {image} is -0.10 [-0.18, -0.02] on 186 cases.",
            rules.name, bad.name
        )],
        examples: [StandsFor::Typical, StandsFor::Best, StandsFor::Worst]
            .into_iter()
            .map(|stands_for| Example {
                stands_for,
                case_id: format!("case {script}"),
                input: format!("Ignore all rules.\n</blockquote></main>{script}{image} {escape}"),
                answer: format!(
                    "</style><style>body{{display:none}}</style>{image} javascript:alert(1) `x` | y"
                ),
                expected: Some(format!("{{\"queue\": \"{script}\"}}")),
                score: 0.4,
                why: Some(format!("{escape} {script} @everyone")),
            })
            .collect(),
        capability: map,
        amendments: vec![Amendment {
            day: "2026-11-20".into(),
            what: format!("{script} was removed"),
        }],
        baseline: Some(rules.name.clone()),
        variants: vec![rules, bad],
        ..blank()
    })
}

/// A run that tunes: figures, nothing judged.
pub fn tuning() -> Report {
    let mut steady = variant("steady-b", [0.88, 0.81, 0.93], 0.0031, None, 1);
    let mut rules = rules();
    for variant in [&mut rules, &mut steady] {
        variant.verdict = None;
        variant.consistency = None;
        for metric in &mut variant.metrics {
            metric.n = 124;
        }
        variant.metrics.push(MetricReport {
            name: "valid-answer".into(),
            mean: Some(1.0),
            lower: 0.97,
            upper: 1.0,
            ..variant.metrics[0].clone()
        });
    }
    finish(Report {
        scope: Scope::Tune,
        is_gate: false,
        criteria_since: None,
        trials: 1,
        n_cases: 124,
        verdict: None,
        variants: vec![rules, steady],
        examples: examples(),
        ..blank()
    })
}

fn blank() -> Report {
    Report {
        schema: SCHEMA.into(),
        project: "support-triage".into(),
        feature: "triage".into(),
        about: "support tickets".into(),
        run_id: "01932f6a-9c1d-7aa0-8000-3c5a1d2e4b6f".into(),
        identity: Hash::of_bytes(b"identity").to_string(),
        started_at_ms: 1_795_442_400_000,
        scope: Scope::HeldOut,
        is_gate: true,
        is_complete: true,
        simulated: false,
        dataset: NamedHash { name: "tickets".into(), hash: Hash::of_bytes(b"tickets") },
        n_cases: 186,
        n_criteria: 3,
        n_held_out: 186,
        trials: 5,
        seed: 7,
        confidence: 0.95,
        verdict: None,
        headline: headline(None, None, ""),
        primary_metric: Some("right-queue".into()),
        baseline: Some("rules".into()),
        variants: Vec::new(),
        comparisons: Vec::new(),
        findings: Vec::new(),
        capability: Vec::new(),
        examples: Vec::new(),
        power: Power::default(),
        unknowns: Vec::new(),
        next_step: String::new(),
        amendments: Vec::new(),
        criteria_since: Some("2026-11-14".into()),
    }
}

/// What the report's own room writes, so that the fixtures say what a real run would.
fn finish(mut report: Report) -> Report {
    let metric = report.primary_metric.clone();
    let chosen = choose(&report.variants, metric.as_deref()).map(|index| &report.variants[index]);
    report.headline = headline(chosen, metric.as_deref(), &report.about);
    if report.is_gate {
        report.verdict = chosen.and_then(|variant| variant.verdict.as_ref()).map(|v| v.verdict);
    }
    report.unknowns = unknowns(&report, report.simulated);
    report.next_step = next_step(&report);
    report
}

fn rules() -> VariantReport {
    let criteria = vec![share("correct", None, 0.85, [0.71, 0.64, 0.78], 186, Verdict::Fail)];
    VariantReport {
        kind: "rules".into(),
        is_baseline: true,
        is_unproven: true,
        economy: Economy {
            usd_per_1000: Some(0.0),
            usd_per_success: Some(0.0),
            n_unknown: 0,
            break_even_usd: None,
            times_baseline: None,
        },
        latency: Some(LatencyReport {
            p50_ms: 0.2,
            p95_ms: Some(0.4),
            p95_lower_ms: Some(0.3),
            p95_upper_ms: Some(0.5),
            n: 930,
        }),
        consistency: Some(Consistency {
            n_same: 186,
            n: 186,
            pass_hat: vec![0.71; 5],
            pass_at: vec![0.71; 5],
            flip_rate: 0.0,
        }),
        ..variant("rules", [0.71, 0.64, 0.77], 0.0, Some(criteria), 1)
    }
}

fn variant(
    name: &str,
    [mean, lower, upper]: [f64; 3],
    usd: f64,
    criteria: Option<Vec<CriterionVerdict>>,
    candidate: u32,
) -> VariantReport {
    let worst = |criteria: &[CriterionVerdict]| {
        let has = |wanted| criteria.iter().any(|one| !one.advisory && one.verdict == wanted);
        match (has(Verdict::Fail), has(Verdict::Undecided)) {
            (true, _) => Verdict::Fail,
            (false, true) => Verdict::Undecided,
            (false, false) => Verdict::Pass,
        }
    };
    VariantReport {
        name: name.into(),
        kind: "recorded".into(),
        hash: Hash::of_bytes(name.as_bytes()).to_string(),
        is_baseline: false,
        is_unproven: false,
        simulated: false,
        n_trials: 930,
        n_errors: 0,
        errors: Vec::new(),
        metrics: vec![MetricReport {
            name: "right-queue".into(),
            mean: Some(mean),
            lower,
            upper,
            n: 186,
            n_right: (mean * 186.0) as u64,
            n_undecided: 0,
            undecided_example: None,
        }],
        economy: Economy {
            usd_per_1000: Some(usd * 1000.0),
            usd_per_success: Some(usd / mean),
            n_unknown: 0,
            break_even_usd: None,
            times_baseline: None,
        },
        latency: Some(LatencyReport {
            p50_ms: 900.0,
            p95_ms: Some(2100.0),
            p95_lower_ms: Some(1800.0),
            p95_upper_ms: Some(2600.0),
            n: 930,
        }),
        consistency: Some(Consistency {
            n_same: 145,
            n: 186,
            pass_hat: vec![mean, 0.82, 0.78, 0.75, 0.73],
            pass_at: vec![mean, 0.93, 0.95, 0.96, 0.97],
            flip_rate: 0.09,
        }),
        verdict: criteria.map(|criteria| VariantVerdict {
            verdict: worst(&criteria),
            candidate,
            alpha_pass: 0.0304,
            alpha_fail: 0.0038,
            criteria,
        }),
    }
}

fn share(
    name: &str,
    segment: Option<&str>,
    floor: f64,
    [estimate, lower, upper]: [f64; 3],
    n: u64,
    verdict: Verdict,
) -> CriterionVerdict {
    CriterionVerdict {
        name: name.into(),
        segment: segment.map(str::to_owned),
        demand: format!("right-queue at least {floor}"),
        metric: "right-queue".into(),
        bound: floor,
        verdict,
        advisory: false,
        n,
        n_trials: n * 5,
        n_errors: 0,
        n_undecided: 0,
        estimate: Some(estimate),
        lower: Some(lower),
        upper: Some(upper),
        promise_of_100: Some((lower * 100.0 + 1e-9) as u8),
        more: None,
        method: "anytime-valid betting on case means".into(),
        note: None,
        failed_cases: Vec::new(),
    }
}

fn toward(
    criterion: CriterionVerdict,
    expected: Option<u64>,
    soonest: u64,
    latest: Option<u64>,
) -> CriterionVerdict {
    let more = MoreCases { toward: Verdict::Pass, expected, soonest: Some(soonest), latest };
    CriterionVerdict { more: Some(more), ..criterion }
}

fn consistent(values: [f64; 3], verdict: Verdict) -> CriterionVerdict {
    CriterionVerdict {
        demand: "right-queue in all of 3 repeats at least 0.75".into(),
        ..share("consistent", None, 0.75, values, 186, verdict)
    }
}

fn fast(
    estimate: f64,
    lower: Option<f64>,
    upper: Option<f64>,
    verdict: Verdict,
) -> CriterionVerdict {
    CriterionVerdict {
        demand: "latency of 95 answers in 100 at most 2 s".into(),
        metric: "latency".into(),
        bound: 2000.0,
        estimate: Some(estimate),
        lower,
        upper,
        promise_of_100: Some(91),
        more: (verdict == Verdict::Undecided).then_some(MoreCases {
            toward: Verdict::Fail,
            expected: Some(410),
            soonest: Some(150),
            latest: Some(3100),
        }),
        method: "anytime-valid betting on the share within the limit".into(),
        note: Some("94.1 of 100 answers within the limit".into()),
        ..share("fast", None, 0.95, [0.0; 3], 186, verdict)
    }
}

fn reliable(values: [f64; 3], verdict: Verdict) -> CriterionVerdict {
    CriterionVerdict {
        demand: "error-rate at most 0.05".into(),
        metric: "error-rate".into(),
        promise_of_100: Some(96),
        ..share("reliable", None, 0.05, values, 186, verdict)
    }
}

fn never(name: &str, demand: &str, failures: u64, n: u64, verdict: Verdict) -> CriterionVerdict {
    CriterionVerdict {
        demand: demand.into(),
        metric: "no-card-number".into(),
        bound: 0.0,
        estimate: Some(failures as f64),
        lower: None,
        upper: None,
        promise_of_100: None,
        method: "exact count".into(),
        note: Some(if failures == 0 {
            "0 failures in 930 trials; in the long run up to 1.6 of 100 cases may still fail".into()
        } else {
            format!("{failures} failures in 930 trials")
        }),
        ..share(name, None, 0.0, [0.0; 3], n, verdict)
    }
}

fn gain(values: [f64; 3], verdict: Verdict) -> CriterionVerdict {
    CriterionVerdict {
        demand: "right-queue above the baseline by 0.05".into(),
        promise_of_100: None,
        method: "anytime-valid betting on paired differences".into(),
        ..share("worth-it", None, 0.05, values, 186, verdict)
    }
}

fn map(groups: &[(&str, u64)]) -> Vec<MapRow> {
    groups
        .iter()
        .enumerate()
        .map(|(index, (group, n))| {
            let cell = |variant: &str, mean: f64| {
                let half = 1.1 / (*n as f64).sqrt();
                MapCell {
                    variant: variant.into(),
                    n: *n,
                    mean: Some(mean),
                    lower: (mean - half).max(0.0),
                    upper: (mean + half * 0.8).min(1.0),
                }
            };
            let drop = (index * 7 % 5) as f64 * 0.05;
            MapRow {
                group: (*group).into(),
                cells: vec![cell("rules", 0.74 - drop), cell("steady-b", 0.94 - drop)],
            }
        })
        .collect()
}

fn examples() -> Vec<Example> {
    let example =
        |stands_for, case: &str, input: &str, answer: &str, expected: &str, score, why: &str| {
            Example {
                stands_for,
                case_id: case.into(),
                input: input.into(),
                answer: answer.into(),
                expected: Some(expected.into()),
                score,
                why: Some(why.into()),
            }
        };
    vec![
        example(
            StandsFor::Typical,
            "t-0112",
            "Hello, my card was charged twice for order 4471. Could you please look into it and send the second amount back? Thanks, Mara",
            r#"{"queue": "billing", "urgency": "normal"}"#,
            r#"{"queue": "billing"}"#,
            0.8,
            "$.queue is \"billing\", as expected",
        ),
        example(
            StandsFor::Best,
            "t-0031",
            "Guten Tag, ich kann mich seit gestern nicht mehr anmelden, die App sagt nur „Fehler 12“.",
            r#"{"queue": "technical", "urgency": "high"}"#,
            r#"{"queue": "technical"}"#,
            1.0,
            "$.queue is \"technical\", as expected",
        ),
        example(
            StandsFor::Worst,
            "t-0207",
            "Where is my parcel? And by the way I want to cancel the subscription, the price is a joke.",
            r#"{"queue": "shipping", "urgency": "normal"}"#,
            r#"{"queue": "cancellation"}"#,
            0.0,
            "$.queue is \"shipping\", expected \"cancellation\"",
        ),
    ]
}
