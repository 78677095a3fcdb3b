// Deleting hides, restoring brings back; what others lean on is not deleted by mistake, and purging leaves only the trace.
import { expect, expectFieldError } from '../core/http.ts'
import { check, equal, ok } from '../core/report.ts'
import { creatable, isLink, isLinkList, type Register, type Row } from '../core/schema.ts'
import type { World } from '../core/world.ts'

const isNothing = (value: unknown): boolean => value === null || (typeof value === 'object' && !Object.keys(value as object).length)

async function listed(world: World, register: Register, id: number, query = ''): Promise<boolean> {
  const items = expect(await world.admin.get(`${register.name}?id=${id}${query}`), 200).json.items as Row[]
  return items.length === 1
}

async function hiding(world: World, register: Register): Promise<void> {
  const record = await world.create(register.name)
  const path = `${register.name}/${record.id}`
  await check(`${register.name}: a stale delete is 409`, async () => {
    expect(await world.admin.request('DELETE', `/api/v1/${path}`, { ifMatch: record.version + 3 }), 409)
    ok(await listed(world, register, record.id), 'it is still listed')
  })
  await check(`${register.name}: the search finds it by its reference, once`, async () => {
    const found = expect(await world.admin.get(`search?q=${record.reference}`), 200).json.items as Row[]
    equal(found.filter((one) => one.reference === record.reference).length, 1, 'how often')
  })
  await check(`${register.name}: delete hides`, async () => {
    expect(await world.admin.delete(path), 204)
    ok(!(await listed(world, register, record.id)), 'it is not listed')
    ok(await listed(world, register, record.id, '&deleted=1'), 'it is listed among the deleted')
    ok(await listed(world, register, record.id, `&as_of=${record.changed_at}`), 'it is listed as of before')
    equal(expect(await world.admin.get(`${path}?as_of=${record.changed_at}`), 200).json, record, 'as of before')
    const found = expect(await world.admin.get(`search?q=${record.reference}`), 200).json.items as Row[]
    ok(!found.some((one) => one.reference === record.reference), 'it is not found by its reference')
    ok(expect(await world.admin.get(path), 200).json.deleted_at, 'it says when it was deleted')
    const history = expect(await world.admin.get(`${path}/history`), 200).json.items as Row[]
    equal(history[0]!.action, 'delete', 'history')
  })
  await check(`${register.name}: a deleted one is not changed, and deleting it again is nothing`, async () => {
    const body = { tags: ['x'] }
    if (register.may.change) expect(await world.admin.request('PATCH', `/api/v1/${path}`, { body, headers: { 'if-match': '*' } }), 409)
    expect(await world.admin.delete(path), 204)
  })
  await check(`${register.name}: restore brings back`, async () => {
    const back = expect(await world.admin.post(`${path}/restore`), 200).json as Row
    equal(back.deleted_at, null, 'deleted_at')
    for (const field of creatable(register)) equal(back[field.name], record[field.name], field.name)
    ok(await listed(world, register, record.id), 'it is listed')
    equal(expect(await world.admin.get(`${path}/history`), 200).json.items[0].action, 'restore', 'history')
    equal(expect(await world.admin.post(`${path}/restore`), 200).json, back, 'restoring it again is nothing')
  })
  await check(`${register.name}: what is not there is 404`, async () => {
    for (const id of ['99999999', '0', '-1', 'x', `${register.prefix}-99999999`, 'XYZ-1', '1e3', '9223372036854775808']) {
      expect(await world.admin.get(`${register.name}/${id}`), 404)
      expect(await world.admin.delete(`${register.name}/${id}`), 404)
      expect(await world.admin.get(`${register.name}/${id}/history`), 404)
      expect(await world.admin.get(`${register.name}/${id}/links`), 404)
    }
  })
}

