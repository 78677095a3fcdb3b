// Two sibling units. Whoever has a role in one of them sees nothing of the other: not in a list, a search, a file, a link, a
// history, a count, nor in how a refusal sounds.
import { type Client, expect, type Reply } from './core/http.ts'
import { importFile } from './core/jobs.ts'
import { check, equal, fail, ok } from './core/report.ts'
import { creatable, type Register, type Row } from './core/schema.ts'
import { unzip, writeCsv } from './core/table.ts'
import type { World } from './core/world.ts'

// It stands in every text of the other unit, so that a reply which holds it has told too much.
const secret = 'Zebrafish'

interface Sides {
  world: World
  here: number
  there: number
  /** By register: a record of the sibling, with everything that may hang on it; deleted ones beside it. */
  theirs: Map<string, Row[]>
  evidence: Row
}

interface Onlooker {
  role: string
  client: Client
  person: number
}

function secretly(register: Register, body: Row): Row {
  const marked = { ...body }
  for (const field of creatable(register)) {
    const text = marked[field.name]
    if (field.kind === 'text') marked[field.name] = `${secret} ${String(text ?? '')}`.slice(0, field.max ?? 200)
    if (field.kind === 'prose') marked[field.name] = `${secret}\n${String(text ?? '')}`
  }
  return { ...marked, tags: [secret] }
}

/** The sibling's records: one of each register that belongs to a unit, as full as can be, linked to each other. */
async function furnish(world: World, there: number, owner: number): Promise<Map<string, Row[]>> {
  const theirs = new Map<string, Row[]>()
  const local = world.schema.registers.filter((one) => one.scope === 'unit' && one.may.create)
  for (let round = 0; round < 2; round++)
    for (const register of local) {
      const body = secretly(register, await world.plain(register))
      for (const field of creatable(register)) {
        const known = field.target ? theirs.get(field.target)?.[0] : undefined
        if (field.kind === 'link' && (known ?? field.required)) body[field.name] = known?.id ?? (await world.value(field))
        if (field.kind === 'links' && known) body[field.name] = [known.id]
        if (field.kind === 'record') body[field.name] = theirs.get(world.anyRegister)?.[0]?.reference ?? (await world.value(field))
        if (field.kind === 'records') body[field.name] = [...theirs.values()].flat().filter((one) => !field.targets || field.targets.includes(world.schema.ofReference(one.reference as string)!.name)).slice(0, 2).map((one) => one.reference)
      }
      if (register.fields.some((field) => field.name === 'unit')) body.unit = there
      if (register.has_owner) body.owner = owner
      if (creatable(register).some((field) => field.name === 'parent') && register.name === 'unit') body.parent = there
      const made = expect(await world.send(world.admin, register.name, body), 201).json as Row
      theirs.set(register.name, [...(theirs.get(register.name) ?? []), made])
    }
  return theirs
}

async function sides(world: World): Promise<Sides> {
  const here = await world.unit('Here')
  const there = await world.unit(`${secret} there`)
  const roles = (expect(await world.admin.get('roles'), 200).json.items as Row[]).map((one) => one.name as string)
  let owner = 0
  for (const role of roles) {
    const client = await world.user(`${secret.toLowerCase()}.${role}@example.org`, [{ role, unit: there }], `${secret} ${role}`)
    owner = expect(await client.get('session'), 200).json.user.person as number
  }
  const theirs = await furnish(world, there, owner)
  const first = theirs.get(world.anyRegister)![0]!
  const evidence = expect(await world.admin.upload(`${world.anyRegister}/${first.id}/evidence?name=${secret}.txt&title=${secret}`, secret, 'text/plain'), 201).json as Row
  theirs.get('evidence')?.push(evidence)
  await programMade(world, there, theirs)
  return { world, here, there, theirs, evidence }
}

/** What the program makes for the sibling: lines and signed versions of its statement. */
async function programMade(world: World, there: number, theirs: Map<string, Row[]>): Promise<void> {
  for (const register of world.schema.registers.filter((one) => one.scope === 'unit' && !one.may.create)) {
    const rows = expect(await world.admin.get(`${register.name}?unit=${there}&limit=5`), 200).json.items as Row[]
    if (rows.length) theirs.set(register.name, rows)
  }
}

