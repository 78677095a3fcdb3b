// Refusals in the reader's language: German where it is asked for, English otherwise; whole sentences, with labels.
import { Client, expect, type Reply } from './core/http.ts'
import { importFile } from './core/jobs.ts'
import { check, equal, ok } from './core/report.ts'
import type { World } from './core/world.ts'

const GERMAN = { 'accept-language': 'de' }

type Headers = Record<string, string>

interface Refusal {
  what: string
  ask: (headers: Headers) => Promise<Reply>
  status: number
  english: string | RegExp
  german: string | RegExp
}

/** What people read: the first field's sentence where fields are wrong, else that of the whole. */
function told(reply: Reply): string {
  return reply.json.errors?.[0]?.detail ?? reply.json.detail
}

function says(reply: Reply, language: string, expected: string | RegExp): void {
  equal(reply.headers['content-language'], language, 'Content-Language')
  equal(reply.headers.vary, 'Accept-Language', 'Vary')
  if (typeof expected === 'string') equal(told(reply), expected, 'sentence')
  else ok(expected.test(told(reply)), `"${told(reply)}" is not like ${expected}`)
}

async function refusals(world: World): Promise<Refusal[]> {
  const { admin } = world
  const nobody = new Client(admin.address, '', undefined)
  const open = new Client(admin.address, '', admin.api)
  const reader = await world.user('reader@example.org', [{ role: 'reader', unit: world.root }])
  const asset = await world.create('asset', { title: 'Booking portal' })
  const above = await world.create('asset', { title: 'Booking', depends_on: [asset.id] })
  const email = (await world.create('person', { name: 'Once', email: 'once@example.org' })).email as string
  const get = (path: string) => (headers: Headers) => admin.request('GET', path, { headers })
  const post = (path: string, body: unknown, client = admin) => (headers: Headers) => client.post(path, body, { headers })
  const patch = (body: unknown, version: number) => (headers: Headers) =>
    admin.request('PATCH', `/api/v1/asset/${asset.id}`, { body, headers, ifMatch: version })
  return [
    {
      what: 'a required field',
      ask: post('asset', {}),
      status: 422,
      english: 'title is needed.',
      german: '„Titel“ ist erforderlich.',
    },
    {
      what: 'a field that is too long',
      ask: post('asset', { title: 'x'.repeat(300) }),
      status: 422,
      english: 'title has 300 characters; at most 200 are allowed.',
      german: '„Titel“ hat 300 Zeichen; höchstens 200 sind erlaubt.',
    },
    {
      what: 'a field of the wrong type',
      ask: post('asset', { title: 5, owner: null }),
      status: 422,
      english: 'title must be text, not 5.',
      german: '„Titel“: erwartet wird ein Text, angegeben ist 5.',
    },
    {
      what: 'a field that has its label in its own register only',
      ask: post('asset', { title: 'x', need_integrity: 3 }),
      status: 422,
      english: 'need_integrity is computed by the program; leave it out.',
      german: '„Schutzbedarf Integrität“ wird vom Programm berechnet; bitte weglassen.',
    },
    {
      what: 'a value that must be unique',
      ask: post('person', { name: 'Twice', email }),
      status: 422,
      english: 'Another person has this email already.',
      german: 'Ein anderer Eintrag in „Personen“ hat bei „E-Mail-Adresse“ schon diesen Wert.',
    },
    {
      what: 'a stale version',
      ask: patch({ title: 'y' }, 99),
      status: 409,
      english: 'Somebody changed this meanwhile: it is version 1 now, yours was 99.',
      german: 'Jemand hat diesen Eintrag inzwischen geändert: Er steht jetzt bei Version 1, Ihre Änderung ging von Version 99 aus.',
    },
    {
      what: 'a missing right',
      ask: post('asset', { title: 'x', unit: world.root }, reader),
      status: 403,
      english: 'Your roles do not let you create any asset.',
      german: 'Ihre Rollen erlauben es nicht, in „Assets“ Einträge anzulegen.',
    },
    {
      what: 'an unknown id',
      ask: get('/api/v1/asset/999999'),
      status: 404,
      english: 'There is no asset AST-999999.',
      german: 'Asset AST-999999 gibt es nicht.',
    },
    {
      what: 'a step that is not open',
      ask: (headers) => admin.post(`asset/${asset.id}/transitions/bring_back`, {}, { headers, ifMatch: 1 }),
      status: 409,
      english: /^"bring_back" is not open to this asset, which is \w+\.$/,
      german: /^Der Schritt „Wieder in Betrieb nehmen“ ist hier nicht möglich: Der Eintrag \(Asset\) hat den Status „[A-Z].*“\.$/,
    },
    {
      what: 'an asset that depends on itself',
      ask: (headers) => admin.request('PATCH', `/api/v1/asset/${above.id}`, { body: { depends_on: [above.id] }, headers, ifMatch: 1 }),
      status: 422,
      english: 'An asset cannot depend on itself.',
      german: 'Ein Asset kann nicht von sich selbst abhängen.',
    },
    {
      what: 'a filter that does not fit',
      ask: get('/api/v1/asset?created_at.gte=yesterday'),
      status: 400,
      english: /^The filter on created_at cannot be read: created_at must be an instant/,
      german: /^Der Filter für „Angelegt am“ ist nicht lesbar: „Angelegt am“ muss ein Zeitpunkt/,
    },
    {
      what: 'what is no JSON',
      ask: (headers) => admin.request('POST', '/api/v1/asset', { raw: '{"title"', headers: { ...headers, 'content-type': 'application/json' } }),
      status: 400,
      english: /^The JSON is not valid at line 1, column \d+: a colon is missing after the key\.$/,
      german: /^Das JSON ist in Zeile 1, Spalte \d+ ungültig: nach dem Schlüssel fehlt ein Doppelpunkt\.$/,
    },
    {
      what: 'a body that is too large', // as it is announced: none of it is sent
      ask: (headers) => admin.request('POST', '/api/v1/asset', { headers: { ...headers, 'content-length': '2000000' } }),
      status: 413,
      english: 'The body of this request is larger than the 1048576 bytes allowed here.',
      german: 'Der Inhalt dieser Anfrage ist größer als die hier erlaubten 1048576 Byte.',
    },
    {
      what: 'an unknown address',
      ask: get('/api/v1/no/where'),
      status: 404,
      english: 'There is no register "no".',
      german: 'Ein Register „no“ gibt es nicht.',
    },
    {
      what: 'nobody signed in',
      ask: (headers) => nobody.request('GET', '/api/v1/asset', { headers }),
      status: 401,
      english: 'Please sign in.',
      german: 'Bitte melden Sie sich an.',
    },
    {
      what: 'a wrong password',
      ask: post('session', { email: 'ada@example.org', password: 'not this one' }, open),
      status: 401,
      english: 'The e-mail address or the password is wrong.',
      german: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
    },
  ]
}

