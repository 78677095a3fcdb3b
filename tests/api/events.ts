// The security event stream: each thing that leaves an event leaves one, of the right person, address and request; nobody
// reads it who may not; no secret is in it; syslog and file get the same.
import { createSocket, type Socket } from 'node:dgram'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, expect, type Reply } from './core/http.ts'
import { binary, databaseKind, Program } from './core/program.ts'
import { check, equal, fail, ok } from './core/report.ts'
import type { Row } from './core/schema.ts'
import { readCsv } from './core/table.ts'
import { password, type World } from './core/world.ts'

export const eventOptions = ['--trusted-proxies', '127.0.0.1']

// What must never be seen in an event.
const secrets = new Set<string>([password])
let addresses = 0

/** An address that nobody has come from before. */
function stranger(): string {
  addresses++
  return `192.0.2.${addresses}`
}

async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const got = await ask()
    if (got !== undefined) return got
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return fail(`not within 30 s: ${what}`)
}

class Watcher {
  readonly open: Client
  constructor(
    readonly world: World,
    readonly auditor: Client,
  ) {
    this.open = new Client(world.admin.address, '', world.api)
  }

  async list(query: string, client = this.auditor): Promise<Row[]> {
    return expect(await client.get(`security-events?limit=500&${query}`), 200).json.items as Row[]
  }

  /** The events of one request, as soon as there are so many. */
  of(request: string, count = 1): Promise<Row[]> {
    return until(`${count} events of the request ${request}`, async () => {
      const items = await this.list(`request=${request}`)
      return items.length >= count ? items : undefined
    })
  }

  /** The one event of an answer; that there is no second one is seen at the end. */
  async one(reply: Reply): Promise<Row> {
    const request = (reply.headers['x-request-id'] as string | undefined) ?? (reply.json?.request as string)
    const items = await this.of(request)
    equal(items.length, 1, `events of ${reply.method} ${reply.path}`)
    return items[0]!
  }
}

function says(event: Row, expected: Row): void {
  const shown = Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]]))
  equal(shown, expected, `the event ${JSON.stringify(event)}`)
}

interface Signed {
  reply: Reply
  headers: Record<string, string>
}

async function signIn(w: Watcher, email: string, word: string, from: string): Promise<Signed> {
  const reply = await w.open.request('POST', '/api/v1/session', { body: { email, password: word }, headers: { 'x-forwarded-for': from } })
  const cookie = String(reply.headers['set-cookie'] ?? '').split(';')[0]!
  const csrf = (reply.json?.csrf as string | undefined) ?? ''
  for (const secret of [word, cookie.split('=')[1] ?? '', csrf]) if (secret) secrets.add(secret)
  return { reply, headers: { cookie, 'x-csrf-token': csrf, 'x-forwarded-for': from } }
}

// ---- signing in ----

