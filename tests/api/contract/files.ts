// Files: what is exported says what the list says, and comes back by import as what it was.
import { expect } from '../core/http.ts'
import { events, importFile } from '../core/jobs.ts'
import { check, equal, ok } from '../core/report.ts'
import { changeable, creatable, isList, type Register, type Row } from '../core/schema.ts'
import { readCsv, readXlsx, writeCsv } from '../core/table.ts'
import { next } from '../core/values.ts'
import type { World } from '../core/world.ts'

interface Ground {
  world: World
  register: Register
  rows: Row[]
  base: string
  csv: string
}

const isListValue = (value: unknown): boolean => Array.isArray(value)

/** How a value stands in a cell of CSV. Links are references; the ids of other registers are found by their prefix. */
function cell(world: World, register: Register, name: string, value: unknown): string {
  if (value === null || value === undefined) return ''
  const field = register.fields.find((one) => one.name === name)
  const target = field?.target ?? (name === 'unit' ? 'unit' : name === 'owner' ? 'person' : null)
  if (target && !isListValue(value)) return `${world.schema.get(target).prefix}-${value as number}`
  if (!field) return typeof value === 'object' ? (Object.keys(value).length ? JSON.stringify(value) : '') : String(value)
  if (target && isList(field)) return (value as number[]).map((id) => `${world.schema.get(target).prefix}-${id}`).join(';')
  if (isList(field)) return (value as string[]).join(';')
  if (field.kind === 'ratings') return Object.entries(value as Row).map(([name, step]) => `${name}=${step}`).join(';')
  if (field.kind === 'data') return Object.keys(value as Row).length ? JSON.stringify(value) : ''
  return String(value)
}

const formula = /^'*[=+\-@\t\r]/

/** Text that a spreadsheet would take for a formula is shown with an apostrophe before it. */
const guarded = (text: string): string => (formula.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text)

function sameCell(ground: Ground, text: string, name: string, row: Row, shown = (plain: string): string => plain): void {
  const structure = ground.register.fields.find((field) => field.name === name)?.kind === 'data' && text !== ''
  if (structure) equal(JSON.parse(text), row[name], `${row.reference} ${name}`)
  else equal(text.replaceAll('\r\n', '\n'), shown(cell(ground.world, ground.register, name, row[name])), `${row.reference} ${name}`)
}

async function exportsSayTheSame(ground: Ground): Promise<void> {
  const { world, register, rows, base, csv } = ground
  await check(`${register.name}: the CSV export says what the list says`, () => {
    const [head, ...lines] = readCsv(csv)
    equal(lines.length, rows.length, 'lines')
    const names = Object.keys(rows[0]!).filter((name) => name !== 'id')
    equal(head, names, 'columns')
    for (const [at, line] of lines.entries())
      for (const [place, name] of head!.entries())
        sameCell(ground, line[place]!, name, rows[at]!, guarded)
  })
  await check(`${register.name}: the JSON export is the list`, async () => {
    const reply = expect(await world.admin.get(`${register.name}/export?format=json&${base}`), 200)
    equal(reply.json, rows, 'records')
  })
  await check(`${register.name}: the XLSX export says what the list says`, async () => {
    const reply = expect(await world.admin.get(`${register.name}/export?format=xlsx&${base}`), 200)
    const [head, ...lines] = readXlsx(reply.bytes)
    equal(head!.map((one) => one.text), Object.keys(rows[0]!).filter((name) => name !== 'id'), 'columns')
    equal(lines.length, rows.length, 'lines')
    for (const [at, line] of lines.entries())
      for (const [place, one] of line.entries()) {
        ok(!one.formula, 'no cell is a formula')
        const name = head![place]!.text
        if (one.type === 's' || one.type === 'inlineStr') sameCell(ground, one.text, name, rows[at]!)
      }
  })
  await check(`${register.name}: an export takes the columns that are named`, async () => {
    const reply = expect(await world.admin.get(`${register.name}/export?format=csv&${base}&fields=status,tags&sort=-id`), 200)
    const [head, ...lines] = readCsv(reply.text)
    equal(head, ['reference', 'status', 'tags'], 'columns')
    equal(lines.map((line) => line[0]), rows.map((row) => row.reference).reverse(), 'in the order asked for')
    ok(/attachment/.test(reply.headers['content-disposition'] ?? ''), 'it is a download')
  })
  await check(`${register.name}: an export in no known format is 400`, async () => {
    for (const query of ['format=pdf', 'format=', 'format=csv&sort=no_such', 'format=csv&no_such=1', 'format=csv&cursor=zz'])
      expect(await world.admin.get(`${register.name}/export?${query}`), 400)
  })
}