async function asked(one: Refusal, accept: string | undefined, language: 'de' | 'en'): Promise<void> {
  const reply = expect(await one.ask(accept === undefined ? {} : { 'accept-language': accept }), one.status)
  says(reply, language, language === 'de' ? one.german : one.english)
}

/** A job is told in the language of who began it, whatever the request said: it runs when the request is over. */
async function ofAJob(world: World, language: 'de' | 'en', expected: string): Promise<void> {
  const email = `${language}@example.org`
  const client = await world.user(email, [{ role: 'security_manager', unit: world.root }])
  expect(await client.patch('session', { language }), 204)
  const result = await importFile(client, 'asset', `title,description\n,of ${language}\n`, '&dry_run=true')
  const refused = (result.fates as { detail: string }[]).map((row) => row.detail)
  equal(refused, [expected], 'details')
}

/** What a row says and the import does not take over. */
async function ofAnImport(world: World, language: 'de' | 'en', expected: string): Promise<void> {
  const client = await world.user(`${language}-told@example.org`, [{ role: 'security_manager', unit: world.root }])
  expect(await client.patch('session', { language }), 204)
  const result = await importFile(client, 'asset', 'title,kind,status,version\nOld,hardware,retired,7\n', '&dry_run=true')
  equal([result.created, result.warned, result.fates[0].detail], [1, 1, expected], 'details')
}