async function sessions(w: Watcher): Promise<void> {
  const email = 'visitor@example.org'
  await w.world.user(email, [{ role: 'reader', unit: w.world.root }])
  const me = (expect(await w.world.admin.get('users?limit=500'), 200).json.items as Row[]).find((one) => one.email === email)!
  await check('events: signing in is written before the answer', async () => {
    const from = stranger()
    const { reply, headers } = await signIn(w, email, password, from)
    expect(reply, 200)
    const items = await w.list(`request=${String(reply.headers['x-request-id'])}`)
    equal(items.length, 1, 'events of signing in')
    says(items[0]!, { kind: 'sign_in', outcome: 'allowed', actor: { id: me.id, name: email }, address: from, subject: null, count: 1 })
    const out = expect(await w.open.request('DELETE', '/api/v1/session', { headers }), 204)
    says(await w.one(out), { kind: 'sign_out', outcome: 'allowed', actor: { id: me.id, name: email }, address: from })
  })
  await check('events: a wrong password names the account, by number; an unknown address is a keyed hash', async () => {
    const from = stranger()
    const known = expect((await signIn(w, email, 'not the right one', from)).reply, 401)
    const items = await w.list(`request=${String(known.json.request)}`)
    equal(items.length, 1, 'events of failing')
    says(items[0]!, { kind: 'sign_in_failed', outcome: 'refused', actor: null, address: from, subject: 'user', record: me.id })
    equal(items[0]!.user, { id: me.id, name: me.name, email }, 'whom it is about')
    const first = await w.one(expect((await signIn(w, 'Nobody@Example.org', 'zebra crossing 1', from)).reply, 401))
    const again = await w.one(expect((await signIn(w, ' nobody@example.ORG', 'zebra crossing 2', from)).reply, 401))
    says(first, { kind: 'sign_in_failed', subject: null, record: null, actor: null, user: null })
    ok(/^[0-9a-f]{32}$/.test(String(first.account)), `a keyed hash: ${String(first.account)}`)
    equal(again.account, first.account, 'the same address, however it is written')
    secrets.add('nobody@example')
  })
  await check('events: being locked out, and what is tried then', async () => {
    await w.world.user('locked@example.org', [{ role: 'reader', unit: w.world.root }])
    const from = stranger()
    let reply = (await signIn(w, 'locked@example.org', 'wrong again', from)).reply
    for (let n = 1; n < 5; n++) reply = (await signIn(w, 'locked@example.org', 'wrong again', from)).reply
    expect(reply, 401)
    const items = await w.of(String(reply.json.request), 2)
    equal(items.map((one) => one.kind).sort(), ['sign_in_failed', 'sign_in_locked'], 'kinds of the fifth failure')
    says(items.find((one) => one.kind === 'sign_in_locked')!, { outcome: 'refused', address: from, detail: '30 seconds' })
    const held = expect((await signIn(w, 'locked@example.org', password, from)).reply, 429)
    says(await w.one(held), { kind: 'sign_in_held_back', outcome: 'refused', address: from, actor: null })
  })
  await check('events: a wrong present password is a failure of who is signed in', async () => {
    const from = stranger()
    const { headers } = await signIn(w, email, password, from)
    const body = { password: 'not mine', new_password: 'entirely new words' }
    const reply = expect(await w.open.request('PATCH', '/api/v1/session', { body, headers }), 403)
    secrets.add('entirely new words')
    says(await w.one(reply), { kind: 'sign_in_failed', actor: { id: me.id, name: email }, address: from, subject: 'user', record: me.id })
  })
}

// ---- refusals ----

async function refusals(w: Watcher): Promise<void> {
  const { world } = w
  const reader = await world.user('onlooker@example.org', [{ role: 'reader', unit: world.root }])
  const name = 'onlooker@example.org'
  const get = (path: string, headers: Record<string, string>, client = w.open): Promise<Reply> => client.request('GET', path, { headers })
  await check('events: a token or cookie that is no good', async () => {
    const first = stranger()
    const token = `mrl_${'x'.repeat(43)}`
    secrets.add(token)
    const bad = expect(await get('/api/v1/users', { authorization: `Bearer ${token}`, 'x-forwarded-for': first }), 401)
    says(await w.one(bad), { kind: 'refused', outcome: 'refused', actor: null, address: first, detail: '401 token: GET /api/v1/users' })
    const second = stranger()
    const cookie = `merlon_session=${'y'.repeat(43)}`
    secrets.add('y'.repeat(43))
    const old = expect(await get(`/api/v1/${world.anyRegister}/1`, { cookie, 'x-forwarded-for': second }), 401)
    says(await w.one(old), { kind: 'refused', address: second, subject: world.anyRegister, record: 1, detail: '401 session: GET /api/v1/{register}/{id}' })
  })
  await check('events: who shows nothing is no event', async () => {
    const from = stranger()
    expect(await get('/api/v1/session', { 'x-forwarded-for': from }), 401)
    equal(await w.list(`address=${from}`), [], 'events')
  })
  await check('events: what a role, a scope or a missing CSRF token does not allow', async () => {
    const from = stranger()
    const denied = expect(await reader.request('POST', '/api/v1/users', { body: { name: 'X', email: 'x@example.org' }, headers: { 'x-forwarded-for': from } }), 403)
    const actor = (await w.one(denied)).actor as Row
    equal(actor.name, name, 'who')
    says(await w.one(denied), { kind: 'refused', address: from, detail: '403 rights: POST /api/v1/users' })
    const secret = expect(await reader.post('tokens', { name: 'read', scopes: ['read'] }), 201).json.secret as string
    secrets.add(secret)
    const narrow = new Client(reader.address, secret, world.api)
    says(await w.one(expect(await narrow.post(world.anyRegister, {}), 403)), { actor, subject: world.anyRegister, detail: '403 token may only read: POST /api/v1/{register}' })
    const { headers } = await signIn(w, name, password, from)
    const forged = await w.open.request('DELETE', '/api/v1/session', { headers: { ...headers, 'x-csrf-token': 'guessed' } })
    says(await w.one(expect(forged, 403)), { actor, address: from, detail: '403 csrf: DELETE /api/v1/session' })
  })
  await check('events: a flood of refusals from one address is a row, and then a count', async () => {
    const from = stranger()
    for (let n = 0; n < 300; n++) expect(await get('/api/v1/users', { authorization: 'Bearer mrl_nothing', 'x-forwarded-for': from }), 401)
    await until('the first refusal', async () => ((await w.list(`address=${from}`)).length ? true : undefined))
    equal((await w.list(`address=${from}`)).length, 1, 'rows')
  })
}

