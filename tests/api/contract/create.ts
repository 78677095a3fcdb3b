// Creating: the least, everything, and each field broken in each way.
import { expect, expectFieldError } from '../core/http.ts'
import { check, equal, ok } from '../core/report.ts'
import { creatable, type Field, type Register, type Row } from '../core/schema.ts'
import { bad } from '../core/values.ts'
import type { World } from '../core/world.ts'

/** What a field holds when nothing was said of it. */
function unsaid(field: Field, record: Row): void {
  const value = record[field.name]
  const nothing = value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  if (field.fallback !== null) equal(value, field.fallback, field.name)
  else if (field.target !== 'unit' && field.target !== 'person') ok(nothing, `${field.name} should hold nothing, it holds ${JSON.stringify(value)}`)
}

async function least(world: World, register: Register): Promise<void> {
  const body = await world.minimal(register)
  const reply = expect(await world.send(world.admin, register.name, body), 201)
  const record = reply.json as Row
  equal(reply.headers.location, `/api/v1/${register.name}/${record.id}`, 'Location')
  equal(reply.headers.etag, `"${record.version}"`, 'ETag')
  equal(record.reference, `${register.prefix}-${record.id}`, 'reference')
  equal(record.status, register.states.find((state) => state.initial)!.name, 'status')
  for (const field of creatable(register))
    if (field.name in body) equal(record[field.name], body[field.name], field.name)
    else unsaid(field, record)
  equal(expect(await world.admin.get(`${register.name}/${record.id}`), 200).json, record, 'the record as it is read')
  equal(expect(await world.admin.get(`${register.name}/${record.reference}`), 200).json, record, 'read by its reference')
}

/** Comments, tasks and the like belong where their subject belongs, whatever the request says. */
async function unitOfSubject(world: World, body: Row): Promise<number> {
  const register = world.schema.ofReference(body.subject as string)!
  return expect(await world.admin.get(`${register.name}/${body.subject}`), 200).json.unit
}

async function everything(world: World, register: Register): Promise<void> {
  const body = await world.full(register)
  const record = expect(await world.send(world.admin, register.name, body), 201).json as Row
  if (register.follows_subject) body.unit = await unitOfSubject(world, body)
  for (const [name, value] of Object.entries(body)) equal(record[name], value, name)
  equal(expect(await world.admin.get(`${register.name}/${record.id}`), 200).json, record, 'the record as it is read')
}

async function broken(world: World, register: Register, body: Row): Promise<void> {
  const prefixes = Object.fromEntries(world.schema.registers.map((one) => [one.name, one.prefix]))
  for (const field of creatable(register))
    for (const one of bad(field, prefixes))
      await check(`${register.name}: create with ${field.name} ${one.what}`, async () => {
        expectFieldError(await world.admin.post(register.name, { ...body, [field.name]: one.value }), field.name, one.code)
      })
  for (const field of register.fields.filter((one) => one.derived || one.by_transition))
    await check(`${register.name}: create with the read-only ${field.name}`, async () => {
      expectFieldError(await world.admin.post(register.name, { ...body, [field.name]: await world.value(field) }), field.name, 'read_only')
    })
  for (const field of creatable(register).filter((one) => one.required))
    for (const value of field.fallback === null ? [undefined, null] : [null])
      await check(`${register.name}: create with ${field.name} ${value === null ? 'null' : 'missing'}`, async () => {
        expectFieldError(await world.admin.post(register.name, { ...body, [field.name]: value }), field.name, 'required')
      })
}

export async function createCases(world: World, register: Register): Promise<void> {
  await check(`${register.name}: create with the least`, () => least(world, register))
  await check(`${register.name}: create with every field`, () => everything(world, register))
  const body = await world.minimal(register)
  await broken(world, register, body)
  await check(`${register.name}: create with an unknown field`, async () => {
    expectFieldError(await world.admin.post(register.name, { ...body, no_such_field: 1 }), 'no_such_field', 'unknown')
  })
  await check(`${register.name}: create with what is no object`, async () => {
    for (const raw of ['[]', '"text"', '5', 'null', 'true'])
      expect(await world.admin.upload(register.name, raw, 'application/json'), 400)
  })
  await check(`${register.name}: create tells all errors at once`, async () => {
    const wrong: Row = {}
    for (const field of creatable(register)) wrong[field.name] = { 'no such': { shape: [] } }
    const expected = creatable(register).filter((field) => field.kind !== 'data')
    const reply = await world.admin.post(register.name, wrong)
    for (const field of expected) expectFieldError(reply, field.name)
  })
}

/** What only the program makes is refused to everybody. */
export async function refusedCreate(world: World, register: Register): Promise<void> {
  await check(`${register.name}: nobody creates one by hand`, async () => {
    expect(await world.admin.post(register.name, await world.minimal(register)), 403)
  })
}