async function columns(ground: Ground, file: string | Buffer, what: string): Promise<void> {
  const { world, register, rows } = ground
  await check(`${register.name}: the columns of its ${what} are named, with the first rows`, async () => {
    const { names, sample } = expect(await world.admin.upload(`${register.name}/import/columns`, file), 200).json
    ok((names as string[]).includes(register.title_field), 'the title is a column')
    equal(sample.length, Math.min(rows.length, 3), 'rows')
  })
}

async function roundTrip(ground: Ground, file: string | Buffer, what: string): Promise<void> {
  const { world, register, rows } = ground
  await check(`${register.name}: its own ${what} comes back unchanged, dry or not`, async () => {
    for (const query of ['&dry_run=1', '']) {
      const result = await importFile(world.admin, register.name, file, query)
      const why = JSON.stringify((result.fates as Row[]).filter((one) => one.fate !== 'unchanged').slice(0, 2))
      equal([result.rows, result.unchanged], [rows.length, rows.length], `unchanged rows; ${why}`)
      equal(result.warned, 0, `nothing is told of what the records have anyway; ${JSON.stringify((result.fates as Row[]).find((one) => one.detail))}`)
    }
  })
}

/** Status, version, who made it: a file that says something else than the record has is not passed over without a word. */
async function passedOver(ground: Ground): Promise<void> {
  const { world, register, rows } = ground
  await check(`${register.name}: an import tells what it does not take over`, async () => {
    const row = rows[0]!
    const other = register.states.find((one) => one.name !== row.status)?.name ?? 'elsewhere'
    const file = writeCsv([['reference', 'status', 'version', 'created_at'], [row.reference, other, row.version, '1999-12-31T00:00:00Z']])
    for (const query of ['&dry_run=1', '']) {
      const result = await importFile(world.admin, register.name, file, query)
      equal([result.unchanged, result.warned, result.fates[0].line], [1, 1, 2], JSON.stringify(result))
      const [status, made, ...more] = (result.fates[0].detail as string).match(/\w+ is not imported: /g) ?? []
      equal([status, made, more.length], ['status is not imported: ', 'created_at is not imported: ', 0], result.fates[0].detail)
      ok(result.fates[0].detail.includes(`"${other}"`) && result.fates[0].detail.includes(row.status), result.fates[0].detail)
    }
    equal(expect(await world.admin.get(`${register.name}/${row.id}`), 200).json, row, 'the record')
  })
}

async function importing(ground: Ground): Promise<void> {
  const { world, register, rows } = ground
  const title = register.title_field
  const field = register.fields.find((one) => one.name === title)!
  if (changeable(register).some((one) => one.name === title))
    await check(`${register.name}: an import changes what it names, dry runs change nothing`, async () => {
      const row = rows[0]!
      const text = `${(await world.value(field)) as string}`.split('\n')[0]!
      const file = writeCsv([['reference', title], [row.reference, text]])
      const dry = await importFile(world.admin, register.name, file, '&dry_run=1')
      equal([dry.changed, dry.fates[0].fate], [1, 'changed'], 'the dry run')
      equal(expect(await world.admin.get(`${register.name}/${row.id}`), 200).json, row, 'after the dry run')
      equal((await importFile(world.admin, register.name, file)).changed, 1, 'the import')
      equal(expect(await world.admin.get(`${register.name}/${row.id}`), 200).json[title], text, title)
    })
}

