import type { Key } from "../../keys/registry.ts";

export const KEYS: readonly Key[] = [
  { id: "bet.do", place: "bet", keys: "mod+Enter", says: "Lock the bet in; after changes to rules, save them and judge again", inText: true },
  { id: "bet.rows", place: "bet", keys: "v", says: "Go to the field for rows" },
  { id: "bet.decide", place: "bet", keys: "d", says: "Decide: won, killed or keep running" },
  { id: "bet.add_rule", place: "bet", keys: "a", says: "Add a rule" },
  { id: "bet.rule_up", place: "bet", keys: "alt+ArrowUp", says: "Move the rule up", inText: true },
  { id: "bet.rule_down", place: "bet", keys: "alt+ArrowDown", says: "Move the rule down", inText: true },
  { id: "bet.delete_rule", place: "bet", keys: "Delete", says: "Delete the rule" },
  { id: "bet.save_rules", place: "bet", keys: "mod+s", says: "Save the rules", inText: true },
];
