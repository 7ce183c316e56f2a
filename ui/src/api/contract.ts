// Every operation with its input and output: the one place where the application says what the server answers.
// Field names are those of the server; types that describe a run stand in report.ts, those of production in production.ts.
import type {
  CanaryRun,
  CanaryShown,
  Decision,
  Incident,
  InferenceLine,
  InferencePick,
  LevelShown,
  Live,
  ShownInference,
  WatchedFeature,
} from "./production.ts";
import type {
  Amendment,
  Comparison,
  Report,
  RunScope,
  RunSummary,
  ShownRun,
} from "./report.ts";

export type * from "./production.ts";
export type * from "./report.ts";

export type Verdict = "pass" | "fail" | "undecided";

export type Role = "viewer" | "labeller" | "editor" | "admin";

export type TokenRole = "signals" | "infer" | Role;

export type Json = unknown;

/** value + interval + n: a number never comes without them */
export interface Measured {
  metric: string;
  estimate: number | null;
  lower: number | null;
  upper: number | null;
  floor: number | null;
  n: number;
  unit: "rate" | "gain" | "ms" | "usd" | "count";
  demand: string | null;
}

// ---- session

export interface Person {
  id: string;
  name: string;
  role: Role;
}

// ---- today

export interface Today {
  project: string | null;
  person: Person;
  /** "1 feature · 1 bet running · 2 people" */
  summary: string;
  n_errors: number;
  /** what is wrong with the files, at most 3, as sentences */
  problems: string[];
  features: TodayFeature[];
  /** at most 5, the first always doable now */
  next: Step[];
  /** features in production, the last 24 hours */
  watch: WatchedFeature[];
  bets: TodayBet[];
  loop: LoopNumber[];
  runs_active: ActiveRun[];
}

export interface TodayFeature {
  name: string;
  about: string;
  variant: string | null;
  variant_note: string;
  verdict: Verdict | null;
  /** "pass" | "fail" | "undecided" | "rules win" | "not judged yet" */
  word: string;
  /** sentence */
  says: string;
  /** part of `says` to set bold */
  says_strong: string | null;
  detail: string;
  measured: Measured | null;
  run_id: string | null;
  simulated: boolean;
  has_drifted: boolean;
  /** what became worse in production and is not closed */
  incident: string | null;
}

export interface Step {
  title: string;
  why: string;
  /** of the button */
  label: string;
  /** path in the app, e.g. "/label/triage" */
  page: string;
  command: string | null;
}

export interface TodayBet {
  name: string;
  feature: string | null;
  hypothesis: string;
  deadline: string | null;
  days_left: number | null;
  spent_usd: number;
  spend_cap_usd: number | null;
  state: "running" | "due" | "won" | "killed";
}

export interface LoopNumber {
  value: string;
  says: string;
  is_gold: boolean;
}

export interface ActiveRun {
  id: string;
  feature: string;
  scope: string;
  started_at_ms: number;
  title: string;
  done: number;
  total: number;
  failures: number;
  cost_usd: number;
  standing: string;
  seconds_left: number | null;
  by: string;
}

// ---- bets

export interface BetColumns {
  id: string | null;
  input: string[];
  expected: string | null;
  answers: string[];
  tags: string | null;
  metadata: string[];
}

export interface Preview {
  format: "csv" | "tsv" | "jsonl";
  n_rows: number;
  names: string[];
  /** guessed where not given */
  columns: BetColumns;
  /** first 5 rows */
  sample: Record<string, Json>[];
  problems: string[];
  /** how the rows were read, where it is not obvious */
  notes: string[];
  suggested_name: string;
  /** how success could be measured, best first */
  scorers: { kind: string; says: string }[];
  /** what these rows can show, before anything is shown */
  power: string | null;
}

export interface CreateBet {
  name: string;
  feature?: string;
  about?: string;
  text: string;
  columns: BetColumns;
  hypothesis: string;
  /** kind */
  scorer: string;
  floor: number;
  deadline: string;
  spend_cap_usd?: number | null;
  why_us?: string | null;
  draft_rules: boolean;
}

