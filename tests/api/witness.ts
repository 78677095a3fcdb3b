// Three programs: one whose ledger is watched (A), one that watches it and is watched by it (B), one that is a witness and nothing
// else (C); a fourth witness (D) is never there. What is proven is checked by tlog.ts, which shares nothing with the program.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Copy } from './core/copy.ts'
import { freePort, MailServer, StampAuthority } from './core/authorities.ts'
import { Client, expect, type Reply } from './core/http.ts'
import { binary, Program } from './core/program.ts'
import { check, equal, fail, ok } from './core/report.ts'
import type { Row } from './core/schema.ts'
import { checkProof, openNote } from './core/tlog.ts'
import type { World } from './core/world.ts'

const patience = 60_000

/** Asks until the answer is there; what `state` says is told when it never is. */
async function until<T>(what: string, ask: () => Promise<T | undefined | false>, state?: () => Promise<unknown>): Promise<T> {
  for (const began = Date.now(); Date.now() - began < patience; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const answer = await ask()
    if (answer) return answer
  }
  return fail(`waited in vain for ${what}${state ? `: ${JSON.stringify(await state())}` : ''}`)
}

/** A key as policies name it: of a log (kind 1) or a witness (kind 4). */
function vkeyOf(name: string, kind: number, key: KeyObject): { id: string; vkey: string } {
  const data = Buffer.concat([Buffer.from([kind]), key.export({ type: 'spki', format: 'der' }).subarray(-32)])
  const id = createHash('sha256').update(`${name}\n`).update(data).digest('hex').slice(0, 8)
  return { id, vkey: `${name}+${id}+${data.toString('base64')}` }
}

/** A log that signs whatever it is asked to. */
class Liar {
  readonly name = 'liar.example/log'
  readonly #keys = generateKeyPairSync('ed25519')
  readonly #named = vkeyOf(this.name, 1, this.#keys.publicKey)
  readonly vkey = this.#named.vkey

