// Hostile input: whatever comes, the answer is a clear refusal or a harmless literal, and the program goes on.
import { connect } from 'node:net'
import { Client, expect, expectFieldError } from './core/http.ts'
import { events, importFile } from './core/jobs.ts'
import { check, equal, fail, ok } from './core/report.ts'
import { creatable, type Register, type Row } from './core/schema.ts'
import { readCsv, readXlsx, writeCsv } from './core/table.ts'
import type { World } from './core/world.ts'

// ---- as bytes, past any client that would put them right ----

interface RawReply {
  status: number
  head: string
  body: string
}

/** What the program says to these bytes; status 0 when it only closes. */
function raw(world: World, bytes: string | Buffer): Promise<RawReply> {
  const { hostname, port } = new URL(world.program.address)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    let text = ''
    const end = (): void => {
      socket.destroy()
      const [head = '', body = ''] = text.split('\r\n\r\n', 2)
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), head, body })
    }
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const length = /content-length: (\d+)/i.exec(text)?.[1]
      const from = text.indexOf('\r\n\r\n')
      if (length !== undefined && from >= 0 && text.length >= from + 4 + Number(length)) end()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? end() : reject(error)))
    socket.on('close', end)
    socket.setTimeout(20_000, () => reject(new Error(`no answer to ${bytes.toString().slice(0, 80)}`)))
  })
}

const request = (world: World, line: string, ...headers: string[]): string =>
  [line, 'Host: merlon', `Authorization: Bearer ${world.admin.token}`, ...headers, 'Connection: close', '', ''].join('\r\n')

async function bytes(world: World): Promise<void> {
  const post = 'POST /api/v1/threat HTTP/1.1'
  const cases: [string, string | Buffer, number[]][] = [
    ['two different lengths', request(world, post, 'Content-Length: 2', 'Content-Length: 3') + '{}x', [400, 0]],
    ['a length and chunks', request(world, post, 'Content-Length: 2', 'Transfer-Encoding: chunked') + '2\r\n{}\r\n0\r\n\r\n', [400, 422, 0]],
    ['a negative length', request(world, post, 'Content-Length: -1'), [400, 413, 0]],
    ['a length that is no number', request(world, post, 'Content-Length: x'), [400, 0]],
    ['a length beyond all', request(world, post, 'Content-Length: 99999999999999999999'), [400, 413, 0]],
    ['an escaped NUL in the path', request(world, 'GET /api/v1/risk/%00 HTTP/1.1'), [400, 404]],
    ['a NUL in the path', request(world, 'GET /api/v1/risk/\0 HTTP/1.1'), [400, 404, 0]],
    ['a NUL in a header', request(world, 'GET /api/v1/session HTTP/1.1', 'X-Thing: a\0b'), [200, 400, 0]],
    ['an unfinished escape', request(world, 'GET /api/v1/risk/%4 HTTP/1.1'), [400, 404]],
    ['an escape that is no UTF-8', request(world, 'GET /api/v1/risk/%ff%fe HTTP/1.1'), [400, 404]],
    ['the way up', request(world, 'GET /../../etc/passwd HTTP/1.1'), [400, 404]],
    ['the way up, escaped', request(world, 'GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1'), [400, 404]],
    ['the way up through assets', request(world, 'GET /assets/..%2f..%2fetc%2fpasswd HTTP/1.1'), [200, 400, 404]],
    ['another host’s address', request(world, 'GET http://example.org/api/v1/session HTTP/1.1'), [200, 400, 404]],
    ['a method of its own', request(world, 'BREW /api/v1/session HTTP/1.1'), [400, 405, 501, 0]],
    ['TRACE', request(world, 'TRACE /api/v1/session HTTP/1.1'), [400, 405, 501]],
    ['no HTTP at all', 'hello\r\n\r\n', [400, 0]],
    ['a header without end', `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(200_000)}\r\n\r\n`, [400, 413, 431, 0]],
    ['ten thousand headers', `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(10_000)}\r\n`, [400, 413, 431, 0]],
    ['an address without end', request(world, `GET /api/v1/risk?q=${'x'.repeat(100_000)} HTTP/1.1`), [400, 413, 414, 431, 0]],
    ['a folded header', request(world, 'GET /api/v1/session HTTP/1.1', 'X-Thing: a\r\n b'), [200, 400, 0]],
  ]
  for (const [what, sent, allowed] of cases)
    await check(`hostile: ${what}`, async () => {
      const reply = await raw(world, sent)
      ok(allowed.includes(reply.status), `${reply.status} is not one of ${allowed.join(', ')}: ${reply.body.slice(0, 200)}`)
      ok(!reply.body.includes('root:'), 'no file of the machine')
      expect(await world.admin.get('session'), 200)
    })
  await check('hostile: a request that never ends does not stop others', async () => {
    const { hostname, port } = new URL(world.program.address)
    const sockets = Array.from({ length: 50 }, () => {
      const socket = connect(Number(port), hostname, () => socket.write('POST /api/v1/threat HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'))
      socket.on('error', () => undefined)
      return socket
    })
    for (let n = 0; n < 20; n++) expect(await world.admin.get('session'), 200)
    for (const socket of sockets) socket.destroy()
  })
}

