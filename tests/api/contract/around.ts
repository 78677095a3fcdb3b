// What every record has around it, also those that the program makes: evidence, history, links, steps.
import { expect } from '../core/http.ts'
import { check, equal, ok } from '../core/report.ts'
import type { Register, Row } from '../core/schema.ts'
import type { World } from '../core/world.ts'

/** A record; of those that the program makes, one that there is. Notifications come when the clerk has made them. */
async function some(world: World, register: Register): Promise<Row | undefined> {
  if (register.may.create) return world.create(register.name)
  for (let tries = 0; tries < 400; tries++) {
    const items = expect(await world.admin.get(`${register.name}?limit=1&sort=-id`), 200).json.items as Row[]
    if (items.length || register.scope !== 'mine') return items[0]
    if (tries === 0) await handOver(world)
  }
  return undefined
}

/** Somebody else gives the administrator work, of which he is told. */
async function handOver(world: World): Promise<void> {
  const me = expect(await world.admin.get('session'), 200).json.user.person as number
  await world.create(world.anyRegister, { owner: me }, world.second)
}

export async function aroundCases(world: World, register: Register): Promise<void> {
  const record = await some(world, register)
  await check(`${register.name}: there is a record to look at`, () => ok(record, 'there is none'))
  if (!record) return
  const path = `${register.name}/${record.id}`
  await check(`${register.name}: evidence is attached to it`, async () => {
    const made = expect(await world.admin.upload(`${path}/evidence?name=proof.txt`, 'It is so.', 'text/plain'), 201).json as Row
    equal(made.supports, [record.reference], 'supports')
    equal(made.title, 'proof.txt', 'the title')
    const items = expect(await world.admin.get(`${path}/evidence`), 200).json.items as Row[]
    ok(items.some((one) => one.id === made.id), 'it is listed')
    equal(expect(await world.admin.get(`evidence/${made.id}/content`), 200).text, 'It is so.', 'the content')
    const links = expect(await world.admin.get(`${path}/links`), 200).json.items as Row[]
    ok(links.some((one) => one.register === 'evidence' && one.id === made.id), 'it leans on it')
  })
  await check(`${register.name}: a comment belongs where its subject belongs`, async () => {
    const made = expect(await world.admin.post('comment', { subject: record.reference, text: 'A word on it' }), 201).json as Row
    if (record.unit !== null) equal(made.unit, register.name === 'unit' ? record.id : record.unit, 'unit')
    const items = expect(await world.admin.get(`comment?subject=${record.reference}`), 200).json.items as Row[]
    ok(items.some((one) => one.id === made.id), 'it is found by its subject')
  })
  await check(`${register.name}: history and steps`, async () => {
    ok((expect(await world.admin.get(`${path}/history`), 200).json.items as Row[]).length > 0, 'history')
    expect(await world.admin.get(`${path}/transitions`), 200)
  })
  if (!register.may.create) await madeByTheProgram(world, register, path)
}

async function madeByTheProgram(world: World, register: Register, path: string): Promise<void> {
  for (const transition of register.transitions)
    await check(`${register.name}: ${transition.name}`, async () => {
      const now = expect(await world.admin.get(path), 200).json as Row
      if (!transition.from.includes(now.status)) return
      const body = await world.answers(register.name, transition.asks)
      const after = expect(await world.admin.post(`${path}/transitions/${transition.name}`, body, { ifMatch: now.version }), 200).json as Row
      equal(after.status, transition.to, 'status')
    })
  await check(`${register.name}: it is deleted and comes back, or never goes`, async () => {
    const remove = `/api/v1/${path}?force=1`
    const reply = await world.admin.request('DELETE', remove)
    if (!register.may.delete) {
      expect(reply, 403, 409)
      return
    }
    expect(reply, 204)
    expect(await world.admin.post(`${path}/restore`), 200)
    expect(await world.admin.request('DELETE', remove), 204)
    expect(await world.admin.post(`${path}/purge`, { reason: 'a test' }), 204)
  })
  if (!register.may.change) return
  await check(`${register.name}: changed in bulk`, async () => {
    const now = expect(await world.admin.get(path), 200).json as Row
    const reply = expect(await world.admin.patch(register.name, { ids: [now.id], change: { tags: ['bulk'] } }), 200).json
    equal(reply.changed, [now.id], 'changed')
  })
}
