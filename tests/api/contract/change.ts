// Changing: the merge patch sets and clears each field, history says so, and the past reads as it read then.
import { type Client, expect, expectFieldError, type Reply } from '../core/http.ts'
import { check, equal, fail, ok } from '../core/report.ts'
import { changeable, emptyOf, type Field, type Register, type Row } from '../core/schema.ts'
import { bad, dateAfter } from '../core/values.ts'
import type { World } from '../core/world.ts'

const read = async (client: Client, register: Register, id: number): Promise<Row> =>
  expect(await client.get(`${register.name}/${id}`), 200).json as Row

/** The newest entry of the history, which must tell this one change. */
async function newest(world: World, register: Register, before: Row, after: Row, field: string): Promise<void> {
  const items = expect(await world.admin.get(`${register.name}/${before.id}/history`), 200).json.items as Row[]
  const entry = items.find((one) => one.version === before.version + 1)
  if (!entry) return fail(`history has no entry of version ${before.version + 1}`)
  const change = (entry.changes as Row[]).find((one) => one.field === field)
  ok(change, `history does not name ${field}: ${JSON.stringify(entry.changes)}`)
  equal(change.before, before[field], 'before')
  equal(change.after, after[field], 'after')
  equal(entry.actor.name, 'Ada Admin', 'actor')
  equal(entry.action, 'change', 'action')
}

/** The instant at which the record was last changed reads as it was then. */
async function asItWas(world: World, register: Register, before: Row, after: Row): Promise<void> {
  if (before.changed_at === after.changed_at) return
  const then = expect(await world.admin.get(`${register.name}/${before.id}?as_of=${before.changed_at}`), 200).json as Row
  equal(then, before, `as of ${before.changed_at}`)
}

/** Another value than the present one. Rules over several fields may refuse a choice; one at least must be taken. */
async function* others(world: World, field: Field, present: unknown): AsyncGenerator<unknown> {
  if (field.kind === 'choice') yield* field.choices!.filter((choice) => choice !== present)
  else if (field.kind === 'boolean') yield !present
  else if (field.kind === 'date') yield* [dateAfter(40), dateAfter(1), dateAfter(-40)].filter((date) => date !== present)
  else if (field.kind === 'data') yield { ...((field.fallback as Row) ?? {}), note: 'changed' }
  else for (let tries = 0; tries < 3; tries++) yield await world.value(field)
}

/** A patch of one field, with what a rule over several fields asks for along with it. */
async function patchWith(world: World, register: Register, before: Row, body: Row): Promise<Reply> {
  const to = `${register.name}/${before.id}`
  const reply = await world.admin.patch(to, body, before.version)
  if (reply.status !== 422) return reply
  const asked: Row = {}
  for (const error of reply.json.errors as { pointer: string; code: string }[]) {
    const field = register.fields.find((one) => `/${one.name}` === error.pointer)
    if (error.code === 'required' && field && !(field.name in body)) asked[field.name] = await world.value(field)
  }
  return Object.keys(asked).length ? world.admin.patch(to, { ...body, ...asked }, before.version) : reply
}

async function set(world: World, register: Register, before: Row, field: Field): Promise<Row> {
  let refused = ''
  for await (const value of others(world, field, before[field.name])) {
    const reply = await patchWith(world, register, before, { [field.name]: value })
    if (reply.status === 422) {
      expectFieldError(reply, field.name)
      refused = reply.text
      continue
    }
    const after = expect(reply, 200).json as Row
    if (JSON.stringify(value) === JSON.stringify(before[field.name])) continue
    equal(after[field.name], value, field.name)
    ok(after.version > before.version, 'the version rises')
    equal(reply.headers.etag, `"${after.version}"`, 'ETag')
    equal(await read(world.admin, register, before.id), after, 'the record as it is read')
    await newest(world, register, before, after, field.name)
    await asItWas(world, register, before, after)
    return after
  }
  return fail(`no value for ${field.name} was taken: ${refused}`)
}

async function clear(world: World, register: Register, before: Row, field: Field): Promise<Row> {
  const reply = await patchWith(world, register, before, { [field.name]: null })
  const scope = field.name === 'unit' || (field.target === 'unit' && register.fields.every((one) => one.name !== 'unit'))
  if (field.required || scope) {
    expectFieldError(reply, field.name, 'required')
    return before
  }
  if (reply.status === 422) {
    expectFieldError(reply, field.name, 'required') // a rule over several fields needs it
    return before
  }
  const after = expect(reply, 200).json as Row
  equal(after[field.name], emptyOf(field), field.name)
  if (after.version > before.version) await newest(world, register, before, after, field.name)
  await asItWas(world, register, before, after)
  return after
}

