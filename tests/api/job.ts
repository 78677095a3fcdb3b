// The main job through the interface alone: method, assets, risks, controls, Statement of Applicability, approval by a second
// person, PDF. Then: the statement as of then is, cell for cell, the workbook that was exported then.
import { execFileSync } from 'node:child_process'
import { inflateSync } from 'node:zlib'
import { expect, expectFieldError } from './core/http.ts'
import { importFile } from './core/jobs.ts'
import { check, equal, fail, ok, skip } from './core/report.ts'
import type { Row } from './core/schema.ts'
import { readXlsx, writeCsv } from './core/table.ts'
import type { World } from './core/world.ts'

/** The software of this machine, as dpkg knows it: name, version, maintainer, description. */
function inventory(): string[][] {
  try {
    const text = execFileSync('dpkg-query', ['-W', '-f=${Package}\\t${Version}\\t${Maintainer}\\t${binary:Summary}\\n'], { encoding: 'utf8', maxBuffer: 1 << 26 })
    return text.trim().split('\n').map((line) => line.split('\t'))
  } catch {
    return []
  }
}

async function method(world: World): Promise<Row> {
  const { admin, second } = world
  const made = expect(await admin.post('methodology', { title: 'Method 2026' }), 201).json as Row
  expectFieldError(await admin.post('risk_assessment', { title: 'Too early', methodology: made.id }), 'methodology', 'not_approved')
  expect(await admin.post(`methodology/${made.id}/transitions/approve`, {}, { ifMatch: made.version }), 403)
  const approved = expect(await second.decide(`methodology/${made.id}/transitions/approve`, {}, { ifMatch: made.version }), 200).json as Row
  equal(approved.status, 'approved', 'status')
  return approved
}

async function assets(world: World): Promise<number> {
  const lines = inventory()
  if (lines.length < 50) {
    skip('job: the inventory of this machine becomes assets', 'there is no dpkg-query here')
    return 0
  }
  const file = writeCsv([['title', 'kind', 'product_version', 'supplier', 'description'], ...lines.map(([name, version, maintainer, summary]) => [name, 'software', version, maintainer, summary])])
  const dry = await importFile(world.admin, 'asset', file, '&dry_run=1')
  equal([dry.created, dry.refused], [lines.length, 0], JSON.stringify((dry.fates as Row[]).find((one) => one.fate === 'refused')))
  const result = await importFile(world.admin, 'asset', file)
  equal(result.created, lines.length, 'created')
  const total = expect(await world.admin.get('asset?kind=software&count=1&limit=1'), 200).json.total as number
  ok(total >= lines.length, `${total} assets`)
  const [name, version] = lines[Math.floor(lines.length / 2)]!
  const found = expect(await world.admin.get(`asset?title=${encodeURIComponent(name!)}`), 200).json.items as Row[]
  equal(found[0]!.product_version, version, 'the version')
  return lines.length
}

async function risks(world: World, methodology: Row): Promise<Row[]> {
  const { admin } = world
  const assessment = expect(await admin.post('risk_assessment', { title: 'Assessment 2026', methodology: methodology.id }), 201).json as Row
  const crm = expect(await admin.post('asset', { title: 'Customer data', kind: 'information', confidentiality: 4, availability: 3 }), 201).json as Row
  const server = expect(await admin.post('asset', { title: 'Database server', kind: 'hardware' }), 201).json as Row
  expect(await admin.patch(`asset/${crm.id}`, { depends_on: [server.reference] }, crm.version), 200)
  equal(expect(await admin.get(`asset/${server.id}`), 200).json.need_confidentiality, 4, 'the need flows down')
  const made: Row[] = []
  for (const [title, likelihood, step] of [['Ransomware', 4, 5], ['Lost laptop', 3, 2], ['Typing error', 1, 1]] as const) {
    const risk = expect(await admin.post('risk', { title, assessment: assessment.reference, assets: [crm.id] }), 201).json as Row
    const rating = { current_likelihood: likelihood, current_consequences: Object.fromEntries(world.criteria.map((name) => [name, step])) }
    const analysed = expect(await admin.post(`risk/${risk.id}/transitions/analyse`, rating, { ifMatch: risk.version }), 200).json as Row
    equal(analysed.current_consequence, step, 'the consequence is the highest')
    ok(analysed.current_level, 'there is a level')
    made.push(expect(await admin.post(`risk/${risk.id}/transitions/evaluate`, { treatment: 'modify' }, { ifMatch: analysed.version }), 200).json as Row)
  }
  const matrix = expect(await admin.get(`risk-matrix?assessment=${assessment.reference}&rating=current`), 200).json
  equal(matrix.cells[3][4], [made[0]!.id], 'its cell in the matrix')
  equal(matrix.risks.length, 3, 'risks in the matrix')
  for (const rating of ['inherent', 'target']) expect(await admin.get(`risk-matrix?rating=${rating}`), 200)
  expect(await admin.get('risk-matrix?rating=none'), 400)
  return made
}

