// Lists: every filter of every field, every sort in both directions page by page, now and as of an instant. What is expected is
// worked out here from the records as they were read one by one.
import { expect } from '../core/http.ts'
import { check, equal, fail, ok } from '../core/report.ts'
import { type Field, isJson, isLink, isLinkList, isList, type Register, type Row } from '../core/schema.ts'
import { next } from '../core/values.ts'
import type { World } from '../core/world.ts'

interface Ground {
  world: World
  register: Register
  rows: Row[]
  base: string
  /** The instant of the newest change: reading as of it must give what is read now. */
  instant: string
}

/** The fields that one may filter and sort by: those of the schema, and what every record has beside them. */
function fieldsOf(register: Register): Field[] {
  const plain = { required: true, derived: true, search: false, unique: false, fixed: false, by_transition: false, min: null, max: null, target: null, targets: null, choices: null, custom: false, fallback: null }
  const beside: Field[] = [
    { ...plain, name: 'id', kind: 'number' },
    { ...plain, name: 'version', kind: 'number' },
    { ...plain, name: 'created_by', kind: 'number' },
    { ...plain, name: 'changed_by', kind: 'number' },
  ]
  return [...register.fields.filter((field) => !field.custom), ...beside]
}

// ---- the oracle ----

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value as object).length === 0)

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return Number(a) - Number(b)
}

type Holds = (value: unknown, wanted: unknown) => boolean
const operators: Record<string, Holds> = {
  '': (value, wanted) => value === wanted,
  '.eq': (value, wanted) => value === wanted,
  '.ne': (value, wanted) => value !== wanted,
  '.gte': (value, wanted) => value !== null && compare(value, wanted) >= 0,
  '.lte': (value, wanted) => value !== null && compare(value, wanted) <= 0,
  '.gt': (value, wanted) => value !== null && compare(value, wanted) > 0,
  '.lt': (value, wanted) => value !== null && compare(value, wanted) < 0,
}
const listOperators: Record<string, Holds> = {
  '': (value, wanted) => (value as unknown[]).includes(wanted),
  '.has': (value, wanted) => (value as unknown[]).includes(wanted),
  '.ne': (value, wanted) => !(value as unknown[]).includes(wanted),
}

function sorted(rows: Row[], name: string, descending: boolean): number[] {
  const way = descending ? -1 : 1
  const order = (a: Row, b: Row): number => {
    const [x, y] = [a[name], b[name]]
    if (x === null || y === null) return x === y ? way * (a.id - b.id) : x === null ? 1 : -1
    return way * (compare(x, y) || a.id - b.id)
  }
  return [...rows].sort(order).map((row) => row.id)
}

// ---- asking ----

async function ids(ground: Ground, query: string, both = true): Promise<number[]> {
  const { world, register, base, instant } = ground
  const now = expect(await world.admin.get(`${register.name}?limit=500&fields=id&${base}&${query}`), 200).json.items as Row[]
  if (!both) return now.map((row) => row.id)
  const then = expect(await world.admin.get(`${register.name}?limit=500&fields=id&${base}&${query}&as_of=${instant}`), 200).json.items as Row[]
  equal(then.map((row) => row.id), now.map((row) => row.id), `as of ${instant}, ${query}`)
  return now.map((row) => row.id)
}

async function pages(ground: Ground, query: string, size: number): Promise<number[]> {
  const { world, register, base } = ground
  const found: number[] = []
  let cursor = ''
  for (let page = 0; page < 60; page++) {
    const reply = expect(await world.admin.get(`${register.name}?limit=${size}&${base}&${query}${cursor}`), 200).json
    found.push(...(reply.items as Row[]).map((row) => row.id as number))
    if (!reply.next) return found
    equal(reply.items.length, size, 'a page that is not the last is full')
    cursor = `&cursor=${encodeURIComponent(reply.next)}`
  }
  return fail('the pages do not end')
}

// ---- cases ----