  head(size: number, root: Buffer): string {
    const text = `${this.name}\n${size}\n${root.toString('base64')}\n`
    const signature = Buffer.concat([Buffer.from(this.#named.id, 'hex'), sign(null, Buffer.from(text), this.#keys.privateKey)])
    return `${text}\n\u2014 ${this.name} ${signature.toString('base64')}\n`
  }
}

function keysOf(program: Program): { log: string; witness: string } {
  const lines = program.run('ledger', 'keys').trim().split('\n')
  return { log: lines[0]!.split(' ')[1]!, witness: lines[1]!.split(' ')[2]! }
}

class Round {
  readonly a: Program
  readonly b = new Program('witness_b')
  readonly c = new Program('witness_c')
  readonly stamps = new StampAuthority()
  readonly mails = new MailServer()
  readonly folder = mkdtempSync(join(tmpdir(), 'merlon-witness-'))
  readonly file = join(this.folder, 'heads.txt')
  admin!: Client
  keys!: { a: { log: string; witness: string }; b: { log: string; witness: string }; c: { log: string; witness: string } }
  readonly d = vkeyOf('nobody.example/d', 4, generateKeyPairSync('ed25519').publicKey).vkey
  readonly liar = new Liar()

  constructor(readonly world: World) {
    this.a = world.program
    this.admin = world.admin
  }

  #write(name: string, ...lines: string[]): string {
    const path = join(this.folder, name)
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
    return path
  }

  /** Each on a port that it keeps, with policies that name the others. */
  async open(): Promise<void> {
    await Promise.all([this.stamps.start(), this.mails.start()])
    await this.a.stop()
    for (const program of [this.b, this.c]) program.run('init')
    for (const program of [this.a, this.b, this.c]) program.port = await freePort()
    this.keys = { a: keysOf(this.a), b: keysOf(this.b), c: keysOf(this.c) }
    const url = (program: Program): string => `http://127.0.0.1:${program.port}/witness`
    const { a, b, c } = this.keys
    const often = ['--witness-every', '1']
    this.a.options = [
      ...often,
      '--witness-policy', this.#write('a-policy', '# who watches A', `witness b ${b.witness} ${url(this.b)}`, `witness c ${c.witness} ${url(this.c)}/`,
        `witness d ${this.d} http://127.0.0.1:${await freePort()}`, 'group two 2 b c d', 'quorum two'),
      '--witness-logs', this.#write('a-logs', `log ${b.log}`, 'quorum none'),
      '--publish-file', this.file,
      '--publish-every', '1', '--publish-mail', 'one@example.org, two@example.org', '--mail-from', 'merlon@example.org', '--mail-server', this.mails.url,
      '--timestamp-url', this.stamps.url, '--timestamp-ca', this.stamps.ca,
    ] // prettier-ignore
    this.b.options = [...often, '--witness-policy', this.#write('b-policy', `witness a ${a.witness} ${url(this.a)}`, 'quorum a'),
      '--witness-logs', this.#write('bc-logs', `log ${a.log}`, `log ${this.liar.vkey}`, 'quorum none')] // prettier-ignore
    this.c.options = ['--witness-logs', join(this.folder, 'bc-logs')]
    this.c.command = 'witness'
    await Promise.all([this.b.start(), this.c.start(false), this.startA()])
  }

  async startA(): Promise<void> {
    await this.a.start(false)
    this.admin = new Client(this.a.address, this.world.admin.token, this.world.api)
  }

  async stopA(): Promise<void> {
    const code = await this.a.stop()
    if (code !== 0) fail(`A ended with ${code}: ${this.a.log.slice(-12).join('\n')}`)
  }

  get witnesses(): string[] {
    return [this.keys.b.witness, this.keys.c.witness, this.d]
  }

  async checkpoint(size = ''): Promise<{ note: string; size: number; by: string[] }> {
    const note = expect(await this.admin.get(`ledger/checkpoint${size}`), 200).text
    const { text, by } = openNote(note, [this.keys.a.log, ...this.witnesses])
    ok(by.includes(this.keys.a.log), `the log has signed the head: ${note}`)
    return { note, size: Number(text.split('\n')[1]), by }
  }

  /** Something new in the ledger; its entry. */
  async enter(title: string): Promise<number> {
    const row = expect(await this.admin.post('unit', { title, parent: this.world.root }), 201).json as Row
    const entries = expect(await this.admin.get('ledger?limit=500'), 200).json.items as Row[]
    return entries.find((one) => one.register === 'unit' && one.id === row.id)!.entry as number
  }

  /** The same, sealed when it returns. */
  async change(title: string): Promise<number> {
    const entry = await this.enter(title)
    await until('a seal', async () => (await this.admin.get(`ledger/tlog-proof/${entry}`)).status === 200)
    return entry
  }

  cosigned(by: string[]): Promise<{ note: string; size: number; by: string[] }> {
    return until(`cosignatures by ${by.length} witnesses`, async () => {
      const newest = await this.checkpoint()
      return by.every((one) => newest.by.includes(one)) && newest
    }, () => this.witnessesState())
  }

  witnessesState(): Promise<Row> {
    return this.admin.get('ledger/witnesses').then((reply) => expect(reply, 200).json as Row)
  }

  async metric(name: string): Promise<number> {
    const text = (await this.admin.request('GET', '/metrics')).text
    return Number(new RegExp(`^merlon_${name} (\\S+)`, 'm').exec(text)?.[1] ?? fail(`no metric ${name}`))
  }

  /** Stops all of them before it says how they ended: what goes on running keeps the tests from ending. */
  async close(): Promise<void> {
    const ends: string[] = []
    for (const program of [this.b, this.c]) {
      const code = await program.stop()
      program.remove()
      if (code !== 0) ends.push(`a witness ended with ${code}:\n${program.log.slice(-40).join('\n')}`)
    }
    this.stamps.stop()
    this.mails.stop()
    rmSync(this.folder, { recursive: true, force: true })
    if (ends.length) fail(ends.join('\n'))
  }
}

// ---- what is shown ----

async function cosigning(round: Round): Promise<void> {
  const { b, c } = round.keys
  await check('witness: two witnesses cosign each head, and a third that is away keeps nobody', async () => {
    await round.change('Seen by two')
    const newest = await round.cosigned([b.witness, c.witness])
    ok(!newest.by.includes(round.d), 'nobody signs for the third')
    const state = await until('the quorum', async () => {
      const now = await round.witnessesState()
      const quorum = (now.items as Row[]).find((one) => one.name === 'quorum')
      return quorum?.size === newest.size && now
    })
    equal(state.quorum_missing_since, null, 'the quorum of two is reached')
    equal([state.stopped, state.stopped_since, state.alarm], [null, null, null], 'nothing is stopped')
    const named = (state.items as Row[]).map((one) => [one.name, one.witness])
    for (const [letter, key] of [['b', b.witness], ['c', c.witness], ['d', round.d]] as const) {
      ok(named.some(([name, witness]) => name === key.split('+')[0] && witness === letter), `${letter} by its name in the policy: ${JSON.stringify(named)}`)
    }
    const file = await until('the file has the newest head', async () => {
      const now = await round.witnessesState()
      return (now.items as Row[]).find((one) => one.name === 'file' && (one.size as number) >= newest.size)
    })
    equal([file.trouble, file.witness], [null, null], 'the file')
    const away = (state.items as Row[]).find((one) => one.name === 'nobody.example/d')!
    ok(String(away.trouble).includes('does not answer'), `what is said of the third: ${away.trouble}`)
    equal(await round.metric('ledger_cosigned_entries'), newest.size, 'what the metrics say')
  })
  await check('witness: two programs witness each other', async () => {
    const other = new Client(round.b.address, '', undefined)
    const start = { token: round.b.startToken, name: 'Bo', email: 'bo@example.org', password: 'correct horse battery', organisation: 'Contoso' }
    expect(await other.post('start', start), 204)
    const admin = new Client(round.b.address, round.b.run('token', '--user', 'bo@example.org').trim().split('\n').at(-1)!, round.world.api)
    const keys = [round.keys.b.log, round.keys.a.witness]
    await until('a cosignature of A on B', async () => {
      const answer = await admin.get('ledger/checkpoint') // 404 until its first head is sealed
      return answer.status === 200 && openNote(answer.text, keys).by.length === 2
    })
    const ask = (old: number, root: number): Promise<Reply> =>
      other.request('POST', '/witness/add-checkpoint', { raw: `old ${old}\n\n${round.liar.head(1, Buffer.alloc(32, root))}`, headers: { 'content-type': 'text/plain' } })
    const alarms = async (): Promise<Row[]> => (expect(await admin.get('security-events?kind=alarm'), 200).json as { items: Row[] }).items
    expect(await ask(0, 1), 200)
    expect(await ask(1, 1), 200)
    equal((await alarms()).length, 0, 'the same head twice is nothing')
    expect(await ask(1, 2), 409)
    const told = await until('the alarm', async () => (await alarms()).length > 0 && alarms())
    equal(told.map((one) => one.detail), ['liar.example/log has signed two different heads over 1 entries.'], 'what the operator is told')
  })
  await check('witness: its key is told, and a server that is none says so', async () => {
    equal((await new Client(round.c.address, '', undefined).request('GET', '/witness/key')).text, `${c.witness}\n`, 'the key')
    expect(await new Client(round.c.address, '', undefined).request('GET', '/api/v1/session'), 404)
    expect(await round.admin.request('GET', '/witness/key'), 200)
  })
}

async function questions(round: Round): Promise<void> {
  const c = new Client(round.c.address, '', undefined)
  const ask = (raw: string): Promise<Reply> => c.request('POST', '/witness/add-checkpoint', { raw, headers: { 'content-type': 'text/plain' } })
  await check('witness: it answers as the specification says', async () => {
    const { note, size } = await round.cosigned([round.keys.c.witness])
    const held = new Client(round.c.address, '', round.world.api) // whose answer is held against the document
    const again = await held.request('POST', '/witness/add-checkpoint', { raw: `old ${size}\n\n${note}`, headers: { 'content-type': 'text/plain' } })
    expect(again, 200)
    ok(openNote(`${note}${again.text}`, [round.keys.c.witness]).by.length >= 1, 'the same head once more')
    for (const old of [0, size - 1]) {
      const other = await ask(`old ${old}\n\n${note}`)
      expect(other, 409)
      equal(other.headers['content-type'], 'text/x.tlog.size', 'its type')
      equal(other.text, `${size}\n`, 'what it knows')
    }
    expect(await ask('old 0\n'), 400)
    expect(await ask(`old ${size + 1}\n\n${note}`), 400)
    expect(await ask(`old ${size}\n\n${note.replace(/^merlon\//, 'merlin/')}`), 404)
    expect(await ask(`old ${size}\n\n${note.replace(/\n\d+\n/, `\n${size + 1}\n`)}`), 403)
  })
  await check('witness: a proof that does not hold is refused, and changes nothing', async () => {
    const before = await round.cosigned([round.keys.c.witness])
    await round.c.stop()
    await round.change('Not seen by C')
    const after = await round.checkpoint()
    await round.stopA() // so that it does not ask by itself
    await round.c.start(false)
    expect(await ask(`old ${before.size}\n${Buffer.alloc(32, 7).toString('base64')}\n\n${after.note}`), 422)
    equal((await ask(`old 0\n\n${after.note}`)).text, `${before.size}\n`, 'what it knows still')
    await round.startA()
    await round.cosigned([round.keys.c.witness])
  })
  await check('witness: one address cannot ask without end', async () => {
    const many = (): Promise<number[]> => Promise.all(Array.from({ length: 100 }, async () => (await ask('x')).status))
    await until('429', async () => (await many()).includes(429))
    await round.c.stop() // the count is the process's
    await round.c.start(false)
  })
}

/** What `merlon proof` says of these files, with the keys of a policy and without any data directory. */
function program(round: Round, proof: string, policy: string[], content?: string): { status: number; said: string } {
  const [at, keys, beside] = [join(round.folder, 'taken.tlog-proof'), join(round.folder, 'taken-policy'), join(round.folder, 'taken.json')]
  writeFileSync(at, proof)
  writeFileSync(keys, policy.map((line) => `${line}\n`).join(''))
  if (content !== undefined) writeFileSync(beside, content)
  const options = content === undefined ? [] : ['--content', beside]
  const { status, stdout, stderr } = spawnSync(binary, ['proof', at, '--policy', keys, ...options], { encoding: 'utf8' })
  return { status: status ?? -1, said: stdout + stderr }
}

type Content = { salt: string; comment: string; state: string; canonical: string; position: number; path: string[]; head: { size: number } }

async function proofs(round: Round): Promise<void> {
  await check('witness: the proof of an approval holds by an implementation of its own', async () => {
    const { world } = round
    const entry = await approval(world, round.admin)
    const proof = await until('a proof with two cosignatures', async () => {
      const reply = await round.admin.get(`ledger/tlog-proof/${entry}`)
      return reply.status === 200 && openNote(reply.text.slice(reply.text.indexOf('\n\n') + 2), round.witnesses).by.length === 2 && reply
    })
    ok(proof.headers['content-disposition']?.includes(`entry-${entry}.tlog-proof`), 'the name of the file')
    const proven = checkProof(proof.text, round.keys.a.log, round.witnesses, 2)
    const row = JSON.parse(proven.entry) as unknown[]
    equal([row[1], row[4], row[5]], [entry, 'transition:approve', 'methodology'], 'what is proven')
    const { a, b, c } = round.keys
    const policy = [`log ${a.log}`, `witness b ${b.witness}`, `witness c ${c.witness}`, `witness d ${round.d}`]
    const two = [...policy, 'group two 2 b c d', 'quorum two']
    const content = (await round.admin.get(`ledger/proof/${entry}?content=1`)).text
    const right = program(round, proof.text, two, content)
    const parts = JSON.parse(content) as Content
    const part = (change: object): string => JSON.stringify({ ...parts, ...change })
    equal(right.status, 0, right.said)
    equal(program(round, proof.text, (await round.admin.get('ledger/policy')).text.trimEnd().split('\n'), content).said, right.said, 'by the policy that the ledger offers')
    ok(right.said.includes(`Entry ${entry}: "transition:approve" of "methodology"`) && right.said.includes('Cosigned by b (key'), right.said)
    ok(right.said.includes('Its content is what was given'), right.said)
    for (const [why, given, keys, brought] of [
      ['stand under the head', proof.text.replace(/index (\d+)/, (_, at: string) => `index ${Number(at) - 1}`), two],
      ['stand under the head', proof.text.replace(/extra (.)/, (_, first: string) => `extra ${first === 'W' ? 'X' : 'W'}`), two],
      ['bears no signature', proof.text.replace(/\nmerlon-time \d/, '\nmerlon-time 9'), two],
      ['policy does not name', proof.text, [`log ${b.log}`, 'quorum none']],
      ['too few have cosigned', proof.text, [...policy, 'group all all b c d', 'quorum all']],
      ['is not the content of this entry', proof.text, two, content.replace('"comment":"', '"comment":"x')],
      ['is not the content of this entry', proof.text, two, content.replace(/"state":"[^"\\]*/, '$& ')],
      ['holds no content, or is damaged', proof.text, two, part({ salt: parts.salt.slice(2) })],
      ['holds no content, or is damaged', proof.text, two, part({ salt: parts.salt.replace(/[a-f]/g, (digit) => digit.toUpperCase()) })],
      ['holds no content, or is damaged', proof.text, two, content.slice(0, -2)],
      ['is not the content of this entry', proof.text, two, part({ comment: '', state: `${parts.comment}\0${parts.state}` })],
      ['whether it was purged or is missing this file does not prove', proof.text, two, part({ salt: null, comment: null, state: null })],
      ['says that it is of another entry', proof.text, two, part({ entry: entry + 1 })],
      ['("canonical") is not the entry of the proof', proof.text, two, part({ canonical: parts.canonical.replace('approve', 'reject') })],
      ['stands elsewhere ("position")', proof.text, two, part({ position: parts.position + 1 })],
      ['("path") does not lead', proof.text, two, part({ path: parts.path.slice(1) })],
      ['("head") is not signed', proof.text, two, part({ head: { ...parts.head, size: parts.head.size + 1 } })],
      ['is no proof, or damaged', proof.text.slice(0, 60), two],
    ] as [string, string, string[], string?][]) {
      const wrong = program(round, given, keys, brought)
      equal([wrong.status, wrong.said.includes(why)], [1, true], `${why}: ${wrong.said}`)
    }
    for (const [what, altered] of [
      ['the entry', proof.text.replace(/extra (.)/, (_, first: string) => `extra ${first === 'W' ? 'X' : 'W'}`)],
      ['the place', proof.text.replace(/index (\d+)/, (_, at: string) => `index ${Number(at) - 1}`)],
      ['the head', proof.text.replace(/\nmerlon-time \d/, '\nmerlon-time 9')],
    ] as const)
      ok(throws(() => checkProof(altered, round.keys.a.log, round.witnesses, 2)), `${what} was altered and it was not seen`)
    ok(throws(() => checkProof(proof.text, round.keys.a.log, round.witnesses, 3)), 'three were not there')
    ok(throws(() => checkProof(proof.text, round.keys.b.log, round.witnesses, 2)), 'another log')
  })
  await check('witness: proofs and checkpoints are for whoever may read the ledger', async () => {
    const reader = new Client(round.a.address, '', round.world.api)
    for (const path of ['checkpoint', 'tlog-proof/1', 'timestamp/1', 'witnesses']) expect(await reader.get(`ledger/${path}`), 401)
    expect(await round.admin.get('ledger/tlog-proof/99999999'), 404)
    expect(await round.admin.get('ledger/checkpoint?size=99999999'), 404)
  })
}

function throws(run: () => unknown): boolean {
  try {
    run()
    return false
  } catch {
    return true
  }
}

/** The second person approves a methodology; the entry that says so. */
async function approval(world: World, admin: Client): Promise<number> {
  const second = new Client(admin.address, world.second.token, world.api)
  const row = expect(await admin.post('methodology', await world.minimal(world.schema.get('methodology'))), 201).json as Row
  const path = `methodology/${row.id}/transitions`
  const body = await world.answers('methodology', (expect(await second.get(path), 200).json.items as Row[]).find((one) => one.name === 'approve')!.asks as string[])
  expect(await second.decide(`${path}/approve`, body, { ifMatch: row.version as number }), 200)
  const entries = expect(await admin.get('ledger?limit=500'), 200).json.items as Row[]
  return entries.find((one) => one.register === 'methodology' && one.id === row.id && one.action === 'transition:approve')!.entry as number
}

async function awayAndBack(round: Round): Promise<void> {
  await check('witness: without a quorum it is told since when, and it is made up for', async () => {
    await round.c.stop()
    await round.change('Nobody but B')
    const missing = await until('the quorum to be missed', async () => {
      const state = await round.witnessesState()
      return state.quorum_missing_since && state
    })
    const c = (missing.items as Row[]).find((one) => one.name === round.keys.c.witness.split('+')[0])!
    ok(String(c.trouble).includes('does not answer'), `what is said of C: ${c.trouble}`)
    ok((await round.metric('ledger_quorum_missing_seconds')) > 0, 'the metrics say so')
    await round.c.start(false)
    await round.cosigned([round.keys.b.witness, round.keys.c.witness])
    await until('the quorum', async () => (await round.witnessesState()).quorum_missing_since === null)
  })
}

async function publishing(round: Round): Promise<void> {
  await check('heads: a time stamp verifies with openssl ts', async () => {
    const at = await until('a time stamp', async () => {
      const row = ((await round.witnessesState()).items as Row[]).find((one) => one.name === 'timestamp')
      return row?.trouble === null && row
    })
    const reply = expect(await round.admin.get(`ledger/timestamp/${at.size}`), 200)
    const { note } = await round.checkpoint(`?size=${at.size}`)
    ok(/OK/.test(round.stamps.verify(note.slice(0, note.indexOf('\n\n') + 1), reply.bytes)), 'openssl says OK')
    ok(throws(() => round.stamps.verify(note.replace(/\n\d+\n/, '\n1\n'), reply.bytes)), 'of other bytes it does not')
    expect(await round.admin.get('ledger/timestamp/99999999'), 404)
  })
  await check('heads: they are mailed, to both addresses', async () => {
    const mail = await until('a mail', async () => round.mails.messages[0])
    equal([mail.from, mail.to], ['merlon@example.org', ['one@example.org', 'two@example.org']], 'the envelope')
    ok(/^Subject: Head of the ledger merlon\/[0-9a-f]{16} over \d+ entries$/m.test(mail.text), mail.text)
    ok(/^Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/m.test(mail.text), mail.text)
    const note = mail.text.slice(mail.text.lastIndexOf('\nmerlon/') + 1)
    equal(openNote(note.trimEnd() + '\n', [round.keys.a.log]).by, [round.keys.a.log], 'the note in it is signed')
  })
  await check('heads: each is appended to the file', async () => {
    const newest = await round.checkpoint()
    await until('the file', async () => {
      const notes = readFileSync(round.file, 'utf8').split('\n\n').filter((one) => one.startsWith('merlon/'))
      return notes.some((one) => one.split('\n')[1] === String(newest.size))
    })
  })
  await check('heads: a stamp on something else, and an authority that refuses, are not kept', async () => {
    await round.stopA()
    round.a.options[round.a.options.indexOf('--publish-every') + 1] = '0' // with each head
    await round.startA()
    for (const [mood, word] of [['other', 'The time stamp does not hold'], ['refuse', 'The time-stamp authority answers 500.']] as const) {
      round.stamps.mood = mood
      await round.change(`Stamped ${mood}`)
      const { size } = await round.checkpoint()
      const row = await until('the trouble', async () => {
        const now = ((await round.witnessesState()).items as Row[]).find((one) => one.name === 'timestamp')
        return String(now?.trouble).includes(word) && now
      })
      ok((row.size as number) < size, 'the head without a stamp is not counted')
      expect(await round.admin.get(`ledger/timestamp/${size}`), 404)
    }
    round.stamps.mood = 'good'
    await until('a stamp again', async () => {
      const { size } = await round.checkpoint()
      return (await round.admin.get(`ledger/timestamp/${size}`)).status === 200
    })
  })
}

/** What merlon verify says, and whether all is right. */
function verifies(round: Round, ...words: string[]): { right: boolean; said: string } {
  try {
    return { right: true, said: round.a.run('verify', ...words) }
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    return { right: false, said: `${stdout}${stderr}` }
  }
}

/** Certificates that vouch for nobody here. */
function foreignCa(round: Round): string {
  const file = join(round.folder, 'foreign.pem')
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=Nobody', '-keyout', join(round.folder, 'foreign.key'), '-out', file],
    { stdio: 'ignore' }) // prettier-ignore
  return file
}