/** A control for each of the first requirements, and its evidence; they lessen the first risk. */
async function controls(world: World, risk: Row): Promise<void> {
  const { admin, second } = world
  const requirements = expect(await admin.get('requirement?reference_list=true&sort=position&limit=10&fields=identifier'), 200).json.items as Row[]
  const ids: number[] = []
  for (const requirement of requirements) {
    let control = expect(await admin.post('control', { title: `Control for ${requirement.identifier}`, requirements: [requirement.identifier] }), 201).json as Row
    equal(control.requirements, [requirement.id], 'a requirement is named by its identifier')
    control = expect(await admin.post(`control/${control.id}/transitions/implement`, {}, { ifMatch: control.version }), 200).json as Row
    ids.push(control.id)
  }
  expect(await admin.patch(`risk/${risk.id}`, { controls: ids }, risk.version), 200)
  const first = expect(await admin.get(`control/${ids[0]}`), 200).json as Row
  const test = { last_test: 'passed', last_tested_on: new Date().toISOString().slice(0, 10) }
  expect(await admin.post(`control/${ids[0]}/transitions/record_test`, test, { ifMatch: first.version }), 403) // it is his own
  expect(await second.post(`control/${ids[0]}/transitions/record_test`, test, { ifMatch: first.version }), 200)
  expect(await admin.upload(`control/${ids[0]}/evidence?name=log.txt&grade=a`, 'all well', 'text/plain'), 201)
  equal(expect(await admin.get(`control/${ids[0]}`), 200).json.implementation, 'effective', 'implemented, tested, evidenced')
}

async function statement(world: World, risk: Row): Promise<Row> {
  const { admin } = world
  const framework = (expect(await admin.get('framework?limit=1'), 200).json.items as Row[])[0]!
  const soa = expect(await admin.post('soa', { title: 'Statement of Applicability', framework: framework.id }), 201).json as Row
  const lines = expect(await admin.get(`soa_line?soa=${soa.id}&limit=500`), 200).json.items as Row[]
  equal(lines.length, 93, 'a line for every control of Annex A')
  const refused = expect(await admin.post(`soa/${soa.id}/transitions/submit`, {}, { ifMatch: soa.version }), 409)
  ok(/93 lines/.test(refused.json.detail), refused.json.detail)
  const outside = lines.at(-1)!
  expectFieldError(await admin.patch(`soa_line/${outside.id}`, { applicable: false }, outside.version), 'justification', 'required')
  expect(await admin.patch(`soa_line/${outside.id}`, { applicable: false, justification: 'We audit nothing of the kind.' }, outside.version), 200)
  const first = lines[0]!
  expect(await admin.patch(`soa_line/${first.id}`, { reasons: [risk.reference] }, first.version), 200)
  equal(first.implementation, 'effective', 'implementation is computed')
  const rest = lines.slice(1, -1).map((line) => line.id as number)
  equal(expect(await admin.patch('soa_line', { ids: rest, change: { good_practice: true } }), 200).json.changed.length, 91, 'lines changed at once')
  return expect(await admin.get(`soa/${soa.id}`), 200).json as Row
}

async function approval(world: World, soa: Row): Promise<Row> {
  const { admin, second } = world
  const submitted = expect(await admin.post(`soa/${soa.id}/transitions/submit`, { comment: 'Ready' }, { ifMatch: soa.version }), 200).json as Row
  expect(await admin.post(`soa/${soa.id}/transitions/approve`, {}, { ifMatch: submitted.version }), 403)
  const approved = expect(await second.decide(`soa/${soa.id}/transitions/approve`, {}, { ifMatch: submitted.version }), 200).json as Row
  equal([approved.status, approved.edition], ['approved', 1], 'approved')
  const version = (expect(await admin.get(`soa_version?soa=${soa.id}`), 200).json.items as Row[])[0]!
  ok(version.signature && version.sha256, 'it is signed')
  equal(version.snapshot.lines.length, 93, 'the snapshot has every line')
  return approved
}

/** The words of a PDF cannot be read without its fonts, but its structure can: pages, fonts, and the text streams inflate. */
function readPdf(bytes: Buffer): { pages: number; size: number } {
  equal(bytes.toString('latin1', 0, 5), '%PDF-', 'the beginning')
  ok(/%%EOF\s*$/.test(bytes.toString('latin1', bytes.length - 16)), 'the end')
  const text = bytes.toString('latin1')
  let inflated = 0
  for (const match of text.matchAll(/\/FlateDecode[^>]*>>\s*stream\r?\n/g)) {
    const from = match.index + match[0].length
    inflated += inflateSync(bytes.subarray(from), { finishFlush: 2 }).length
  }
  return { pages: Number(/\/Count (\d+)/.exec(text)?.[1] ?? 0), size: inflated }
}

const cells = (bytes: Buffer, sheet: number): string[][] => readXlsx(bytes, sheet).map((row) => row.map((one) => one.text))