export interface CreatedBet {
  bet: string;
  feature: string;
  files: { path: string; is_new: boolean }[];
  rules: DraftedNote | null;
  registered_at: string;
  next: string;
}

export interface DraftedNote {
  /** null where no rules could be drafted; `says` tells why */
  variant: string | null;
  says: string;
}

export interface BetShown {
  name: string;
  feature: string | null;
  hypothesis: string;
  success: string;
  why_us: string | null;
  deadline: string | null;
  days_left: number | null;
  spend_cap_usd: number | null;
  spent_usd: number;
  /** answers whose cost is not known */
  n_unknown_cost: number;
  locked_at: string | null;
  amendments: Amendment[];
  state: "running" | "due" | "won" | "killed";
  decision: { state: string; reason: string; by: string; at_ms: number } | null;
  headline: string | null;
  run_id: string | null;
}

export interface RulesShown {
  feature: string;
  variant: string;
  file: string;
  rules: RuleSentence[];
  default: Json;
  /** answers that cases know */
  answers: Json[];
  note: string | null;
  /** tuning cases */
  n_cases: number;
  right: Measured | null;
}

export interface RuleSentence {
  any: string[];
  all: string[];
  none: string[];
  regex: string | null;
  field: string | null;
  answer: Json;
  /** ignored on edit */
  sentence: string;
  n_matched: number | null;
  n_right: number | null;
}

// ---- play

export interface PlayStart {
  feature: string;
  about: string;
  input_fields: string[];
  /** tuning cases, at most 200 */
  inputs: PlayInput[];
  variants: PlayVariant[];
  /** provider/model names known */
  models: string[];
  trials: number;
  /** sentence on held-out cases */
  answers_hidden: string;
}

export interface PlayInput {
  case_id: string;
  input: Record<string, Json>;
  expected: Json | null;
  tags: string[];
}

export interface PlayVariant {
  name: string;
  kind: string;
  model: string | null;
  is_baseline: boolean;
  /** false: recorded answers know only their cases */
  can_run_new: boolean;
  simulated: boolean | null;
  has_prompt: boolean;
}

export interface PlayCell {
  input_index: number;
  variant: string;
  /** its position in the request, which tells a draft from what is saved */
  variant_index: number;
  answers: PlayAnswer[];
  n_done: number;
  n: number;
  groups: { output: Json; n: number }[];
}

export interface PlayAnswer {
  output: Json;
  failure: string | null;
  latency_ms: number | null;
  cost_usd: number | null;
  is_right: boolean | null;
  why: string | null;
  simulated: boolean;
}

export interface Played {
  cells: PlayCell[];
  feasibility: Feasibility[];
  cost_usd: number;
  simulated: boolean;
  note: string;
}

export interface Feasibility {
  variant: string;
  variant_index: number;
  n_inputs: number;
  trials: number;
  right: Measured | null;
  /** share of inputs whose repeats all agree */
  same: Measured | null;
  pass_hat: Measured | null;
  pass_hat_k: number;
  p50: Measured | null;
  p95: Measured | null;
  grounded: Measured | null;
  usd_per_1000: number | null;
  n_errors: number;
  says: string;
}

export interface PromptShown {
  feature: string;
  variant: string;
  model: string;
  parameters: Record<string, Json>;
  file: string;
  text: string;
  variables: string[];
  missing_variables: string[];
  /** other variants with the same file, as feature/variant */
  shared_with: string[];
  versions: { hash: string; at_ms: number; text: string; is_current: boolean }[];
}

export interface Prototype {
  id: string;
  title: string;
  feature: string;
  variant: string;
  /** only when published just now */
  url: string | null;
  path_hint: string;
  created_at_ms: number;
  expires_at_ms: number;
  is_open: boolean;
  n_tried: number;
  /** tries that the link allows */
  n_most: number;
  spent_usd: number;
  thumbs_up: Measured | null;
  comments: { text: string; at_ms: number; thumb: "up" | "down" }[];
  simulated: boolean;
}