async function creating(ground: Ground): Promise<void> {
  const { world, register, csv } = ground
  const head = readCsv(csv)[0]!
  await check(`${register.name}: an import creates, and tells each line's fate`, async () => {
    const tag = `import ${next()}` // other lanes may create records of this register meanwhile
    const fields = creatable(register).filter((one) => one.required)
    const good = await world.varied(register, next())
    const cells = fields.map((one) => cell(world, register, one.name, good[one.name]))
    const empty = fields.map(() => '')
    const file = writeCsv([['reference', ...fields.map((one) => one.name), 'tags'], ['', ...cells, tag], ['', ...empty, tag], ['XYZ-1', ...cells, tag], [`${register.prefix}-99999999`, ...cells, tag]])
    const before = await total(world, register, tag)
    const dry = await importFile(world.admin, register.name, file, '&dry_run=1')
    equal(await total(world, register, tag), before, 'records after the dry run')
    const result = await importFile(world.admin, register.name, file)
    equal(result.fates.map((one: Row) => one.fate), dry.fates.map((one: Row) => one.fate), 'the fates that were foretold')
    equal([result.rows, result.created], [4, 1], JSON.stringify(result.fates))
    equal(result.fates[0].line, 2, 'the line of the first')
    for (const one of result.fates.slice(1) as Row[]) ok(one.fate === 'refused' && one.detail.length > 10, `refused with a reason: ${JSON.stringify(one)}`)
    equal(await total(world, register, tag), before + 1, 'records')
  })
  await check(`${register.name}: a file with a column that is none is refused as a whole`, async () => {
    const started = expect(await world.admin.upload(`${register.name}/import?format=csv`, writeCsv([[...head, 'no such column'], []])), 202)
    await events(world.admin, started.json.job)
    const job = expect(await world.admin.get(`jobs/${started.json.job}`), 200).json
    equal(job.status, 'failed', 'status')
    ok(/no such column/.test(job.detail), job.detail)
  })
}

async function total(world: World, register: Register, tag: string): Promise<number> {
  return expect(await world.admin.get(`${register.name}?limit=1&count=1&tags=${encodeURIComponent(tag)}`), 200).json.total as number
}

async function ground(world: World, register: Register): Promise<Ground | undefined> {
  const tag = `file ${next()}`
  let base = `tags.has=${encodeURIComponent(tag)}`
  if (register.may.create) {
    await world.create(register.name, { tags: [tag] })
    for (let n = 0; n < 3; n++) expect(await world.send(world.admin, register.name, { ...(await world.varied(register, n)), tags: [tag] }), 201)
  } else {
    const last = expect(await world.admin.get(`${register.name}?limit=1&sort=-id`), 200).json.items as Row[]
    base = `id.lte=${last[0]?.id ?? 0}`
  }
  const rows = expect(await world.admin.get(`${register.name}?limit=500&${base}`), 200).json.items as Row[]
  if (!rows.length) return undefined
  const csv = expect(await world.admin.get(`${register.name}/export?format=csv&${base}`), 200).text
  return { world, register, rows, base, csv }
}

export async function fileCases(world: World, register: Register): Promise<void> {
  const made = await ground(world, register)
  if (!made) return
  await exportsSayTheSame(made)
  if (!register.may.create) {
    await check(`${register.name}: nothing is imported into what only the program makes`, async () => {
      expect(await world.admin.upload(`${register.name}/import?format=csv`, made.csv), 403)
    })
    return
  }
  await creating(made)
  const xlsx = expect(await world.admin.get(`${register.name}/export?format=xlsx&${made.base}`), 200).bytes
  for (const [file, what] of [[made.csv, 'CSV'], [xlsx, 'XLSX']] as const) {
    await columns(made, file, what)
    if (register.may.change) await roundTrip(made, file, what)
  }
  if (!register.may.change) return
  await passedOver(made)
  await importing(made)
}
