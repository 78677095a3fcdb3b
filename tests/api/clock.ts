// A clock that is set forward and back under a running program, by an hour and by ten years (libfaketime): times never fall,
// sealing goes on, nothing expires that should not, and a jump that is confirmed counts.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, expect, type Reply } from './core/http.ts'
import { importFile } from './core/jobs.ts'
import { check, equal, fail, ok, show, skip } from './core/report.ts'
import type { Row } from './core/schema.ts'
import { writeCsv } from './core/table.ts'
import { dateAfter } from './core/values.ts'
import { password, type World } from './core/world.ts'

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'
const hour = 3_600_000
const day = 24 * hour
const patience = 60_000

interface Entry {
  entry: number
  at: string
}

/** Where the tests themselves run at another day (tests/at-date.sh): how far from the machine's clock, in seconds. */
const away = Number(process.env.FAKETIME ?? 0)

/** The program with a clock that the test sets, as an offset from the test's own in seconds. */
class Clock {
  readonly #file: string
  #made = 0

  constructor(readonly world: World) {
    this.#file = `${world.program.data}.clock`
    this.set(0)
    // The sanitizers' runtime wants to be asked for memory first; it is, since the library that sets the clock asks for none.
    const asan = process.env.ASAN_OPTIONS ? `${process.env.ASAN_OPTIONS}:` : ''
    world.program.environment = {
      LD_PRELOAD: library,
      FAKETIME: undefined, // the file is to count
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_FORCE_MONOTONIC_FIX: '0', // else a wait by the monotonic clock ends at once
      ASAN_OPTIONS: `${asan}verify_asan_link_order=0`,
    }
  }

