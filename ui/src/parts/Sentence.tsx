// A sentence with the part that matters set in bold.

export function Sentence({ text, strong }: { text: string; strong?: string | null }) {
  const at = strong ? text.indexOf(strong) : -1;
  if (!strong || at < 0) return <>{text}</>;
  return <>{text.slice(0, at)}<b>{strong}</b>{text.slice(at + strong.length)}</>;
}