export interface PrototypeView {
  title: string;
  project: string;
  about: string;
  input_fields: string[];
  samples: Record<string, Json>[];
  simulated: boolean;
  is_open: boolean;
  left: number;
}

export interface PrototypeAnswer {
  answer_id: string;
  output: Json;
  failure: string | null;
  latency_ms: number | null;
  simulated: boolean;
}

// ---- evals

export interface AnswerPage {
  run: RunSummary;
  cases: AnswerRow[];
  n: number;
  /** rows about held-out cases that are not shown, whether they match or not */
  n_hidden: number;
  next: string | null;
  is_held_out: boolean;
  scorers: string[];
  /** the scorer behind `mean` */
  metric: string | null;
}

export interface AnswerRow {
  case_id: string;
  variant: string;
  tags: string[];
  input: Json;
  expected: Json | null;
  outputs: {output: Json; failure: string | null; latency_ms: number | null; cost_usd: number | null; simulated: boolean; scores: { scorer: string; value: number | null; explanation: string | null }[]}[];
  mean: number;
}

export interface Changes {
  title: string;
  comparison: Comparison;
  wins: number;
  ties: number;
  losses: number;
  segments: SegmentDifference[];
  /** how the intervals are to be read */
  note: string;
  cases: ChangeRow[];
  n: number;
  /** held-out cases that are not shown one by one */
  n_hidden: number;
  next: string | null;
  is_held_out: boolean;
  cost: string | null;
  latency: string | null;
}

export interface SegmentDifference {
  group: string;
  n: number;
  difference: number;
  lower: number;
  upper: number;
}

export interface ChangeRow {
  case_id: string;
  tags: string[];
  input: Json | null;
  expected: Json | null;
  before: number;
  after: number;
  first: Json[];
  second: Json[];
  why: string | null;
}

// ---- gate

export interface AmendmentShown extends Amendment {
  /** no gate has judged with it yet */
  is_pending: boolean;
  reason: string | null;
  by: string | null;
}

export interface GateShown {
  feature: string;
  about: string;
  run_id: string | null;
  judged_at_ms: number | null;
  report: Report | null;
  /** what can be promised today, where the verdict is undecided */
  promise: string | null;
  /** what changed since, as sentences */
  has_drifted: string[];
  criteria: { name: string; demand: string; advisory: boolean; bound: number; can_amend: boolean }[];
  criteria_since: string | null;
  amendments: AmendmentShown[];
  candidates: { number: number; variant: string; hash: string; verdict: Verdict | null; at_ms: number | null; is_current: boolean }[];
  history: { run_id: string; at_ms: number; verdict: Verdict | null; headline: string; n_cases: number; variant: string | null; measured: Measured | null }[];
  /** who saw single held-out answers */
  looks: { by: string; at_ms: number; what: string; run_id: string | null; n_answers: number }[];
  sign_offs: { by: string; role: Role; at_ms: number; run_id: string; variant: string; note: string; holds: boolean }[];
  /** for undecided: label n more, promise less, narrow the segment, stop */
  offers: Offer[];
  command: string;
  n_held_out: number;
}

export interface Offer {
  kind: "label" | "promise-less" | "narrow" | "stop";
  title: string;
  why: string;
  page: string;
  amend: { criterion: string; min: number } | null;
}

// ---- labels

export interface Queue {
  name: string;
  feature: string;
  question: string;
  kind: "choice" | "text" | "yes-no" | "scale";
  options: string[];
  mode: "blind" | "blind-then-reveal" | "assisted";
  overlap: number;
  guideline_version: number;
  n_items: number;
  n_queued: number;
  n_agreed: number;
  n_disputed: number;
  n_skipped: number;
  n_gold: number;
  /** I can label now */
  n_mine: number;
  pace_seconds: number | null;
  seconds_left: number | null;
  /** "23 more labels until this gate can decide" */
  stop_rule: string | null;
  made_by: string;
}

