// The shape of what the server describes itself with (docs/api.md). The fields of records come from the schema.

export type Kind =
  | 'text'
  | 'prose'
  | 'number'
  | 'decimal'
  | 'boolean'
  | 'scale'
  | 'ratings'
  | 'date'
  | 'time'
  | 'choice'
  | 'choices'
  | 'link'
  | 'links'
  | 'record'
  | 'records'
  | 'tags'
  | 'data';

export type Tone = 'neutral' | 'active' | 'good' | 'warning' | 'bad';

export interface Field {
  name: string;
  kind: Kind;
  group: string;
  required: boolean;
  derived: boolean;
  list: boolean;
  search: boolean;
  unique: boolean;
  fixed: boolean;
  max: number | null;
  min: number | null;
  target: string | null;
  targets: string[] | null;
  choices: string[] | null;
  scale: string | null;
  custom: boolean;
  label?: string | null;
  /** Set by a transition only, never by a form. */
  by_transition?: boolean;
  /** A user's number, which `expand` gives a name. */
  by_user?: boolean;
  fallback?: unknown;
}

export interface State {
  name: string;
  tone: Tone;
  initial: boolean;
  final: boolean;
  locked: boolean;
}

export interface Transition {
  name: string;
  from: string[];
  to: string;
  asks: string[];
  demands: string[];
}

export interface Register {
  name: string;
  prefix: string;
  room: string;
  title_field: string;
  /** What stands before the title wherever a record is named: "A.5.1". */
  cited_field?: string | null;
  scope: string;
  /** Not in the navigation: part of other records. */
  quiet?: boolean;
  may: { create: boolean; change: boolean; delete: boolean; import: boolean };
  columns: string[];
  fields: Field[];
  states: State[];
  transitions: Transition[];
  /** The register of its parts, which are decided with it. */
  parts?: string | null;
}

export interface Schema {
  registers: Register[];
  roles: string[];
  languages: string[];
}

export interface Rec {
  id: number;
  reference: string;
  version: number;
  status: string | null;
  deleted_at?: string | null;
  custom?: Record<string, unknown>;
  [field: string]: unknown;
}

/** What `expand` makes of an id. */
export interface Ref {
  id: number;
  reference: string;
  title: string;
  identifier?: string;
  register: string;
  status?: string | null;
}

/** What the search has found, and where the word stands if not in the title. */
export interface Found extends Ref {
  matched?: { field: string; text: string };
}

export interface Page<T = Rec> {
  items: T[];
  next: string | null;
  total: number | null;
}

export interface Session {
  user: { id: number; name: string; email: string; person: number | null };
  csrf: string;
  language: string | null;
  roles: { role: string; unit: number | null }[];
  expires_at: string | null; // null: a token asks
}

export interface NextStep {
  name: string;
  to: string;
  allowed: boolean;
  reason: string | null;
  asks: string[];
  /** Taken on what is shown (core/record/decision.tsx). */
  decision: boolean;
}

interface Moment {
  at: string;
  version: number;
  actor: { id: number; name: string };
}

export interface DecisionPart {
  id: number;
  reference: string;
  title: string | null;
  changes: Change[];
}

export interface Decision {
  step: string;
  open: boolean;
  reason: string;
  sha256: string;
  content: {
    record: Record<string, unknown>;
    parts: (Record<string, unknown> & { id: number; reference: string })[];
  };
  /** When it was last decided. */
  since: Moment | null;
  asked: Moment | null;
  changes: Change[];
  parts: DecisionPart[];
  /** Something of then is not for this reader. */
  withheld: boolean;
}

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

export interface HistoryItem {
  entry: number;
  at: string;
  actor: { id: number; name: string } | null;
  action: string;
  /** The reason that a person gave; may be empty. */
  comment: string;
  version: number;
  /** What it said was removed for privacy's sake. */
  purged: boolean;
  /** What it said is not there, and nobody purged it: it is foreign, too. */
  missing: boolean;
  /** What was before it is not there, or not the program's: what changed cannot be told. */
  before_missing: boolean;
  /** It stands in the ledger's tree. */
  sealed: boolean;
  /** By its MAC and its hash the program did not write it as it stands. */
  foreign: boolean;
  changes: Change[];
}

export interface LinkItem {
  register: string;
  id: number;
  reference: string;
  title: string;
  field: string;
  status: string | null;
}

export interface Job {
  id: number | string;
  kind: string;
  status: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number;
  detail: string | null;
  result: unknown;
}

export interface WorkItem {
  kind: string;
  register: string;
  id: number;
  reference: string;
  title: string;
  due: string | null;
  late: boolean;
  transition: string | null;
  /** Of a notice: what has happened, and to what. */
  topic?: string;
  about?: Ref | string | null;
}