function silent(reply: Reply): Reply {
  const told = reply.text.includes(secret) || reply.text.toLowerCase().includes(secret.toLowerCase())
  if (told) fail(`${reply.method} ${reply.path} tells of the sibling: ${reply.text.slice(Math.max(0, reply.text.indexOf(secret) - 200)).slice(0, 400)}`)
  if ((reply.headers['content-type'] ?? '').includes('spreadsheetml'))
    for (const [name, bytes] of unzip(reply.bytes)) if (bytes.includes(secret)) fail(`${reply.path} tells of the sibling in ${name}`)
  return reply
}

/** A refusal must sound as if there were no such record at all. */
function asIfNone(reply: Reply, none: Reply, id: number | string, noneId: number | string): void {
  equal(reply.status, none.status, `${reply.method} ${reply.path}: the status for what is the sibling's and for what is nowhere`)
  const plain = (one: Reply, which: number | string): string => String(one.json?.detail ?? '').replaceAll(String(which), 'N')
  equal(plain(reply, id), plain(none, noneId), `${reply.method} ${reply.path}: what is said`)
}

async function reading(sides: Sides, one: Onlooker, register: Register): Promise<void> {
  const { client } = one
  const { there, theirs } = sides
  const rows = theirs.get(register.name) ?? []
  const ids = new Set(rows.map((row) => row.id as number))
  const instant = rows.at(-1)?.changed_at ?? new Date().toISOString()
  for (const query of ['limit=500', 'limit=500&expand=*', `limit=500&as_of=${instant}`, `q=${secret}`, `tags=${secret}`, 'limit=500&deleted=1', 'limit=500&sort=-id&count=1', `id=${[...ids, 0].join(',')}&count=1`]) {
    const reply = silent(await client.get(`${register.name}?${query}`))
    if (reply.status !== 200) continue
    const items = reply.json.items as Row[]
    ok(!items.some((row) => ids.has(row.id as number)), `${query}: a record of the sibling is listed`)
    if (query.startsWith('id=')) equal(reply.json.total, 0, `${query}: total`)
  }
  if (register.scope === 'unit') {
    const reply = await client.get(`${register.name}?unit=${there}&count=1`)
    if (reply.status === 200) equal([reply.json.items.length, reply.json.total], [0, 0], 'those of the sibling unit')
  }
  for (const format of ['csv', 'json', 'xlsx']) silent(await client.get(`${register.name}/export?format=${format}`))
  for (const row of rows.slice(0, 3)) {
    for (const [which, none] of [[row.id, 99_999_999], [row.reference, `${register.prefix}-99999999`]] as [string | number, string | number][])
      asIfNone(await client.get(`${register.name}/${which}`), await client.get(`${register.name}/${none}`), which, none)
    for (const path of ['/history', '/links', '/transitions', '/evidence', '?expand=*', `?as_of=${row.changed_at}`]) expect(silent(await client.get(`${register.name}/${row.id}${path}`)), 404)
    const found = expect(silent(await client.get(`search?q=${row.reference}`)), 200).json.items as Row[]
    ok(!found.some((hit) => hit.reference === row.reference), 'it is found by its reference')
  }
}

