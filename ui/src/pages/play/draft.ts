// Pure. A prompt that is being edited, and the variables in it.

export interface Draft {
  text: string;
  /** Another model than the variant's; empty is the same. */
  model: string;
}

export interface Variables {
  used: string[];
  /** In the prompt, but no field of the inputs. */
  missing: string[];
  /** Fields of the inputs that the prompt leaves out. */
  unused: string[];
}

/** Names that a template asks for; those that it makes itself do not count. */
export function variablesIn(text: string): string[] {
  const own = new Set(["loop"]);
  for (const found of text.matchAll(/\{%-?\s*(?:for\s+([\w\s,]+?)\s+in\s|set\s+(\w+)\s*=)/g)) {
    for (const name of (found[1] ?? found[2] ?? "").split(",")) own.add(name.trim());
  }
  const names: string[] = [];
  for (const found of text.matchAll(/\{\{-?([\s\S]*?)\}\}|\{%-?\s*(?:if|elif|for\s+[\w\s,]+?\s+in)\s([\s\S]*?)%\}/g)) {
    names.push(...namesIn(found[1] ?? found[2] ?? ""));
  }
  return [...new Set(names)].filter((name) => !own.has(name));
}

const WORDS = new Set(["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "defined", "undefined"]);

function namesIn(expression: string): string[] {
  const bare = expression.replace(/"[^"]*"|'[^']*'/g, " ").replace(/\|\s*\w+(\s*\([^)]*\))?/g, " ").replace(/\.\s*\w+/g, " ");
  return (bare.match(/[A-Za-z_]\w*(?!\w*\s*[(=](?!=))/g) ?? []).filter((name) => !WORDS.has(name));
}

export function variables(text: string, fields: readonly string[]): Variables {
  const used = variablesIn(text);
  return { used, missing: used.filter((name) => !fields.includes(name)), unused: fields.filter((name) => !used.includes(name)) };
}
