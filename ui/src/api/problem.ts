// What went wrong, as the server says it: the thing, the place and the next step.

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string | null;
  next?: string | null;
  place?: string | null;
  /** Everything that is wrong with the project's files, where that is the problem. */
  problems?: Mistake[];
}

export interface Mistake {
  file: string;
  line?: number | null;
  field: string;
  message: string;
  next: string;
  is_warning: boolean;
}

export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiProblem";
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof ApiProblem) return thrown.problem;
  const says = thrown instanceof Error ? thrown.message : String(thrown);
  return { type: "about:blank", title: "The page could not go on", status: 0, detail: says };
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "title" in value && "status" in value;
}

const UNREACHABLE: Problem = {
  type: "about:blank",
  title: "Karat does not answer",
  status: 0,
  detail: "The server that this page came from cannot be reached.",
  next: "start it again with `karat serve`; what was acknowledged is stored",
};

/** A fetch whose failures are all problems. */
export async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw new ApiProblem(UNREACHABLE);
  }
  if (response.ok) return response;
  throw new ApiProblem(await problemOf(response));
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (isProblem(body)) return body;
  return {
    type: "about:blank",
    title: response.statusText || "The request was refused",
    status: response.status,
    detail: `The server answered ${response.status} without saying why.`,
  };
}
