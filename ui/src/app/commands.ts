// Pure. What the palette finds, and in which order.

export interface Command {
  id: string;
  says: string;
  /** Where it belongs, in one or two words. */
  of: string;
  keys?: string;
  run: () => void;
}

/** Commands whose words begin with what was typed, best first; all in their order where nothing was. */
export function find(commands: readonly Command[], typed: string): Command[] {
  const wanted = words(typed);
  if (wanted.length === 0) return [...commands];
  return commands
    .map((command) => ({ command, score: score(command, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((first, second) => second.score - first.score)
    .map(({ command }) => command);
}

function score(command: Command, wanted: string[]): number {
  const own = words(`${command.says} ${command.of}`);
  let total = 0;
  for (const word of wanted) {
    const at = own.findIndex((each) => each.startsWith(word));
    const inside = at < 0 && own.some((each) => each.includes(word));
    if (at < 0 && !inside) return 0;
    total += inside ? 1 : 4 - Math.min(at, 3) + (own[at] === word ? 2 : 0);
  }
  // There are many runs and few pages.
  return command.of === "run" ? total : total + 3;
}

function words(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}
