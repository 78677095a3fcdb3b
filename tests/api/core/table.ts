// Reading what the program exports: CSV (RFC 4180) and XLSX, down to each cell as text.
import { inflateRawSync } from 'node:zlib'

export function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const source = text.replace(/^\ufeff/, '')
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!
    if (quoted) {
      if (c !== '"') cell += c
      else if (source[i + 1] === '"') cell += source[++i]
      else quoted = false
    } else if (c === '"') quoted = true
    else if (c === ',') {
      row.push(cell)
      cell = ''
    } else if (c === '\n') {
      rows.push([...row, cell])
      row = []
      cell = ''
    } else if (c !== '\r') cell += c
  }
  if (cell || row.length) rows.push([...row, cell])
  return rows
}

export function writeCsv(rows: unknown[][]): string {
  const quote = (cell: unknown): string => `"${String(cell ?? '').replaceAll('"', '""')}"`
  return rows.map((row) => row.map(quote).join(',')).join('\r\n') + '\r\n'
}

/** The files of a ZIP archive, by the central directory at its end. */
export function unzip(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  const end = bytes.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const method = bytes.readUInt16LE(at + 10)
    const size = bytes.readUInt32LE(at + 20)
    const lengths = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)] as const
    const local = bytes.readUInt32LE(at + 42)
    const name = bytes.toString('utf8', at + 46, at + 46 + lengths[0])
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const packed = bytes.subarray(from, from + size)
    files.set(name, method === 0 ? packed : inflateRawSync(packed))
    at += 46 + lengths[0] + lengths[1] + lengths[2]
  }
  return files
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(xml: string): string {
  return xml
    .replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
      if (name[0] !== '#') return entities[name] ?? whole
      return String.fromCodePoint(name[1] === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1)))
    })
    .replace(/_x([0-9A-F]{4})_/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

export interface Cell {
  text: string
  type: string
  formula: boolean
}

const texts = (xml: string): string => [...xml.matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g)].map((match) => unescaped(match[1]!)).join('')

function column(reference: string): number {
  let number = 0
  for (const letter of reference.replace(/\d+/, '')) number = number * 26 + letter.charCodeAt(0) - 64
  return number - 1
}

/** The cells of one sheet, by default the first. */
export function readXlsx(bytes: Buffer, sheet = 1): Cell[][] {
  const files = unzip(bytes)
  const shared = [...(files.get('xl/sharedStrings.xml')?.toString('utf8') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map((match) => texts(match[1]!))
  const xml = files.get(`xl/worksheets/sheet${sheet}.xml`)!.toString('utf8')
  return [...xml.matchAll(/<row [^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map((row) => {
    const cells: Cell[] = []
    for (const match of (row[1] ?? '').matchAll(/<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const type = /t="(\w+)"/.exec(match[2]!)?.[1] ?? 'n'
      const inner = match[3] ?? ''
      const value = /<v>([^<]*)<\/v>/.exec(inner)?.[1] ?? ''
      const text = type === 's' ? shared[Number(value)]! : type === 'inlineStr' ? texts(inner) : unescaped(value)
      cells[column(match[1]!)] = { text, type, formula: inner.includes('<f') }
    }
    return Array.from(cells, (cell) => cell ?? { text: '', type: '', formula: false })
  })
}
