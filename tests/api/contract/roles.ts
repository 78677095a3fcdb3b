// Rights: every role at every register does what GET /api/v1/roles says, and nothing else.
import { type Client, expect, type Reply } from '../core/http.ts'
import { check, equal, fail, ok } from '../core/report.ts'
import { changeable, type Register, type Row, Schema } from '../core/schema.ts'
import type { World } from '../core/world.ts'

export interface Player {
  role: string
  client: Client
  person: number
  may: Map<string, Set<string>> // by room
  schema: Schema
}

/** One user for each role, at the top unit. */
export async function players(world: World): Promise<Player[]> {
  const roles = expect(await world.admin.get('roles'), 200).json.items as { name: string; rooms: Record<string, string[]> }[]
  const all: Player[] = []
  for (const role of roles) {
    const client = await world.user(`${role.name}@example.org`, [{ role: role.name, unit: world.root }])
    const person = expect(await client.get('session'), 200).json.user.person as number
    const may = new Map(Object.entries(role.rooms).map(([room, verbs]) => [room, new Set(verbs)]))
    all.push({ role: role.name, client, person, may, schema: await Schema.of(client) })
  }
  return all
}

const can = (player: Player, register: Register, verb: string): boolean => player.may.get(register.room)?.has(verb) ?? false
const mine = (player: Player, register: Register): boolean => can(player, register, 'change_own')
const reads = (player: Player, register: Register): boolean => can(player, register, 'read')

function refused(reply: Reply, player: Player, register: Register): void {
  expect(reply, reads(player, register) ? 403 : 404)
}

async function describes(player: Player, register: Register): Promise<void> {
  const described = player.schema.byName.get(register.name)
  const visible = reads(player, register) || mine(player, register)
  equal(described !== undefined, visible, 'the schema tells of it')
  if (!described) return
  equal(described.may.decide, can(player, register, 'decide'), 'may.decide')
  if (register.may.delete) equal(described.may.delete, can(player, register, 'delete'), 'may.delete')
  if (register.may.create) equal(described.may.create, can(player, register, 'create'), 'may.create')
  if (register.may.change) equal(described.may.change, can(player, register, 'change') || mine(player, register), 'may.change')
}

async function reading(player: Player, register: Register, other: Row | undefined): Promise<void> {
  const { client } = player
  const visible = reads(player, register) || mine(player, register)
  const list = expect(await client.get(`${register.name}?limit=500`), visible ? 200 : 403)
  expect(await client.get(`${register.name}/export?format=csv&limit=1`), visible ? 200 : 403)
  if (!other || register.scope === 'mine') return
  const sees = reads(player, register)
  const status = sees ? 200 : 404
  if (visible && !sees) ok(!(list.json.items as Row[]).some((row) => row.id === other.id), 'what is not his own is not listed')
  for (const path of ['', '/history', '/links', '/transitions', '/evidence', `?as_of=${other.changed_at}`])
    expect(await client.get(`${register.name}/${other.id}${path}`), status)
  const found = expect(await client.get(`search?q=${other.reference}`), 200).json.items as Row[]
  equal(found.some((one) => one.reference === other.reference), sees, 'the search finds it')
}

/** Creating: whoever may not read what must be linked to cannot name it. */
async function creating(world: World, player: Player, register: Register): Promise<Row | undefined> {
  const body = await world.minimal(register)
  const reply = await player.client.post(register.name, body)
  if (!can(player, register, 'create')) {
    expect(reply, 403)
    expect(await player.client.upload(`${register.name}/import?format=csv&dry_run=1`, 'title\nx\n'), 403)
    return undefined
  }
  const unreadable = register.fields.find((field) => field.name in body && (field.target || field.kind === 'record') && !reads(player, world.schema.get(field.target ?? world.anyRegister)))
  if (!unreadable) return expect(reply, 201).json as Row
  expect(reply, 422)
  return undefined
}

async function changing(world: World, player: Player, register: Register, other: Row): Promise<void> {
  const field = changeable(register).find((one) => one.name === 'tags') ?? fail('no field that all may set')
  const patch = { [field.name]: ['touched'] }
  const now = expect(await world.admin.get(`${register.name}/${other.id}`), 200).json as Row
  const reply = await player.client.patch(`${register.name}/${other.id}`, patch, now.version)
  if (can(player, register, 'change')) expect(reply, 200)
  else refused(reply, player, register)
  const bulk = await player.client.patch(register.name, { ids: [other.id], change: { tags: ['in bulk'] } })
  if (bulk.status === 200) equal(bulk.json.changed.length === 1, can(player, register, 'change'), 'the bulk change')
}

async function own(world: World, player: Player, register: Register): Promise<void> {
  const record = await world.create(register.name, { owner: player.person })
  const reply = await player.client.patch(`${register.name}/${record.id}`, { tags: ['mine'] }, record.version)
  const may = can(player, register, 'change') || mine(player, register)
  if (may) expect(reply, 200)
  else refused(reply, player, register)
  if (may) expect(await player.client.get(`${register.name}/${record.id}`), 200)
}

async function removing(world: World, player: Player, register: Register): Promise<void> {
  const record = await world.create(register.name)
  const path = `${register.name}/${record.id}`
  const reply = await player.client.delete(path)
  if (can(player, register, 'delete')) {
    expect(reply, 204)
    expect(await player.client.post(`${path}/restore`), 200)
  } else {
    refused(reply, player, register)
    refused(await player.client.post(`${path}/restore`), player, register)
  }
  expect(await world.admin.delete(path), 204)
  const purged = await player.client.post(`${path}/purge`, { reason: 'a test' })
  if (can(player, register, 'administer')) expect(purged, 204)
  else refused(purged, player, register)
}

/** Steps from the first state: never by whom the right is missing. */
async function stepping(world: World, player: Player, register: Register): Promise<void> {
  const record = await world.create(register.name, await world.plain(register), world.second)
  for (const transition of register.transitions.filter((one) => one.from.includes(record.status))) {
    if (can(player, register, transition.needs)) continue
    const body = await world.answers(register.name, transition.asks)
    refused(await player.client.post(`${register.name}/${record.id}/transitions/${transition.name}`, body, { ifMatch: record.version }), player, register)
    if (!reads(player, register)) continue
    const steps = expect(await player.client.get(`${register.name}/${record.id}/transitions`), 200).json.items as Row[]
    equal(steps.find((one) => one.name === transition.name)?.allowed, false, `${transition.name} is offered`)
  }
}

export async function roleCases(world: World, register: Register, all: Player[]): Promise<void> {
  const others = expect(await world.admin.get(`${register.name}?limit=1`), 200).json.items as Row[]
  const personal = register.scope === 'mine'
  for (const player of all) {
    const name = `${register.name}: ${player.role}`
    await check(`${name}: the schema`, () => describes(player, register))
    await check(`${name}: read`, () => reading(player, register, others[0]))
    if (register.may.create) await check(`${name}: create`, () => creating(world, player, register))
    if (register.may.change && !personal && others[0]) await check(`${name}: change`, async () => changing(world, player, register, register.may.create ? await world.create(register.name) : others[0]!))
    if (!register.may.create || personal) continue
    if (register.may.change && register.has_owner) await check(`${name}: change one's own`, () => own(world, player, register))
    if (register.may.delete) await check(`${name}: delete, restore and purge`, () => removing(world, player, register))
    if (register.transitions.length) await check(`${name}: steps`, () => stepping(world, player, register))
  }
}
