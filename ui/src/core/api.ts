// Requests to the server: one function, so that the forgery token, problems and lost connections are handled once.

export interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

interface ProblemBody {
  title?: string;
  detail?: string;
  errors?: FieldError[];
  request?: string;
  current?: unknown;
  leaning?: unknown;
  /** For programs, where one sentence must be told from another. */
  code?: string;
}

/** An RFC 9457 answer; status 0 means that the server was not reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: ProblemBody,
    readonly retryAfter: number | null = null,
    /** Something was to be changed, and whether it was nobody knows. */
    readonly unsure = false,
  ) {
    super(body.detail || body.title || `HTTP ${status}`);
  }

  /** What is wrong with one field, by its name. */
  error(name: string): FieldError | undefined {
    return this.body.errors?.find((error) => error.pointer.split('/').includes(name));
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  query?: Query;
  body?: unknown;
  /** Bytes sent as they are, with their own type. */
  file?: Blob;
  version?: number;
  once?: string;
  signal?: AbortSignal;
}

export const ROOT = '/api/v1';

let csrf = '';
let onSignedOut: () => void = () => undefined;
let onSlow: (reads: boolean) => () => void = () => () => undefined;

/** The token of the session, sent with every unsafe request. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** What to do when the server no longer knows the session. */
export function setSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

/** What to do while a change, or what is to be read, is not answered for long; returns what to do when it is. */
export function setSlow(handler: (reads: boolean) => () => void): void {
  onSlow = handler;
}

/** A key that makes a repeated POST answer the first result; not tied to a secure context. */
export function onceKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}

export function address(path: string, query?: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value));
  }
  const text = parameters.toString();
  return `${ROOT}${path}${text ? `?${text}` : ''}`;
}

function headers(options: Options): Headers {
  // Refusals are sentences for people: they come in the language of the page.
  const result = new Headers({ Accept: 'application/json', 'Accept-Language': document.documentElement.lang });
  const method = options.method ?? 'GET';
  if (method !== 'GET' && csrf) result.set('X-CSRF-Token', csrf);
  if (options.version !== undefined) result.set('If-Match', `"${options.version}"`);
  if (options.once) result.set('Idempotency-Key', options.once);
  if (options.file) result.set('Content-Type', options.file.type || 'application/octet-stream');
  else if (options.body !== undefined) {
    result.set('Content-Type', 'application/json');
  }
  return result;
}

async function problem(response: Response): Promise<Problem> {
  const after = Number(response.headers.get('Retry-After')) || null;
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  return new Problem(response.status, body, after);
}

export async function send(path: string, options: Options = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method: options.method ?? 'GET',
      headers: headers(options),
      body: options.file ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      credentials: 'same-origin',
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, {}, null, (options.method ?? 'GET') !== 'GET');
  }
  if (response.ok) return response;
  if (response.status === 401 && path !== '/session') onSignedOut();
  throw await problem(response);
}

/** A server that stands still is told as one that is away. Files may take longer, and are not bounded by this. */
const PATIENCE = 60_000;

const SLOW = 10_000;

/** Tells of an answer that takes long, until it is there. */
async function watched(answer: Promise<Response>, reads: boolean): Promise<Response> {
  let end: (() => void) | undefined;
  const timer = setTimeout(() => (end = onSlow(reads)), SLOW);
  return answer.finally(() => {
    clearTimeout(timer);
    end?.();
  });
}

export async function api<T>(path: string, options: Options = {}): Promise<T> {
  const ends = AbortSignal.timeout(PATIENCE);
  const signal = options.signal ? AbortSignal.any([options.signal, ends]) : ends;
  const answer = send(path, options.file ? options : { ...options, signal });
  const response = await (options.file ? answer : watched(answer, (options.method ?? 'GET') === 'GET'));
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}
