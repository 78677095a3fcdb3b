// What stands beside the registers: session, users, tokens, custom fields, search, home, work, reports, ledger, health.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { Client, expect, expectFieldError, type Reply } from './core/http.ts'
import { check, equal, fail, ok } from './core/report.ts'
import { type Field, type Register, type Row, Schema } from './core/schema.ts'
import { readCsv, writeCsv } from './core/table.ts'
import { importFile } from './core/jobs.ts'
import { password, type World } from './core/world.ts'

/** The first line of a cookie and the CSRF token that goes with it. */
async function signIn(world: World, email: string, word = password): Promise<{ reply: Reply; cookie: string; csrf: string }> {
  const open = new Client(world.program.address, '', world.api)
  const reply = await open.post('session', { email, password: word })
  return { reply, cookie: reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '', csrf: reply.json?.csrf ?? '' }
}

async function sessions(world: World): Promise<void> {
  const open = new Client(world.program.address, '', world.api)
  await check('session: without one there is 401', async () => {
    for (const path of ['session', 'schema', 'risk', 'home', 'work', 'users', 'search?q=x', 'jobs']) {
      const reply = expect(await open.get(path), 401)
      ok(reply.headers['www-authenticate'], 'it says how to sign in')
    }
  })
  await check('session: a wrong password and an unknown name are refused alike', async () => {
    const wrong = (await signIn(world, 'ada@example.org', 'wrong password')).reply
    const unknown = (await signIn(world, 'nobody@example.org', 'wrong password')).reply
    expect(wrong, 401)
    expect(unknown, 401)
    equal(wrong.json.detail, unknown.json.detail, 'what is said')
  })
  await check('session: signing in sets a cookie that scripts cannot read', async () => {
    const { reply } = await signIn(world, 'ada@example.org')
    expect(reply, 200)
    const cookie = reply.headers['set-cookie']![0]!
    for (const word of ['HttpOnly', 'SameSite=Strict', 'Path=/']) ok(cookie.includes(word), `the cookie says ${word}: ${cookie}`)
  })
  await check('session: a change takes the CSRF token, reading does not', async () => {
    const { cookie, csrf } = await signIn(world, 'ada@example.org')
    expect(await open.request('GET', '/api/v1/session', { headers: { cookie } }), 200)
    const body = { language: 'de' }
    expect(await open.request('PATCH', '/api/v1/session', { body, headers: { cookie } }), 403)
    expect(await open.request('PATCH', '/api/v1/session', { body, headers: { cookie, 'x-csrf-token': 'x' } }), 403)
    expect(await open.request('PATCH', '/api/v1/session', { body, headers: { cookie, 'x-csrf-token': csrf } }), 204)
    expect(await open.request('PATCH', '/api/v1/session', { body: { language: 'en' }, headers: { cookie, 'x-csrf-token': csrf } }), 204)
  })
  await check('session: signing out ends it', async () => {
    const { cookie, csrf } = await signIn(world, 'ada@example.org')
    expect(await open.request('DELETE', '/api/v1/session', { headers: { cookie, 'x-csrf-token': csrf } }), 204)
    expect(await open.request('GET', '/api/v1/session', { headers: { cookie } }), 401)
  })
  await check('session: the one-time link is used up', async () => {
    const body = { token: world.program.startToken, name: 'Eve', email: 'eve@example.org', password, organisation: 'Eve' }
    const reply = await open.post('start', body)
    ok([401, 403, 404, 409, 422].includes(reply.status), `refused, with ${reply.status}`)
  })
  await check('session: one changes one’s own password, and old sessions end', async () => {
    await world.user('changer@example.org', [{ role: 'reader', unit: world.root }])
    const first = await signIn(world, 'changer@example.org')
    const second = await signIn(world, 'changer@example.org')
    const change = (word: string): Promise<Reply> =>
      open.request('PATCH', '/api/v1/session', { body: { password: word, new_password: 'another long password' }, headers: { cookie: first.cookie, 'x-csrf-token': first.csrf } })
    const refused = await change('wrong password')
    ok([401, 403, 422].includes(refused.status), `a wrong present password: ${refused.status}`)
    expect(await change(password), 204)
    expect(await open.request('GET', '/api/v1/session', { headers: { cookie: second.cookie } }), 401)
    expect((await signIn(world, 'changer@example.org')).reply, 401)
    expect((await signIn(world, 'changer@example.org', 'another long password')).reply, 200)
  })
  await check('session: after many wrong passwords one has to wait', async () => {
    await world.user('attacked@example.org', [{ role: 'reader', unit: world.root }])
    let reply = (await signIn(world, 'attacked@example.org', 'wrong password')).reply
    for (let n = 0; n < 8 && reply.status === 401; n++) reply = (await signIn(world, 'attacked@example.org', 'wrong password')).reply
    expect(reply, 429)
    ok(Number(reply.headers['retry-after']) > 0, 'Retry-After')
    expect((await signIn(world, 'attacked@example.org')).reply, 429)
    expect((await signIn(world, 'ada@example.org')).reply, 200)
  })
}

