// A link to a page of the application; its address is plain text and may come from the server.
import { useRouter } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, MouseEvent } from "react";

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & { to: string };

/** Only addresses of this application: a server that was lied to cannot send anybody elsewhere. */
export function inside(to: string): string {
  return /^\/(?![/\\])/.test(to) ? to : "/today";
}

export function Go({ to, onClick, ...rest }: Props) {
  const { history } = useRouter();
  const address = inside(to);
  const open = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isOwn = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !isOwn) return;
    event.preventDefault();
    history.push(address);
  };
  return <a {...rest} href={address} onClick={open} />;
}