export interface OpenQueue {
  name?: string;
  feature: string;
  source: "cases" | "rows" | "answers";
  /** pasted CSV/JSONL of new inputs */
  rows?: string;
  run?: string;
  variant?: string;
  sample?: number;
  split?: "tune" | "gate" | null;
  kind?: "choice" | "text" | "yes-no" | "scale";
  question?: string;
  options?: string[];
  overlap?: number;
  mode?: "blind" | "blind-then-reveal" | "assisted";
  guideline?: string;
  seed?: number;
}

export interface LabelTask {
  item: LabelItem | null;
  none_because: string | null;
  queue: Queue;
  guideline: Guideline;
}

export interface LabelItem {
  id: string;
  lease: string;
  lease_until_ms: number;
  input: Json;
  /** the thing judged, for yes-no/scale */
  answer: Json | null;
  context: Record<string, Json>;
  position: number;
  total: number;
  is_repeat: boolean;
  /** assisted mode only */
  suggestion: Json | null;
}

export type ItemState = "queued" | "leased" | "labelled" | "agreed" | "disputed" | "adjudicated" | "gold" | "skipped";

export interface Dispute {
  item: string;
  input: Json;
  answer: Json | null;
  /** unattributed, seeded order */
  labels: { value: Json; correction: Json | null; comment: string | null; rules: string[] }[];
  guideline_version: number;
}

export interface AgreementShown {
  /** items with two labels or more */
  n_items: number;
  n_labels: number;
  n_people: number;
  raw: Measured | null;
  /** "Cohen's kappa" | "Krippendorff's alpha" | "Gwet's AC1" */
  measures: { name: string; value: number | null; lower: number | null; upper: number | null; n: number; says: string }[];
  /** `n`: labels in all */
  base_rates: { value: string; share: number; n: number }[];
  pairs: { first: string; second: string; n: number; raw: number; kappa: number | null; lower: number | null; upper: number | null }[];
  by_day: { day: string; n: number; raw: number; lower: number; upper: number }[];
  causes: { cause: string; n: number }[];
  /** same person, same item twice */
  self: Measured | null;
  assisted: string | null;
  note: string;
}

export interface Guideline {
  queue: string;
  version: number;
  /** Markdown */
  text: string;
  by: string;
  at_ms: number;
  /** labels made under older versions */
  n_stale: number;
}

export interface Promoted {
  dataset: string;
  file: string;
  version: string;
  before: string;
  n_added: number;
  n_changed: number;
  n_left_out: number;
  says: string;
}

// ---- data

export interface DatasetShown {
  name: string;
  file: string;
  gate_file: string | null;
  n: number;
  n_tune: number;
  n_gate: number;
  version: string;
  /** input fields */
  fields: string[];
  segments: { field: string; values: { value: string; n: number }[] }[];
  tags: { value: string; n: number }[];
  answers: string[];
  features: string[];
  loaded_at_ms: number;
  /** what is not complete: the file is being read, or something is wrong with it */
  note?: string | null;
}

export interface CasePage {
  cases: CaseRow[];
  n: number;
  next: string | null;
  version: string;
  /** why contents of held-out cases are not shown */
  hidden: string | null;
  /** what is not complete, for example how far the reading of the file is */
  note?: string | null;
}

export interface CaseRow {
  /** place in the file, counted from 1 */
  position: number;
  id: string;
  split: "both" | "tune" | "gate";
  input: Json | null;
  expected: Json | null;
  tags: string[];
  metadata: Json;
  origin: string | null;
}

export interface Health {
  checks: HealthCheck[];
  n: number;
  version: string;
  says: string;
}

export interface HealthCheck {
  kind: "duplicates" | "near-duplicates" | "leakage" | "coverage" | "personal-data" | "staleness" | "conflicts";
  state: "fine" | "look" | "mend";
  says: string;
  n: number;
  of: number;
  cases: string[];
  rows: { label: string; n: number; of: number; note: string | null }[];
  next: string | null;
}