async function verifying(round: Round): Promise<void> {
  const policy = join(round.folder, 'a-policy')
  const unknown = 'No witness was consulted: that this is not an older copy cannot be known from here.'
  await check('verify: without a witness it says so, with what it was given', async () => {
    const alone = verifies(round)
    ok(alone.right && alone.said.includes(unknown), alone.said)
    const kept = verifies(round, '--policy', policy) // by the cosignatures that lie beside the ledger
    ok(kept.right && kept.said.includes('Cosigned by 2 of 3 witnesses') && kept.said.includes(unknown), kept.said)
    const noted = verifies(round, '--checkpoint', round.file)
    ok(noted.right && /\d+ checkpoints that were given are contained/.test(noted.said) && !noted.said.includes(unknown), noted.said)
    const asked = verifies(round, '--policy', policy, '--ask')
    const d = `d (key ${round.d.split('+')[1]})` // away: its silence is no good answer
    ok(!asked.right && asked.said.includes(`Of the 3 witnesses that were asked, 1 did not answer: ${d}.`), asked.said)
    const heard = join(round.folder, 'heard')
    writeFileSync(heard, readFileSync(policy, 'utf8').replace(/^witness d.*\n/m, '').replace('two 2 b c d', 'two 2 b c'))
    const all = verifies(round, '--policy', heard, '--ask')
    ok(all.right && all.said.includes('2 of 2 witnesses were asked now and know nothing newer.'), all.said)
    const answer = JSON.parse(round.a.run('verify', '--json', '--policy', policy)) as Row
    equal([answer.right, answer.witnessed, answer.cosigners], [true, false, 2], 'as JSON')
  })
  await check('verify: stored time stamps and cosignatures are looked at, each row of them', async () => {
    const fits = verifies(round, '--policy', policy)
    ok(fits.right && /others' word on heads +right \(\d+\); the \d+ time stamps are over the heads/.test(fits.said), fits.said)
    const ca = verifies(round, '--policy', policy, '--timestamp-ca', round.stamps.ca)
    ok(ca.right && /others' word on heads +right \(\d+\)\n/.test(ca.said), ca.said)
    const foreign = verifies(round, '--timestamp-ca', foreignCa(round))
    ok(!foreign.right && foreign.said.includes('The time stamp does not hold'), foreign.said)
    const nobody = join(round.folder, 'nobody')
    writeFileSync(nobody, `witness d ${round.d}\nquorum none\n`)
    const unknown = verifies(round, '--policy', nobody)
    ok(unknown.right && /not checked: \d+ cosignatures, whose keys no policy names/.test(unknown.said), unknown.said)
  })
  await check('verify: a policy that is not met, and a checkpoint of somebody else, are named', async () => {
    const strict = join(round.folder, 'strict')
    writeFileSync(strict, readFileSync(policy, 'utf8').replace('group two 2', 'group two all'))
    const unmet = verifies(round, '--policy', strict)
    ok(!unmet.right && unmet.said.includes('The quorum of the policy is reached for none'), unmet.said)
    const forged = join(round.folder, 'forged')
    writeFileSync(forged, (await round.checkpoint()).note.replace(/\nmerlon-time \d/, '\nmerlon-time 9'))
    const refused = verifies(round, '--checkpoint', forged)
    ok(!refused.right && refused.said.includes('was not signed by a key of this ledger'), refused.said)
    const wrong = verifies(round, '--ask')
    ok(!wrong.right && wrong.said.includes('--policy'), wrong.said)
  })
}

async function backInTime(round: Round): Promise<void> {
  const all = [round.keys.b.witness, round.keys.c.witness]
  await round.stopA()
  const older = new Copy(round.a)
  await round.startA()
  await round.change('What the copy does not have')
  const newest = await round.cosigned(all)
  await round.stopA()
  const newer = new Copy(round.a)
  await check('witness: a ledger that went back in time is stopped with a sentence', async () => {
    older.putBack() // with its own files: here nothing but the witnesses can know
    await round.startA()
    const state = await until('the stop', async () => {
      const now = await round.witnessesState()
      return now.stopped && now
    }, async () => [await round.witnessesState(), round.a.log.slice(-12)])
    ok(String(state.stopped).includes(`has cosigned a head over ${newest.size} entries`), `the sentence: ${state.stopped}`)
    ok(String(state.stopped).includes('nothing more is sealed until somebody decides'), `the sentence: ${state.stopped}`)
    ok(Math.abs(Date.now() - Date.parse(String(state.stopped_since))) < 120_000, `since when: ${state.stopped_since}`)
    await until('the alarm in the metrics', async () => (await round.metric('ledger_alarm')) === 1)
    const told = [round.b, round.c].some((program) => program.log.some((line) => line.includes(`and has signed one over ${newest.size} before`)))
    ok(told, 'a witness tells its own operator')
    const sealed = (await round.checkpoint()).size
    await round.enter('Never sealed in this past')
    await until('the alarm', async () => (await round.metric('ledger_alarm')) === 1)
    equal((await round.checkpoint()).size, sealed, 'nothing more is sealed')
    ok((await round.metric('ledger_pending')) > 0, 'it waits')
    const waits = await round.witnessesState()
    equal([waits.alarm, waits.stopped_since], [state.stopped, state.stopped_since], 'the alarm and the time of the stop')
    ok((waits.waiting as number) > 0 && String(waits.waiting_since) >= String(state.stopped_since), `what waits: ${waits.waiting}, since ${waits.waiting_since}`)
    const asked = verifies(round, '--policy', join(round.folder, 'a-policy'), '--ask')
    ok(asked.said.includes('nothing more is sealed until somebody decides'), asked.said)
    ok(!asked.right && asked.said.includes(`has cosigned a head over ${newest.size} entries, but only ${sealed} are here`), asked.said)
    const noted = verifies(round, '--checkpoint', round.file)
    ok(!noted.right && noted.said.includes('this is an older copy, or the newest entries were cut off'), noted.said)
    try {
      round.a.run('check')
      fail('merlon check finds nothing wrong')
    } catch (error) {
      ok(String((error as { stdout?: string }).stdout).includes('nothing more is sealed until somebody decides'), 'merlon check names it')
    }
  })
  await check('witness: a restored copy of what was stopped is a branch of its own, and goes on', () => {
    const kept = join(round.folder, 'stopped.backup')
    const branch = join(round.folder, 'branch')
    round.a.run('backup', kept)
    const key = ['--master-key', join(round.a.data, 'master.key')]
    const alone = { encoding: 'utf8' as const }
    const restored = execFileSync(binary, ['restore', kept, '--data', branch, ...key], alone)
    ok(restored.includes('Verified: '), restored)
    const said = execFileSync(binary, ['verify', '--data', branch, ...key], alone)
    ok(/^sealing goes on +right/m.test(said), said)
    return Promise.resolve()
  })
  await check('witness: with the right copy everything goes on', async () => {
    await round.stopA()
    newer.putBack()
    await round.startA()
    equal((await round.witnessesState()).stopped, null, 'nothing is stopped')
    await round.change('As if nothing had been')
    await round.cosigned(all)
  })
  await check('heads: whom nothing is sent to any more is told apart', async () => {
    const { options } = round.a
    for (const now of [[], options]) {
      await round.stopA()
      round.a.options = now
      await round.startA()
      const sent = ((await round.witnessesState()).items as Row[]).map((one) => one.sent)
      ok(sent.length > 5 && sent.every((one) => one === (now === options)), `sent to: ${String(sent)}`)
    }
  })
  await check('witness: where the newer one is lost, it takes a decision of each side', async () => {
    await round.stopA()
    older.putBack()
    await round.startA()
    await until('the stop', async () => (await round.witnessesState()).stopped)
    const nobody = new Client(round.a.address, round.world.third.token, round.world.api)
    expect(await nobody.post('ledger/resume', { reason: 'I say so' }), 403)
    expect(await round.admin.post('ledger/resume', {}), 422)
    expect(await round.admin.post('ledger/resume', { reason: 'A first try' }), 204)
    await until('the stop again, since the witnesses still know', async () => {
      await round.enter('A try')
      return (await round.witnessesState()).stopped
    })
    for (const witness of [round.b, round.c]) {
      witness.run('ledger', 'forget', round.keys.a.log.split('+')[0]!, '--reason', 'Their newer database burnt')
    }
    expect(await round.admin.post('ledger/resume', { reason: 'The newer database burnt; the witnesses agree' }), 204)
    await round.change('A new beginning')
    await round.cosigned(all)
    expect(await round.admin.post('ledger/resume', { reason: 'Once more' }), 409)
  })
  older.remove()
  newer.remove()
}

export async function witness(world: World): Promise<void> {
  const round = new Round(world)
  try {
    await round.open()
    for (const part of [cosigning, questions, proofs, awayAndBack, publishing, verifying, backInTime]) await part(round)
  } finally {
    await round.close()
  }
}
