// The registers as GET /api/v1/schema tells of them. No test names a register; all follows from this.
import { type Client, expect } from './http.ts'

export interface Field {
  name: string
  kind: string
  required: boolean
  derived: boolean
  search: boolean
  unique: boolean
  fixed: boolean
  by_transition: boolean
  min: number | null
  max: number | null
  target: string | null
  targets: string[] | null
  choices: string[] | null
  custom: boolean
  fallback: unknown
}

export interface State {
  name: string
  initial: boolean
  final: boolean
  locked: boolean
}

export interface Transition {
  name: string
  from: string[]
  to: string
  needs: string
  asks: string[]
  demands: string[]
  independent_of: string[]
  decision: boolean
}

export interface Register {
  name: string
  prefix: string
  room: string
  scope: 'global' | 'mine' | 'unit'
  title_field: string
  quiet: boolean
  has_owner: boolean
  follows_subject: boolean
  columns: string[]
  fields: Field[]
  states: State[]
  transitions: Transition[]
  may: { create: boolean; change: boolean; delete: boolean; decide: boolean; import: boolean }
}

export type Row = { [field: string]: any } // eslint-disable-line @typescript-eslint/no-explicit-any

export class Schema {
  readonly byName = new Map<string, Register>()
  constructor(readonly registers: Register[]) {
    for (const register of registers) this.byName.set(register.name, register)
  }

  static async of(client: Client): Promise<Schema> {
    return new Schema(expect(await client.get('schema'), 200).json.registers as Register[])
  }

  get(name: string): Register {
    const register = this.byName.get(name)
    if (!register) throw new Error(`no register ${name} in the schema`)
    return register
  }

  /** The register whose records a reference like "RSK-12" names. */
  ofReference(reference: string): Register | undefined {
    return this.registers.find((register) => register.prefix === reference.split('-')[0])
  }
}

export const isLink = (field: Field): boolean => field.kind === 'link' || field.kind === 'record'
export const isLinkList = (field: Field): boolean => field.kind === 'links' || field.kind === 'records'
export const isList = (field: Field): boolean => isLinkList(field) || field.kind === 'choices' || field.kind === 'tags'
export const isJson = (field: Field): boolean => isList(field) || field.kind === 'ratings' || field.kind === 'data'

/** What a request for creation may say. */
export function creatable(register: Register): Field[] {
  return register.fields.filter((field) => !field.derived && !field.by_transition && !field.custom)
}

/** What a merge patch may say. */
export function changeable(register: Register): Field[] {
  return creatable(register).filter((field) => !field.fixed)
}

export const emptyOf = (field: Field): unknown => (isList(field) ? [] : isJson(field) ? {} : null)
