// What a run says: karat.report/1, as the server writes it.
import type { Json, Verdict } from "./contract.ts";

export interface Report {
  schema: string;
  project: string;
  feature: string;
  about: string;
  run_id: string;
  identity: string;
  started_at_ms: number;
  scope: RunScope;
  is_gate: boolean;
  is_complete: boolean;
  simulated: boolean;
  dataset: { name: string; hash: string };
  n_cases: number;
  n_criteria: number;
  n_held_out: number;
  trials: number;
  seed: number;
  confidence: number;
  verdict: Verdict | null;
  headline: Headline;
  primary_metric: string | null;
  baseline: string | null;
  variants: VariantReport[];
  comparisons: Comparison[];
  findings: string[];
  capability: MapRow[];
  examples: Example[];
  power: { criteria: string[]; smallest_difference: number | null };
  unknowns: string[];
  next_step: string;
  amendments: Amendment[];
  criteria_since?: string | null;
}

export type RunScope = "all" | "tune" | "held-out";

export interface Headline {
  variant: string | null;
  sentence: string;
  good_of_100: number | null;
  bad_of_100: number | null;
}

export interface VariantReport {
  name: string;
  kind: string;
  hash: string;
  is_baseline: boolean;
  is_unproven: boolean;
  simulated: boolean;
  n_trials: number;
  n_errors: number;
  errors: { kind: string; n: number; example: string }[];
  metrics: MetricReport[];
  economy: Economy;
  latency: LatencyReport | null;
  consistency: Consistency | null;
  verdict: VariantVerdict | null;
}

export interface MetricReport {
  name: string;
  mean: number | null;
  lower: number;
  upper: number;
  n: number;
  n_right: number;
  n_undecided: number;
  undecided_example: string | null;
}

export interface Economy {
  usd_per_1000: number | null;
  usd_per_success: number | null;
  n_unknown: number;
  break_even_usd: number | null;
  times_baseline: number | null;
}

export interface LatencyReport {
  p50_ms: number;
  p95_ms: number | null;
  p95_lower_ms: number | null;
  p95_upper_ms: number | null;
  n: number;
}

export interface Consistency {
  n_same: number;
  n: number;
  pass_hat: number[];
  pass_at: number[];
  flip_rate: number;
}

export interface VariantVerdict {
  verdict: Verdict;
  candidate: number;
  alpha_pass: number;
  alpha_fail: number;
  criteria: CriterionVerdict[];
}

export interface CriterionVerdict {
  name: string;
  segment?: string | null;
  demand: string;
  metric: string;
  bound: number;
  verdict: Verdict;
  advisory: boolean;
  n: number;
  n_trials: number;
  n_errors: number;
  n_undecided: number;
  estimate: number | null;
  lower: number | null;
  upper: number | null;
  promise_of_100?: number | null;
  more?: MoreCases | null;
  method: string;
  note?: string | null;
  failed_cases?: string[];
}

export interface MoreCases {
  toward: Verdict;
  expected: number | null;
  soonest: number | null;
  latest: number | null;
}

export interface Comparison {
  first: string;
  second: string;
  metric: string;
  n: number;
  only_first: number | null;
  only_second: number | null;
  difference: number;
  lower: number;
  upper: number;
  mcnemar_p: number | null;
  mcnemar_p_holm: number | null;
  outcome: "first-better" | "second-better" | "too-close-to-call";
}

export interface MapRow {
  group: string;
  cells: MapCell[];
}

export interface MapCell {
  variant: string;
  n: number;
  mean: number | null;
  lower: number;
  upper: number;
}

export interface Example {
  stands_for: "typical" | "best" | "worst";
  case_id: string;
  input: string;
  answer: string;
  expected: string | null;
  score: number;
  why: string | null;
}

export interface Amendment {
  day: string;
  what: string;
}

export interface RunSummary {
  id: string;
  feature: string;
  scope: RunScope;
  n_cases: number;
  trials: number;
  variants: string[];
  started_at_ms: number;
  state: string;
  verdict: Verdict | null;
  headline: string | null;
  simulated: boolean;
}

export interface ShownRun {
  summary: RunSummary;
  report: Report | null;
  is_held_out: boolean;
  answers: ShownAnswer[];
  n_more: number;
}

export interface ShownAnswer {
  trial_id: string;
  case_id: string;
  variant: string;
  trial_index: number;
  input: Json | null;
  expected: Json | null;
  output: Json;
  failure: string | null;
  latency_ms: number | null;
  cost_usd: number | null;
  scores: { scorer: string; value: number | null; explanation: string | null }[];
}

/** What can be known before the first call of a run. */
export interface Before {
  title: string;
  n_trials: number;
  n_stored: number;
  n_calls: number;
  estimate_usd: number | null;
  power: string[];
  smallest_difference: number | null;
  is_resumed: boolean;
}

/** How far a run is. */
export interface Progress {
  done: number;
  total: number;
  cached: number;
  failures: number;
  cost_usd: number;
  cost_is_partial: boolean;
  standing: string;
  last_failure: string | null;
  is_last: boolean;
}