// ---- reading ----

async function reading(w: Watcher): Promise<void> {
  const { world } = w
  const { admin } = world
  const me = expect(await admin.get('session'), 200).json.user as Row
  const actor = { id: me.id, name: me.name }
  const register = world.schema.get(world.anyRegister)
  const from = (address: string): { headers: Record<string, string> } => ({ headers: { 'x-forwarded-for': address } })
  await check('events: an export is written before its answer', async () => {
    const address = stranger()
    const reply = expect(await admin.request('GET', `/api/v1/${register.name}/export?format=csv`, from(address)), 200)
    const items = await w.list(`request=${String(reply.headers['x-request-id'])}`)
    equal(items.length, 1, 'events')
    says(items[0]!, { kind: 'export', outcome: 'allowed', actor, address, subject: register.name, record: null, detail: 'csv' })
  })
  await check('events: a file of evidence, a report', async () => {
    const record = await world.create(register.name)
    const made = expect(await admin.upload(`${register.name}/${record.id}/evidence?name=x.txt`, 'contents of a file', 'text/plain'), 201).json as Row
    secrets.add('contents of a file')
    const address = stranger()
    const content = expect(await admin.request('GET', `/api/v1/evidence/${made.id}/content`, from(address)), 200)
    says(await w.one(content), { kind: 'evidence_read', outcome: 'allowed', actor, address, subject: 'evidence', record: made.id, reference: made.reference })
    const reports = expect(await admin.get('reports'), 200).json.items as { name: string; parameters: { required: boolean; register?: string }[] }[]
    const name = reports.find((one) => one.parameters.every((parameter) => !parameter.required && !parameter.register))!.name
    const report = expect(await admin.request('GET', `/api/v1/reports/${name}?format=xlsx`, from(address)), 200)
    says(await w.one(report), { kind: 'report', actor, address, subject: 'report', detail: `${name} xlsx` })
    expect(await admin.get('evidence/99999999/content'), 404)
  })
  await check('events: a token made and revoked', async () => {
    const address = stranger()
    const body = { name: 'for a script', scopes: ['read'] }
    const made = expect(await admin.request('POST', '/api/v1/tokens', { body, ...from(address) }), 201)
    secrets.add(made.json.secret as string)
    says(await w.one(made), { kind: 'token_made', outcome: 'allowed', actor, address, subject: 'token', record: made.json.id })
    const revoked = expect(await admin.request('DELETE', `/api/v1/tokens/${made.json.id}`, from(address)), 204)
    says(await w.one(revoked), { kind: 'token_revoked', actor, address, subject: 'token', record: made.json.id })
    const wrong = expect(await admin.request('POST', '/api/v1/tokens', { body: { name: '' }, ...from(stranger()) }), 422)
    equal(wrong.headers['x-request-id'], undefined, 'what failed made no event')
  })
}

async function commands(w: Watcher): Promise<void> {
  await check('events: the server opened the signing key, once', async () => {
    const items = await w.list('kind=key_opened')
    equal(items.map((one) => [one.outcome, one.actor, one.detail, one.address]), [['allowed', null, 'serve', null]], 'key_opened')
  })
  await check('events: a backup, and the master key for it', async () => {
    const { program } = w.world
    const file = join(program.data, 'events.backup')
    program.run('backup', file)
    const made = await until('the backup', async () => (await w.list('kind=backup'))[0])
    says(made, { outcome: 'allowed', actor: null, address: null, detail: 'master key' })
    equal((await w.list('kind=backup')).length, 1, 'backups')
    equal((await w.list('kind=key_used')).filter((one) => one.detail === 'backup').length, 1, 'uses of the master key for it')
    rmSync(file)
  })
  await check('events: an export by a command that only reads, beside the server', async () => {
    if (databaseKind !== 'SQLite') return // there it is in syslog and file alone, for want of the master key
    w.world.program.run('export', w.world.anyRegister)
    const made = await until('the export', async () => (await w.list(`kind=export&subject=${w.world.anyRegister}`)).find((one) => one.detail === 'command line'))
    says(made, { outcome: 'allowed', actor: null, address: null })
  })
  await check('events: a token made by command', async () => {
    const before = (await w.list('kind=token_made')).length
    secrets.add(w.world.program.run('token', '--user', 'ada@example.org').trim())
    const items = await until('the token', async () => {
      const now = await w.list('kind=token_made')
      return now.length > before ? now : undefined
    })
    says(items[0]!, { actor: null, subject: 'token', detail: 'for user 1' })
    const ada = (expect(await w.world.admin.get('users'), 200).json.items as Row[]).find((one) => one.id === 1)!
    equal(items[0]!.user, { id: 1, name: ada.name, email: 'ada@example.org' }, 'for whom it was made')
  })
}

