// Steps: from every state that a walk reaches, every transition: taken where it is open, refused with a reason where it is not,
// and never taken by somebody who is not independent.
import { createHash } from 'node:crypto'
import { type Client, expect, expectFieldError, type Reply } from '../core/http.ts'
import { check, equal, fail, ok } from '../core/report.ts'
import { changeable, type Register, type Row, type Transition } from '../core/schema.ts'
import type { World } from '../core/world.ts'

interface Step {
  transition: Transition
  client: Client
}

const path = (register: Register, record: Row, step?: string): string =>
  `${register.name}/${record.id}${step ? `/transitions/${step}` : ''}`

async function read(world: World, register: Register, record: Row): Promise<Row> {
  return expect(await world.admin.get(path(register, record)), 200).json as Row
}

async function offered(client: Client, register: Register, record: Row, name: string): Promise<Row | undefined> {
  const items = expect(await client.get(`${path(register, record)}/transitions`), 200).json.items as Row[]
  return items.find((one) => one.name === name)
}

async function take(world: World, client: Client, register: Register, record: Row, transition: Transition, extra: Row = {}): Promise<Row> {
  const now = await read(world, register, record)
  const body = { ...(await world.answers(register.name, transition.asks)), ...extra }
  const to = path(register, record, transition.name)
  const send = transition.decision ? client.decide(to, body, { ifMatch: now.version }) : client.post(to, body, { ifMatch: now.version })
  return expect(await send, 200).json as Row
}

async function fresh(world: World, register: Register, walk: Step[], client = world.admin, extra: Row = {}): Promise<Row> {
  let record = await world.create(register.name, { ...(await world.plain(register)), ...extra }, client)
  for (const step of walk) record = await take(world, step.client, register, record, step.transition)
  return record
}

// ---- one transition from one state ----

async function refusedFrom(world: World, register: Register, record: Row, transition: Transition): Promise<void> {
  await check(`${register.name}: ${transition.name} is not open from ${record.status}`, async () => {
    equal(await offered(world.admin, register, record, transition.name), undefined, 'it is not offered')
    const body = await world.answers(register.name, transition.asks)
    const reply = expect(await world.admin.post(path(register, record, transition.name), body, { ifMatch: record.version }), 409)
    ok(reply.json.detail.length > 10, 'it says why')
    equal((await read(world, register, record)).version, record.version, 'nothing has changed')
  })
}

async function demands(register: Register, record: Row, transition: Transition, client: Client): Promise<void> {
  const missing = transition.demands.filter((name) => record[name] === null || (typeof record[name] === 'object' && !Object.keys(record[name]).length))
  if (!missing.length) return
  await check(`${register.name}: ${transition.name} demands what it needs`, async () => {
    const reply = await client.post(path(register, record, transition.name), {}, { ifMatch: record.version })
    for (const name of missing) expectFieldError(reply, name, 'required')
  })
}

async function preconditions(world: World, register: Register, record: Row, transition: Transition, client: Client): Promise<void> {
  const body = await world.answers(register.name, transition.asks)
  const to = `/api/v1/${path(register, record, transition.name)}`
  await check(`${register.name}: ${transition.name} without If-Match is 428, with an old one 409`, async () => {
    expect(await client.request('POST', to, { body }), 428)
    expect(await client.request('POST', to, { body, ifMatch: record.version + 1 }), 409)
  })
  await check(`${register.name}: ${transition.name} refuses what it does not ask for`, async () => {
    expectFieldError(await client.request('POST', to, { body: { ...body, no_such: 1 }, ifMatch: record.version }), 'no_such', 'unknown')
    const other = changeable(register).find((field) => !transition.asks.includes(field.name))!
    expectFieldError(await client.request('POST', to, { body: { ...body, [other.name]: null }, ifMatch: record.version }), other.name, 'unknown')
  })
}

async function history(world: World, register: Register, record: Row, transition: Transition, comment: string): Promise<void> {
  const items = expect(await world.admin.get(`${path(register, record)}/history`), 200).json.items as Row[]
  const entry = items.find((one) => one.action === `transition:${transition.name}`) ?? fail('history does not tell of the step')
  equal((entry.comment as string).split('\n')[0], comment, 'comment')
  equal(/\nDecided on the content with SHA-256 [0-9a-f]{64}$/.test(entry.comment as string), transition.decision, 'what was decided on')
  const moved = (entry.changes as Row[]).find((one) => one.field === 'status')
  if (transition.to !== record.status) ok(moved, 'history tells the new status')
}