// ---- bodies ----

async function bodies(world: World): Promise<void> {
  const { admin } = world
  const register = world.anyRegister
  const json = (text: string | Buffer): Promise<{ status: number; text: string }> => admin.upload(register, text, 'application/json')
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  const cases: [string, string | Buffer, number[]][] = [
    ['a body too deep', `{"custom":${nested(100_000)}}`, [400, 413, 422]],
    ['a body a little too deep', `{"custom":${nested(70)}}`, [400, 422]],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]), [400]],
    ['overlong UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc0, 0xaf, 0x22, 0x7d]), [400]],
    ['a surrogate alone', '{"title":"\\ud800"}', [400, 422]],
    ['a key twice', '{"title":"a","title":"b"}', [400, 422]],
    ['a key twice, written apart', '{"title":"a","\\u0074itle":"b"}', [400, 422]],
    ['broken off', '{"title":', [400]],
    ['something behind it', '{} {}', [400]],
    ['a comment', '{"title":"x"/* y */}', [400]],
    ['a comma at the end', '{"title":"x",}', [400]],
    ['single quotes', "{'title':'x'}", [400]],
    ['NaN', '{"title":NaN}', [400]],
    ['a number beyond all', '{"id":1e999}', [400, 422]],
    ['an integer beyond 64 bits', '{"unit":99999999999999999999}', [400, 422]],
    ['a mark of byte order', '\ufeff{"no_such":1}', [400, 422]],
    ['XML', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>', [400]],
    ['ten thousand unknown fields', JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, i]))), [400, 413, 422]],
    ['a name of a megabyte', `{"${'x'.repeat(900_000)}":1}`, [400, 422]],
    ['prototypes', '{"__proto__":{"x":1},"constructor":1}', [422]],
  ]
  for (const [what, sent, allowed] of cases)
    await check(`hostile: ${what}`, async () => {
      const reply = await json(sent)
      ok(allowed.includes(reply.status), `${reply.status}: ${reply.text.slice(0, 300)}`)
      ok(reply.text.length < 200_000, `a refusal of ${reply.text.length} bytes`)
    })
  await check('hostile: a body beyond the limit is 413 before it is sent', async () => {
    const reply = await raw(world, request(world, `POST /api/v1/${register} HTTP/1.1`, 'Content-Type: application/json', 'Content-Length: 1200000'))
    equal(reply.status, 413, reply.body)
  })
  await check('hostile: a file beyond the limit is 413 before it is sent', async () => {
    const reply = await raw(world, request(world, 'POST /api/v1/frameworks HTTP/1.1', 'Content-Type: application/json', `Content-Length: ${9 * 1024 * 1024}`))
    equal(reply.status, 413, reply.body)
  })
}

// ---- texts that mean something elsewhere ----