async function filters(ground: Ground, field: Field): Promise<void> {
  const { register, rows } = ground
  const several = isList(field)
  const values = [...new Set(rows.flatMap((row) => (several ? row[field.name] : [row[field.name]])))].filter((value) => !isEmpty(value) && !String(value).includes(','))
  const wanted = isJson(field) && !several ? [] : values.slice(0, 2)
  for (const [operator, holds] of Object.entries(several ? listOperators : operators))
    await check(`${register.name}: filter ${field.name}${operator}`, async () => {
      for (const [n, value] of wanted.entries()) {
        const expected = rows.filter((row) => holds(row[field.name], value)).map((row) => row.id)
        equal(await ids(ground, `${field.name}${operator}=${encodeURIComponent(String(value))}`, n === 0), expected, `${operator} ${value}`)
      }
    })
  if (wanted.length > 1)
    await check(`${register.name}: filter ${field.name} by two values`, async () => {
      const two = wanted.slice(0, 2)
      const hit = (row: Row): boolean => (several ? (row[field.name] as unknown[]).some((one) => two.includes(one)) : two.includes(row[field.name]))
      const text = two.map((value) => encodeURIComponent(String(value))).join(',')
      equal(await ids(ground, `${field.name}=${text}`), rows.filter(hit).map((row) => row.id), 'any of them')
      equal(await ids(ground, `${field.name}.ne=${text}`), rows.filter((row) => !hit(row)).map((row) => row.id), 'none of them')
    })
  await check(`${register.name}: filter ${field.name}.empty`, async () => {
    for (const [text, wantedEmpty] of [['1', true], ['0', false]] as const) {
      const expected = rows.filter((row) => isEmpty(row[field.name]) === wantedEmpty).map((row) => row.id)
      equal(await ids(ground, `${field.name}.empty=${text}`), expected, `empty=${text}`)
    }
  })
}

async function refusedFilters(ground: Ground, field: Field): Promise<void> {
  const { world, register } = ground
  const wrong = isList(field) ? ['.gte', '.lt'] : isJson(field) ? ['', '.ne', '.gte', '.has'] : ['.has']
  for (const operator of wrong)
    await check(`${register.name}: the filter ${field.name}${operator} is refused`, async () => {
      expect(await world.admin.get(`${register.name}?${field.name}${operator}=1`), 400)
    })
  const typed = ['number', 'scale', 'decimal', 'date', 'time', 'boolean', 'link'].includes(field.kind)
  if (typed)
    await check(`${register.name}: the filter ${field.name} by what it cannot be is refused`, async () => {
      expect(await world.admin.get(`${register.name}?${field.name}=no%20such%20thing`), 400)
    })
}

async function sorting(ground: Ground, field: Field): Promise<void> {
  const { world, register, rows } = ground
  if (isJson(field)) {
    await check(`${register.name}: sort by ${field.name} is refused`, async () => {
      expect(await world.admin.get(`${register.name}?sort=${field.name}`), 400)
    })
    return
  }
  for (const way of ['', '-'])
    await check(`${register.name}: sort ${way}${field.name}`, async () => {
      const expected = sorted(rows, field.name, way === '-')
      equal(await ids(ground, `sort=${way}${field.name}`), expected, 'in one page')
      equal(await pages(ground, `sort=${way}${field.name}`, 3), expected, 'in pages of 3')
    })
  await check(`${register.name}: sort ${field.name} as of an instant, in pages`, async () => {
    equal(await pages(ground, `sort=${field.name}&as_of=${ground.instant}`, 3), sorted(rows, field.name, false), 'in pages of 3')
  })
}

async function searching(ground: Ground, field: Field): Promise<void> {
  const { world, register, rows } = ground
  await check(`${register.name}: search finds the text of ${field.name}`, async () => {
    const row = rows.find((one) => /w\d+q/.test(one[field.name] ?? '')) ?? fail(`no record has a word in ${field.name}`)
    const word = /w\d+q/.exec(row[field.name] as string)![0]
    const expected = rows.filter((one) => register.fields.some((other) => other.search && String(one[other.name] ?? '').includes(word)))
    equal(await ids(ground, `q=${word}`), expected.map((one) => one.id), 'q')
    equal(await ids(ground, `q=${word.toUpperCase()}`), expected.map((one) => one.id), 'q in capitals')
    const items = expect(await world.admin.get(`search?q=${word}&limit=100`), 200).json.items as Row[]
    ok(items.some((one) => one.register === register.name && one.id === row.id), 'the search over everything')
  })
}

async function columns(ground: Ground): Promise<void> {
  const { world, register, base } = ground
  const names = fieldsOf(register).map((field) => field.name)
  for (const name of names)
    await check(`${register.name}: fields=${name}`, async () => {
      const items = expect(await world.admin.get(`${register.name}?limit=2&${base}&fields=${name}`), 200).json.items as Row[]
      for (const item of items) equal(Object.keys(item).sort(), [...new Set(['id', 'reference', name])].sort(), 'members')
    })
  await check(`${register.name}: two columns`, async () => {
    const two = [...new Set([register.title_field, 'status'])]
    const items = expect(await world.admin.get(`${register.name}?limit=2&${base}&fields=${two.join(',')}`), 200).json.items as Row[]
    for (const item of items) equal(Object.keys(item).sort(), ['id', 'reference', ...two].sort(), 'members')
  })
}