/** Takes the step if anybody may; who did it is the answer. */
async function open(world: World, register: Register, record: Row, transition: Transition): Promise<Client | undefined> {
  for (const client of [world.admin, world.second]) {
    const item = await offered(client, register, record, transition.name)
    ok(item, `${transition.name} is offered from ${record.status}`)
    equal([item.to, item.asks, item.demands], [transition.to, transition.asks, transition.demands], 'as the schema says it')
    if (item.allowed) return client
    ok(typeof item.reason === 'string' && item.reason.length > 10, 'a reason why not')
    const body = await world.answers(register.name, transition.asks)
    const reply = expect(await client.post(path(register, record, transition.name), body, { ifMatch: record.version }), 403, 409)
    equal(reply.json.detail, item.reason, 'the refusal says what was said before')
  }
  return undefined
}

// ---- the walk ----

async function tryStep(world: World, register: Register, walk: Step[], transition: Transition): Promise<[Client, Row] | undefined> {
  const record = await fresh(world, register, walk)
  const client = await open(world, register, record, transition)
  if (!client) return undefined
  await demands(register, record, transition, client)
  if (!transition.demands.length || transition.asks.length) await preconditions(world, register, await read(world, register, record), transition, client)
  const before = await read(world, register, record)
  if (before.status !== record.status) return undefined
  const comment = `Why: "because" <b>${transition.name}</b>`
  const after = await take(world, client, register, before, transition, { comment })
  equal(after.status, transition.to, 'status')
  ok(after.version > before.version, 'the version rises')
  await history(world, register, before, transition, comment)
  return [client, after]
}

async function walks(world: World, register: Register): Promise<void> {
  const initial = register.states.find((state) => state.initial)!.name
  const reached = new Map<string, Step[]>([[initial, []]])
  const taken = new Set<string>()
  for (const [state, walk] of reached)
    for (const transition of register.transitions) {
      if (!transition.from.includes(state)) {
        await refusedFrom(world, register, await fresh(world, register, walk), transition)
        continue
      }
      await check(`${register.name}: ${transition.name} from ${state}`, async () => {
        const result = await tryStep(world, register, walk, transition)
        if (!result) return
        taken.add(transition.name)
        if (!reached.has(transition.to)) reached.set(transition.to, [...walk, { transition, client: result[0] }])
      })
    }
  for (const transition of register.transitions)
    await check(`${register.name}: ${transition.name} can be taken at all`, () => {
      ok(taken.has(transition.name), `from ${transition.from.join(', ')} nobody could take it`)
    })
  await resting(world, register, reached)
}

/** What is locked, deleted or unknown. */
async function resting(world: World, register: Register, reached: Map<string, Step[]>): Promise<void> {
  for (const state of register.states.filter((one) => one.locked && reached.has(one.name)))
    await check(`${register.name}: nothing is patched while it is ${state.name}`, async () => {
      const record = await fresh(world, register, reached.get(state.name)!)
      const field = changeable(register)[0]!
      const other = await world.value(field)
      ok(JSON.stringify(other) !== JSON.stringify(record[field.name]), `another ${field.name}`)
      expect(await world.admin.patch(path(register, record), { [field.name]: other }, record.version), 409)
      equal(await read(world, register, record), record, 'the record')
    })
  for (const state of register.states.filter((one) => one.locked && reached.has(one.name)))
    await check(`${register.name}: what is ${state.name} may be told what it holds already`, async () => {
      const record = await fresh(world, register, reached.get(state.name)!)
      const same = Object.fromEntries(changeable(register).map((one) => [one.name, record[one.name]]))
      equal(expect(await world.admin.patch(path(register, record), same, record.version), 200).json, record, 'the record')
    })
  await check(`${register.name}: a deleted one takes no step`, async () => {
    const record = await fresh(world, register, [])
    expect(await world.admin.delete(path(register, record)), 204)
    const deleted = await read(world, register, record)
    const transition = register.transitions.find((one) => one.from.includes(record.status))!
    expect(await world.admin.post(path(register, record, transition.name), {}, { ifMatch: deleted.version }), 409)
  })
  await check(`${register.name}: an unknown step is 404`, async () => {
    const record = await fresh(world, register, [])
    expect(await world.admin.post(path(register, record, 'no_such_step'), {}, { ifMatch: record.version }), 404)
  })
  await check(`${register.name}: the past takes no step`, async () => {
    const record = await fresh(world, register, [])
    const step = register.transitions[0]!.name
    expect(await world.admin.post(`${path(register, record, step)}?as_of=2020-01-01`, {}, { ifMatch: record.version }), 409)
  })
}

// ---- independence ----

