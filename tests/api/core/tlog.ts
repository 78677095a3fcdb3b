// Checks a proof as C2SP tlog-proof, signed-note, tlog-checkpoint and tlog-cosignature say, and the tree as RFC 6962 section 2.1
// says, from the specifications alone: nothing here is shared with the program. Throws what is wrong, or returns what is proven.
import { createHash, createPublicKey, verify } from 'node:crypto'

const sha256 = (...parts: (Buffer | string)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const demand: (holds: unknown, what: string) => asserts holds = (holds, what) => {
  if (!holds) throw new Error(what)
}
const size = (text: string): number => (demand(/^(0|[1-9]\d*)$/.test(text), `"${text}" is no size`), Number(text))

/** A key as "name+id+base64(kind || key)". */
export function keyOf(vkey: string): { name: string; kind: number; id: string; key: Buffer } {
  const [name, id, ...rest] = vkey.split('+') as [string, string, ...string[]]
  const data = Buffer.from(rest.join('+'), 'base64')
  demand(sha256(`${name}\n`, data).subarray(0, 4).toString('hex') === id, 'the id is that of another key')
  return { name, kind: data[0]!, id, key: data.subarray(1) }
}

function signed(key: Buffer, message: Buffer, signature: Buffer): boolean {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key])
  return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
}

/** The note's text, and which of the keys have signed it; a signature that says it is by one of them must hold. */
export function openNote(note: string, vkeys: string[]): { text: string; by: string[] } {
  const end = note.lastIndexOf('\n\n') + 1
  const text = note.slice(0, end)
  const by = note.slice(end + 1).split('\n').slice(0, -1).flatMap((line) => {
    const [, name, blob] = /^\u2014 (\S+) (\S+)$/u.exec(line) ?? []
    const bytes = Buffer.from(blob!, 'base64')
    const vkey = vkeys.find((one) => keyOf(one).name === name && keyOf(one).id === bytes.subarray(0, 4).toString('hex'))
    if (!vkey) return []
    const { kind, key } = keyOf(vkey)
    const time = kind === 4 ? bytes.readBigUInt64BE(4) : 0n
    const message = kind === 4 ? `cosignature/v1\ntime ${time}\n${text}` : text
    demand(signed(key, Buffer.from(message), bytes.subarray(kind === 4 ? 12 : 4)), `the signature of ${name} is false`)
    return [vkey]
  })
  return { text, by }
}

/** The entry that stands under a head which the log and at least `needed` of the witnesses have signed. */
export function checkProof(proof: string, log: string, witnesses: string[], needed: number): { entry: string; index: number; size: number } {
  const at = proof.indexOf('\n\n')
  const [version, extra, index, ...path] = proof.slice(0, at).split('\n') as [string, string, string, ...string[]]
  demand(version === 'c2sp.org/tlog-proof@v1' && extra.startsWith('extra ') && index.startsWith('index '), 'this is no proof')
  const { text, by } = openNote(proof.slice(at + 2), [log, ...witnesses])
  const [origin, count, root] = text.split('\n') as [string, string, string]
  demand(origin === keyOf(log).name && by.includes(log), 'the log has not signed this head')
  demand(new Set(by.filter((one) => one !== log)).size >= needed, 'too few witnesses have cosigned this head')
  let [fn, sn] = [size(index.slice(6)), size(count) - 1]
  demand(fn <= sn, 'the entry is not under this head')
  const entry = Buffer.from(extra.slice(6), 'base64')
  const top = path.map((line) => Buffer.from(line, 'base64')).reduce((hash, step) => {
    demand(sn > 0, 'the path is too long')
    const right = fn % 2 === 1 || fn === sn
    while (right && fn % 2 === 0 && fn > 0) [fn, sn] = [fn >>> 1, sn >>> 1]
    ;[fn, sn] = [fn >>> 1, sn >>> 1]
    return right ? sha256(Buffer.from([1]), step, hash) : sha256(Buffer.from([1]), hash, step)
  }, sha256(Buffer.from([0]), entry))
  demand(sn === 0 && top.toString('base64') === root, 'the entry does not stand under this head')
  return { entry: entry.toString(), index: size(index.slice(6)), size: size(count) }
}