async function leaning(world: World, register: Register): Promise<void> {
  for (const field of creatable(register).filter((one) => isLink(one) || isLinkList(one))) {
    const target = world.schema.get(field.target ?? field.targets?.[0] ?? world.anyRegister)
    if (!target.may.create || register.quiet) continue
    await check(`${register.name}: leans on its ${field.name}`, async () => {
      let leant = await world.create(target.name, await world.plain(target))
      const value = field.target ? leant.id : leant.reference
      const body = { ...(await world.minimal(register)), [field.name]: isLinkList(field) ? [value] : value }
      const record = expect(await world.send(world.admin, register.name, body), 201).json as Row
      const links = expect(await world.admin.get(`${target.name}/${leant.id}/links`), 200).json.items as Row[]
      const hit = (one: Row): boolean => one.register === register.name && one.id === record.id && one.field === field.name
      ok(links.some(hit), `/links names it: ${JSON.stringify(links)}`)
      const refused = expect(await world.admin.delete(`${target.name}/${leant.id}`), 409)
      ok((refused.json.leaning as Row[]).some(hit), `the refusal names it: ${refused.text}`)
      expect(await world.admin.request('DELETE', `/api/v1/${target.name}/${leant.id}?force=1`), 204)
      leant = expect(await world.admin.get(`${target.name}/${leant.id}`), 200).json as Row
      ok(leant.deleted_at, 'by force it is deleted')
      const shown = expect(await world.admin.get(`${register.name}/${record.id}?expand=${field.name}`), 200).json as Row
      const one = isLinkList(field) ? shown[field.name][0] : shown[field.name]
      equal(one.reference, leant.reference, 'the link is still a fact')
      expectFieldError(await world.send(world.admin, register.name, body), field.name, 'not_found')
    })
  }
}

async function unique(world: World, register: Register): Promise<void> {
  for (const field of creatable(register).filter((one) => one.unique))
    await check(`${register.name}: ${field.name} is unique among what is not deleted`, async () => {
      const value = await world.value(field)
      const first = await world.create(register.name, { [field.name]: value })
      const body = { ...(await world.minimal(register)), [field.name]: value }
      expectFieldError(await world.admin.post(register.name, body), field.name, 'taken')
      expect(await world.admin.delete(`${register.name}/${first.id}`), 204)
      const second = await world.create(register.name, { [field.name]: value })
      expect(await world.admin.post(`${register.name}/${first.id}/restore`), 409)
      expect(await world.admin.delete(`${register.name}/${second.id}`), 204)
      expect(await world.admin.post(`${register.name}/${first.id}/restore`), 200)
    })
}

async function purging(world: World, register: Register): Promise<void> {
  await check(`${register.name}: purging takes the contents and leaves the trace`, async () => {
    const record = await world.create(register.name, await world.plain(register))
    const path = `${register.name}/${record.id}`
    expect(await world.admin.post(`${path}/purge`, { reason: 'asked for by law' }), 409)
    expect(await world.admin.delete(path), 204)
    expect(await world.admin.post(`${path}/purge`, { reason: 'asked for by law' }), 204)
    if (register.scope === 'mine') {
      expect(await world.admin.get(path), 404) // without its owner it is nobody's
      return
    }
    expect(await world.admin.post(`${path}/purge`, { reason: 'asked for by law' }), 409)
    const left = expect(await world.admin.get(path), 200).json as Row
    const place = register.name === 'unit' ? 'parent' : 'unit'
    equal(left[place], record[place], 'where it stood')
    for (const field of creatable(register).filter((one) => one.name !== place)) ok(isNothing(left[field.name]), `${field.name} is gone`)
    const wrote = Object.values(record).find((value) => /w\d+q/.test(String(value))) as string
    const word = /w\d+q/.exec(wrote)![0]
    for (const query of ['', `?as_of=${record.changed_at}`, '/history']) {
      const reply = await world.admin.get(`${path}${query}`)
      ok(!reply.text.includes(word), `${query || 'the record'} shows nothing of it: ${reply.text}`)
    }
    ok(!(await listed(world, register, record.id, `&as_of=${record.changed_at}`)), 'it is not listed as of before')
    expect(await world.admin.post(`${path}/restore`), 409)
    const items = expect(await world.admin.get(`${path}/history`), 200).json.items as Row[]
    equal([items[0]!.action, items[0]!.comment], ['purge', 'asked for by law'], 'history')
  })
}

export async function deletionCases(world: World, register: Register): Promise<void> {
  if (!register.may.create || !register.may.delete) return
  await hiding(world, register)
  await leaning(world, register)
  await unique(world, register)
  await purging(world, register)
}