// ---- settings

export interface ProviderShown {
  name: string;
  dialect: string;
  base_url: string;
  key_name: string | null;
  has_key: boolean;
  used_by: string[];
  simulated: boolean | null;
}

export interface ProviderTest {
  is_fine: boolean;
  says: string;
  latency_ms: number | null;
  served_model: string | null;
  simulated: boolean;
}

/** US dollars per million tokens */
export interface Price {
  model: string;
  input_usd: number | null;
  cached_input_usd: number | null;
  output_usd: number | null;
  source: "built in" | "karat.toml";
}

export interface PersonShown extends Person {
  joined_at_ms: number;
  last_seen_at_ms: number | null;
  is_open: boolean;
}

export interface Invite {
  id: string;
  role: Role;
  note: string;
  expires_at_ms: number;
  is_used: boolean;
}

export interface KeyLimits {
  budget_usd_per_day?: number | null;
  requests_per_minute?: number | null;
  tokens_per_minute?: number | null;
}

export interface TokenShown {
  id: string;
  name: string;
  role: TokenRole;
  created_at_ms: number;
  last_used_at_ms: number | null;
  limits?: KeyLimits;
  spent_usd?: number | null;
}

export interface HistoryEntry {
  kind: string;
  name: string;
  hash: string;
  at_ms: number;
  says: string;
}

// ---- inputs and outputs without a name of their own

interface Page {
  limit?: number;
  cursor?: string;
}

export interface RunWish {
  feature?: string;
  variants?: string[];
  trials?: number;
  limit?: number;
  seed?: number;
  fresh?: boolean;
  retry_errors?: boolean;
  rescore?: boolean;
}

export interface AskRuns extends Page {
  feature?: string;
  scope?: RunScope;
  verdict?: Verdict;
}

export interface AskAnswers extends Page {
  run: string;
  variant?: string;
  failed?: boolean;
  tag?: string;
  field?: string;
  value?: string;
  text?: string;
  sort?: "worst" | "case" | "slowest" | "dearest";
  reveal_held_out?: boolean;
}

export interface AskChanges extends Page {
  first: string;
  second: string;
  metric?: string;
  run?: string;
  /** which variant, where two runs are compared */
  variant?: string;
  field?: string;
  value?: string;
  only?: "changed" | "worse" | "better" | "all";
  reveal_held_out?: boolean;
}

export interface AskCases extends Page {
  dataset: string;
  split?: "tune" | "gate";
  tag?: string;
  field?: string;
  value?: string;
  text?: string;
  sort?: "position" | "id";
  descending?: boolean;
  reveal_held_out?: boolean;
}

export interface DatasetVersion {
  version: string;
  at_ms: number;
  n: number;
  n_gate: number;
  is_current: boolean;
}

export interface DatasetDiff {
  added: CaseRow[];
  removed: CaseRow[];
  changed: { before: CaseRow; after: CaseRow }[];
  n_added: number;
  n_removed: number;
  n_changed: number;
  n_same: number;
  /** why contents of held-out cases are not shown */
  hidden?: string | null;
}

export type PlayInputWish = { case_id: string } | { input: Record<string, Json> };

export interface PlayVariantWish {
  name: string;
  draft?: { model?: string; prompt?: string; parameters?: Record<string, Json> };
}

export interface Submit {
  queue: string;
  item: string;
  lease: string;
  value: Json;
  correction?: Json;
  comment?: string;
  rules?: string[];
  seconds?: number;
}

type Nothing = Record<string, never>;
type Op<Input, Output, Part = never> = { input: Input; output: Output; part: Part };

export interface Operations {
  "today.show": Op<Nothing, Today>;

  "live.show": Op<{ feature?: string; days?: number; hours?: number }, Live>;