  set(seconds: number): void {
    const offset = away + seconds
    writeFileSync(`${this.#file}.new`, `${offset < 0 ? '-' : '+'}${Math.abs(offset)}\n`)
    renameSync(`${this.#file}.new`, this.#file)
  }

  async restart(): Promise<void> {
    const { world } = this
    const code = await world.program.stop()
    if (code !== 0) fail(`the program ended with ${code}: ${world.program.log.slice(-5).join('\n')}`)
    await world.program.start(false)
    world.admin = world.admin.at(world.program.address)
    world.second = world.second.at(world.program.address)
  }

  remove(): void {
    rmSync(this.#file, { force: true })
  }

  async state(): Promise<Row> {
    return expect(await this.world.admin.get('clock'), 200).json as Row
  }

  async metric(name: string): Promise<number> {
    const text = expect(await this.world.admin.request('GET', '/metrics'), 200).text
    return Number(new RegExp(`^merlon_${name} (-?\\d+)$`, 'm').exec(text)?.[1] ?? NaN)
  }

  async becomes(state: string): Promise<void> {
    await until(`the clock is ${state}`, async () => (await this.state()).state === state)
  }

  /** A record is written, dated, sealed; answers when the ledger says that it was. */
  async write(): Promise<number> {
    const { admin } = this.world
    const made = expect(await admin.post('asset', { title: `Written ${++this.#made}`, kind: 'hardware' }), 201).json as Row
    const items = expect(await admin.get(`asset/${made.id}/history`), 200).json.items as Entry[]
    await until('the entry is sealed', async () => (await admin.get(`ledger/proof/${items[0]!.entry}`)).status === 200)
    return Date.parse(items[0]!.at)
  }

  /** Resolves when the regular duties have gone round at least twice: they tell how a job gets on. */
  async rounds(): Promise<void> {
    for (let i = 0; i < 3; i++)
      await importFile(this.world.admin, 'asset', writeCsv([['title', 'kind'], [`Imported ${++this.#made}`, 'hardware']]))
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) if (await holds()) return
  fail(`${what}: not within ${patience / 1000} s`)
}

/** An accepted risk and two pieces of evidence: what expires by itself, if not today. */
async function things(world: World): Promise<{ path: string; status: string }[]> {
  const { admin, second } = world
  const step = async (client: Client, path: string, body: Row, version: unknown): Promise<Row> =>
    expect(await client.post(path, body, { ifMatch: version as number }), 200).json as Row
  const method = expect(await admin.post('methodology', { title: 'Method of the clock' }), 201).json as Row
  const decide = async (path: string, version: unknown): Promise<Row> => expect(await second.decide(path, {}, { ifMatch: version as number }), 200).json as Row
  await decide(`methodology/${method.id}/transitions/approve`, method.version)
  const assessment = expect(await admin.post('risk_assessment', { title: 'Assessment', methodology: method.id }), 201).json as Row
  const risk = expect(await admin.post('risk', { title: 'Fire', assessment: assessment.id }), 201).json as Row
  const rating = { current_likelihood: 3, current_consequences: Object.fromEntries(world.criteria.map((name) => [name, 3])) }
  const analysed = await step(admin, `risk/${risk.id}/transitions/analyse`, rating, risk.version)
  await step(admin, `risk/${risk.id}/transitions/evaluate`, { treatment: 'retain' }, analysed.version)
  const wanted = { title: 'Until the refit', risk: risk.id, reason: 'The refit is in spring', expires_on: dateAfter(200) }
  const acceptance = expect(await admin.post('acceptance', wanted), 201).json as Row
  await decide(`acceptance/${acceptance.id}/transitions/accept`, acceptance.version)
  const control = expect(await admin.post('control', { title: 'Extinguishers' }), 201).json as Row
  const made = [{ path: `acceptance/${acceptance.id}`, status: 'accepted' }]
  for (const days of [30, 300]) {
    const upload = `control/${control.id}/evidence?name=photo${days}.txt&expires_on=${dateAfter(days)}`
    const evidence = expect(await admin.upload(upload, `seen, good for ${days} days`, 'text/plain'), 201).json as Row
    made.push({ path: `evidence/${evidence.id}`, status: 'valid' })
  }
  return made
}

async function holds(world: World, made: { path: string; status: string }[]): Promise<void> {
  for (const { path, status } of made) equal(expect(await world.admin.get(path), 200).json.status, status, `the status of ${path}`)
}

async function signIn(world: World): Promise<Reply> {
  return new Client(world.program.address, '', world.api).post('session', { email: 'ada@example.org', password })
}

/**
 * By their numbers: no time is before the one before it. On PostgreSQL several write beside each other, each at the time at
 * which its transaction began, so there the order of their places tells (docs/ledger.md), which merlon verify looks at.
 */
async function timesRise(world: World): Promise<number> {
  const byNumber = !world.program.database
  let cursor = ''
  let later = Infinity
  let count = 0
  do {
    const page = expect(await world.admin.get(`ledger?limit=500${cursor}`), 200).json
    for (const one of page.items as Entry[]) {
      const at = Date.parse(one.at)
      ok(!byNumber || at <= later, `entry ${one.entry} of ${one.at} is later than the one after it`)
      later = at
      count++
    }
    cursor = page.next ? `&cursor=${encodeURIComponent(page.next as string)}` : ''
  } while (cursor)
  return count
}

async function anHour(clock: Clock): Promise<void> {
  const { world } = clock
  await check('clock: an hour ahead is followed', async () => {
    const before = await clock.write()
    clock.set(3600)
    const after = await clock.write()
    ok(after - before >= hour && after - before < hour + patience, `${after - before} ms apart`)
    equal((await clock.state()).state, 'right', 'the state')
    await until('the log tells it', async () => world.program.log.some((line) => line.includes('the clock went ahead and is believed')))
  })
  await check('clock: an hour back, and time goes on slowly from where it was', async () => {
    const before = await clock.write()
    clock.set(0)
    await clock.becomes('behind')
    const first = await clock.write()
    const second = await clock.write()
    ok(before <= first && first <= second && second < before + patience, `${before}, ${first}, ${second}`)
    const apart = await clock.metric('clock_apart_seconds')
    ok(apart < -3000 && apart >= -3600, `${apart} s apart`)
    expect(await signIn(world), 200)
  })
}

async function tenYears(clock: Clock, made: { path: string; status: string }[]): Promise<void> {
  const { world } = clock
  const years = 3652 * 86_400
  await check('clock: ten years ahead are held off: nothing expires, nothing is dated by them, nobody is signed out', async () => {
    const cookie = (await signIn(world)).headers['set-cookie']![0]!.split(';')[0]!
    const before = await clock.write()
    clock.set(years)
    await clock.becomes('held')
    await clock.rounds()
    await holds(world, made)
    const after = await clock.write()
    ok(after >= before && after < before + 2 * patience, `${after - before} ms apart`)
    expect(await new Client(world.program.address, '', world.api).request('GET', '/api/v1/session', { headers: { cookie } }), 200)
    equal(await clock.metric('clock_held'), 1, 'the gauge')
  })
  await check('clock: starting again does not confirm it, nor lets time fall, and check says so', async () => {
    const before = Date.parse((await clock.state()).now as string)
    await clock.restart()
    await clock.becomes('held')
    const after = Date.parse((await clock.state()).now as string)
    ok(after >= before, `time fell by ${before - after} ms`)
    await clock.rounds()
    await holds(world, made)
    const answers = world.program.asks('check', '--json')
    const asked = (JSON.parse(answers) as { name: string; right: boolean; detail: string }[]).find((one) => one.name === 'clock')!
    equal(asked.right, false, 'the clock is right')
    ok(asked.detail.includes('time goes on from there'), asked.detail)
  })
  await check('clock: when it comes back, all is as if nothing had been', async () => {
    const before = await clock.write()
    clock.set(3600)
    await until('the clock is not held off', async () => (await clock.state()).state !== 'held')
    const after = await clock.write()
    ok(after >= before && after < before + hour + 2 * patience, `${after - before} ms apart`)
    equal(await clock.metric('clock_held'), 0, 'the gauge')
    await clock.rounds()
    await holds(world, made)
  })
  await check('clock: ten years back, and time goes on', async () => {
    const before = await clock.write()
    clock.set(-years)
    await clock.becomes('behind')
    const after = await clock.write()
    ok(after >= before && after < before + patience, `${after - before} ms apart`)
    await clock.rounds()
    await holds(world, made)
    expect(await signIn(world), 200)
    await clock.restart()
    ok((await clock.write()) >= after, 'time falls by a start')
    expect(await signIn(world), 200)
    clock.set(3600)
    await clock.becomes('right')
  })
}

/** As far as a program that was off would believe a clock, which this one was not. */
async function tenDays(clock: Clock, made: { path: string; status: string }[]): Promise<void> {
  await check('clock: ten days ahead are held off, also by the next start and the one after', async () => {
    clock.set(10 * 86_400)
    for (let start = 0; start < 3; start++) {
      await clock.becomes('held')
      await clock.rounds()
      await holds(clock.world, made)
      await clock.restart()
    }
    await clock.becomes('held')
    clock.set(0)
    await clock.becomes('behind')
  })
}

async function confirmed(clock: Clock, made: { path: string; status: string }[]): Promise<void> {
  const { world } = clock
  await check('clock: a jump that an administrator confirms counts', async () => {
    expect(await world.admin.post('clock/confirm', {}), 409)
    clock.set(40 * 86_400)
    await clock.becomes('held')
    await clock.rounds()
    await holds(world, made)
    expect(await world.second.get('clock'), 403)
    expect(await world.second.post('clock/confirm', {}), 403)
    const shown = (await clock.state()).machine as string
    const apart = (ms: number): string => new Date(Date.parse(shown) + ms).toISOString()
    const none = expect(await world.admin.post('clock/confirm', { comment: 'The machine was stopped' }), 400).json as Row
    ok(show(none).includes('time of the machine'), show(none))
    expect(await world.admin.post('clock/confirm', { machine: 'tomorrow' }), 400)
    for (const other of [apart(-2 * hour), apart(2 * hour), '2001-01-01T00:00:00.000Z'])
      expect(await world.admin.post('clock/confirm', { machine: other }), 409)
    equal((await clock.state()).state, 'held', 'the state')
    const answer = expect(await world.admin.post('clock/confirm', { machine: shown, comment: 'The machine was stopped' }), 200).json as Row
    equal(answer.state, 'right', 'the state')
    // The duties of the new day may have come behind it by now.
    const entries = expect(await world.admin.get('ledger?limit=20'), 200).json.items as Row[]
    const entry = entries.find((one) => one.action === 'confirm') ?? fail('no entry says it')
    equal(entry.comment, 'The machine was stopped', 'the entry')
    ok(Date.parse(entry.at as string) - Date.now() > 39 * day, `it bears the new time: ${entry.at}`)
    await until('what has expired since is expired', async () => expect(await world.admin.get(made[1]!.path), 200).json.status === 'expired')
    await holds(world, [made[0]!, made[2]!])
  })
  await check('clock: one that was confirmed wrongly: told for good, and everything goes on', async () => {
    clock.set(0)
    await clock.becomes('behind')
    await clock.restart()
    await clock.becomes('behind')
    const before = await clock.write()
    ok((await clock.write()) >= before, 'times fall')
    ok(before - Date.now() > 39 * day, 'it was dated before what was there')
    expect(await signIn(world), 200)
    await clock.rounds()
  })
}

export async function clock(world: World): Promise<void> {
  if (!existsSync(library)) return skip('clock: all of it', `there is no ${library}`)
  const clock = new Clock(world)
  try {
    await clock.restart()
    const made = await things(world)
    await anHour(clock)
    await tenDays(clock, made)
    await tenYears(clock, made)
    await confirmed(clock, made)
    await check('clock: no time in the ledger falls, and it verifies', async () => {
      ok((await timesRise(world)) > 50, 'entries')
      await world.program.stop()
      ok(world.program.run('verify', '--public-key', join(world.program.data, 'ledger.pub')).includes('verything is right'), 'verify')
    })
  } finally {
    clock.remove()
  }
}