async function preconditions(world: World, register: Register, record: Row, field: Field): Promise<void> {
  const path = `${register.name}/${record.id}`
  const patch = { [field.name]: record[field.name] }
  await check(`${register.name}: a patch without If-Match is 428`, async () => {
    expect(await world.admin.patch(path, patch), 428)
  })
  await check(`${register.name}: a patch of an older version is 409 and shows the present one`, async () => {
    const reply = expect(await world.admin.patch(path, patch, record.version + 7), 409)
    equal(reply.json.current, await read(world.admin, register, record.id), 'current')
  })
  await check(`${register.name}: an If-Match that is no ETag is 400`, async () => {
    for (const text of ['4', '"x"', '"0"', '"-1"', '""', 'W/"1"'])
      expect(await world.admin.request('PATCH', `/api/v1/${path}`, { body: patch, headers: { 'if-match': text } }), 400)
  })
  await check(`${register.name}: If-Match: * takes any version`, async () => {
    expect(await world.admin.request('PATCH', `/api/v1/${path}`, { body: patch, headers: { 'if-match': '*' } }), 200)
  })
  await check(`${register.name}: a patch that changes nothing makes no version`, async () => {
    const before = await read(world.admin, register, record.id)
    const after = expect(await world.admin.patch(path, patch, before.version), 200).json
    equal(after, before, 'the record')
  })
  await check(`${register.name}: the past is not changed`, async () => {
    expect(await world.admin.patch(`${path}?as_of=2020-01-01`, patch, record.version), 409)
  })
}

async function brokenPatches(world: World, register: Register, record: Row): Promise<void> {
  const path = `${register.name}/${record.id}`
  const prefixes = Object.fromEntries(world.schema.registers.map((one) => [one.name, one.prefix]))
  for (const field of changeable(register))
    for (const one of bad(field, prefixes))
      await check(`${register.name}: patch ${field.name} with ${one.what}`, async () => {
        expectFieldError(await world.admin.request('PATCH', `/api/v1/${path}`, { body: { [field.name]: one.value }, headers: { 'if-match': '*' } }), field.name, one.code)
      })
  for (const field of register.fields.filter((one) => one.derived || one.fixed || one.by_transition))
    await check(`${register.name}: patch the read-only ${field.name}`, async () => {
      const body = { [field.name]: await world.value(field) }
      expectFieldError(await world.admin.request('PATCH', `/api/v1/${path}`, { body, headers: { 'if-match': '*' } }), field.name, 'read_only')
    })
  for (const name of ['id', 'reference', 'version', 'created_at', 'created_by', 'changed_by', 'deleted_at', 'no_such_field'])
    await check(`${register.name}: patch ${name}`, async () => {
      expectFieldError(await world.admin.request('PATCH', `/api/v1/${path}`, { body: { [name]: 1 }, headers: { 'if-match': '*' } }), name)
    })
  await check(`${register.name}: what was refused has changed nothing`, async () => {
    equal((await read(world.admin, register, record.id)).version, record.version, 'version')
  })
}

/** A record to change: a new one, or one that the program has made. */
async function subject(world: World, register: Register): Promise<Row | undefined> {
  if (register.may.create) return world.create(register.name)
  const items = expect(await world.admin.get(`${register.name}?limit=1`), 200).json.items as Row[]
  return items[0]
}

export async function changeCases(world: World, register: Register): Promise<void> {
  let record = await subject(world, register)
  if (!record) return
  const fields = changeable(register)
  await brokenPatches(world, register, record)
  for (const field of fields.filter((one) => !(one.name === 'unit' && (register.follows_subject || !register.may.create)))) {
    await check(`${register.name}: patch sets ${field.name}`, async () => {
      record = await set(world, register, record!, field)
    })
    record = await read(world.admin, register, record.id)
    await check(`${register.name}: patch clears ${field.name}`, async () => {
      record = await clear(world, register, record!, field)
    })
    record = await read(world.admin, register, record.id)
  }
  await check(`${register.name}: history begins with its creation`, async () => {
    const items = expect(await world.admin.get(`${register.name}/${record!.id}/history`), 200).json.items as Row[]
    equal(items.at(-1)!.action, 'create', 'action')
    equal(items.at(-1)!.version, 1, 'version')
    equal([...items].sort((a, b) => b.entry - a.entry), items, 'newest first')
  })
  await check(`${register.name}: before it was, it is not there`, async () => {
    expect(await world.admin.get(`${register.name}/${record!.id}?as_of=2020-01-01`), 404)
  })
  await preconditions(world, register, record, fields.find((one) => one.required) ?? fields[0]!)
}

/** What is written once is refused to everybody. */
export async function refusedChange(world: World, register: Register): Promise<void> {
  const record = await subject(world, register)
  if (!record) return
  await check(`${register.name}: nobody changes one`, async () => {
    const field = changeable(register)[0]
    const body = field ? { [field.name]: record[field.name] } : {}
    expect(await world.admin.patch(`${register.name}/${record.id}`, body, record.version), 403)
  })
}
