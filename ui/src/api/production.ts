// What features do in production, as the server answers it: the page Live, single requests, incidents and canaries.
import type { Json } from "./contract.ts";

/** a share never comes without its n; the interval is null over nothing */
export interface LiveShare {
  numerator: number;
  denominator: number;
  value: number | null;
  lower: number | null;
  upper: number | null;
}

export interface LiveTimes {
  n: number;
  p50_ms: number | null;
  p95_ms: number | null;
}

export interface LiveSum {
  n: number;
  n_failed: number;
  n_cut: number;
  n_cancelled: number;
  n_retried: number;
  n_simulated: number;
  cost_usd: number;
  simulated_usd: number;
  n_cost_unknown: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  latency: LiveTimes;
  first_chunk: LiveTimes;
}

export type LivePoint = LiveSum & { at_ms: number };

export type LiveVariant = LiveSum & {
  variant: string | null;
  unproven: boolean;
  simulated: boolean;
  share: LiveShare;
  failing: LiveShare;
  served: string[];
};

export interface LiveSignal {
  name: string;
  kind: string;
  says: string;
  is_good: boolean | null;
  /** "answers" | "answers in view" | "answers applied" | "thumbs" */
  over: string;
  share: LiveShare;
  window_ms: number;
  n_ripening: number;
  n_ripening_with: number;
  /** how it misleads */
  bias: string;
  points: { at_ms: number; numerator: number; denominator: number; is_ripe: boolean }[];
}

export interface LiveMark {
  at_ms: number;
  kind: "model" | "fingerprint" | "variant" | "file";
  says: string;
}

export interface LiveWorst {
  inference: string;
  at_ms: number;
  why: "thumb-down" | "corrected" | "undone" | "rejected" | "escalated" | "failed" | "cut";
  said: string | null;
  variant: string | null;
  unproven: boolean;
  simulated: boolean;
  asked: string;
  answered: string;
}

export interface LiveConflict {
  scorer: string;
  agree: LiveShare;
  cells: { judge_is_good: boolean; thumb_is_up: boolean; n: number; inferences: string[] }[];
  n_undecided: number;
}

export interface LiveMean {
  mean: number;
  lower: number;
  upper: number;
  n: number;
}

export interface LiveGap {
  variant: string;
  /** a scorer, or `answered` */
  metric: string;
  criterion: string | null;
  demand: string | null;
  floor: number | null;
  gate: LiveMean;
  gated_at_ms: number;
  live: LiveMean | null;
  n_undecided: number;
  /** live minus gate */
  difference: { estimate: number; lower: number; upper: number; verdict: "worse" | "better" | "not-shown" } | null;
  confidence: number;
  simulated: boolean;
  says: string;
}

export interface SignalRange {
  lower: number;
  upper: number;
}

/** A figure of signals with people as the units. */
export interface SignalFigure {
  name: string;
  label: string;
  direction: string;
  numerator: number;
  denominator: number;
  value: number | null;
  interval: SignalRange | null;
  method: "by-user" | "few-users";
  n_clusters: number;
  ripening: number;
  window_ms: number;
}

export interface LiveFigure {
  measured: SignalFigure;
  corrected: { precision: number | null; recall: number | null; n_labelled: number; rate: number | null; interval: SignalRange | null; refusal: string | null } | null;
}

export interface LiveFigures {
  n_answers: number;
  is_cut: boolean;
  figures: LiveFigure[];
}

export interface LiveFeature {
  name: string;
  is_used: boolean;
  total: LiveSum;
  failing: LiveShare;
  points: LivePoint[];
  variants: LiveVariant[];
  signals: LiveSignal[];
  marks: LiveMark[];
  worst: LiveWorst[] | null;
  conflicts: LiveConflict[] | null;
  gaps: LiveGap[] | null;
  figures: LiveFigures | null;
}

export interface Live {
  from_ms: number;
  now_ms: number;
  step_ms: number;
  features: LiveFeature[];
  lost: { reason: string; n: number; last_at_ms: number }[];
  n_waiting_signals: number;
}

export interface WatchedFeature {
  name: string;
  n: number;
  n_simulated: number;
  failing: LiveShare;
  cost_usd: number;
  n_cost_unknown: number;
  p95_ms: number | null;
  worst_signal: LiveSignal | null;
}

/** something that became worse */
export interface Incident {
  id: string;
  feature: string;
  variant: string | null;
  metric: string;
  title: string;
  cause: string;
  mean: number;
  lower: number;
  upper: number;
  n: number;
  level: number;
  simulated: boolean;
  action: string;
  began_at_ms: number | null;
  opened_at_ms: number;
  closed_at_ms: number | null;
  closed_by: string | null;
}