// ---- who may read ----

async function rights(w: Watcher): Promise<void> {
  const { world } = w
  const below = await world.unit('Below')
  const roles = (expect(await world.admin.get('roles'), 200).json.items as Row[]).map((one) => one.name as string)
  await check('events: administrators and auditors of the whole organisation read them, nobody else', async () => {
    const may: Record<string, number> = {}
    for (const role of roles) {
      const client = await world.user(`events-${role}@example.org`, [{ role, unit: world.root }])
      may[role] = (await client.get('security-events')).status
      equal((await client.get('security-events/export?format=csv')).status, may[role], `${role} exports`)
      equal((await client.get('security-events/alarms')).status, may[role], `${role} counts alarms`)
    }
    const wanted = Object.fromEntries(roles.map((role) => [role, ['administrator', 'auditor'].includes(role) ? 200 : 403]))
    equal(may, wanted, 'statuses')
    const local = await world.user('events-local@example.org', [{ role: 'auditor', unit: below }])
    expect(await local.get('security-events'), 403)
    expect(await local.get('security-events/alarms'), 403)
    equal((expect(await world.admin.get('security-events/alarms'), 200).json as Row).count, 0, 'alarms of a sound server')
    expect(await new Client(world.admin.address, '', world.api).get('security-events'), 401)
  })
  await check('events: a token reads them only with that scope', async () => {
    const made = async (scopes: string[]): Promise<Client> => {
      const secret = expect(await w.world.admin.post('tokens', { name: scopes.join(), scopes }), 201).json.secret as string
      secrets.add(secret)
      return new Client(world.admin.address, secret, world.api)
    }
    expect(await (await made(['read', 'security_events'])).get('security-events'), 200)
    expect(await (await made(['read', 'assurance'])).get('security-events'), 403)
  })
}

// ---- the list ----

function ids(items: Row[]): unknown[] {
  return items.map((one) => one.id)
}

