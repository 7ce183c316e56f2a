// The application's types against the server's own description: a difference is an error of the compiler, here.
import type { InputOf, Name, OutputOf } from "./contract.ts";
import type { paths } from "./schema.d.ts";

type At<N extends Name> = `/api/v1/${N}`;

/** Operations that the server describes. */
type Described = { [N in Name]: At<N> extends keyof paths ? N : never }[Name];

/** Operations that only the application knows. */
export type Unknown = Exclude<Name, Described>;

type Body<T> = T extends { requestBody: { content: { "application/json": infer Input } } } ? Input : never;

type Done<T> = T extends { responses: { 200: { content: { "application/json": infer Output } } } } ? Output : never;

type Post<N extends Name> = At<N> extends keyof paths ? paths[At<N>]["post"] : never;

/** Operations to which the application would send what the server does not take. */
export type WrongInput = {
  [N in Described]: InputOf<N> extends Body<Post<N>> ? never : N;
}[Described];

/** Operations of which the application expects what the server does not answer. */
export type WrongOutput = {
  [N in Described]: Done<Post<N>> extends OutputOf<N> ? never : N;
}[Described];

type None<T extends never> = T;

export type Agrees = [None<Unknown>, None<WrongInput>, None<WrongOutput>];
