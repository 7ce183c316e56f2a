// Rules in their order; keys and buttons move, add and delete them.
import { useRef } from "react";
import type { Json } from "../../api/contract.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { useListKeys } from "../../parts/listKeys.ts";
import { Answer, Rule } from "./Rule.tsx";
import css from "./Rules.module.css";
import { blank, changed, type Held, moved } from "./rules.ts";

interface Props {
  rules: Held[];
  fallback: Json;
  options: readonly (readonly [string, string])[];
  nCases: number;
  mayEdit: boolean;
  onRules: (rules: Held[]) => void;
  onFallback: (fallback: Json) => void;
}

export function RuleList({ rules, fallback, options, nCases, mayEdit, onRules, onFallback }: Props) {
  const room = useRef<HTMLOListElement>(null);
  const made = useRef(0);
  useListKeys(room, rules.length > 0);

  const rowOf = (key: string | undefined) => room.current?.querySelector<HTMLElement>(`[data-rule="${key}"]`);
  const focus = (key: string | undefined, inside = "") => setTimeout(() => {
    const row = rowOf(key);
    (inside ? row?.querySelector<HTMLElement>(inside) : row)?.focus();
  });
  const keyInHand = () => document.activeElement?.closest<HTMLElement>("[data-rule]")?.dataset.rule;
  const move = (key: string, step: -1 | 1) => {
    const was = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    onRules(moved(rules, key, step));
    // The row keeps its key, so the focus goes with it, unless the browser lost it on the way.
    setTimeout(() => { if (was?.isConnected && document.activeElement !== was) was.focus(); rowOf(key)?.scrollIntoView({ block: "nearest" }); });
  };
  const remove = (key: string) => {
    const at = rules.findIndex((rule) => rule.key === key);
    const next = rules.filter((rule) => rule.key !== key);
    onRules(next);
    focus((next[at] ?? next[at - 1])?.key);
  };
  const add = () => {
    made.current += 1;
    const key = `new-${made.current}`;
    onRules([...rules, blank(key, JSON.parse(options[0]?.[0] ?? "null") as Json)]);
    focus(key, "input");
  };
  const inHand = (act: (key: string) => void) => () => {
    const key = keyInHand();
    if (!key) return false;
    act(key);
  };
  useKeys(mayEdit
    ? { "bet.add_rule": add, "bet.rule_up": inHand((key) => move(key, -1)), "bet.rule_down": inHand((key) => move(key, 1)), "bet.delete_rule": inHand(remove) }
    : {});

  return (
    <>
      <ol ref={room} className={css.list} aria-label="Rules in their order">
        {rules.map((rule, index) => (
          <Rule
            key={rule.key} rule={rule} position={index + 1} isFirst={index === 0} isLast={index === rules.length - 1}
            options={options} nCases={nCases} mayEdit={mayEdit}
            onChange={(change) => onRules(changed(rules, rule.key, change))} onMove={(step) => move(rule.key, step)} onRemove={() => remove(rule.key)}
          />
        ))}
        <li className={css.otherwise}>
          <span>Otherwise, answer</span>
          <Answer label="The answer where no rule fits" value={fallback} options={options} mayEdit={mayEdit} onChange={onFallback} />
        </li>
      </ol>
      {mayEdit && <div><Button onClick={add}>Add a rule</Button></div>}
    </>
  );
}