async function users(world: World): Promise<void> {
  const { admin } = world
  const grants = [{ role: 'reader', unit: world.root }]
  await check('users: listed, changed, made inactive', async () => {
    const reader = await world.user('reader@example.org', grants)
    const items = expect(await admin.get('users'), 200).json.items as Row[]
    const user = items.find((one) => one.email === 'reader@example.org') ?? fail('not listed')
    equal(user.grants, grants, 'grants')
    equal(user.active, true, 'active')
    const changed = expect(await admin.patch(`users/${user.id}`, { name: 'Reader the second', grants: [{ role: 'auditor', unit: world.root }] }), 200).json
    equal([changed.name, changed.grants[0].role], ['Reader the second', 'auditor'], 'what was changed')
    equal(expect(await reader.get('session'), 200).json.roles[0].role, 'auditor', 'the role in force')
    expect(await admin.patch(`users/${user.id}`, { active: false }), 200)
    expect(await reader.get('session'), 401)
  })
  await check('users: what is wrong is told at the field', async () => {
    expectFieldError(await admin.post('users', { name: 'X', email: 'no address', grants }), 'email')
    expectFieldError(await admin.post('users', { name: '', email: 'x@example.org', grants }), 'name')
    expectFieldError(await admin.post('users', { name: 'X', email: 'x@example.org', grants: [{ role: 'emperor', unit: 1 }] }), 'grants')
    expectFieldError(await admin.post('users', { name: 'X', email: 'x@example.org', password: 'short', grants }), 'password')
    const taken = await admin.post('users', { name: 'X', email: 'ADA@example.org', grants })
    ok([409, 422].includes(taken.status), `a taken address: ${taken.status}`)
  })
  await check('users: who is no administrator makes none', async () => {
    expect(await world.second.post('users', { name: 'X', email: 'x@example.org', grants }), 403)
    expect(await world.second.patch('users/1', { name: 'X' }), 403)
  })
  await check('users: the last administrator stays one', async () => {
    const me = expect(await admin.get('session'), 200).json.user.id as number
    expect(await admin.patch(`users/${me}`, { active: false }), 409, 403, 422)
    expect(await admin.patch(`users/${me}`, { grants }), 409, 403, 422)
  })
}

async function tokens(world: World): Promise<void> {
  const { admin } = world
  const any = world.anyRegister
  const made = async (scopes: string[]): Promise<[Client, Row]> => {
    const token = expect(await admin.post('tokens', { name: `for ${scopes.join()}`, scopes }), 201).json as Row
    return [new Client(world.program.address, token.secret as string, world.api), token]
  }
  await check('tokens: the secret is shown once, and revoking ends it', async () => {
    const [client, token] = await made(['write'])
    expect(await client.get('session'), 200)
    const items = expect(await admin.get('tokens'), 200).json.items as Row[]
    ok(items.some((one) => one.id === token.id && !('secret' in one)), 'listed without its secret')
    expect(await world.second.delete(`tokens/${token.id}`), 404)
    expect(await admin.delete(`tokens/${token.id}`), 204)
    expect(await client.get('session'), 401)
  })
  await check('tokens: one that only reads changes nothing', async () => {
    const [client] = await made(['read'])
    expect(await client.get(any), 200)
    expect(await client.post(any, await world.minimal(world.schema.get(any))), 403)
    expect(await client.post('tokens', { name: 'x', scopes: ['write'] }), 403)
  })
  await check('tokens: one for a register reaches no other', async () => {
    const [client] = await made(['write', any])
    const body = await world.minimal(world.schema.get(any))
    const described = (await Schema.of(client)).registers.map((one) => one.name)
    equal(described, [any], 'registers in the schema')
    const other = world.schema.registers.find((one) => one.name !== any && one.scope === 'unit' && one.may.create)!
    expect(await client.get(other.name), 403)
    const links = Object.keys(body).some((name) => world.schema.get(any).fields.find((field) => field.name === name)?.target)
    if (!links) expect(await client.post(any, body), 201)
    expect(await client.get('users'), 403)
  })
  await check('tokens: what is no scope or name is refused', async () => {
    expect(await admin.post('tokens', { name: 'x', scopes: ['everything'] }), 422)
    expect(await admin.post('tokens', { name: '', scopes: ['read'] }), 422)
    expect(await admin.post('tokens', { name: 'x', scopes: ['read'], expires_at: 'tomorrow' }), 422)
  })
}

