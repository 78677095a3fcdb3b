// A client that keeps its connections. Every reply is handed to the validator, so that no test has to think of it.
import { Agent, type IncomingHttpHeaders, request as send } from 'node:http'
import type { Api } from './openapi.ts'
import { fail, show } from './report.ts'

export interface Reply {
  method: string
  path: string
  status: number
  headers: IncomingHttpHeaders
  bytes: Buffer
  text: string
  // Replies are looked at by what the document says of them; a type for each would say it a second time.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any
}

export interface Options {
  body?: unknown
  raw?: string | Buffer
  headers?: Record<string, string>
  ifMatch?: number | string
}

export const agent = new Agent({ keepAlive: true, maxSockets: 16 })

function payload(options: Options): Buffer | undefined {
  if (options.raw !== undefined) return Buffer.isBuffer(options.raw) ? options.raw : Buffer.from(options.raw)
  return options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body))
}

function parse(reply: { headers: IncomingHttpHeaders; bytes: Buffer }): unknown {
  const type = reply.headers['content-type'] ?? ''
  if (!type.includes('json') || !reply.bytes.length) return undefined
  try {
    return JSON.parse(reply.bytes.toString('utf8'))
  } catch (error) {
    return fail(`a reply of the type ${type} is no JSON: ${String(error)}: ${show(reply.bytes.toString('utf8'))}`)
  }
}

export class Client {
  constructor(
    readonly address: string,
    readonly token: string,
    readonly api: Api | undefined,
    readonly name = '',
  ) {}

  /** The same caller, of a program that was started again. */
  at(address: string): Client {
    return new Client(address, this.token, this.api, this.name)
  }

  request(method: string, path: string, options: Options = {}): Promise<Reply> {
    const body = payload(options)
    const headers: Record<string, string> = { ...options.headers }
    if (this.token) headers.authorization ??= `Bearer ${this.token}`
    if (options.ifMatch !== undefined) headers['if-match'] ??= `"${options.ifMatch}"`
    if (body) headers['content-length'] ??= String(body.length)
    if (options.body !== undefined) headers['content-type'] ??= 'application/json'
    return new Promise((resolve, reject) => {
      const out = send(`${this.address}${path}`, { method, agent, headers }, (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          try {
            const bytes = Buffer.concat(chunks)
            const reply: Reply = {
              method,
              path,
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              bytes,
              text: bytes.toString('utf8'),
              json: parse({ headers: incoming.headers, bytes }),
            }
            this.api?.judge(reply, options.body)
            resolve(reply)
          } catch (error) {
            reject(error as Error)
          }
        })
      })
      out.on('error', (error) => reject(new Error(`${method} ${path}: ${error.message}`)))
      out.end(body)
    })
  }

  get(path: string): Promise<Reply> {
    return this.request('GET', `/api/v1/${path}`)
  }
  post(path: string, body: unknown = {}, options: Options = {}): Promise<Reply> {
    return this.request('POST', `/api/v1/${path}`, { body, ...options })
  }
  /** A decision, on the content that is shown: `path` is "REGISTER/ID/transitions/STEP". */
  async decide(path: string, body: Record<string, unknown>, options: Options = {}): Promise<Reply> {
    const shown = expect(await this.get(path.replace('/transitions/', '/decisions/')), 200).json as { sha256: string }
    return this.post(path, { ...body, content_sha256: shown.sha256 }, options)
  }
  upload(path: string, raw: string | Buffer, type = 'text/csv'): Promise<Reply> {
    return this.request('POST', `/api/v1/${path}`, { raw, headers: { 'content-type': type } })
  }
  patch(path: string, body: unknown, ifMatch?: number | string): Promise<Reply> {
    return this.request('PATCH', `/api/v1/${path}`, { body, ifMatch })
  }
  delete(path: string): Promise<Reply> {
    return this.request('DELETE', `/api/v1/${path}`)
  }
}

/** The reply as it should have come, or a failure that says what came instead. */
export function expect(reply: Reply, ...statuses: number[]): Reply {
  if (statuses.includes(reply.status)) return reply
  return fail(`${reply.method} ${reply.path}: expected ${statuses.join(' or ')}, got ${reply.status}: ${show(reply.text)}`)
}

/** A refusal of fields: 422, naming this one. */
export function expectFieldError(reply: Reply, field: string, code?: string): Reply {
  expect(reply, 422)
  const errors = (reply.json.errors ?? []) as { pointer: string; code: string }[]
  const hit = errors.some((one) => one.pointer.split('/')[1] === field && (!code || one.code === code))
  if (!hit) fail(`${reply.method} ${reply.path}: no error ${code ?? ''} at /${field}: ${show(reply.text)}`)
  return reply
}
