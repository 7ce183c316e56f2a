// Pure. What can be chosen, with what the address chose already.

type Option = readonly [string, string];

export function withChosen(options: readonly Option[], chosen: string | undefined): readonly Option[] {
  return chosen === undefined || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];
}
