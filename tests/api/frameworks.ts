// Real frameworks: every file that is given loads, the largest lists, filters and edits.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from './core/http.ts'
import { events } from './core/jobs.ts'
import { check, equal, ok, skip } from './core/report.ts'
import type { Row } from './core/schema.ts'
import { writeCsv } from './core/table.ts'
import type { World } from './core/world.ts'

async function load(world: World, file: Buffer): Promise<Row> {
  const loaded = expect(await world.admin.upload('frameworks', file, 'application/json'), 201).json as Row
  ok(loaded.created > 0, 'requirements')
  const again = expect(await world.admin.upload('frameworks', file, 'application/json'), 201).json as Row
  equal([again.framework, again.created, again.changed], [loaded.framework, 0, 0], 'the second time')
  const list = expect(await world.admin.get(`requirement?framework=${loaded.framework}&limit=1&count=1`), 200).json
  equal(list.total, loaded.created, 'requirements')
  return loaded
}

/** The catalogue of 1,196 controls: found by filters, in pages, changed, and opened as a statement. */
async function large(world: World, framework: number): Promise<void> {
  const { admin } = world
  const where = `framework=${framework}&parent.empty=0` // all but the 20 families
  await check('frameworks: 1,196 controls list in pages, each once', async () => {
    const seen = new Set<number>()
    let cursor = ''
    for (let page = 0; page < 10; page++) {
      const reply = expect(await admin.get(`requirement?${where}&sort=position&limit=500${cursor}`), 200).json
      for (const row of reply.items as Row[]) seen.add(row.id as number)
      if (!reply.next) break
      cursor = `&cursor=${reply.next}`
    }
    equal(seen.size, 1196, 'controls')
  })
  await check('frameworks: they are filtered and found', async () => {
    const one = expect(await admin.get(`requirement?framework=${framework}&identifier=AC-2`), 200).json.items as Row[]
    equal(one.length, 1, 'by identifier')
    ok((expect(await admin.get(`requirement?framework=${framework}&q=account&limit=100`), 200).json.items as Row[]).length > 1, 'by text')
    ok((expect(await admin.get('search?q=AC-2'), 200).json.items as Row[]).length > 0, 'by the search')
  })
  await check('frameworks: one is changed and goes back', async () => {
    const [row] = expect(await admin.get(`requirement?framework=${framework}&identifier=AC-2`), 200).json.items as Row[]
    const changed = expect(await admin.patch(`requirement/${row!.id}`, { guidance: 'Ours' }, row!.version), 200).json as Row
    equal(changed.guidance, 'Ours', 'guidance')
    expect(await admin.patch(`requirement/${row!.id}`, { guidance: row!.guidance }, changed.version), 200)
  })
}

async function cancelling(world: World): Promise<void> {
  await check('frameworks: a long import is watched, and cancelled', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [`Threat ${i}`, 'technical'])
    const started = expect(await world.admin.upload('threat/import?format=csv', writeCsv([['title', 'category'], ...rows])), 202).json.job as number
    expect(await world.admin.delete(`jobs/${started}`), 204)
    const seen = await events(world.admin, started)
    equal(seen.at(-1)?.status, 'cancelled', 'the last event')
    const job = expect(await world.admin.get(`jobs/${started}`), 200).json as Row
    equal(job.status, 'cancelled', 'status')
    const total = expect(await world.admin.get('threat?limit=1&count=1'), 200).json.total as number
    ok(total < rows.length, `${total} were written before`)
  })
}

/** More rows than fit into one event, each of them told by the job itself. */
async function largeResult(world: World): Promise<void> {
  await check('frameworks: the end of an import is told without its result where that is large', async () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => [`Hazard ${i}`, 'technical'])
    const started = expect(await world.admin.upload('threat/import?format=csv', writeCsv([['title', 'category'], ...rows])), 202).json.job as number
    const last = (await events(world.admin, started)).at(-1)
    equal([last?.status, last?.result], ['done', null], 'the last event')
    const job = expect(await world.admin.get(`jobs/${started}`), 200).json as Row
    equal((job.result as Row).created, rows.length, 'created')
  })
}

async function loadAll(world: World, folder: string): Promise<void> {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json')).sort())
    await check(`frameworks: ${name} loads, twice without harm`, async () => {
      const loaded = await load(world, readFileSync(join(folder, name)))
      if (/800-53/.test(name)) await large(world, loaded.framework as number)
    })
}

export async function frameworks(world: World): Promise<void> {
  await cancelling(world)
  await largeResult(world)
  await check('frameworks: what is no framework is refused', async () => {
    for (const wrong of ['', '{}', '[]', '{"id":"x"}', '{"id":"x","title":"X","requirements":[{"id":1}]}', 'x'.repeat(100)]) {
      const reply = await world.admin.upload('frameworks', wrong, 'application/json')
      ok([400, 422].includes(reply.status), `${wrong.slice(0, 40)}: ${reply.status} ${reply.text}`)
    }
  })
  const data = process.env.MERLON_TEST_DATA
  if (data) return loadAll(world, join(data, 'frameworks'))
  skip('frameworks: every framework file loads', 'MERLON_TEST_DATA names no folder of them')
  await loadAll(world, join(import.meta.dirname, '../../content/frameworks'))
}
