// The page in a frame as high as it is, so that there is one thing to scroll.
import { type Ref, useState } from "react";
import css from "./Page.module.css";

export function Sheet({ source, title, ref }: { source: string; title: string; ref: Ref<HTMLIFrameElement> }) {
  const [height, setHeight] = useState<number | null>(null);
  return (
    <iframe
      ref={ref} className={css.sheet} src={source} title={title} style={height ? { height } : undefined}
      onLoad={(event) => setHeight(heightOf(event.currentTarget))}
    />
  );
}

/** Null where the frame does not let itself be measured. */
function heightOf(frame: HTMLIFrameElement): number | null {
  try {
    const root = frame.contentDocument?.documentElement;
    return root ? Math.ceil(root.scrollHeight) + 2 : null;
  } catch {
    return null;
  }
}