/** A record in the state from which the step leads, to which the administrator has this tie and no other. */
async function bound(world: World, register: Register, transition: Transition, tie: string): Promise<Row> {
  const people = expect(await world.admin.get('person?limit=2'), 200).json.items as Row[]
  const [admin, second] = [people[0]!, people[1]!]
  const owner = register.has_owner ? { owner: tie === 'owner' ? admin.id : second.id } : {}
  const maker = tie === 'hand' ? world.admin : world.second
  const step = register.transitions.find((one) => one.name === tie)
  let record = await fresh(world, register, [], maker, owner)
  if (step) {
    record = await walk(world, register, record, step)
    record = await take(world, world.admin, register, record, step)
  }
  const walker = tie.includes('.') ? world.admin : world.second
  return walk(world, register, record, transition, walker)
}

/** To a state from which this step leads. */
async function walk(world: World, register: Register, record: Row, goal: Transition, walker = world.second): Promise<Row> {
  for (let steps = 0; !goal.from.includes(record.status) && steps < 6; steps++)
    record = await take(world, walker, register, record, await towards(register, record, goal))
  return record
}

async function towards(register: Register, record: Row, goal: Transition): Promise<Transition> {
  const reached = new Map<string, Transition[]>([[record.status, []]])
  for (const [state, way] of reached)
    for (const step of register.transitions.filter((one) => one.from.includes(state) && one !== goal))
      if (!reached.has(step.to)) reached.set(step.to, [...way, step])
  for (const state of goal.from) {
    const first = reached.get(state)?.[0]
    if (first) return first
  }
  return fail(`no way from ${record.status} to ${goal.from.join(', ')}`)
}

async function independence(world: World, register: Register, transition: Transition, field: string): Promise<void> {
  const name = `${register.name}: ${transition.name} is not for whom ${field} names`
  await check(name, async () => {
    const record = await bound(world, register, transition, field)
    const item = await offered(world.admin, register, record, transition.name)
    equal(item?.allowed, false, 'allowed')
    ok(/Somebody else/.test(item!.reason as string), `the reason: ${item!.reason}`)
    const body = await world.answers(register.name, transition.asks)
    const to = path(register, record, transition.name)
    const version = { ifMatch: record.version as number }
    expect(await world.admin.post(to, body, version), 403)
    await take(world, world.third, register, record, transition)
  })
}

/** Decided is what was shown, and nothing else. */
async function decision(world: World, register: Register, transition: Transition): Promise<void> {
  const name = `${register.name}: ${transition.name}`
  const look = (record: Row): Promise<Reply> => world.third.get(path(register, record, transition.name).replace('/transitions/', '/decisions/'))
  await check(`${name} is taken on what was shown`, async () => {
    const record = await walk(world, register, await fresh(world, register, [], world.second), transition)
    const body = await world.answers(register.name, transition.asks)
    const to = path(register, record, transition.name)
    const reply = expect(await look(record), 200)
    const before = reply.json as Row
    const content = reply.text.slice(reply.text.indexOf('"content":') + 10, reply.text.indexOf(',"since":'))
    equal(before.open, true, `open: ${before.reason}`)
    equal((before.content as Row).record.version, record.version, 'the version that is shown')
    equal(before.sha256, createHash('sha256').update(content).digest('hex'), 'the hash of what is shown')
    equal([before.since, before.changes, before.parts], [null, [], []], 'never decided before')
    equal((before.asked as Row).version <= record.version, true, 'who asked')
    expectFieldError(await world.third.post(to, body, { ifMatch: record.version as number }), 'content_sha256')
    const other = { ...body, content_sha256: before.sha256.replace(/^./, (digit: string) => (digit === '0' ? '1' : '0')) }
    expect(await world.third.post(to, other, { ifMatch: record.version as number }), 409)
    const taken = expect(await world.third.post(to, { ...body, content_sha256: before.sha256 }, { ifMatch: record.version as number }), 200).json as Row
    const items = expect(await world.admin.get(`${path(register, record)}/history`), 200).json.items as Row[]
    const entry = items.find((one) => one.action === `transition:${transition.name}`)!
    ok((entry.comment as string).includes(before.sha256), `the comment: ${entry.comment}`)
    ok(taken.version > record.version, 'it was taken')
  })
}

export async function workflowCases(world: World, register: Register): Promise<void> {
  if (!register.transitions.length || !register.may.create) return
  await walks(world, register)
  for (const transition of register.transitions)
    for (const field of transition.independent_of) await independence(world, register, transition, field)
  for (const transition of register.transitions.filter((one) => one.decision)) await decision(world, register, transition)
}