async function listing(w: Watcher): Promise<void> {
  // A sign-in is written before its answer, a refusal after it: once this one is there, none of an earlier time is to come.
  const last = await w.world.user('events-last@example.org', [{ role: 'reader', unit: w.world.root }])
  await w.one(expect(await last.get('security-events'), 403))
  const all = await w.list('')
  await check('events: newest first, in pages that lose nothing', async () => {
    ok(all.length > 40, `${all.length} events`)
    const walked: Row[] = []
    let cursor = ''
    do {
      const page = expect(await w.auditor.get(`security-events?limit=7&to=${all[0]!.at}&cursor=${cursor}`), 200).json as Row
      walked.push(...(page.items as Row[]))
      cursor = (page.next as string | null) ?? ''
    } while (cursor)
    const from = walked.findIndex((one) => one.id === all[0]!.id)
    equal(ids(walked.slice(from)), ids(all), 'ids')
    const times = all.map((one) => String(one.at))
    equal(times, [...times].sort().reverse(), 'times')
  })
  await check('events: each filter gives what it says', async () => {
    const to = `to=${all[0]!.at}`
    const sample = all.find((one) => one.kind === 'evidence_read')!
    const actor = (sample.actor as Row).id
    const since = all[20]!.at as string
    const filters: [string, (one: Row) => boolean][] = [
      ['kind=sign_in', (one) => one.kind === 'sign_in'],
      ['kind=sign_in,refused', (one) => one.kind === 'sign_in' || one.kind === 'refused'],
      ['outcome=refused', (one) => one.outcome === 'refused'],
      [`actor=${actor}`, (one) => (one.actor as Row | null)?.id === actor],
      [`address=${sample.address}`, (one) => one.address === sample.address],
      [`request=${sample.request}`, (one) => one.request === sample.request],
      ['subject=token', (one) => one.subject === 'token'],
      [`record=${sample.reference}`, (one) => one.subject === 'evidence' && one.record === sample.record],
      [`subject=user&record=${all.find((one) => one.subject === 'user')!.record}`, (one) => one.subject === 'user' && one.record === all.find((two) => two.subject === 'user')!.record],
      [`from=${since}`, (one) => String(one.at) >= since],
      [`from=${since}&kind=refused&outcome=refused`, (one) => String(one.at) >= since && one.kind === 'refused'],
    ]
    for (const [filter, keeps] of filters) equal(ids(await w.list(`${to}&${filter}`)), ids(all.filter((one) => String(one.at) <= String(all[0]!.at) && keeps(one))), filter)
    equal(await w.list('to=2001-01-01'), [], 'long ago')
    equal(await w.list('from=9999-01-01'), [], 'not yet')
  })
  await check('events: who is found by name or e-mail address, also what was tried in vain', async () => {
    const to = `to=${all[0]!.at}`
    const users = expect(await w.world.admin.get('users?limit=500'), 200).json.items as Row[]
    const visitor = users.find((one) => one.email === 'visitor@example.org')!.id
    const failed = all.filter((one) => one.kind === 'sign_in_failed')
    ok(failed.some((one) => one.subject === 'user' && one.record === visitor && !one.actor), 'a failure without an actor')
    const isOf = (one: Row) => (one.actor as Row | null)?.id === visitor || (one.subject === 'user' && one.record === visitor)
    const own = ids(all.filter(isOf))
    for (const who of ['visitor@example.org', ' Visitor@Example.ORG ', 'visitor@ex', 'VISITOR@']) {
      equal(ids(await w.list(`${to}&who=${encodeURIComponent(who)}`)), own, `who=${who}`)
    }
    equal(ids(await w.list(`${to}&who=visitor@example.org&kind=sign_in_failed`)), ids(failed.filter(isOf)), 'with another filter')
    const unknown = await w.list(`${to}&who=Nobody@example.org`)
    equal(unknown.map((one) => [one.kind, one.actor, one.subject]), [['sign_in_failed', null, null], ['sign_in_failed', null, null]], 'an address of nobody')
    equal(await w.list('who=nobody@example'), [], 'a part of an address of nobody')
    equal(await w.list('who=%25'), [], 'no pattern of the database')
    equal(ids(await w.list(`${to}&who=`)), ids(all), 'an empty one')
    equal(ids(await w.list(`${to}&who=%20`)), ids(all), 'a blank one')
  })
  await check('events: a filter that is none is refused, not passed over', async () => {
    for (const query of ['kind=none', 'actor=ada', 'record=XYZ', 'from=yesterday', 'to=x', 'cursor=1', 'cursor=a.b', 'limit=0', 'limit=501', 'nonsense=1'])
      expect(await w.auditor.get(`security-events?${query}`), 400)
    expect(await w.auditor.get('security-events/export?format=xlsx'), 400)
  })
  await check('events: what is exported is what is listed, and is itself an event', async () => {
    const to = `to=${all[0]!.at}`
    const json = expect(await w.auditor.get(`security-events/export?format=json&${to}&kind=sign_in,export`), 200)
    const listed = await w.list(`${to}&kind=sign_in,export`)
    equal(json.json, listed, 'as JSON')
    says(await w.one(json), { kind: 'export', subject: 'security_event', detail: 'json' })
    const csv = readCsv(expect(await w.auditor.get(`security-events/export?format=csv&${to}`), 200).text)
    equal(csv[0], ['id', 'at', 'kind', 'outcome', 'actor', 'name', 'account', 'address', 'request', 'subject', 'detail', 'reference', 'node', 'record', 'count'], 'heading')
    const whole = await w.list(to)
    equal(csv.slice(1).map((row) => [row[0], row[1], row[2]]), whole.map((one) => [String(one.id), one.at, one.kind]), 'as CSV')
  })
  await check('events: no secret, no e-mail address that was tried', async () => {
    const text = JSON.stringify(await w.list('')) + w.world.program.log.join('\n')
    for (const secret of secrets) if (secret.length > 5 && text.includes(secret)) fail(`"${secret}" is in an event or in the log`)
  })
}

// ---- syslog and file ----

interface Receivers {
  udp: Socket
  tcp: Server
  datagrams: string[]
  stream: { text: string }
}

