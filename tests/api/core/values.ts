// Values for each kind of field: good ones, all different, and bad ones with the code by which each is refused.
import { type Field, isLink, isLinkList } from './schema.ts'

export interface Bad {
  what: string
  value: unknown
  code?: string
}

/** What a generator needs of the world: records to link to, and the criteria of the methodology. */
export interface Surroundings {
  link(register: string, n: number): Promise<{ id: number; reference: string }>
  anyRegister: string
  criteria: string[]
}

const day = 86_400_000
let counter = 0
export const next = (): number => ++counter

/** A word that no other value holds, so that a search finds this one record. */
export const wordOf = (n: number): string => `w${n}q`

export function dateAfter(days: number): string {
  return new Date(Date.now() + days * day).toISOString().slice(0, 10)
}

function text(field: Field, n: number): string {
  const longest = field.max ?? (field.kind === 'prose' ? 20_000 : 200)
  const line = `${wordOf(n)} O'Brien@x <b>"ü漢 -- ; %_\\`
  const whole = field.kind === 'prose' ? `# ${line}\n\n* one, two\n\t=1+1\n` : line
  return [...whole].slice(0, longest).join('').trim()
}

function whole(field: Field, n: number): number {
  const min = field.min ?? (field.kind === 'scale' ? 1 : 0)
  const max = field.max ?? (field.kind === 'scale' ? 5 : 1_000_000)
  return min + (n % (Math.min(max, min + 1_000_000) - min + 1))
}

/** A value that the field takes; another for another n, as far as the kind has another. */
export async function good(field: Field, n: number, around: Surroundings): Promise<unknown> {
  switch (field.kind) {
    case 'text':
    case 'prose':
      return text(field, n)
    case 'number':
    case 'scale':
      return whole(field, n)
    case 'decimal':
      return n + 0.25
    case 'boolean':
      return n % 2 === 0
    case 'date':
      return dateAfter(1 + (n % 300))
    case 'time':
      return new Date(Date.UTC(2026, 0, 1) + n * 1001).toISOString()
    case 'choice':
      return field.choices![n % field.choices!.length]
    case 'choices':
      return [field.choices![n % field.choices!.length]]
    case 'tags':
      return [`tag ${n}`, 'ü "quoted" %_~']
    case 'ratings':
      return Object.fromEntries(around.criteria.map((name) => [name, 1 + (n % 5)]))
    case 'link':
      return (await around.link(field.target!, n)).id
    case 'links':
      return [(await around.link(field.target!, n)).id, (await around.link(field.target!, n + 1)).id].sort((a, b) => a - b)
    case 'record':
      return (await around.link(field.targets?.[0] ?? around.anyRegister, n)).reference
    case 'records':
      return [(await around.link(field.targets?.[n % field.targets.length] ?? around.anyRegister, n)).reference]
    case 'data':
      return field.fallback ?? { note: `data ${n}`, list: [1, 2.5, null, true, { deep: 'ü' }] }
    default:
      throw new Error(`no generator for the kind ${field.kind} of ${field.name}`)
  }
}

function badTexts(field: Field): Bad[] {
  const longest = field.max ?? (field.kind === 'prose' ? 20_000 : 200)
  const bad: Bad[] = [
    { what: 'too long', value: 'ü'.repeat(longest + 1), code: 'too_long' },
    { what: 'a control character', value: 'a\u0007b', code: 'control_character' },
    { what: 'a NUL', value: 'a\u0000b', code: 'control_character' },
    { what: 'a number', value: 5, code: 'type' },
    { what: 'an object', value: { a: 1 }, code: 'type' },
  ]
  if (field.kind === 'text') bad.push({ what: 'a line break', value: 'a\nb', code: 'control_character' })
  return bad
}