async function writing(sides: Sides, one: Onlooker, register: Register): Promise<void> {
  const { client } = one
  const { world } = sides
  const row = sides.theirs.get(register.name)?.[0]
  if (!row) return
  const before = expect(await world.admin.get(`${register.name}/${row.id}`), 200).json as Row
  const both = async (method: string, path: string, body?: unknown, ifMatch?: number): Promise<void> => {
    const reply = silent(await client.request(method, `/api/v1/${register.name}/${row.id}${path}`, { body, ifMatch }))
    const none = await client.request(method, `/api/v1/${register.name}/99999999${path}`, { body, ifMatch })
    ok(reply.status >= 400, `${method} ${path}: refused`)
    asIfNone(reply, none, row.id, 99999999)
  }
  await both('PATCH', '', { tags: ['seen'] }, before.version)
  await both('DELETE', '')
  await both('DELETE', '?force=1')
  await both('POST', '/restore', {})
  await both('POST', '/purge', { reason: 'curious' })
  for (const transition of register.transitions) await both('POST', `/transitions/${transition.name}`, {}, before.version)
  const upload = async (id: number): Promise<Reply> => silent(await client.upload(`${register.name}/${id}/evidence?name=x`, 'x', 'text/plain'))
  asIfNone(await upload(row.id as number), await upload(99999999), row.id, 99999999)
  const bulk = silent(await client.patch(register.name, { ids: [row.id, 99999999], change: { tags: ['seen'] } }))
  if (bulk.status === 200) equal(bulk.json.changed, [], 'changed in bulk')
  const comment = silent(await client.post('comment', { subject: row.reference, text: 'hello' }))
  ok(comment.status >= 400, 'a comment on it is refused')
  if (register.may.import) await importing(client, register, row)
  equal(expect(await world.admin.get(`${register.name}/${row.id}`), 200).json, before, 'the record afterwards')
}

async function importing(client: Client, register: Register, row: Row): Promise<void> {
  const file = writeCsv([['reference', 'tags'], [row.reference, 'seen'], [`${register.prefix}-99999999`, 'seen']])
  const started = await client.upload(`${register.name}/import?format=csv&dry_run=1`, file)
  if (started.status === 403) return
  const result = await importFile(client, register.name, file)
  const [hit, none] = result.fates as [Row, Row]
  equal([hit.fate, hit.detail.replace(row.reference, 'N')], [none.fate, none.detail.replace(`${register.prefix}-99999999`, 'N')], 'the fate of a line that names it')
}

/** Nothing of one's own is put into the sibling, or tied to what is there. */
async function linking(sides: Sides, one: Onlooker, register: Register): Promise<void> {
  const { world, there, here } = sides
  for (const field of creatable(register)) {
    const target = field.target ?? field.targets?.[0] ?? (field.kind.startsWith('record') ? world.anyRegister : undefined)
    const row = target ? (field.name === 'unit' ? { id: there, reference: `UNT-${there}` } : sides.theirs.get(target)?.[0]) : undefined
    if (!row) continue
    const none = field.target ? 99999999 : `${world.schema.get(target!).prefix}-99999999`
    const plural = field.kind.endsWith('s')
    const body = async (value: unknown): Promise<Reply> => one.client.post(register.name, { title: 'x', unit: register.scope === 'unit' ? here : undefined, [field.name]: plural ? [value] : value })
    const [reply, nowhere] = [silent(await body(field.target ? row.id : row.reference)), await body(none)]
    ok(reply.status >= 400, `${field.name}: tied to the sibling's`)
    equal(reply.status, nowhere.status, `${field.name}: the status for the sibling's and for nothing`)
    const errors = (one: Reply): string => JSON.stringify(one.json.errors ?? one.json.detail).replaceAll(String(field.target ? row.id : row.reference), 'N').replaceAll(String(none), 'N')
    equal(errors(reply), errors(nowhere), `${field.name}: what is said`)
  }
}

