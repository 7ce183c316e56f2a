// Pure. Rules as sentences that people reorder and change.
import type { Json, RuleSentence, RulesShown } from "../../api/contract.ts";
import { textOf } from "../../parts/value.ts";

export const WORDS = [
  ["any", "any of"],
  ["all", "all of"],
  ["none", "none of"],
] as const;

export type Words = (typeof WORDS)[number][0];

/** A rule in hand; `key` stays its own while it moves. */
export interface Held extends RuleSentence {
  key: string;
  /** Its counts are those of another wording. */
  isChanged: boolean;
}

/** With the keys of those in hand where there are as many, so that nothing on the page loses its place. */
export function held(rules: readonly RuleSentence[], inHand: readonly Held[] = []): Held[] {
  const keys = inHand.length === rules.length ? inHand.map(({ key }) => key) : [];
  return rules.map((rule, index) => ({ ...rule, key: keys[index] ?? `rule-${index}`, isChanged: false }));
}

export function blank(key: string, answer: Json): Held {
  return { any: [], all: [], none: [], regex: null, field: null, answer, sentence: "", n_matched: null, n_right: null, key, isChanged: true };
}

/** Moves by one place; the first that matches answers, so that order is meaning. */
export function moved<R extends { key: string }>(rules: readonly R[], key: string, step: -1 | 1): R[] {
  const from = rules.findIndex((rule) => rule.key === key);
  const to = from + step;
  const next = [...rules];
  const [rule] = next.splice(from, 1);
  if (from < 0 || to < 0 || to >= rules.length || !rule) return [...rules];
  next.splice(to, 0, rule);
  return next;
}

export function changed(rules: readonly Held[], key: string, change: Partial<RuleSentence>): Held[] {
  return rules.map((rule) => (rule.key === key ? { ...rule, ...change, isChanged: true } : rule));
}

/** Words as they were typed, several separated by commas, none twice. */
export function withWords(words: readonly string[], typed: string): string[] {
  const added = typed.split(/[,;\n]/).map((word) => word.trim()).filter(Boolean);
  const known = new Set<string>();
  return [...words, ...added].filter((word) => {
    const key = word.toLowerCase();
    return known.has(key) ? false : known.add(key);
  });
}

/** Without a word or a pattern a rule would match everything. */
export function isEmpty(rule: RuleSentence): boolean {
  return rule.any.length + rule.all.length + rule.none.length === 0 && !rule.regex;
}

export function differ(now: readonly Held[], fallback: Json, saved: RulesShown): boolean {
  const shape = (rules: readonly RuleSentence[]) =>
    JSON.stringify(rules.map(({ any, all, none, regex, field, answer }) => [any, all, none, regex, field, answer]));
  return shape(now) !== shape(saved.rules) || JSON.stringify(fallback) !== JSON.stringify(saved.default);
}

export function toSave(rules: readonly Held[]): RuleSentence[] {
  return rules.map(({ key: _key, isChanged: _isChanged, ...rule }) => rule);
}

/** Every answer that can be picked, those that cases know first; the value of an option is its JSON. */
export function choices(shown: RulesShown, rules: readonly RuleSentence[], fallback: Json): [string, string][] {
  const options = new Map<string, string>();
  for (const answer of [...shown.answers, ...rules.map((rule) => rule.answer), fallback]) {
    options.set(JSON.stringify(answer ?? null), textOf(answer) || "nothing");
  }
  return [...options];
}

/** How a rule is read aloud, and what its row is called. */
export function inWords(rule: RuleSentence): string {
  const list = (words: readonly string[]) => words.map((word) => `“${word}”`).join(", ");
  const parts = WORDS.filter(([kind]) => rule[kind].length > 0).map(([kind, word]) => `${word} ${list(rule[kind])}`);
  if (rule.regex) parts.push(`the pattern ${rule.regex}`);
  if (parts.length === 0) return "A rule without words";
  return `If ${rule.field ?? "the input"} has ${parts.join(" and ")}, answer ${textOf(rule.answer)}`;
}