function expandedIs(world: World, value: unknown, shown: unknown, target: string | null): void {
  const one = shown as Row
  const register = target ? world.schema.get(target) : world.schema.ofReference(value as string)!
  equal(one.register, register.name, 'register')
  equal(target ? one.id : one.reference, value, 'what it stands for')
  ok(typeof one.title === 'string' && one.title.length > 0, 'the title')
  ok(register.states.some((state) => state.name === one.status), 'the status')
}

async function expansion(ground: Ground): Promise<void> {
  const { world, register, rows, base, instant } = ground
  const links = register.fields.filter((field) => isLink(field) || isLinkList(field))
  for (const query of ['expand=*', `expand=${links.map((field) => field.name).join(',')}`, `expand=*&as_of=${instant}`])
    await check(`${register.name}: ${query.slice(0, 40)}`, async () => {
      const items = expect(await world.admin.get(`${register.name}?limit=500&${base}&${query}`), 200).json.items as Row[]
      equal(items.length, rows.length, 'records')
      for (const [at, item] of items.entries())
        for (const field of links) {
          const value = rows[at]![field.name]
          if (value === null) equal(item[field.name], null, field.name)
          else if (isLink(field)) expandedIs(world, value, item[field.name], field.target)
          else for (const [n, entry] of (value as unknown[]).entries()) expandedIs(world, entry, item[field.name][n], field.target)
        }
    })
  await check(`${register.name}: expand=* of one record`, async () => {
    const record = expect(await world.admin.get(`${register.name}/${rows[0]!.id}?expand=*`), 200).json as Row
    for (const field of links.filter(isLink)) if (rows[0]![field.name] !== null) expandedIs(world, rows[0]![field.name], record[field.name], field.target)
  })
}

const wrongQueries = ['no_such_field=1', 'no_such_field.gte=1', 'custom.no_such=1', 'sort=no_such_field', 'sort=', 'limit=0', 'limit=501', 'limit=-1', 'limit=many', 'limit=99999999999999999999', 'fields=no_such_field', 'expand=no_such_field', 'cursor=xyz', 'cursor=00', 'cursor=6162', 'as_of=yesterday', 'as_of=2026-13-01', 'id=x', 'version.gte=x', 'changed_at.gte=x']

async function wrong(ground: Ground): Promise<void> {
  const { world, register } = ground
  for (const query of wrongQueries)
    await check(`${register.name}: the list refuses ${query}`, async () => {
      expect(await world.admin.get(`${register.name}?${query}`), 400)
    })
}

/** Records that differ: one with the least, the others with everything, all with one tag. */
async function ground(world: World, register: Register): Promise<Ground | undefined> {
  const tag = `list ${next()}`
  let base = `tags.has=${encodeURIComponent(tag)}`
  if (register.may.create) {
    await world.create(register.name, { tags: [tag] })
    for (let n = 0; n < 6; n++) {
      const body = await world.varied(register, n)
      expect(await world.send(world.admin, register.name, { ...body, tags: [tag, `other ${n % 2}`] }), 201)
    }
  } else {
    // The program may make more at any time, so only those that are there now are looked at.
    const last = expect(await world.admin.get(`${register.name}?limit=1&sort=-id`), 200).json.items as Row[]
    base = `id.lte=${last[0]?.id ?? 0}`
  }
  const rows = expect(await world.admin.get(`${register.name}?limit=500&${base}`), 200).json.items as Row[]
  if (!rows.length) return undefined
  const instant = rows.map((row) => row.changed_at as string).sort().at(-1)!
  return { world, register, rows, base, instant }
}

export async function listCases(world: World, register: Register): Promise<void> {
  const made = await ground(world, register)
  if (!made) return
  await check(`${register.name}: the list gives what is read one by one`, async () => {
    for (const row of made.rows) equal(row, expect(await world.admin.get(`${register.name}/${row.id}`), 200).json, row.reference)
    const counted = expect(await world.admin.get(`${register.name}?limit=1&${made.base}&count=1`), 200).json
    equal(counted.total, made.rows.length, 'total')
  })
  for (const field of fieldsOf(register)) {
    await filters(made, field)
    await refusedFilters(made, field)
    await sorting(made, field)
    if (field.search && register.may.create && !register.quiet && !field.derived && !field.by_transition) await searching(made, field)
  }
  await columns(made)
  await expansion(made)
  await wrong(made)
}