const customKinds: Record<string, { good: unknown; bad: unknown; filter: string; choices?: string[] }> = {
  text: { good: '=cmd "x" <b>', bad: 5, filter: encodeURIComponent('=cmd "x" <b>') },
  prose: { good: '# a\nb', bad: ['x'], filter: encodeURIComponent('# a\nb') },
  number: { good: 42, bad: 'x', filter: '42' },
  decimal: { good: 2.5, bad: 'x', filter: '2.5' },
  boolean: { good: true, bad: 'yes', filter: 'true' },
  date: { good: '2026-11-21', bad: '21.11.', filter: '2026-11-21' },
  choice: { good: 'b', bad: 'z', filter: 'b', choices: ['a', 'b'] },
}

async function customField(world: World, register: Register, kind: string): Promise<void> {
  const { good, bad, filter, choices } = customKinds[kind]!
  const name = `own_${kind}`
  const made = expect(await world.admin.post('custom-fields', { register: register.name, name, kind, label: `Own ${kind}`, choices }), 201).json
  const field = (await Schema.of(world.admin)).get(register.name).fields.find((one: Field) => one.name === name) ?? fail('the schema does not tell of it')
  equal([field.kind, field.custom], [kind, true], 'in the schema')
  const record = await world.create(register.name, { custom: { [name]: good } })
  equal(record.custom[name], good, 'at creation')
  expectFieldError(await world.admin.post(register.name, { ...(await world.minimal(register)), custom: { [name]: bad } }), 'custom')
  const list = async (query: string): Promise<number[]> => (expect(await world.admin.get(`${register.name}?${query}`), 200).json.items as Row[]).map((one) => one.id)
  for (const moment of ['', `&as_of=${record.changed_at}`]) {
    equal(await list(`custom.${name}=${filter}${moment}`), [record.id], `the filter${moment}`)
    equal(await list(`custom.${name}.empty=0${moment}`), [record.id], `those that have it${moment}`)
    ok(!(await list(`custom.${name}.ne=${filter}${moment}`)).includes(record.id), `those that have another${moment}`)
  }
  if (['number', 'decimal', 'date'].includes(kind)) {
    equal(await list(`custom.${name}.gte=${filter}`), [record.id], 'at least')
    equal(await list(`custom.${name}.gt=${filter}`), [], 'more than')
  }
  const csv = expect(await world.admin.get(`${register.name}/export?format=csv&id=${record.id}`), 200).text
  ok(csv.includes(name), 'it is exported')
  const cleared = expect(await world.admin.patch(`${register.name}/${record.id}`, { custom: { [name]: null } }, record.version), 200).json
  ok(!(name in cleared.custom), 'null takes it away')
  const file = writeCsv([['reference', `custom.${name}`], [record.reference, good]])
  equal((await importFile(world.admin, register.name, file)).changed, 1, 'by import')
  equal(expect(await world.admin.get(`${register.name}/${record.id}`), 200).json.custom[name], good, 'after the import')
  expect(await world.admin.patch(`custom-fields/${made.id}`, { label: 'Renamed' }), 200)
  expect(await world.admin.delete(`custom-fields/${made.id}`), 204)
  expectFieldError(await world.admin.post(register.name, { ...(await world.minimal(register)), custom: { [name]: good } }), 'custom', 'unknown')
}

