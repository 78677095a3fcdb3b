// Several at once, and the same thing once: bulk changes, and requests that are repeated.
import { expect } from '../core/http.ts'
import { check, equal, ok } from '../core/report.ts'
import type { Register, Row } from '../core/schema.ts'
import type { World } from '../core/world.ts'

async function bulk(world: World, register: Register): Promise<void> {
  const records = [await world.create(register.name), await world.create(register.name)]
  const ids = records.map((record) => record.id as number)
  await check(`${register.name}: a bulk change changes each, and names what it could not`, async () => {
    const reply = expect(await world.admin.patch(register.name, { ids: [...ids, 99_999_999], change: { tags: ['bulk'] } }), 200).json
    equal(reply.changed, ids, 'changed')
    equal(reply.failed.length, 1, 'failed')
    equal(reply.failed[0].id, 99_999_999, 'which failed')
    for (const id of ids) equal(expect(await world.admin.get(`${register.name}/${id}`), 200).json.tags, ['bulk'], 'tags')
  })
  await check(`${register.name}: a bulk change that is wrong changes nothing`, async () => {
    const reply = expect(await world.admin.patch(register.name, { ids, change: { tags: ['other'], no_such_field: 1 } }), 200).json
    equal(reply.changed, [], 'changed')
    equal((reply.failed as Row[]).map((one) => one.id), ids, 'failed')
    for (const id of ids) equal(expect(await world.admin.get(`${register.name}/${id}`), 200).json.tags, ['bulk'], 'tags')
  })
  await check(`${register.name}: a bulk change of another shape is 400`, async () => {
    const many = Array.from({ length: 501 }, (_, i) => i + 1)
    for (const body of [{}, { ids }, { ids: [], change: {} }, { ids: ['1'], change: {} }, { ids: 1, change: {} }, { ids: many, change: {} }, { ids, change: [] }, []])
      expect(await world.admin.patch(register.name, body), 400)
  })
}

async function once(world: World, register: Register): Promise<void> {
  const body = await world.minimal(register)
  const key = `key-${register.name}-${Math.random()}`
  await check(`${register.name}: an Idempotency-Key makes one record of two requests`, async () => {
    const first = expect(await world.admin.post(register.name, body, { headers: { 'idempotency-key': key } }), 201)
    const again = expect(await world.admin.post(register.name, body, { headers: { 'idempotency-key': key } }), 201)
    equal(again.headers.location, first.headers.location, 'Location')
    equal(again.json.id, first.json.id, 'id')
    const other = { ...body, tags: ['another body'] }
    expect(await world.admin.post(register.name, other, { headers: { 'idempotency-key': key } }), 409)
    const title = { ...body, ...(await world.minimal(register)) }
    const theirs = expect(await world.second.post(register.name, title, { headers: { 'idempotency-key': key } }), 201)
    ok(theirs.json.id !== first.json.id, 'a key belongs to its user')
  })
  await check(`${register.name}: a refused request does not use its key up`, async () => {
    const headers = { 'idempotency-key': `${key}-2` }
    expect(await world.admin.post(register.name, { ...body, no_such_field: 1 }, { headers }), 422)
    expect(await world.admin.post(register.name, await world.minimal(register), { headers }), 201)
  })
  await check(`${register.name}: what is no key is 400`, async () => {
    for (const wrong of ['', 'x'.repeat(201), 'with space'])
      expect(await world.admin.post(register.name, body, { headers: { 'idempotency-key': wrong } }), 400)
  })
}

export async function manyCases(world: World, register: Register): Promise<void> {
  if (!register.may.create) return
  if (register.may.change) await bulk(world, register)
  await once(world, register)
}