async function overall(sides: Sides, one: Onlooker): Promise<void> {
  const { client, role } = one
  const { world } = sides
  for (const path of [`search?q=${secret}&limit=100`, 'search?q=the&limit=100', 'home', 'work', 'risk-matrix', 'traceability', 'users', 'jobs', 'tokens', 'custom-fields', 'ledger?limit=500', 'reports', 'schema'])
    await check(`isolation: ${role}: ${path}`, async () => {
      silent(await client.get(path))
    })
  await check(`isolation: ${role}: what home counts is what the lists show`, async () => {
    const reply = await client.get('home')
    if (reply.status !== 200) return
    for (const row of [...reply.json.steps, ...reply.json.figures] as Row[]) {
      if (row.value === undefined) continue
      const list = await client.get(`${row.register}?limit=1&count=1&${row.filter ?? ''}`)
      if (list.status === 200) equal(row.value, list.json.total, `${row.name}`)
    }
  })
  await check(`isolation: ${role}: reports`, async () => {
    const reports = expect(await world.admin.get('reports'), 200).json.items as { name: string; parameters: { name: string; register: string }[] }[]
    for (const report of reports) {
      silent(await client.get(`reports/${report.name}?format=xlsx`))
      for (const parameter of report.parameters) {
        const row = sides.theirs.get(parameter.register)?.[0]
        if (row) expect(silent(await client.get(`reports/${report.name}?format=xlsx&${parameter.name}=${row.reference}`)), 404, 403, 400, 422)
      }
    }
  })
  await check(`isolation: ${role}: a file of the sibling`, async () => {
    expect(silent(await client.get(`evidence/${sides.evidence.id}/content`)), 404)
  })
  await check(`isolation: ${role}: no rights are handed to or taken from the sibling`, async () => {
    const grants = [{ role: 'reader', unit: sides.there }]
    const made = silent(await client.post('users', { name: 'x', email: `x.${role}@example.org`, grants }))
    ok(made.status >= 400, 'a user for the sibling')
    const users = expect(await world.admin.get('users?limit=100'), 200).json.items as Row[]
    const theirs = users.find((user) => String(user.name).startsWith(secret))!
    const changed = silent(await client.patch(`users/${theirs.id}`, { active: false }))
    asIfNone(changed, await client.patch('users/99999999', { active: false }), theirs.id, 99999999)
    const me = (await client.get('session')).json.user.id as number
    ok((await client.patch(`users/${me}`, { grants: [{ role: 'administrator', unit: world.root }] })).status >= 400, 'more rights for oneself')
  })
}

/** The tree itself: a unit is not hung elsewhere by whom the place does not belong to. */
async function tree(sides: Sides, one: Onlooker): Promise<void> {
  const { here, there, world } = sides
  await check(`isolation: ${one.role}: the tree of units`, async () => {
    for (const parent of [there, world.root, null]) {
      const made = silent(await one.client.post('unit', { title: 'x', parent }))
      ok(made.status >= 400, `a unit below ${parent}`)
      const moved = silent(await one.client.request('PATCH', `/api/v1/unit/${here}`, { body: { parent }, headers: { 'if-match': '*' } }))
      if (parent === world.root) continue
      ok(moved.status >= 400, `the own unit below ${parent}: ${moved.status}`)
    }
    equal(expect(await world.admin.get(`unit/${here}`), 200).json.parent, world.root, 'where it lies')
  })
}

export async function isolation(world: World): Promise<void> {
  const made = await sides(world)
  const roles = (expect(await world.admin.get('roles'), 200).json.items as Row[]).map((one) => one.name as string)
  await check('isolation: there is a record of the sibling in every register that belongs to units', () => {
    const missing = world.schema.registers.filter((one) => one.scope === 'unit' && one.may.create && !made.theirs.get(one.name)?.length)
    equal(missing.map((one) => one.name), [], 'registers without one')
  })
  await Promise.all(
    roles.map(async (role) => {
      const client = await world.user(`here.${role}@example.org`, [{ role, unit: made.here }])
      const one = { role, client, person: expect(await client.get('session'), 200).json.user.person as number }
      for (const register of world.schema.registers) {
        await check(`isolation: ${role}: ${register.name}: reading`, () => reading(made, one, register))
        await check(`isolation: ${role}: ${register.name}: writing`, () => writing(made, one, register))
        if (register.may.create) await check(`isolation: ${role}: ${register.name}: tying to it`, () => linking(made, one, register))
      }
      await overall(made, one)
      await tree(made, one)
    }),
  )
  await check('isolation: what lies below is seen from above', async () => {
    const below = await world.unit('Below', made.here)
    const manager = await world.user('above@example.org', [{ role: 'security_manager', unit: made.here }])
    const record = await world.create(world.anyRegister, { unit: below })
    expect(await manager.get(`${world.anyRegister}/${record.id}`), 200)
    const local = await world.user('below@example.org', [{ role: 'security_manager', unit: below }])
    const upper = await world.create(world.anyRegister, { unit: made.here })
    expect(await local.get(`${world.anyRegister}/${upper.id}`), 404)
  })
}