async function customFields(world: World): Promise<void> {
  const register = world.schema.get(world.anyRegister)
  for (const kind of Object.keys(customKinds)) await check(`custom field: ${kind}`, () => customField(world, register, kind))
  await check('custom field: one that is required must be given', async () => {
    const body = { register: register.name, name: 'needed', kind: 'text', label: 'Needed', required: true }
    const made = expect(await world.admin.post('custom-fields', body), 201).json
    expectFieldError(await world.admin.post(register.name, await world.minimal(register)), 'custom')
    expect(await world.admin.post(register.name, { ...(await world.minimal(register)), custom: { needed: 'x' } }), 201)
    expect(await world.admin.delete(`custom-fields/${made.id}`), 204)
  })
  await check('custom field: they are listed', async () => {
    const made = expect(await world.admin.post('custom-fields', { register: register.name, name: 'listed', kind: 'text', label: 'Listed' }), 201).json
    ok((expect(await world.admin.get('custom-fields'), 200).json.items as Row[]).some((one) => one.id === made.id), 'it is there')
    expect(await world.admin.delete(`custom-fields/${made.id}`), 204)
  })
  await check('custom field: what is wrong is told at the field', async () => {
    const good = { register: register.name, name: 'fine', kind: 'text', label: 'Fine' }
    expectFieldError(await world.admin.post('custom-fields', { ...good, register: 'none' }), 'register')
    for (const name of ['', 'Upper', 'a b', '1a', 'a"b', 'x'.repeat(41)]) expectFieldError(await world.admin.post('custom-fields', { ...good, name }), 'name')
    expectFieldError(await world.admin.post('custom-fields', { ...good, kind: 'link' }), 'kind')
    expectFieldError(await world.admin.post('custom-fields', { ...good, kind: 'choice' }), 'choices')
    expectFieldError(await world.admin.post('custom-fields', { ...good, label: ' ' }), 'label')
    const made = expect(await world.admin.post('custom-fields', good), 201).json
    expectFieldError(await world.admin.post('custom-fields', good), 'name', 'taken')
    expect(await world.admin.delete(`custom-fields/${made.id}`), 204)
    expect(await world.admin.delete(`custom-fields/${made.id}`), 404)
    expect(await world.second.post('custom-fields', good), 201, 403)
  })
}

/** RFC 9162, 2.1.3.2: does the leaf stand under the root? */
function included(leaf: Buffer, position: number, size: number, path: Buffer[], root: Buffer): boolean {
  const node = (left: Buffer, right: Buffer): Buffer => createHash('sha256').update(Buffer.concat([Buffer.from([1]), left, right])).digest()
  let [at, last, hash] = [position, size - 1, leaf]
  for (const sibling of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = node(sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1]
    } else hash = node(hash, sibling)
    ;[at, last] = [at >> 1, last >> 1]
  }
  return last === 0 && hash.equals(root)
}

async function ledger(world: World): Promise<void> {
  const { admin } = world
  await check('ledger: its entries are newest first, page by page', async () => {
    const first = expect(await admin.get('ledger?limit=5'), 200).json
    equal(first.items.length, 5, 'entries')
    const second = expect(await admin.get(`ledger?limit=5&cursor=${first.next}`), 200).json
    equal(second.items[0].entry, first.items[4].entry - 1, 'the next page goes on')
  })
  await check('ledger: an entry stands under the signed head, by our own reckoning', async () => {
    let proof: Row | undefined
    for (let tries = 0; !proof && tries < 200; tries++) {
      const reply = await admin.get('ledger/proof/3')
      if (reply.status === 200) proof = reply.json as Row
      else expect(reply, 404) // not sealed yet
    }
    ok(proof, 'a head was signed')
    const hex = (text: string): Buffer => Buffer.from(text, 'hex')
    const leaf = createHash('sha256').update(Buffer.concat([Buffer.from([0]), Buffer.from(proof.canonical as string)])).digest()
    equal(leaf.toString('hex'), proof.leaf, 'the leaf')
    ok(included(leaf, proof.position, proof.head.size, (proof.path as string[]).map(hex), hex(proof.head.root)), 'the path leads to the root')
    const pem = expect(await admin.get('ledger/key'), 200).text
    equal(createPublicKey(pem).asymmetricKeyType, 'ed25519', 'the key')
    ok(!verify(null, Buffer.from('something else'), createPublicKey(pem), Buffer.from(proof.head.signature as string, 'base64')), 'the signature is of something')
  })
  await check('ledger: a newer head only adds to an older one', async () => {
    const older = expect(await admin.get('ledger/head'), 200).json
    await world.create(world.anyRegister)
    let newer = older
    for (let tries = 0; newer.size === older.size && tries < 2000; tries++) newer = expect(await admin.get('ledger/head'), 200).json
    const proof = expect(await admin.get(`ledger/consistency?first=${older.size}&second=${newer.size}`), 200).json
    equal([proof.first.root, proof.second.root], [older.root, newer.root], 'the heads')
  })
  await check('ledger: what is not there', async () => {
    expect(await admin.get('ledger/proof/99999999'), 404)
    expect(await admin.get('ledger/proof/x'), 404)
    expect(await admin.get('ledger/consistency'), 400)
    expect(await admin.get('ledger?limit=0'), 400)
    expect(await admin.get('ledger?cursor=x'), 400)
  })
}