export interface CanaryRun {
  at_ms: number;
  mean: number;
  baseline_mean: number;
  n: number;
  difference: number;
  lower: number;
  upper: number;
  served: string | null;
  fingerprint: string | null;
  simulated: boolean;
  /** a share of what raises an alarm */
  evidence: number;
  is_alarm: boolean;
}

/** A level that was learnt from a variant's own past. */
export interface LevelShown {
  feature: string;
  variant: string;
  metric: string;
  says: string;
  n: number;
  mean: number;
  lower: number;
  level: number;
  learnt_at_ms: number;
}

export interface CanaryShown {
  feature: string;
  variant: string;
  is_alarm: boolean;
  runs: CanaryRun[];
}

/** a waterfall in another order than the file says */
export interface Decision {
  id: string;
  feature: string;
  order: string[];
  before: string[];
  because: string;
  incident: string;
  at_ms: number;
  undone_at_ms: number | null;
  undone_by: string | null;
  holds: boolean;
}

export type Outcome = "answered" | "failed" | "cut" | "cancelled";

export type InferenceEndpoint = "chat-completions" | "responses" | "messages" | "embeddings";

export interface TokenUsage {
  input_tokens: number;
  cached_input_tokens?: number;
  cache_write_tokens?: number;
  output_tokens: number;
}

/** every field that is set must fit */
export interface InferencePick {
  feature?: string;
  variant?: string;
  outcome?: Outcome;
  conversation?: string;
  user?: string;
  key?: string;
  since_ms?: number;
  until_ms?: number;
  /** such as "feedback.thumb" */
  signal?: string;
  /** such as "down" */
  signal_class?: string;
  text?: string;
}

export interface InferenceLine {
  id: string;
  /** the order of arrival */
  place: number;
  received_at_ms: number;
  endpoint: InferenceEndpoint;
  feature: string | null;
  variant: string | null;
  unproven: boolean;
  simulated: boolean;
  asked: string | null;
  served: string | null;
  outcome: Outcome;
  status: number;
  streamed: boolean;
  first_chunk_ms: number | null;
  latency_ms: number;
  usage: TokenUsage | null;
  usage_estimated: boolean;
  cost_usd: number | null;
  conversation: string | null;
  user: string | null;
  key: string | null;
  tags: Record<string, string>;
  n_attempts: number;
  failure: string | null;
  erased: boolean;
}

export interface InferenceAttempt {
  variant?: string | null;
  asked: string;
  served?: string | null;
  status?: number | null;
  latency_ms: number;
  waited_ms?: number | null;
  failure?: { kind: string; message: string } | null;
}

/** what is absent was not said, or is false or empty */
export interface Inference {
  id: string;
  received_at_ms: number;
  endpoint: InferenceEndpoint;
  feature?: string | null;
  variant?: string | null;
  variant_hash?: string | null;
  unproven?: boolean;
  simulated?: boolean;
  asked?: string | null;
  served?: string | null;
  fingerprint?: string | null;
  response_id?: string | null;
  outcome: Outcome;
  status: number;
  streamed?: boolean;
  first_chunk_ms?: number | null;
  latency_ms: number;
  usage?: TokenUsage | null;
  usage_estimated?: boolean;
  cost_usd?: number | null;
  conversation?: string | null;
  user?: string | null;
  key?: string | null;
  tags?: Record<string, string>;
  attempts?: InferenceAttempt[];
  inputs?: Record<string, Json> | null;
  request?: string;
  text?: string;
  tool_calls?: { name: string; arguments: Json }[];
}

export interface InferenceSignal {
  id: string;
  kind: string;
  at_ms: number;
  received_at_ms: number;
  feature?: string | null;
  target: { inference_id?: string | null; response_id?: string | null; conversation_id?: string | null };
  user?: string | null;
  session?: string | null;
  release?: string | null;
  data?: Record<string, Json>;
  source?: string;
}

export interface LiveScore {
  inference_id: string;
  /** how likely it was to be drawn, above 0 */
  chance: number;
  scored_at_ms: number;
  scorer: string;
  scorer_hash: string;
  value?: number | null;
  label?: string | null;
  explanation?: string | null;
  cost_usd?: number | null;
  simulated?: boolean;
}

export interface ShownInference {
  inference: Inference;
  /** false where request and answer were erased or forgotten */
  has_body: boolean;
  signals: InferenceSignal[];
  live_scores: LiveScore[];
}