  "bets.preview": Op<{ text?: string; file_name?: string; columns?: BetColumns; floor?: number }, Preview>;
  "bets.create": Op<CreateBet, CreatedBet>;
  "bets.list": Op<Nothing, { bets: BetShown[] }>;
  "bets.show": Op<{ bet: string }, BetShown>;
  "bets.decide": Op<{ bet: string; state: "won" | "killed" | "running"; reason: string }, BetShown>;
  "rules.show": Op<{ feature: string; variant?: string }, RulesShown>;
  "rules.edit": Op<{ feature: string; variant: string; rules: RuleSentence[]; default: Json }, RulesShown>;

  "play.start": Op<{ feature?: string }, PlayStart>;
  "play.run": Op<
    { feature: string; inputs: PlayInputWish[]; variants: PlayVariantWish[]; trials: number; cap_usd?: number },
    Played,
    PlayCell
  >;
  "play.prompt": Op<{ feature: string; variant: string }, PromptShown>;
  "play.save_prompt": Op<{ feature: string; variant: string; text: string; as_variant?: string; model?: string; parameters?: Record<string, Json> }, PromptShown>;
  "play.propose_case": Op<
    { feature: string; input: Record<string, Json>; expected?: Json; note?: string; from_case?: string },
    { queue: string; item: string; says: string }
  >;
  "prototypes.publish": Op<{ feature: string; variant: string; title?: string; days?: number }, Prototype>;
  "prototypes.list": Op<{ feature?: string }, { prototypes: Prototype[] }>;
  "prototypes.withdraw": Op<{ id: string }, Prototype>;

  "runs.list": Op<AskRuns, { runs: RunSummary[]; next: string | null }>;
  "runs.show": Op<{ run: string; failed?: boolean; variant?: string; case?: string; limit?: number }, ShownRun>;
  "runs.active": Op<Nothing, { runs: ActiveRun[] }>;
  "runs.stop": Op<{ run: string }, { stopped: boolean }>;
  "runs.answers": Op<AskAnswers, AnswerPage>;
  "runs.changes": Op<AskChanges, Changes>;
  "evals.run": Op<RunWish, Report>;
  "gate.judge": Op<RunWish, Report>;

  "gate.show": Op<{ feature?: string }, GateShown>;
  "gate.amend": Op<{ feature: string; criterion: string; min: number; reason: string }, GateShown>;
  "gate.sign": Op<{ feature: string; variant: string; run: string; note: string }, GateShown>;

  "labels.queues": Op<Nothing, { queues: Queue[] }>;
  "labels.open": Op<OpenQueue, Queue>;
  /** `except`: items that are in hand already, so that the next one can be fetched ahead */
  "labels.next": Op<{ queue: string; except?: string[] }, LabelTask>;
  "labels.submit": Op<Submit, { label: string; state: ItemState; reveal: { value: Json; by: string } | null }>;
  "labels.skip": Op<{ queue: string; item: string; lease: string; reason: string }, { state: ItemState }>;
  "labels.undo": Op<{ queue: string; item: string }, { state: ItemState; lease?: string; lease_until_ms?: number }>;
  "labels.keep": Op<{ queue: string; item: string; lease: string }, { lease_until_ms: number }>;
  "labels.disputes": Op<{ queue: string }, { disputes: Dispute[]; n_waiting: number }>;
  "labels.adjudicate": Op<
    { queue: string; item: string; value: Json; cause: DisputeCause; note?: string },
    { state: ItemState }
  >;
  "labels.agreement": Op<{ queue: string }, AgreementShown>;
  "labels.guideline": Op<{ queue: string }, { versions: Guideline[] }>;
  "labels.write_guideline": Op<{ queue: string; text: string }, Guideline>;
  "labels.promote": Op<{ queue: string; dataset?: string; split?: "tune" | "gate" }, Promoted>;
  /** what labels.promote would write, without writing it */
  "labels.promotion": Op<{ queue: string; dataset?: string; split?: "tune" | "gate" }, Promoted>;
  "labels.mine": Op<
    Nothing,
    { queues: { queue: string; n: number; pace_seconds: number | null; agreed_with_final: Measured | null }[] }
  >;
  "labels.export": Op<{ queue: string; format: "jsonl" | "csv" }, { text: string }>;