async function overview(world: World): Promise<void> {
  const { admin } = world
  const open = new Client(world.program.address, '', world.api)
  await check('beside: health, readiness and metrics', async () => {
    for (const path of ['/healthz', '/readyz']) equal(expect(await open.request('GET', path), 200).text, 'ok\n', path)
    const reply = await admin.request('GET', '/metrics')
    if (reply.status === 200) ok(/^# TYPE merlon_/m.test(reply.text), 'Prometheus text')
    else expect(reply, 401, 403)
  })
  await check('beside: labels in each language, of the same keys', async () => {
    const languages = expect(await open.get('labels'), 200).json.items as string[]
    ok(languages.includes('en') && languages.includes('de'), 'English and German')
    const [first, ...others] = await Promise.all(languages.map(async (one) => Object.keys(expect(await open.get(`labels/${one}`), 200).json as Row).sort()))
    for (const keys of others) equal(keys, first, 'keys')
    expect(await open.get('labels/xx'), 404)
    expect(await open.get('labels/..%2F..%2Fetc'), 400, 404)
  })
  await check('beside: home and work answer, with filters that lists take', async () => {
    const home = expect(await admin.get('home'), 200).json
    const rows = [...home.steps, ...home.figures] as Row[]
    for (const row of rows) {
      const list = expect(await admin.get(`${row.register}?limit=1&count=1&${row.filter ?? ''}`), 200).json
      if (row.value !== undefined) equal(list.total, row.value, `${row.name} ${row.filter}`)
    }
    for (const item of expect(await admin.get('work'), 200).json.items as Row[]) expect(await admin.get(`${item.register}/${item.id}`), 200)
  })
  await check('beside: the search answers briefly', async () => {
    for (const q of ['', 'x', '%25', '"', '*', 'AND OR NOT', "';--", 'a b c', '漢', `${'x'.repeat(3000)}`]) expect(await admin.get(`search?q=${encodeURIComponent(q)}`), 200)
    for (const limit of ['0', '101', 'x']) expect(await admin.get(`search?q=x&limit=${limit}`), 400)
  })
  await check('beside: reports are listed, and each comes as PDF and XLSX', async () => {
    const reports = expect(await admin.get('reports'), 200).json.items as Row[]
    ok(reports.length >= 3, 'reports')
    for (const report of reports)
      for (const [format, mark] of [['pdf', '%PDF-'], ['xlsx', 'PK']] as const) {
        const reply = await admin.get(`reports/${report.name}?format=${format}`)
        if (reply.status === 200) equal(reply.bytes.toString('latin1', 0, mark.length), mark, `${report.name} as ${format}`)
        else expect(reply, 404, 409, 422)
      }
    expect(await admin.get('reports/none'), 404)
    expect(await admin.get(`reports/${reports[0]!.name}?format=doc`), 400)
    expect(await admin.get(`reports/${reports[0]!.name}?language=xx`), 400, 404)
  })
  await check('beside: starters and embedded frameworks load, twice without harm', async () => {
    for (const one of expect(await admin.get('starters'), 200).json.items as Row[]) {
      const first = expect(await admin.post(`starters/${one.name}`), 200, 201).json
      equal(first.created + first.skipped, one.records, 'records')
      equal(expect(await admin.post(`starters/${one.name}`), 200, 201).json.created, 0, 'created the second time')
    }
    for (const one of expect(await admin.get('frameworks'), 200).json.items as Row[]) {
      ok(expect(await admin.post(`frameworks/${one.name}`), 201).json.created > 10, 'requirements')
      const again = expect(await admin.post(`frameworks/${one.name}`), 201).json
      equal([again.created, again.changed], [0, 0], 'the second time')
    }
    expect(await admin.post('frameworks/none'), 404)
    expect(await admin.post('starters/none'), 404)
  })
  await check('beside: jobs are one’s own', async () => {
    const register = world.schema.get(world.anyRegister)
    await world.create(register.name)
    const csv = expect(await admin.get(`${register.name}/export?format=csv`), 200).text
    ok(readCsv(csv).length > 1, 'lines')
    const started = expect(await admin.upload(`${register.name}/import?format=csv&dry_run=1`, csv), 202).json.job as number
    expect(await world.second.get(`jobs/${started}`), 404)
    expect(await world.second.delete(`jobs/${started}`), 404)
    ok((expect(await admin.get('jobs'), 200).json.items as Row[]).some((one) => one.id === started), 'listed')
    ok(!(expect(await world.second.get('jobs'), 200).json.items as Row[]).some((one) => one.id === started), 'not listed for others')
    expect(await admin.delete(`jobs/${started}`), 204, 404)
    expect(await admin.get('jobs/99999999'), 404)
  })
}

async function evidence(world: World): Promise<void> {
  const { admin } = world
  const register = world.schema.get(world.anyRegister)
  await check('evidence: a file comes back as it went in, with its SHA-256', async () => {
    const record = await world.create(register.name)
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) & 255))
    const name = 'Prüfung "1" ; x=\u200f \u{1f512}.pdf'
    const made = expect(await admin.upload(`${register.name}/${record.id}/evidence?name=${encodeURIComponent(name)}&title=Report&grade=b`, bytes, 'application/pdf'), 201).json as Row
    equal([made.title, made.file_name, made.file_size, made.grade], ['Report', name, bytes.length, 'b'], 'what is said of it')
    equal(made.sha256, createHash('sha256').update(bytes).digest('hex'), 'SHA-256')
    equal(made.supports, [record.reference], 'what it supports')
    const content = expect(await admin.get(`evidence/${made.id}/content`), 200)
    ok(content.bytes.equals(bytes), 'the bytes')
    ok(/^attachment/.test(content.headers['content-disposition']!), 'a download')
    equal(content.headers['x-content-type-options'], 'nosniff', 'not guessed at')
    const attached = expect(await admin.get(`${register.name}/${record.id}/evidence`), 200).json.items as Row[]
    equal(attached.map((one) => one.id), [made.id], 'attached')
  })
  await check('evidence: what is wrong is refused', async () => {
    const record = await world.create(register.name)
    const to = `${register.name}/${record.id}/evidence`
    expect(await admin.upload(`${to}?name=x`, '', 'text/plain'), 400)
    expect(await admin.upload(to, 'x', 'text/plain'), 400)
    expect(await admin.upload(`${to}?name=${'x'.repeat(201)}`, 'x', 'text/plain'), 400)
    expect(await admin.upload(`${to}?name=x&grade=z`, 'x', 'text/plain'), 422)
    expect(await admin.upload(`${register.name}/99999999/evidence?name=x`, 'x', 'text/plain'), 404)
    const bare = await world.create('evidence')
    expect(await admin.get(`evidence/${bare.id}/content`), 404)
  })
}