async function receivers(): Promise<Receivers> {
  const got: Receivers = { udp: createSocket('udp4'), tcp: createServer(), datagrams: [], stream: { text: '' } }
  got.udp.on('message', (message) => got.datagrams.push(message.toString('utf8')))
  got.tcp.on('connection', (socket) => socket.on('data', (data) => (got.stream.text += data.toString('latin1'))))
  await new Promise<void>((resolve) => got.udp.bind(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => got.tcp.listen(0, '127.0.0.1', resolve))
  return got
}

/** RFC 6587: each message behind its length in octets: as latin1 each is one character. */
function framed(text: string): string[] {
  const messages: string[] = []
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(' ', at)
    const length = Number(text.slice(at, space))
    if (space < 0 || text.length < space + 1 + length) break
    messages.push(Buffer.from(text.slice(space + 1, space + 1 + length), 'latin1').toString('utf8'))
    at = space + 1 + length
  }
  return messages
}

const SYSLOG = /^<(\d+)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\S+) merlon (\d+) (\S+) - (\{.*\})$/

async function outside(): Promise<void> {
  const got = await receivers()
  const file = join(tmpdir(), `merlon-events-${process.pid}-${databaseKind}.jsonl`)
  const run = async (url: string, messages: () => string[]): Promise<void> => {
    const program = new Program(`events_${url.slice(0, 3)}`)
    try {
      await program.start(true, ['--events-syslog', url, '--events-file', file, '--witness-every', '1'])
      expect(await new Client(program.address, '', undefined).post('session', { email: 'who@example.org', password: 'secret word' }), 401)
      const failed = await until('the failure', () => messages().find((one) => one.includes('"event":"sign_in_failed"')))
      const parts = SYSLOG.exec(failed) ?? fail(`no RFC 5424: ${failed}`)
      equal([parts[1], parts[5]], ['108', 'sign_in_failed'], 'priority and kind')
      const said = JSON.parse(parts[6]!) as Row
      equal([said.event, said.outcome, said.address, said.time], ['sign_in_failed', 'refused', '127.0.0.1', parts[2]], 'what is said')
      ok(/^[0-9a-f]{64}$/.test(String(said.mac)), 'the MAC')
      ok(!failed.includes('who@example.org') && !failed.includes('secret word'), 'neither address nor password')
      const line = await until('the line', () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').find((one) => one.includes(String(said.mac))) : undefined))
      equal(JSON.parse(line), said, 'the line of the file')
      ok(messages().some((one) => one.includes('"event":"key_opened"')), 'the start')
      expect(await new Client(program.address, '', undefined).post('start', { token: program.startToken, name: 'Ada', email: 'ada@example.org', password, organisation: 'Northwind' }), 204)
      const head = await until('a head of the ledger', () => messages().find((one) => one.includes('"event":"ledger_head"')))
      const { checkpoint } = JSON.parse(SYSLOG.exec(head)![6]!) as { checkpoint: string }
      ok(/^merlon\/[0-9a-f]{16}\n\d+\n\S{44}\nmerlon-after \d+\nmerlon-time \d+\n\n— merlon\/\S+ \S+\n$/u.test(checkpoint), checkpoint)
    } finally {
      equal(await program.stop(), 0, 'exit status')
      program.remove()
    }
  }
  try {
    await check('events: to syslog over UDP, and as lines of a file', () => run(`udp://127.0.0.1:${(got.udp.address() as AddressInfo).port}`, () => got.datagrams))
    await check('events: to syslog over TCP', () => run(`tcp://127.0.0.1:${(got.tcp.address() as AddressInfo).port}`, () => framed(got.stream.text)))
  } finally {
    got.udp.close()
    got.tcp.close()
    rmSync(file, { force: true })
  }
  await check('events: a receiver that is none keeps the program from starting', async () => {
    const program = new Program('events_wrong')
    let why = ''
    await program.start(true, ['--events-syslog', 'somewhere']).catch((error: Error) => (why = error.message))
    program.remove()
    ok(why.includes('ended with 2') && why.includes('--events-syslog must be'), `${binary}: ${why}`)
  })
}

export async function events(world: World): Promise<void> {
  const w = new Watcher(world, await world.user('auditor@example.org', [{ role: 'auditor', unit: world.root }]))
  await sessions(w)
  await refusals(w)
  await reading(w)
  await commands(w)
  await rights(w)
  await listing(w)
  await outside()
}