const strings = ["'; DROP TABLE risk; --", '" OR 1=1 --', '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '{{7*7}}${7*7}', '%s%n%x', '../../etc/passwd', '\\"\\\\', '‮evil', 'javascript:alert(1)', 'NULL', 'true', '0x41', "O'Brien", '&amp;&lt;', '\u2028\u2029', 'a%00b', '*', '$1', '?1', ':x', '@x@y']
const formulas = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '=HYPERLINK("http://x","y")', '\t=1+1', "'=1+1", "''=1", '=cmd|calc!A0', '-2', '+49 30 123456', '- a list', '--', '＝1+1']

/** White space of ASCII goes from both ends of a line. */
const trimmed = (text: string): string => text.replace(/^[ \t\r\n\v\f]+|[ \t\r\n\v\f]+$/g, '')

/** Every text of every register holds each of them, and says it back as it was. */
async function literals(world: World, register: Register): Promise<void> {
  const texts = creatable(register).filter((field) => ['text', 'prose'].includes(field.kind) && !field.fixed && !field.unique && field.name !== 'email')
  if (!texts.length || !register.may.change) return
  await check(`hostile: ${register.name} keeps every text as it is`, async () => {
    let record = await world.create(register.name)
    for (const text of [...strings, ...formulas]) {
      const body = Object.fromEntries(texts.map((field) => [field.name, text]))
      const kept = Object.fromEntries(texts.map((field) => [field.name, field.kind === 'text' ? trimmed(text) : text]))
      const reply = await world.admin.patch(`${register.name}/${record.id}`, body, record.version)
      if (reply.status === 422) {
        for (const error of reply.json.errors as Row[]) ok(['control_character', 'too_long', 'required'].includes(error.code as string), `${text}: ${reply.text}`)
        continue
      }
      record = expect(reply, 200).json as Row
      for (const field of texts) equal(record[field.name], kept[field.name], `${field.name} ${JSON.stringify(text)}`)
      ok(!/<(script|img)/.test(reply.text), 'no tag stands in JSON as it is')
      const list = expect(await world.admin.get(`${register.name}?q=${encodeURIComponent(text)}`), 200).json
      ok(Array.isArray(list.items), 'the search lives')
    }
  })
}

async function filters(world: World, register: Register): Promise<void> {
  await check(`hostile: ${register.name} is filtered by anything`, async () => {
    for (const text of [...strings, ...formulas, ','.repeat(200), 'x'.repeat(5000), '\u0000', '1;2', '-9223372036854775808', '9223372036854775807'])
      for (const field of register.fields) {
        const reply = await world.admin.get(`${register.name}?${field.name}=${encodeURIComponent(text)}&limit=1`)
        ok([200, 400, 414, 431].includes(reply.status), `${field.name}=${JSON.stringify(text).slice(0, 40)}: ${reply.status} ${reply.text.slice(0, 200)}`)
        if (reply.status === 200 && field.kind === 'text' && field.name !== 'status') for (const row of reply.json.items as Row[]) ok(text.split(',').includes(String(row[field.name])), `${field.name}: ${row[field.name]}`)
      }
  })
}