/** A reason inside an answer that is no refusal. */
async function ofAStep(world: World, headers: Headers, expected: string): Promise<void> {
  const method = await world.create('methodology', { title: 'By one alone' })
  const reply = expect(await world.admin.request('GET', `/api/v1/methodology/${method.id}/transitions`, { headers }), 200)
  equal(reply.headers.vary, 'Accept-Language', 'Vary')
  const reasons = (reply.json.items as { reason: string | null }[]).map((step) => step.reason ?? '')
  ok(reasons.includes(expected), `"${expected}" is not among ${JSON.stringify(reasons)}`)
}

/** Of many changes some fail, each with its sentence, and the answer is no refusal. */
async function ofMany(world: World, headers: Headers, language: string, expected: string): Promise<void> {
  const asset = await world.create('asset', { title: 'One of many' })
  const reply = expect(await world.admin.request('PATCH', '/api/v1/asset', { body: { ids: [asset.id], change: { title: '' } }, headers }), 200)
  equal(reply.headers['content-language'], language, 'Content-Language')
  equal(reply.headers.vary, 'Accept-Language', 'Vary')
  equal(reply.json.failed, [{ id: asset.id, detail: expected }], 'failed')
}

/** What a new methodology begins with: people read the names of its steps, everything else goes by the names of levels. */
async function ofScales(world: World, headers: Headers, rare: string, high: string): Promise<void> {
  const schema = expect(await world.admin.request('GET', '/api/v1/schema', { headers }), 200).json
  const register = schema.registers.find((one: { name: string }) => one.name === 'methodology')
  const offered = register.fields.find((one: { name: string }) => one.name === 'scales').fallback
  const made = expect(await world.admin.post('methodology', { title: `Begins ${rare}` }, { headers }), 201).json.scales
  equal(made, offered, 'what was offered')
  equal(made.likelihood[0].title, rare, 'the first step')
  const { name, title, approver } = made.levels[2]
  equal({ name, title, approver }, { name: 'high', title: high, approver: 'top_management' }, 'the third level')
}

export async function languages(world: World): Promise<void> {
  const all = await refusals(world)
  for (const one of all) {
    await check(`${one.what}, in German`, () => asked(one, GERMAN['accept-language'], 'de'))
    await check(`${one.what}, in English`, () => asked(one, undefined, 'en'))
  }
  await check('an import, in German', () => ofAJob(world, 'de', '„Titel“ ist erforderlich.'))
  await check('an import, in English', () => ofAJob(world, 'en', 'title is needed.'))
  await check('what an import does not take over, in German', () =>
    ofAnImport(world, 'de', '„Status“ wird nicht importiert: In der Datei steht „retired“, der Eintrag (Asset) hat den Status „In Betrieb“. Dafür gibt es den Schritt „Außer Betrieb nehmen“. „Version des Eintrags“ wird nicht importiert: In der Datei steht „7“, im Eintrag „1“; das setzt das Programm.'))
  await check('what an import does not take over, in English', () =>
    ofAnImport(world, 'en', 'status is not imported: the file says "retired", and this asset is in_use. Take the step "retire". version is not imported: the file says "7", the record has "1"; the program sets it.'))
  await check('a bulk change, in German', () => ofMany(world, GERMAN, 'de', '„Titel“ ist erforderlich.'))
  await check('a bulk change, in English', () => ofMany(world, {}, 'en', 'title is needed.'))
  await check('the scales of a new methodology, in German', () => ofScales(world, GERMAN, 'Selten', 'Hoch'))
  await check('the scales of a new methodology, in English', () => ofScales(world, {}, 'Rare', 'High'))
  const reason = 'Das muss jemand anderes tun: Sie haben es verfasst (Aufgabentrennung, ISO/IEC 27001 A.5.3).'
  await check('why a step is not open, in German', () => ofAStep(world, GERMAN, reason))
  await check('why a step is not open, in English', () => ofAStep(world, {}, 'Somebody else has to do this: you wrote it (independence, ISO/IEC 27001 A.5.3).'))
  const accepted: [string, 'de' | 'en'][] = [
    ['fr, de;q=0.5', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en-GB,en;q=0.9,de;q=0.8', 'en'],
    ['de;q=0', 'en'],
    ['*', 'en'],
    ['fr', 'en'],
    ['', 'en'],
  ]
  for (const [accept, language] of accepted)
    await check(`Accept-Language "${accept}" gives ${language}`, () => asked(all[0]!, accept, language))
}