async function reports(world: World, soa: Row): Promise<void> {
  const { admin } = world
  for (const language of ['en', 'de']) {
    const pdf = expect(await admin.get(`reports/soa?soa=${soa.reference}&format=pdf&language=${language}`), 200)
    const read = readPdf(pdf.bytes)
    ok(read.pages >= 5 && read.size > 50_000, `a PDF of ${read.pages} pages`)
    ok(/attachment/.test(pdf.headers['content-disposition']!), 'a download')
  }
  const xlsx = expect(await admin.get(`reports/soa?soa=${soa.reference}&format=xlsx`), 200)
  ok(cells(xlsx.bytes, 1).length > 0, 'sheets')
}

/** Every sheet of the workbook, without the lines that say when it was made. */
function workbook(bytes: Buffer): string[][][] {
  const sheets: string[][][] = []
  for (let sheet = 1; ; sheet++) {
    try {
      sheets.push(cells(bytes, sheet))
    } catch {
      return sheets
    }
  }
}

async function asOf(world: World, soa: Row): Promise<void> {
  const { admin } = world
  const then = (expect(await admin.get(`soa_line?soa=${soa.id}&sort=-changed_at&limit=1`), 200).json.items as Row[])[0]!
  const instant = [then.changed_at, soa.changed_at].sort().at(-1) as string
  const ask = (path: string): Promise<Buffer> => admin.get(path).then((reply) => expect(reply, 200).bytes)
  const list = `soa_line/export?format=xlsx&soa=${soa.id}`
  const [report, exported] = [await ask(`reports/soa?soa=${soa.reference}&format=xlsx`), await ask(list)]
  const kept = expect(await admin.get(`soa_line?soa=${soa.id}&limit=500`), 200).json.items as Row[]

  const line = kept[4]!
  expect(await admin.patch(`soa_line/${line.id}`, { applicable: false, justification: 'Changed a day later' }, line.version), 200)
  const control = (expect(await admin.get('control?status=implemented&limit=1'), 200).json.items as Row[])[0]!
  expect(await admin.post(`control/${control.id}/transitions/fall_back`, {}, { ifMatch: control.version }), 200)
  equal(expect(await admin.get(`soa/${soa.id}`), 200).json.status, 'draft', 'what was approved is reopened by a change')

  equal(expect(await admin.get(`soa_line?soa=${soa.id}&limit=500&as_of=${instant}`), 200).json.items, kept, 'the lines as of then')
  equal(workbook(await ask(`${list}&as_of=${instant}`)), workbook(exported), 'the exported list as of then')
  const [before, now] = [workbook(report), workbook(await ask(`reports/soa?soa=${soa.reference}&format=xlsx&as_of=${instant}`))]
  equal(now.length, before.length, 'sheets of the report')
  const lines = (sheets: string[][][]): string[][] => sheets.flat().filter((row) => row.some((text) => /^A\.\d+\.\d+/.test(text)))
  equal(lines(before).length >= 93, true, 'lines of the report')
  equal(lines(now), lines(before), 'the report as of then, line for line')

  const today = new Date().toISOString().slice(0, 10)
  const compared = expect(await admin.get(`soa/${soa.id}/compare?from=${instant}&to=${today}`), 200).json.items as Row[]
  const changed = compared.find((one) => one.line === line.reference) ?? fail('the comparison does not name the line')
  ok((changed.changes as Row[]).some((one) => one.field === 'applicable' && one.before === true && one.after === false), JSON.stringify(changed))
  const versions = expect(await admin.get(`soa_version?soa=${soa.id}`), 200).json.items as Row[]
  equal((expect(await admin.get(`soa/${soa.id}/compare?from=${versions[0]!.reference}&to=${today}`), 200).json.items as Row[]).some((one) => one.line === line.reference), true, 'compared with the version')
  expect(await admin.get(`soa/${soa.id}/compare?from=never&to=${today}`), 400)
}

export async function job(world: World): Promise<void> {
  const { admin } = world
  const step = async <T>(name: string, body: () => Promise<T>): Promise<T> => {
    let result: T | undefined
    let done = false
    await check(`job: ${name}`, async () => {
      result = await body()
      done = true
    })
    if (!done) fail(`the job stops at "${name}"`)
    return result as T
  }
  const methodology = await step('method, approved by a second person', () => method(world))
  await step('the inventory of this machine becomes assets', () => assets(world))
  await step('the framework is loaded', async () => expect(await admin.post('frameworks/iso27001-2022'), 201))
  const made = await step('risks are assessed', () => risks(world, methodology))
  await step('controls are chosen, tested and evidenced', () => controls(world, made[0]!))
  const soa = await step('a Statement of Applicability with a reason on every line', () => statement(world, made[0]!))
  const approved = await step('approved by a second person, signed', () => approval(world, soa))
  await step('as PDF in two languages, and as XLSX', () => reports(world, approved))
  await step('as of an earlier instant it is what it was, cell for cell', () => asOf(world, approved))
  await step('breaks of traceability are listed', async () => {
    const items = expect(await admin.get('traceability'), 200).json.items as Row[]
    ok(items.some((one) => one.register === 'control'), 'controls without proof')
  })
  await step('home says how far one is', async () => {
    const steps = expect(await admin.get('home'), 200).json.steps as Row[]
    for (const name of ['method', 'assets', 'framework', 'assessment', 'controls', 'soa']) equal(steps.find((one) => one.name === name)?.done, true, name)
  })
}