/** Whatever the document describes has been called, and has answered well. */
export async function coverage(world: World): Promise<void> {
  const { document, answered } = world.api
  for (const [path, operations] of Object.entries(document.paths as Record<string, Row>))
    for (const method of Object.keys(operations))
      await check(`covered: ${method.toUpperCase()} ${path}`, () => {
        if (!answered.has(`${method.toUpperCase()} ${path}`)) fail('no test has had a good answer of it')
      })
}

/** A row and its entry in the ledger are read as of one moment: a write between them is no sign of an alteration. */
async function oneMoment(world: World): Promise<void> {
  const made = expect(await world.admin.post('methodology', { title: 'Written while it is read' }), 201).json as Row
  const path = `methodology/${made.id}`
  for (const asked of [`${path}/transitions`, `${path}/decisions/approve`, 'work'])
    await check(`one moment: ${asked.replace(/\d+/, 'ID')} while the record is written`, async () => {
      let version = expect(await world.admin.get(path), 200).json.version as number
      let writing = true
      const write = async (): Promise<void> => {
        for (let n = 0; n < 60; n++) version = expect(await world.admin.patch(path, { description: `${asked} ${n}` }, version), 200).json.version as number
      }
      const read = async (): Promise<void> => {
        while (writing) expect(await world.second.get(asked), 200)
      }
      await Promise.all([write().finally(() => (writing = false)), read()])
    })
}

export async function beside(world: World): Promise<void> {
  await overview(world)
  await oneMoment(world)
  await evidence(world)
  await sessions(world)
  await users(world)
  await tokens(world)
  await customFields(world)
  await ledger(world)
}