function badNumbers(field: Field): Bad[] {
  const bad: Bad[] = [
    { what: 'text', value: 'three', code: 'type' },
    { what: 'a fraction', value: 1.5, code: 'type' },
    { what: 'true', value: true, code: 'type' },
  ]
  const bounded = field.min !== null || field.kind === 'scale'
  if (bounded) bad.push({ what: 'below the least', value: (field.min ?? 1) - 1, code: 'out_of_range' })
  if (bounded) bad.push({ what: 'above the most', value: (field.max ?? 10) + 1, code: 'out_of_range' })
  return bad
}

function badLinks(field: Field, prefixes: Record<string, string>): Bad[] {
  const wrong = Object.entries(prefixes).find(([name]) => name !== field.target && !field.targets?.includes(name))
  const prefix = prefixes[field.target ?? field.targets?.[0] ?? ''] ?? wrong?.[1]
  const singles: Bad[] = [
    { what: 'an unknown reference', value: `${prefix}-99999999`, code: 'not_found' },
    { what: 'an unknown prefix', value: 'XYZ-1', code: 'not_found' },
    { what: 'true', value: true, code: 'link' },
    { what: 'a negative number', value: -1, code: 'link' },
  ]
  if (field.target) singles.push({ what: 'an unknown id', value: 99_999_999, code: 'not_found' })
  if (field.target) singles.push({ what: 'a record of another register', value: `${wrong![1]}-1`, code: 'not_found' })
  if (isLink(field)) return singles
  return [
    ...singles.map((one) => ({ ...one, what: `a list with ${one.what}`, value: [one.value] })),
    { what: 'no list', value: `${prefix}-1`, code: 'type' },
    { what: 'too many', value: Array.from({ length: 1001 }, (_, i) => i + 1), code: 'too_many' },
  ]
}

/** Values that the field refuses. `prefixes` are those of all registers. */
export function bad(field: Field, prefixes: Record<string, string>): Bad[] {
  switch (field.kind) {
    case 'text':
    case 'prose':
      return badTexts(field)
    case 'number':
    case 'scale':
      return badNumbers(field)
    case 'decimal':
      return [
        { what: 'text', value: 'many', code: 'type' },
        { what: 'true', value: true, code: 'type' },
      ]
    case 'boolean':
      return [
        { what: 'text', value: 'yes', code: 'type' },
        { what: 'a number', value: 1, code: 'type' },
      ]
    case 'date':
      return ['2026-02-30', '21.11.2026', '2026-11-21T00:00:00Z', 5].map((value) => ({ what: `${value}`, value, code: 'date' }))
    case 'time':
      return ['yesterday', '2026-13-01T00:00:00Z', 5].map((value) => ({ what: `${value}`, value, code: 'time' }))
    case 'choice':
      return [
        { what: 'an unknown choice', value: 'no such choice', code: 'choice' },
        { what: 'a number', value: 1, code: 'type' },
      ]
    case 'choices':
      return [
        { what: 'an unknown choice', value: ['no such choice'], code: 'choice' },
        { what: 'no list', value: field.choices![0], code: 'type' },
      ]
    case 'tags':
      return [
        { what: 'no list', value: 'tag', code: 'type' },
        { what: 'a number in the list', value: [1], code: 'type' },
        { what: 'a tag too long', value: ['x'.repeat(61)], code: 'too_long' },
        { what: 'a line break', value: ['a\nb'], code: 'control_character' },
      ]
    case 'ratings':
      return [
        { what: 'a list', value: [1], code: 'type' },
        { what: 'a step of 0', value: { financial: 0 }, code: 'out_of_range' },
        { what: 'a step of 11', value: { financial: 11 }, code: 'out_of_range' },
        { what: 'an unknown criterion', value: { 'no such criterion': 1 } },
      ]
    case 'data':
      return [{ what: 'too long', value: { text: 'x'.repeat(257 * 1024) }, code: 'too_long' }]
    default:
      return isLink(field) || isLinkList(field) ? badLinks(field, prefixes) : []
  }
}