async function spreadsheets(world: World): Promise<void> {
  const { admin } = world
  const register = world.schema.registers.find((one) => one.scope === 'global' && one.may.create && one.fields.find((field) => field.name === one.title_field)!.kind === 'text' && !one.fields.some((field) => field.unique))!
  const title = register.title_field
  const dangerous = formulas.filter((text) => /^'*[=+\-@]/.test(text.trim()))
  await check('hostile: no cell of a CSV export begins a formula, and it comes back as it was', async () => {
    const rows: Row[] = []
    for (const text of dangerous) rows.push(await world.create(register.name, { [title]: text, tags: ['formula'] }))
    const csv = expect(await admin.get(`${register.name}/export?format=csv&tags=formula`), 200).text
    const [head, ...lines] = readCsv(csv)
    for (const line of lines) for (const cell of line) ok(!/^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/.test(cell), `a cell begins with ${JSON.stringify(cell)}`)
    const result = await importFile(admin, register.name, csv)
    equal(result.unchanged, rows.length, JSON.stringify((result.fates as Row[]).find((one) => one.fate !== 'unchanged')))
    ok(head!.includes(title), 'the title is a column')
  })
  await check('hostile: no cell of an XLSX export is a formula', async () => {
    const sheet = readXlsx(expect(await admin.get(`${register.name}/export?format=xlsx&tags=formula`), 200).bytes)
    ok(sheet.length > 5, 'lines')
    for (const row of sheet) for (const cell of row) ok(!cell.formula, cell.text)
    const column = sheet[0]!.findIndex((cell) => cell.text === title)
    equal(sheet.slice(1).map((row) => row[column]!.text).sort(), [...dangerous.map((text) => text.trim())].sort(), 'the texts as they are')
  })
  await check('hostile: what is imported as a formula stays text', async () => {
    const file = writeCsv([[title], ['=1+1'], ["'=2+2"]])
    equal((await importFile(admin, register.name, file)).created, 2, 'created')
    const titles = (expect(await admin.get(`${register.name}?sort=-id&limit=2`), 200).json.items as Row[]).map((row) => row[title])
    equal(titles, ['=2+2', '=1+1'], 'the apostrophe that guarded is gone')
  })
  const refused: [string, string | Buffer][] = [
    ['nothing', ''],
    ['a ZIP bomb’s beginning', Buffer.from('PK\u0003\u0004' + '\0'.repeat(100), 'latin1')],
    ['random bytes', Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 131) & 255))],
    ['an open quote', `${title}\n"abc`],
    ['no UTF-8', Buffer.from([0x74, 0x69, 0x74, 0x6c, 0x65, 0x0a, 0xff, 0xfe, 0x0a])],
    ['the same column twice', `${title},${title}\na,b`],
    ['a NUL', `${title}\na\0b`],
  ]
  for (const [what, file] of refused)
    await check(`hostile: an import of ${what} creates nothing`, async () => {
      const before = expect(await admin.get(`${register.name}?limit=1&count=1`), 200).json.total as number
      const reply = await admin.upload(`${register.name}/import?format=csv`, file)
      if (reply.status !== 400 && reply.status !== 422) {
        await events(admin, expect(reply, 202).json.job as number)
        const job = expect(await admin.get(`jobs/${reply.json.job}`), 200).json as Row
        ok(job.status === 'failed' || job.result.created === 0, JSON.stringify(job))
      }
      equal(expect(await admin.get(`${register.name}?limit=1&count=1`), 200).json.total, before, 'records')
    })
}

// ---- headers, paths, methods ----