  "monitor.show": Op<
    { feature?: string },
    { incidents: Incident[]; canaries: CanaryShown[]; decisions: Decision[]; levels: LevelShown[]; n_notices_waiting: number }
  >;
  "waterfall.show": Op<
    { feature?: string },
    { feature: string; is_decided: boolean; answering: { variant: string; is_proven: boolean }[]; refused: { variant: string; reason: string }[] }
  >;
  "canary.run": Op<
    { feature?: string; variant?: string },
    { feature: string; variant: string; scorer: string; n_cases: number; n_replicates: number; run: CanaryRun | null; incident: Incident | null; says: string }
  >;
  "incidents.close": Op<{ id: string }, Incident>;
  "decisions.undo": Op<{ feature: string }, Json>;
  "inferences.list": Op<
    { pick?: InferencePick; limit?: number; cursor?: string },
    { inferences: InferenceLine[]; next: string | null }
  >;
  "inferences.follow": Op<
    { pick?: InferencePick; failed?: boolean; after?: number },
    { inferences: { inference: InferenceLine; words: string }[]; after: number; is_end: boolean }
  >;
  "inferences.show": Op<{ inference: string }, ShownInference>;
  "inferences.export": Op<
    { format: "jsonl" | "csv"; pick?: InferencePick; limit?: number; cursor?: string },
    { text: string; n: number; next: string | null }
  >;
  "inferences.to_case": Op<
    { inference: string; feature?: string; expected?: Json; note?: string; overlap?: number },
    { queue: string; item: string; is_new: boolean; suggested: Json; says: string }
  >;
  "inferences.forget_user": Op<
    { user: string },
    {
      n_inferences: number;
      n_signals: number;
      candidates: { queue: string; item: string; inference: string }[];
      says: string;
    }
  >;

  "datasets.list": Op<Nothing, { datasets: DatasetShown[] }>;
  "datasets.cases": Op<AskCases, CasePage>;
  "datasets.versions": Op<{ dataset: string }, { versions: DatasetVersion[] }>;
  "datasets.diff": Op<{ dataset: string; from: string; to: string; reveal_held_out?: boolean }, DatasetDiff>;
  "datasets.health": Op<{ dataset: string }, Health>;

  "providers.list": Op<Nothing, { providers: ProviderShown[] }>;
  "providers.test": Op<{ provider: string; model?: string }, ProviderTest>;
  "keys.set": Op<{ name: string; key: string }, { says: string }>;
  "prices.list": Op<Nothing, { prices: Price[]; as_of: string }>;
  "people.list": Op<Nothing, { people: PersonShown[]; invites: Invite[] }>;
  "people.invite": Op<{ role: Role; note?: string }, { url: string; expires_at_ms: number }>;
  "people.set_role": Op<{ person: string; role: Role }, Json>;
  "people.remove": Op<{ person: string }, Json>;
  "tokens.list": Op<Nothing, { tokens: TokenShown[] }>;
  "tokens.create": Op<{ name: string; role: TokenRole; limits?: KeyLimits }, { id: string; token: string }>;
  "tokens.revoke": Op<{ id: string }, Json>;
  "history.list": Op<{ kind?: string } & Page, { entries: HistoryEntry[]; next: string | null }>;
  "history.show": Op<{ kind: string; name: string; hash: string }, { content: Json; before: Json | null }>;
  "reports.page": Op<{ run?: string; feature?: string; audience?: "leader" | "team" }, { html: string }>;
}

export type DisputeCause = "guideline-gap" | "ambiguity" | "slip" | "missing-context";

export type Name = keyof Operations;
export type InputOf<N extends Name> = Operations[N]["input"];
export type OutputOf<N extends Name> = Operations[N]["output"];
export type PartOf<N extends Name> = Operations[N]["part"];