async function addresses(world: World): Promise<void> {
  const { admin } = world
  const open = new Client(world.program.address, '', world.api)
  await check('hostile: unknown registers and addresses are 404', async () => {
    for (const path of ['no_such', 'no_such/1', 'no_such/1/history', 'RISK', 'risk%20', 'user', 'sqlite_master', 'ledger_entry', '..', 'risk/1/no_such', 'risk/1/evidence/1', ''])
      ok([400, 404].includes((await admin.get(path)).status), path)
  })
  await check('hostile: a method that is not there is 405 and says which are', async () => {
    for (const [method, path, allowed] of [['PUT', world.anyRegister, 'POST'], ['DELETE', world.anyRegister, 'GET'], ['POST', 'schema', 'GET'], ['PATCH', 'home', 'GET'], ['PUT', `${world.anyRegister}/1`, 'PATCH']] as const) {
      const reply = expect(await admin.request(method, `/api/v1/${path}`, { body: {} }), 405)
      ok(reply.headers.allow?.includes(allowed), `Allow: ${reply.headers.allow}`)
    }
  })
  await check('hostile: tokens that are none', async () => {
    for (const authorization of ['Bearer', 'Bearer ', 'Bearer x', `Bearer ${'x'.repeat(5000)}`, 'Basic YWRhOng=', `bearer ${admin.token}x`, `Bearer ${admin.token} `, "Bearer ' OR 1=1"]) {
      const reply = await open.request('GET', '/api/v1/session', { headers: { authorization } })
      ok([401, 400, 431].includes(reply.status) || authorization === `Bearer ${admin.token} `, `${authorization.slice(0, 30)}: ${reply.status}`)
    }
    for (const cookie of ['merlon_session=', 'merlon_session=x', `merlon_session=${'x'.repeat(5000)}`, "merlon_session=' OR 1=1", ';;;', 'merlon_session'])
      expect(await open.request('GET', '/api/v1/session', { headers: { cookie } }), 401)
  })
  await check('hostile: names of files stay in their header', async () => {
    const record = await world.create(world.anyRegister)
    for (const name of ['a\r\nSet-Cookie: x=y', 'a"; filename="b', '../../../etc/passwd', 'ünï.txt', "a'b", 'a\u0000b', '‮gpj.exe']) {
      const reply = await admin.upload(`${world.anyRegister}/${record.id}/evidence?name=${encodeURIComponent(name)}`, 'x', 'text/plain')
      if (reply.status !== 201) {
        ok([400, 422].includes(reply.status), `${JSON.stringify(name)}: ${reply.status} ${reply.text.slice(0, 200)}`)
        continue
      }
      const content = expect(await admin.get(`evidence/${reply.json.id}/content`), 200)
      equal(content.headers['set-cookie'], undefined, 'no cookie')
      ok(/^attachment; filename="download"; filename\*=UTF-8''[A-Za-z0-9%._~!#$&+^`|-]*$/.test(content.headers['content-disposition']!), content.headers['content-disposition']!)
    }
  })
  await check('hostile: of a path the last part names the file, and no invisible mark turns it around', async () => {
    const record = await world.create(world.anyRegister)
    const upload = (name: string) => admin.upload(`${world.anyRegister}/${record.id}/evidence?name=${encodeURIComponent(name)}`, 'x', 'text/plain')
    for (const [given, kept] of [['../../../etc/passwd', 'passwd'], ['C:\\Users\\ada\\plan.pdf', 'plan.pdf'], ['a/b\\c.txt', 'c.txt'], ['..a b..', '..a b..']] as const) {
      const made = expect(await upload(given), 201).json
      equal([made.file_name, made.title], [kept, kept], given)
      const content = expect(await admin.get(`evidence/${made.id}/content`), 200)
      equal(content.headers['content-disposition'], `attachment; filename="download"; filename*=UTF-8''${encodeURIComponent(kept)}`, 'the header')
    }
    for (const none of ['..', 'a/..', 'a/', '/', '\\', ' '])
      equal(expect(await upload(none), 400).json.detail, "name= must give the file's name, 1 to 200 characters.", none)
    for (const mark of [0x202a, 0x202e, 0x2066, 0x2069, 0x85, 0x2028]) {
      const reply = expect(await upload(`invoice${String.fromCodePoint(mark)}fdp.exe`), 400)
      const code = mark.toString(16).padStart(4, '0')
      equal(reply.json.detail, `The file's name holds a character that cannot be seen and changes how the rest is read (U+${code}); rename the file.`, code)
    }
  })
  await check('hostile: a number of the wrong form is told as it was written, and one beyond 64 bits with the range', async () => {
    const told = async (value: string): Promise<string> => {
      const result = await importFile(admin, 'asset', writeCsv([['title', 'kind', 'confidentiality'], ['x', 'hardware', value]]), '&dry_run=1')
      return result.fates[0].detail
    }
    for (const given of ['2.5', '1e0']) equal(await told(given), `confidentiality must be a whole number, not ${given}.`, given)
    equal(await told('high'), 'confidentiality must be a whole number, not "high".', 'a word')
    for (const given of ['12345678901234567890', '-12345678901234567890', '11']) equal(await told(given), 'confidentiality must be between 1 and 5.', given)
    for (const [given, sentence] of [['2.5', 'must be a whole number, not 2.5.'], ['1e0', 'must be a whole number, not 1e0.'], ['12345678901234567890', 'must be between 1 and 5.'], ['"3"', 'must be a whole number, not "3".'], ['true', 'must be a whole number, not true.'], ['[1]', 'must be a whole number, not an array.']] as const) {
      const body = `{"title": "x", "kind": "hardware", "confidentiality": ${given}}`
      const reply = expect(await admin.request('POST', '/api/v1/asset', { raw: Buffer.from(body), headers: { 'content-type': 'application/json' } }), 422)
      equal(reply.json.errors[0].detail, `confidentiality ${sentence}`, given)
    }
  })
  await check('hostile: the type of a file is not what it would like to be', async () => {
    const record = await world.create(world.anyRegister)
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/html; charset=utf-7', 'x', `text/${'x'.repeat(300)}`]) {
      const made = await admin.upload(`${world.anyRegister}/${record.id}/evidence?name=x`, '<script>alert(1)</script>', type)
      if (made.status !== 201) continue
      const content = expect(await admin.get(`evidence/${made.json.id}/content`), 200)
      ok(/^attachment/.test(content.headers['content-disposition']!), 'a download')
      equal(content.headers['x-content-type-options'], 'nosniff', 'nosniff')
      ok(String(content.headers['content-security-policy']).includes("default-src 'none'"), 'a page may do nothing')
    }
  })
  await check('hostile: every answer carries the security headers', async () => {
    for (const reply of [await admin.get('session'), await admin.get('no_such'), await open.get('session'), await open.request('GET', '/'), await admin.post(world.anyRegister, { x: 1 })])
      for (const header of ['x-content-type-options', 'content-security-policy', 'referrer-policy', 'cross-origin-opener-policy']) ok(reply.headers[header], `${reply.path}: ${header}`)
  })
  await check('hostile: another site is told nothing', async () => {
    const reply = await admin.request('GET', '/api/v1/session', { headers: { origin: 'https://evil.example' } })
    equal(reply.headers['access-control-allow-origin'], undefined, 'Access-Control-Allow-Origin')
  })
}

async function parameters(world: World): Promise<void> {
  const { admin } = world
  const register = world.anyRegister
  const wrong = ['limit=1e9', 'limit=0x10', 'limit=1%20', 'limit=', 'cursor=%00', `cursor=${'61'.repeat(2000)}`, 'cursor=zz', 'cursor=313a78', 'cursor=2d313a2d', 'as_of=0', 'as_of=9999999999999', 'as_of=2026-02-30', 'as_of=2026-11-21T25:00:00Z', 'as_of=%00', 'sort=id%3B--', 'sort=-', 'sort=--id', 'fields=%22', 'expand=../x', 'custom.=1', 'custom.%22=1', '=1', 'id.no=1', '%00=1', Array.from({ length: 30 }, (_, i) => `id.ne=${i + 1}`).join('&'), `id=${Array.from({ length: 101 }, (_, i) => i + 1).join(',')}`]
  for (const query of wrong)
    await check(`hostile: ?${query.slice(0, 40)} is 400`, async () => {
      expect(await admin.get(`${register}?${query}`), 400)
    })
  await check('hostile: parameters that are there twice', async () => {
    for (const query of ['limit=1&limit=2', 'sort=id&sort=-id', 'q=a&q=b', 'as_of=2020-01-01&as_of=2026-01-01']) ok([200, 400].includes((await admin.get(`${register}?${query}`)).status), query)
  })
  await check('hostile: q takes what people type', async () => {
    for (const q of ['"', '""', '(', ')', 'a AND', 'NEAR(a b)', 'a*', '-a', '^a', 'title:x', "'", '\\', 'a\u0301', '😀', ' ', '\t', 'x '.repeat(500)]) expect(await admin.get(`${register}?q=${encodeURIComponent(q)}`), 200, 400)
  })
}

/** A NUL has no place in a text of PostgreSQL, and ends a text of C: it must never get that far. */
async function nul(world: World): Promise<void> {
  const { admin } = world
  const open = new Client(world.program.address, '', world.api)
  const bad = 'a\u0000b'
  await check('hostile: a NUL is refused wherever text is taken', async () => {
    const record = await world.create(world.anyRegister)
    const step = world.schema.get(world.anyRegister).transitions.find((one) => one.from.includes(record.status as string))!
    const body = await world.answers(world.anyRegister, step.asks)
    const replies = [
      await admin.post(`${world.anyRegister}/${record.id}/transitions/${step.name}`, { ...body, comment: bad }, { ifMatch: record.version }),
      await admin.post('users', { name: bad, email: 'nul@example.org', grants: [] }),
      await admin.post('users', { name: 'x', email: `n\u0000ul@example.org`, grants: [] }),
      await admin.post('tokens', { name: bad, scopes: ['read'] }),
      await admin.post('custom-fields', { register: world.anyRegister, name: 'nul', kind: 'text', label: bad }),
      await admin.post('custom-fields', { register: world.anyRegister, name: 'nul', kind: 'choice', label: 'x', choices: [bad] }),
      await open.post('session', { email: bad, password: 'x' }),
      await open.post('session', { email: 'ada@example.org', password: bad }),
      await admin.patch(world.anyRegister, { ids: [record.id], change: { tags: [bad] } }),
      await admin.post(world.anyRegister, { ...(await world.minimal(world.schema.get(world.anyRegister))), custom: { [bad]: 1 } }),
      await admin.get(`${world.anyRegister}?title=${encodeURIComponent(bad)}`),
      await admin.get(`search?q=${encodeURIComponent(bad)}`),
    ]
    for (const [n, reply] of replies.entries()) {
      const nothing = reply.status === 200 && (reply.json.changed?.length === 0 || reply.json.items?.length === 0)
      ok((reply.status >= 400 && reply.status < 500) || nothing, `${n}: ${reply.method} ${reply.path}: ${reply.status} ${reply.text.slice(0, 200)}`)
    }
  })
  await check('hostile: what begins like a field and goes on behind a NUL is no field', async () => {
    const register = world.schema.get(world.anyRegister)
    for (const tail of ['', 'x', 'x'.repeat(400000)]) {
      const body = { ...(await world.minimal(register)), [`title\u0000${tail}`]: 5, [`unit\u0000${tail}`]: 1 }
      const codes = (expect(await admin.post(register.name, body), 422).json.errors as { code: string }[]).map((one) => one.code)
      equal(codes, ['unknown', 'unknown'], `errors, ${tail.length} bytes on`)
    }
  })
  await check('hostile: a NUL within structures is refused or kept', async () => {
    for (const register of world.schema.registers.filter((one) => one.may.create))
      for (const field of creatable(register).filter((one) => one.kind === 'data' || one.kind === 'ratings')) {
        const value = { ...((field.fallback as Row) ?? {}), [bad]: bad }
        const reply = await admin.post(register.name, { ...(await world.minimal(register)), [field.name]: value })
        ok(reply.status === 201 || reply.status === 422 || reply.status === 400, `${register.name}.${field.name}: ${reply.status} ${reply.text.slice(0, 200)}`)
        if (reply.status === 201) equal(expect(await admin.get(`${register.name}/${reply.json.id}`), 200).json[field.name], value, field.name)
      }
  })
}

export async function hostile(world: World): Promise<void> {
  await bytes(world)
  await bodies(world)
  await addresses(world)
  await parameters(world)
  await nul(world)
  await spreadsheets(world)
  for (const register of world.schema.registers) {
    if (register.may.create) await literals(world, register)
    await filters(world, register)
  }
  await check('hostile: after all this the ledger still grows and nothing is broken', async () => {
    expectFieldError(await world.admin.post(world.anyRegister, { no_such: 1 }), 'no_such')
    expect(await world.admin.post(world.anyRegister, await world.minimal(world.schema.get(world.anyRegister))), 201)
    const failures = world.program.log.filter((line) => /"level":"error"/.test(line))
    if (failures.length) fail(`the log tells of ${failures.length} errors: ${failures.slice(0, 3).join('\n')}`)
  })
}
